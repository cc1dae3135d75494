import type { Draft } from '#domain/draft.ts';
import type { Field, Problem } from '#domain/problem.ts';

/** As the fields stand on the page. */
const order: readonly Field[] = [
	'baseUrl',
	'apiKey',
	'model',
	'completionsPerPrompt',
	'temperature',
	'maxTokens',
	'maxConcurrency',
	'maxRetries',
	'timeoutSeconds',
	'requestsPerMinute',
	'tokensPerMinute',
	'contextWindow',
	'otherParameters',
	'dataFiles',
	'idColumn',
	'template',
];

export const inPageOrder = (problems: readonly Problem[]): readonly Problem[] =>
	problems.toSorted((a, b) => order.indexOf(a.field) - order.indexOf(b.field) || a.index - b.index);

/** The check counts models without the fields left empty; the page counts the fields. */
export function atModelField(draft: Draft, problem: Problem): Problem {
	if (problem.field !== 'model') return problem;
	const filled = draft.models.flatMap((model, i) => (model.trim() === '' ? [] : [i]));
	return { ...problem, index: filled[problem.index] ?? 0 };
}

/** Names one field of the page. */
export const fieldKey = (field: Field, index: number): string => `${field}:${String(index)}`;

/**
 * The fields of a restored draft that hold something of the person's own: their problems need no second touch to show.
 */
export function filledFields(draft: Draft): readonly string[] {
	const templates = draft.templates.flatMap(({ messages, prompt }, i) => {
		const text =
			draft.endpoint === 'completions' ? prompt : messages.map((m) => m.content).join('');
		return text.trim() === '' ? [] : [fieldKey('template', i)];
	});
	const settings = order
		.slice(order.indexOf('completionsPerPrompt'), order.indexOf('dataFiles'))
		.map((field) => fieldKey(field, 0));
	const baseUrl = draft.baseUrl.trim() === '' ? [] : [fieldKey('baseUrl', 0)];
	return [...baseUrl, ...settings, ...templates];
}

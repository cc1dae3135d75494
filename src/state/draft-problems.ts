import type { Draft } from '#domain/draft.ts';
import type { Field, Problem } from '#domain/problem.ts';

/** As the fields stand on the page. */
const order: readonly Field[] = [
	'baseUrl',
	'resource',
	'apiVersion',
	'apiKey',
	'network',
	'model',
	'shareTokensPerMinute',
	'shareBaseUrl',
	'shareApiKey',
	'modelParameters',
	'completionsPerPrompt',
	'temperature',
	'maxTokens',
	'maxConcurrency',
	'maxRetries',
	'timeoutSeconds',
	'requestsPerMinute',
	'tokensPerMinute',
	'promptsPerRequest',
	'contextWindow',
	'parameter',
	'otherParameters',
	'bindings',
	'dataFiles',
	'rows',
	'idColumn',
	'endpoint',
	'template',
	'pairing',
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

/** Whether a field's key is that of a template. */
export const isOfTemplate = (key: string): boolean =>
	key.startsWith(fieldKey('template', 0).slice(0, -1));

/** The problems of the fields that were touched. */
export function ofTouched(
	problems: readonly Problem[],
	touched: readonly string[],
): readonly Problem[] {
	const keys = new Set(touched);
	return problems.filter(({ field, index }) => keys.has(fieldKey(field, index)));
}

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
	const typed = { baseUrl: draft.baseUrl, resource: draft.resource, apiVersion: draft.apiVersion };
	const addresses = (['baseUrl', 'resource', 'apiVersion'] as const)
		.filter((field) => (typed[field] ?? '').trim() !== '')
		.map((field) => fieldKey(field, 0));
	const named = (draft.settings.parameters ?? []).map((_, i) => fieldKey('parameter', i));
	const parameters = (draft.modelParameters ?? []).map((_, i) => fieldKey('modelParameters', i));
	const bindings = (draft.bindings ?? []).map((_, i) => fieldKey('bindings', i));
	const plan = [fieldKey('rows', 0), fieldKey('pairing', 0), ...parameters, ...bindings];
	return [...addresses, ...filledShareFields(draft), ...settings, ...named, ...templates, ...plan];
}

/** The draft's own connection has index 0 among those that share its run. */
function filledShareFields({ shares = [], tokensPerMinute = null }: Draft): readonly string[] {
	const typed = [tokensPerMinute, ...shares.map((share) => share.tokensPerMinute)];
	return [
		...typed.flatMap((weight, i) => (weight === null ? [] : [fieldKey('shareTokensPerMinute', i)])),
		...shares.flatMap(({ baseUrl }, i) =>
			baseUrl.trim() === '' ? [] : [fieldKey('shareBaseUrl', i + 1)],
		),
	];
}

import { isJsonObject, numberAt, textAt, type JsonObject } from './json.ts';

/** One answer of an endpoint: what it sent, taken apart but not changed. */
export interface Completion {
	/** The API's object without its choices: id, model, created, usage, service_tier, … */
	readonly rest: JsonObject;
	/** The API's choice objects as they came. */
	readonly choices: readonly JsonObject[];
	/** By which the endpoint knows the call; left out: it gave none that the page may read. */
	readonly requestId?: string;
}

export interface Usage {
	readonly promptTokens: number | null;
	readonly completionTokens: number | null;
}

/** More than any context holds, and so few that a million of them still sum up exactly. */
const mostTokens = 1e9;

/** The usage of the whole completion: its n choices share it. */
export function usageOf(rest: JsonObject): Usage {
	const usage = isJsonObject(rest['usage']) ? rest['usage'] : {};
	return {
		// Responses has other names for the same.
		promptTokens: countAt(usage, 'prompt_tokens') ?? countAt(usage, 'input_tokens'),
		completionTokens: countAt(usage, 'completion_tokens') ?? countAt(usage, 'output_tokens'),
	};
}

/** What is no count would spoil every sum it goes into. */
function countAt(usage: JsonObject, key: string): number | null {
	const count = numberAt(usage, key);
	return count !== null && count >= 0 && count <= mostTokens ? count : null;
}

/** What a choice is, so that a cut-off or refused answer never counts silently as a good one. */
export type ChoiceMark = 'complete' | 'truncated' | 'refused' | 'filtered' | 'empty';

export const choiceMarks: readonly ChoiceMark[] = [
	'complete',
	'truncated',
	'refused',
	'filtered',
	'empty',
];

const messageOf = (choice: JsonObject): JsonObject =>
	isJsonObject(choice['message']) ? choice['message'] : {};

/** Some compatible servers give content as a list of parts. */
function contentOf(message: JsonObject): string | null {
	const { content } = message;
	if (!Array.isArray(content)) return textAt(message, 'content');
	return (content as readonly unknown[])
		.map((part) => (isJsonObject(part) ? (textAt(part, 'text') ?? '') : ''))
		.join('');
}

/** Null where the model did not refuse: blank text is no refusal. */
function refusalOf(message: JsonObject): string | null {
	const refusal = textAt(message, 'refusal');
	return (refusal ?? '').trim() === '' ? null : refusal;
}

/** The answer's text: of a Chat choice its content, else its refusal; of a Completions choice its text; null where it has none. */
export const choiceText = (choice: JsonObject): string | null =>
	textAt(choice, 'text') ?? contentOf(messageOf(choice)) ?? refusalOf(messageOf(choice));

export const finishReasonOf = (choice: JsonObject): string | null =>
	textAt(choice, 'finish_reason');

export function markOf(choice: JsonObject): ChoiceMark {
	const reason = finishReasonOf(choice);
	if (reason === 'content_filter') return 'filtered';
	if (refusalOf(messageOf(choice)) !== null) return 'refused';
	if (reason === 'length') return 'truncated';
	const calls = messageOf(choice)['tool_calls'];
	const hasCalls = Array.isArray(calls) && calls.length > 0;
	return !hasCalls && (choiceText(choice) ?? '').trim() === '' ? 'empty' : 'complete';
}

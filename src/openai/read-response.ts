import type { Completion } from '#domain/completion.ts';
import {
	isJsonObject,
	objectAt,
	objectsAt,
	textAt,
	type JsonObject,
	type JsonValue,
} from '#domain/json.ts';
import { bodyObject } from './read-completion.ts';

/**
 * Takes an answer of Responses apart: one choice in the form of Chat Completions that holds the whole output beside it.
 * Null where there is none: the response failed, came to no end, or the body is no response.
 */
export function readResponse(body: unknown): Completion | null {
	const object = bodyObject(body);
	if (object === null) return null;
	const { output, ...rest } = object;
	if (!Array.isArray(output) || isJsonObject(rest['error'])) return null;
	const status = textAt(rest, 'status');
	// Compatible servers may leave the status out.
	if (status !== null && status !== 'completed' && status !== 'incomplete') return null;
	return { rest, choices: [choiceOf(output, status, incompleteReason(rest))] };
}

const incompleteReason = (rest: JsonObject): string | null =>
	textAt(objectAt(rest, 'incomplete_details'), 'reason');

function choiceOf(
	output: readonly JsonValue[],
	status: string | null,
	incomplete: string | null,
): JsonObject {
	const entries = output.filter(isJsonObject);
	const parts = entries
		.filter((entry) => entry['type'] === 'message')
		.flatMap((message) => objectsAt(message, 'content'));
	const joined = (type: string, key: string): string | null => {
		const texts = parts.filter((part) => part['type'] === type);
		return texts.length === 0 ? null : texts.map((part) => textAt(part, key) ?? '').join('');
	};
	const calls = entries.filter((entry) => entry['type'] === 'function_call').map(toolCall);
	return {
		index: 0,
		message: {
			role: 'assistant',
			content: joined('output_text', 'text'),
			refusal: joined('refusal', 'refusal'),
			...(calls.length === 0 ? {} : { tool_calls: calls }),
		},
		finish_reason: finishReason(status, incomplete, calls.length > 0),
		output,
	};
}

const toolCall = (call: JsonObject): JsonObject => ({
	id: textAt(call, 'call_id') ?? '',
	type: 'function',
	function: { name: textAt(call, 'name') ?? '', arguments: textAt(call, 'arguments') ?? '' },
});

function finishReason(
	status: string | null,
	incomplete: string | null,
	hasCalls: boolean,
): string | null {
	if (status === 'incomplete')
		return incomplete === 'max_output_tokens' ? 'length' : (incomplete ?? status);
	if (hasCalls) return 'tool_calls';
	return status === null ? null : 'stop';
}

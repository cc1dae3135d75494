import { choiceText } from './completion.ts';
import { isJsonObject, numberAt, objectAt, objectsAt, textAt, type JsonObject } from './json.ts';

/** What an answer holds beside its text. */
export interface AnswerParts {
	/** Null also where the refusal is the text. */
	readonly refusal: string | null;
	/** What the model tells of its thinking. */
	readonly reasoning: string | null;
	/** The tools that it asked to call. */
	readonly calls: readonly { readonly name: string; readonly arguments: string }[];
}

const textOrNull = (text: string | null): string | null =>
	text === null || text.trim() === '' ? null : text;

export function answerParts(choice: JsonObject): AnswerParts {
	const message = objectAt(choice, 'message');
	const refusal = textOrNull(textAt(message, 'refusal'));
	return {
		refusal: refusal === choiceText(choice) ? null : refusal,
		reasoning: reasoningOf(choice, message),
		calls: objectsAt(message, 'tool_calls').map((call) => {
			// Functions have arguments, tools of one's own an input.
			const called = isJsonObject(call['function']) ? call['function'] : objectAt(call, 'custom');
			return {
				name: textAt(called, 'name') ?? '',
				arguments: textAt(called, 'arguments') ?? textAt(called, 'input') ?? '',
			};
		}),
	};
}

/** DeepSeek and OpenRouter put it into the message, Responses into entries of its output. */
function reasoningOf(choice: JsonObject, message: JsonObject): string | null {
	const inMessage = textAt(message, 'reasoning_content') ?? textAt(message, 'reasoning');
	const parts = objectsAt(choice, 'output')
		.filter((entry) => entry['type'] === 'reasoning')
		.flatMap((entry) => [...objectsAt(entry, 'summary'), ...objectsAt(entry, 'content')])
		.map((part) => textAt(part, 'text') ?? '');
	return textOrNull(inMessage) ?? textOrNull(parts.join('\n\n'));
}

/** What a completion's usage tells beyond its two sums; null where it does not. */
export interface UsageDetails {
	readonly reasoningTokens: number | null;
	readonly cachedTokens: number | null;
}

export function usageDetails(rest: JsonObject): UsageDetails {
	const usage = objectAt(rest, 'usage');
	const first = (keys: readonly string[], count: string): number | null =>
		keys.map((key) => numberAt(objectAt(usage, key), count)).find((found) => found !== null) ??
		null;
	return {
		reasoningTokens: first(
			['completion_tokens_details', 'output_tokens_details'],
			'reasoning_tokens',
		),
		cachedTokens: first(['prompt_tokens_details', 'input_tokens_details'], 'cached_tokens'),
	};
}

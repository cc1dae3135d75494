import type { Completion } from '#domain/completion.ts';
import { isJsonObject, isTooDeep, numberAt, type JsonObject } from '#domain/json.ts';

/** The body as an object that can be kept; null where it is none. */
export const bodyObject = (body: unknown): JsonObject | null =>
	isJsonObject(body) && !isTooDeep(body) ? body : null;

/** Takes a completion apart; null where the body is none: no object, no choices, or choices that are no objects. */
export function readCompletion(body: unknown): Completion | null {
	const object = bodyObject(body);
	if (object === null) return null;
	const { choices, ...rest } = object;
	if (!Array.isArray(choices) || choices.length === 0) return null;
	const objects: JsonObject[] = [];
	for (const choice of choices as readonly unknown[]) {
		if (!isJsonObject(choice)) return null;
		// OpenRouter's way to say that the provider broke off in the middle of an answer.
		if (choice['finish_reason'] === 'error' || isJsonObject(choice['error'])) return null;
		if (!isJsonObject(choice['message']) && typeof choice['text'] !== 'string') return null;
		objects.push(choice);
	}
	// By the choice's own index, not by position: the API does not promise an order.
	objects.sort((a, b) => (numberAt(a, 'index') ?? 0) - (numberAt(b, 'index') ?? 0));
	return { rest, choices: objects };
}

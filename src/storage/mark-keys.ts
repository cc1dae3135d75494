import { markOf } from '#domain/completion.ts';
import type { JsonObject } from '#domain/json.ts';
import type { MarkKey } from './run-schema.ts';

/** None of a choice that is complete. */
export function markKeyOf(request: number, position: number, choice: JsonObject): MarkKey[] {
	const mark = markOf(choice);
	return mark === 'complete' ? [] : [[mark, request, position]];
}

export const markKeysOf = (request: number, choices: readonly JsonObject[]): readonly MarkKey[] =>
	choices.flatMap((choice, position) => markKeyOf(request, position, choice));

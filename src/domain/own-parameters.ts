import type { JsonObject } from './json.ts';
import { tokenLimits } from './token-limits.ts';

/**
 * What is sent to all, with what one model or one row has of its own in its place. The limit of tokens is one setting
 * under several names: its own `max_tokens` goes by the name that the endpoint takes, and stands alone.
 */
export function overlaid(args: JsonObject, own: JsonObject, limitName: string): JsonObject {
	const entries = Object.entries(own).map(
		([name, value]) => [name === 'max_tokens' ? limitName : name, value] as const,
	);
	const limits = entries.some(([name]) => tokenLimits.has(name));
	const kept = Object.entries(args).filter(([name]) => !(limits && tokenLimits.has(name)));
	return Object.fromEntries([...kept, ...entries]);
}

/** Without the limit of tokens, whatever its name. */
export const withoutTokenLimit = (own: JsonObject): JsonObject =>
	Object.fromEntries(Object.entries(own).filter(([name]) => !tokenLimits.has(name)));

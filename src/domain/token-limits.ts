import type { Endpoint } from './connection.ts';
import type { JsonObject } from './json.ts';

/** The limit on an answer's tokens is one setting under several names: those that each endpoint has for it, the newer first. */
export const tokenLimitNames = {
	chatCompletions: ['max_completion_tokens', 'max_tokens'],
	completions: ['max_tokens'],
	responses: ['max_output_tokens'],
} as const satisfies Readonly<Record<Endpoint, readonly string[]>>;

export const tokenLimits: ReadonlySet<string> = new Set(Object.values(tokenLimitNames).flat());

/** Without the limit of tokens, whatever its name. */
export const withoutTokenLimit = (own: JsonObject): JsonObject =>
	Object.fromEntries(Object.entries(own).filter(([name]) => !tokenLimits.has(name)));

/** Of an answer, that anybody can have meant. */
export const mostTokens = 10_000_000;

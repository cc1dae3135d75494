import type { Endpoint } from './connection.ts';

/** The limit on an answer's tokens is one setting under several names: those that each endpoint has for it, the newer first. */
export const tokenLimitNames = {
	chatCompletions: ['max_completion_tokens', 'max_tokens'],
	completions: ['max_tokens'],
	responses: ['max_output_tokens'],
} as const satisfies Readonly<Record<Endpoint, readonly string[]>>;

export const tokenLimits: ReadonlySet<string> = new Set(Object.values(tokenLimitNames).flat());

/** Of an answer, that anybody can have meant. */
export const mostTokens = 10_000_000;

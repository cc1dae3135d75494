import { numberAt, type JsonObject } from '#domain/json.ts';
import type { Prompt } from '#domain/prompt.ts';
import { tokenLimits } from '#domain/token-limits.ts';
import { unitsOf } from './prompt-bounds.ts';

const charactersPerToken = 4;

/**
 * What a limit of tokens counts for a request, about: its text and the most that may be answered. The endpoint's own
 * numbers set it right, so a table of tokens is not worth its megabyte here.
 */
export function estimateTokens(prompt: Prompt, modelArgs: JsonObject): number {
	const limits = [...tokenLimits].map((name) => numberAt(modelArgs, name) ?? 0);
	const answer = Math.max(0, ...limits) * (numberAt(modelArgs, 'n') ?? 1);
	return Math.ceil(unitsOf(prompt) / charactersPerToken) + answer;
}

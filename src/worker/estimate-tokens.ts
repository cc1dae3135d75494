import type { RequestParameters } from '#domain/parameters.ts';
import type { Prompt } from '#domain/prompt.ts';

const charactersPerToken = 4;

/**
 * What a limit of tokens counts for a request, about: its text and the most that may be answered. The endpoint's own
 * numbers set it right, so a table of tokens is not worth its megabyte here.
 */
export function estimateTokens(prompt: Prompt, parameters: RequestParameters): number {
	const characters =
		prompt.kind === 'chat'
			? prompt.messages.reduce((sum, { content }) => sum + content.length, 0)
			: prompt.text.length;
	const answer = (parameters.maxTokens ?? 0) * parameters.completionsPerPrompt;
	return Math.ceil(characters / charactersPerToken) + answer;
}

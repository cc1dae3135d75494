import type { Prompt } from '#domain/prompt.ts';
import { maxTokensOf, type Terms } from '#domain/revision.ts';

const charactersPerToken = 4;

/**
 * What a limit of tokens counts for a request, about: its text and the most that may be answered. The endpoint's own
 * numbers set it right, so a table of tokens is not worth its megabyte here.
 */
export function estimateTokens(prompt: Prompt, terms: Terms): number {
	const characters =
		prompt.kind === 'chat'
			? prompt.messages.reduce((sum, { content }) => sum + content.length, 0)
			: prompt.text.length;
	const answer = (maxTokensOf(terms) ?? 0) * terms.parameters.completionsPerPrompt;
	return Math.ceil(characters / charactersPerToken) + answer;
}

import type { Failure } from '#domain/failure.ts';
import type { Prompt } from '#domain/prompt.ts';
import { promptBounds } from '#tokens/prompt-bounds.ts';

const count = new Intl.NumberFormat('en');

/** The failure of a prompt that was not sent because no count of it fits the window. */
export function promptTooLong(prompt: Prompt, contextWindow: number): Failure {
	const fewest = count.format(promptBounds(prompt).fewest);
	return {
		kind: 'promptTooLong',
		message: `Prompt is too long: at least ${fewest} tokens, for a context window of ${count.format(contextWindow)}.`,
		status: null,
		code: null,
		requestId: null,
		waitMs: null,
	};
}

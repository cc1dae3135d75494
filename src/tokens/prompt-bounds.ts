import { textsOf, type Prompt } from '#domain/prompt.ts';
import { tokenBounds, type TokenBounds } from './token-bounds.ts';

/** A chat's form costs each message 4 tokens and the reply 3 at OpenAI; other models' forms up to these. */
const mostPerMessage = 12;
const mostPerChat = 64;

/** Between how many tokens a prompt comes to, whatever the model. */
export function promptBounds(prompt: Prompt): TokenBounds {
	let fewest = 0;
	let most = mostOfForm(prompt);
	for (const text of textsOf(prompt)) {
		const bounds = tokenBounds(text);
		fewest += bounds.fewest;
		most += bounds.most;
	}
	return { fewest, most };
}

/** Whether a prompt is longer than this many tokens however it is cut up. */
export const isCertainlyLonger = (prompt: Prompt, tokens: number): boolean =>
	unitsOf(prompt) > tokens && promptBounds(prompt).fewest > tokens;

/** Whether it is told without looking at its characters that a prompt has no more than this many tokens. */
export const isEasilyWithin = (prompt: Prompt, tokens: number): boolean =>
	bytesPerUnit * unitsOf(prompt) + mostOfForm(prompt) <= tokens;

/** A UTF-16 unit is at most three bytes of UTF-8. */
const bytesPerUnit = 3;

/** How long its texts are, in UTF-16 units. */
export const unitsOf = (prompt: Prompt): number =>
	textsOf(prompt).reduce((sum, text) => sum + text.length, 0);

const mostOfForm = (prompt: Prompt): number =>
	prompt.kind === 'chat' ? mostPerChat + mostPerMessage * prompt.messages.length : 1;

import type { Scored, TokenScore } from '#domain/token-scores.ts';

/** "97.3 %", "0.41 %", "<0.01 %"; of a certain token "100 %". */
export function formatProbability(logprob: number | null): string {
	if (logprob === null) return 'unknown';
	const percent = Math.exp(logprob) * 100;
	if (percent < 0.01) return '<0.01 %';
	return `${percent < 1 ? percent.toFixed(2) : percent < 99.95 ? percent.toFixed(1) : '100'} %`;
}

/** How unlikely a token was, from 0 (likely) to 4; a likely one is not marked. */
export function unlikeliness({ logprob }: Scored): 0 | 1 | 2 | 3 | 4 {
	const probability = logprob === null ? 1 : Math.exp(logprob);
	if (probability >= 0.9) return 0;
	if (probability >= 0.7) return 1;
	if (probability >= 0.5) return 2;
	return probability >= 0.2 ? 3 : 4;
}

/** White space that would not be seen, drawn; a line's end ends the line all the same. */
export const shownToken = (token: string): string =>
	token === '' ? '∅' : token.replaceAll('\r', '␍').replaceAll('\n', '⏎\n').replaceAll('\t', '⇥');

/** A token on its own, with its spaces to be seen too. */
export const quotedToken = (token: string): string =>
	shownToken(token).replaceAll('⏎\n', '⏎').replaceAll(' ', '␣');

export const tokenLabel = (score: TokenScore): string =>
	`${quotedToken(score.token)} ${formatProbability(score.logprob)}`;

/** The token that was written and those in its place, each once, the likeliest first. */
export function candidates(score: TokenScore): readonly (Scored & { readonly written: boolean })[] {
	const { token, logprob, alternatives } = score;
	const others = alternatives.filter((other) => other.token !== token);
	return [{ token, logprob }, ...others]
		.map((one) => ({ ...one, written: one.token === token }))
		.sort((a, b) => (b.logprob ?? -Infinity) - (a.logprob ?? -Infinity));
}

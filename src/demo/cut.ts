import { tokensOf } from './tokens.ts';

export interface CutAnswer {
	readonly text: string;
	readonly tokens: readonly string[];
	readonly finishReason: 'stop' | 'length';
}

/** Ends an answer where the request wants it ended: before the first stop sequence, and after so many tokens. */
export function cutAnswer(
	answer: string,
	stop: readonly string[],
	maxTokens: number | null,
): CutAnswer {
	const ends = stop.map((sequence) => answer.indexOf(sequence)).filter((at) => at >= 0);
	const text = answer.slice(0, Math.min(answer.length, ...ends));
	const tokens = tokensOf(text);
	if (maxTokens === null || tokens.length <= maxTokens)
		return { text, tokens, finishReason: 'stop' };
	const kept = tokens.slice(0, maxTokens);
	return { text: kept.join(''), tokens: kept, finishReason: 'length' };
}

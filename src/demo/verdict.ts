import type { PromptReading } from './prompt-reading.ts';
import { sentimentOf, starsOf } from './sentiment.ts';

/** What the reviews of a prompt were found to say, in the words that the prompt asks for. */
export type Verdict =
	| {
			readonly kind: 'pair';
			readonly which: 'first' | 'second';
			readonly label: string;
			readonly sentiment: number;
	  }
	| {
			readonly kind: 'stars';
			readonly stars: number;
			readonly label: string;
			readonly sentiment: number;
	  }
	| {
			readonly kind: 'label';
			readonly stars: number;
			readonly label: string;
			readonly sentiment: number;
	  };

const asksForStars = /\bstars?\b|\b1\s*(?:-|–|to)\s*5\b/i;
const asksForLabel = /\b(?:positive|negative|sentiment|classif\w+)\b/i;
const asksForRating = /\b(?:rate|rating|score)\b/i;

/** A label with the capitals that the prompt gives to "negative", which seldom opens a sentence. */
function spelledLike(instructions: string, label: string): string {
	const spelling = /\bnegative\b/i.exec(instructions)?.[0] ?? '';
	if (spelling === 'NEGATIVE') return label.toUpperCase();
	return spelling === 'Negative' ? label.charAt(0).toUpperCase() + label.slice(1) : label;
}

function labelOf(instructions: string, sentiment: number): string {
	const between = /\b(?:neutral|mixed)\b/i.exec(instructions)?.[0].toLowerCase();
	const label = sentiment < 0 ? 'negative' : 'positive';
	return spelledLike(
		instructions,
		between !== undefined && Math.abs(sentiment) <= 1 ? between : label,
	);
}

/** Null where the prompt asks nothing about a review. */
export function verdictOn({ instructions, reviews }: PromptReading): Verdict | null {
	const [first, second] = reviews;
	if (first === undefined || first.trim() === '') return null;
	const sentiment = sentimentOf(first);
	if (second !== undefined) {
		const wantsWorst = /\bnegative\b/i.test(instructions) && !/\bpositive\b/i.test(instructions);
		const lead = (sentiment - sentimentOf(second)) * (wantsWorst ? -1 : 1);
		return {
			kind: 'pair',
			which: lead >= 0 ? 'first' : 'second',
			label: wantsWorst ? 'negative' : 'positive',
			sentiment: lead,
		};
	}
	const found = { stars: starsOf(sentiment), label: labelOf(instructions, sentiment), sentiment };
	if (asksForStars.test(instructions)) return { kind: 'stars', ...found };
	if (asksForLabel.test(instructions)) return { kind: 'label', ...found };
	return asksForRating.test(instructions) ? { kind: 'stars', ...found } : null;
}

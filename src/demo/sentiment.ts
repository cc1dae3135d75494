import { intensifiers, negators, phraseWeights, turns, wordWeights } from './lexicon.ts';

/** Words between a negator and what it turns round: "not a very good coffee". */
const negationReach = 4;
const intensified = 1.5;
const negated = -0.8;
const afterTurn = 1.4;

const hasAlphabet = (phrase: string): boolean =>
	/^[\p{Script=Latin}\p{Script=Cyrillic}]/u.test(phrase);

const phrases = phraseWeights.map(([phrase, weight]) => ({
	pattern: hasAlphabet(phrase)
		? new RegExp(`(?<!\\p{L})${phrase}(?!\\p{L})`, 'gu')
		: new RegExp(phrase, 'gu'),
	weight,
}));

/** How well a review speaks of its coffee: above 0 well, below 0 ill, 0 neither. */
export function sentimentOf(review: string): number {
	let score = 0;
	let text = review.normalize('NFC').toLowerCase().replaceAll('’', "'");
	for (const { pattern, weight } of phrases)
		text = text.replace(pattern, () => {
			score += weight;
			return ' , ';
		});
	text = text.replaceAll("n't", ' not').replaceAll('<3', ' love ');

	let sinceNegator = Infinity;
	let strength = 1;
	let clause = 1;
	for (const token of text.match(/[\p{L}\p{M}]+|[.,;:!?()\n–—-]/gu) ?? []) {
		if (!/\p{L}/u.test(token)) {
			if (token !== '-') sinceNegator = Infinity;
			if (/[.!?\n]/.test(token)) clause = 1;
			continue;
		}
		if (turns.has(token)) {
			clause = afterTurn;
			sinceNegator = Infinity;
		} else if (negators.has(token)) {
			sinceNegator = 0;
		} else if (intensifiers.has(token)) {
			strength = intensified;
		} else {
			sinceNegator++;
			const weight = wordWeights.get(token) ?? 0;
			const direction = sinceNegator <= negationReach ? negated : 1;
			score += weight * strength * direction * clause;
			strength = 1;
		}
	}
	return score;
}

export const starsOf = (sentiment: number): number => Math.round(3 + 2 * Math.tanh(sentiment / 3));

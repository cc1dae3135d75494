import { describe, expect, test } from 'vitest';
import {
	candidates,
	formatProbability,
	quotedToken,
	shownToken,
	unlikeliness,
} from '#ui/run/token-words.ts';

describe('a probability', () => {
	test.each([
		[0, '100 %'],
		[Math.log(0.9996), '100 %'],
		[Math.log(0.999), '99.9 %'],
		[Math.log(0.973), '97.3 %'],
		[Math.log(0.0041), '0.41 %'],
		[-30, '<0.01 %'],
		[-9999, '<0.01 %'],
		[null, 'unknown'],
	])('whose logarithm is %s reads %s', (logprob, words) => {
		expect(formatProbability(logprob)).toBe(words);
	});

	test.each([
		[0.95, 0],
		[0.9, 0],
		[0.89, 1],
		[0.69, 2],
		[0.49, 3],
		[0.19, 4],
	])('of %s is marked %i', (probability, level) => {
		// The logarithm's last digit must not move a bound.
		expect(unlikeliness({ token: 'a', logprob: Math.log(probability) + 1e-12 })).toBe(level);
	});

	test('that is unknown is not marked', () => {
		expect(unlikeliness({ token: 'a', logprob: null })).toBe(0);
	});
});

describe('a token', () => {
	test.each([
		[' a b', ' a b', '␣a␣b'],
		['\n\t', '⏎\n⇥', '⏎⇥'],
		['', '∅', '∅'],
	])('%j is seen as %j, and alone as %j', (token, shown, quoted) => {
		expect([shownToken(token), quotedToken(token)]).toEqual([shown, quoted]);
	});

	test('stands once among those in its place, the likeliest first', () => {
		const score = {
			token: 'b',
			logprob: -2,
			alternatives: [
				{ token: 'a', logprob: -0.2 },
				{ token: 'b', logprob: -2 },
				{ token: 'c', logprob: -3 },
			],
		};
		expect(candidates(score).map(({ token, written }) => [token, written])).toEqual([
			['a', false],
			['b', true],
			['c', false],
		]);
		expect(candidates({ ...score, alternatives: [] })).toHaveLength(1);
	});
});

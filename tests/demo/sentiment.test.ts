import { describe, expect, test } from 'vitest';
import { sentimentOf, starsOf } from '#demo/sentiment.ts';
import { readSample } from './samples.ts';

describe('a review', () => {
	test.each([
		'Good coffee.',
		'Not bad at all.',
		'It is not bitter.',
		'No bitterness, never sour, without a burnt note: good.',
		'A little expensive, but delicious.',
		'Perfect!!!',
		'I couldn’t be happier.',
		'It beats the one I bought before.',
		'Sehr gut, kaum bitter.',
		'Pyszna, polecam!',
		'最高です。',
	])('is judged well: %s', (review) => {
		expect(sentimentOf(review)).toBeGreaterThan(0);
	});

	test.each([
		'Not good.',
		'This isn’t a very good coffee.',
		"I don't recommend it.",
		'It is no better than instant.',
		'Nothing above the level of the supermarket.',
		'Nice smell, but the taste is awful.',
		'Bitter.',
		'Never again!',
		'Nie polecam.',
		'Nicht gut.',
		'Pas bon.',
		'まずい。',
	])('is judged ill: %s', (review) => {
		expect(sentimentOf(review)).toBeLessThan(0);
	});

	test.each(['', 'I bought it on Tuesday.', '🙂', '{review}', '…'])(
		'that says nothing is judged neither way: %s',
		(review) => {
			expect(sentimentOf(review)).toBe(0);
		},
	);

	test('in decomposed letters is judged as in composed ones', () => {
		const review = 'Pas délicieux, très décevant.';
		expect(sentimentOf(review.normalize('NFD'))).toBe(sentimentOf(review));
	});

	test('of a million characters is judged within the time of a test', () => {
		expect(sentimentOf('good, '.repeat(170_000))).toBeGreaterThan(0);
	});
});

describe('stars', () => {
	test.each([
		[-20, 1],
		[-1, 2],
		[0, 3],
		[1, 4],
		[20, 5],
	])('for a sentiment of %d are %d', (sentiment, stars) => {
		expect(starsOf(sentiment)).toBe(stars);
	});
});

describe('over the sample', () => {
	const rows = readSample('coffee-reviews.csv').rows.map((row) => ({
		stars: Number(row['stars']),
		sentiment: sentimentOf(row['review'] ?? ''),
	}));

	test('at least nine in ten praises and complaints are told apart', () => {
		const clear = rows.filter(({ stars }) => stars !== 3);
		const right = clear.filter(({ stars, sentiment }) =>
			stars >= 4 ? sentiment > 0 : sentiment < 0,
		);
		expect(right.length / clear.length).toBeGreaterThanOrEqual(0.9);
	});

	test('the first three are told apart', () => {
		expect(rows.slice(0, 3).map(({ sentiment }) => Math.sign(sentiment))).toEqual([1, 1, -1]);
	});
});

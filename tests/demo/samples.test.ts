import { describe, expect, test } from 'vitest';
import { readSample, reviewsOf } from './samples.ts';

describe('the coffee reviews', () => {
	const sample = readSample('coffee-reviews.csv');
	const reviews = reviewsOf(sample);

	test('parse without an error, with the columns promised and ids counted from 0', () => {
		expect(sample.errors).toEqual([]);
		expect(sample.columns).toEqual(['id', 'review', 'stars', 'roast']);
		expect(sample.rows.length).toBeGreaterThanOrEqual(60);
		expect(sample.rows.map((row) => row['id'])).toEqual(sample.rows.map((_, i) => String(i)));
	});

	test('hold stars from 1 to 5 and a known roast in every row, and no review twice', () => {
		for (const row of sample.rows) {
			expect(row['stars']).toMatch(/^[1-5]$/);
			expect(['light', 'medium', 'dark']).toContain(row['roast']);
		}
		expect(new Set(reviews).size).toBe(reviews.length);
	});

	test.each([
		['a comma', /,/],
		['a double quote', /"/],
		['a line break', /\n/],
		['an empty line', /\n\n/],
		['braces', /\{\w+\}/],
		['a formula’s first character', /^=/],
		['Latin letters with marks', /ś|ü|é|ñ|å/i],
		['Cyrillic', /\p{Script=Cyrillic}/u],
		['Japanese', /\p{Script=Hiragana}/u],
		['an emoji', /☕/u],
	])('have %s in some cell', (_, pattern) => {
		expect(reviews.some((review) => pattern.test(review))).toBe(true);
	});

	test('vary in length from a word to a paragraph', () => {
		const lengths = reviews.map((review) => review.length);
		expect(Math.min(...lengths)).toBeLessThan(20);
		expect(Math.max(...lengths)).toBeGreaterThan(400);
	});

	test('open with two that praise and one that does not', () => {
		const [first, second, third] = sample.rows;
		expect(Number(first?.['stars'])).toBeGreaterThanOrEqual(4);
		expect(first?.['review']).toMatch(/light roast.*aroma fills.*pitch-black/);
		expect(Number(second?.['stars'])).toBeGreaterThanOrEqual(4);
		expect(second?.['review']).toMatch(/delicate.*smell when you open.*loyal.*for years/);
		expect(Number(third?.['stars'])).toBeLessThanOrEqual(2);
		expect(third?.['review']).toMatch(/advertising.*no better than.*supermarket.*weak/);
	});

	test('are UTF-8 without a byte order mark, with plain line feeds', () => {
		expect(sample.text.startsWith('id,')).toBe(true);
		expect(sample.text).not.toMatch(/\r|\uFFFD/);
	});
});

describe('the reviews to compare', () => {
	const sample = readSample('compare-reviews.csv');

	test('parse without an error, with two different reviews in every row', () => {
		expect(sample.errors).toEqual([]);
		expect(sample.columns).toEqual(['id', 'first_review', 'second_review']);
		expect(sample.rows.length).toBeGreaterThanOrEqual(12);
		for (const row of sample.rows) {
			expect(row['first_review']).toBeTruthy();
			expect(row['second_review']).toBeTruthy();
			expect(row['first_review']).not.toBe(row['second_review']);
		}
	});
});

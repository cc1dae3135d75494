import { describe, expect, test } from 'vitest';
import { columnsLike, completed, openBraceBefore } from '#ui/compose/column-completion.ts';
import { listPlace } from '#ui/compose/list-place.ts';

/** The caret stands where the bar is. */
const at = (marked: string): readonly [string, number] => [
	marked.replace('|', ''),
	marked.indexOf('|'),
];

describe('a brace that stands open', () => {
	test.each([
		['{|', ''],
		['Judge {re|', 're'],
		['Judge { re|', 're'],
		['{first re|view}', 'first re'],
		['{отз|', 'отз'],
		['{{"key": "{va|', 'va'],
		['{{{va|', 'va'],
		['{a} {b|', 'b'],
		['{re|\nmore', 're'],
	])('in %j is one behind which %j was typed', (marked, query) => {
		expect(openBraceBefore(...at(marked))?.query).toBe(query);
	});

	test.each([
		['|{a'],
		['no brace|'],
		['{a}|'],
		['{a} b|'],
		['{{|'],
		['{{na|'],
		['{{{{na|'],
		['{"key|'],
		['{1|'],
		['{\n|'],
		['{a\nb|'],
		[`{${'a'.repeat(300)}|`],
	])('is not to be found in %j', (marked) => {
		expect(openBraceBefore(...at(marked))).toBeNull();
	});
});

test.each([
	['', ['id', 'review', 'first review', 'Stars'], ['id', 'review', 'first review', 'Stars']],
	['re', ['id', 'first review', 'review', 'Rest'], ['review', 'Rest', 'first review']],
	['STARS', ['id', 'Stars'], ['Stars']],
	['p', ['Price ($)', '1p', 'price'], ['price']],
	['x', ['id'], []],
])('%j may come to: %j', (query, columns, expected) => {
	expect(columnsLike(query, columns, 4)).toEqual(expected);
});

test('no more columns are offered than there is room for', () => {
	const columns = Array.from({ length: 1_000 }, (_, i) => `c${String(i)}`);
	expect(columnsLike('c', columns, 3)).toEqual(['c0', 'c1', 'c2']);
});

test.each([
	['{re|', '{review}|'],
	['{ re| more', '{review}| more'],
	['{re|}', '{review}|'],
	['{re|vie}, and {b}', '{review}|, and {b}'],
	['{re| is what}', '{review}| is what}'],
	['{{"k": {re|}}', '{{"k": {review}|}}'],
	['{{"k": {re|}}}', '{{"k": {review}|}}'],
	['{{"k": "{re|"}}', '{{"k": "{review}|"}}'],
])('a name chosen makes %j into %j', (marked, expected) => {
	const [text, caret] = at(marked);
	const brace = openBraceBefore(text, caret);
	if (brace === null) throw new Error('No brace is open');
	const { from, to, text: name } = completed(text, caret, brace, 'review');
	expect(`${text.slice(0, from)}${name}|${text.slice(to)}`).toBe(expected);
});

test.each([
	['beneath the brace', { left: 100, top: 200, bottom: 220 }, { left: 100, top: 224, width: 280 }],
	[
		'above it at the foot of the window',
		{ left: 100, top: 780, bottom: 795 },
		{ left: 100, top: 656, width: 280 },
	],
	[
		'within the right edge',
		{ left: 380, top: 200, bottom: 220 },
		{ left: 106, top: 224, width: 280 },
	],
])('the list stands %s', (_, anchor, expected) => {
	expect(listPlace(anchor, 4, 390, 800)).toEqual(expected);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { positionAt, type ChosenRows } from '#domain/chosen-rows.ts';
import {
	cellTest,
	chosenCount,
	chosenRows,
	listedRows,
	type ArithmeticChoice,
} from '#domain/rows.ts';
import { sample } from '#domain/sample.ts';

const numbers = ({ count, rowAt }: ChosenRows): number[] =>
	Array.from({ length: count }, (_, i) => rowAt(i));

describe('the rows chosen of ten', () => {
	test.each<[ArithmeticChoice, number[]]>([
		[{ kind: 'all' }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
		[{ kind: 'first', count: 3 }, [0, 1, 2]],
		[{ kind: 'first', count: 30 }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
		[{ kind: 'range', from: 1, to: 1 }, [0]],
		[{ kind: 'range', from: 9, to: 10 }, [8, 9]],
		[{ kind: 'range', from: 9, to: 99 }, [8, 9]],
		[{ kind: 'range', from: 11, to: 12 }, []],
		[{ kind: 'random', count: 30, seed: 1 }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
	])('by %j are %j', (choice, expected) => {
		expect(numbers(chosenRows(choice, 10))).toEqual(expected);
		expect(chosenCount(choice, 10)).toBe(expected.length);
	});
});

describe('a random sample', () => {
	test('is what it was in every browser and every version', () => {
		expect([...sample(5, 1_000, 1)]).toEqual([139, 298, 426, 501, 590]);
		expect([...sample(5, 1_000, 2)]).toEqual([93, 345, 484, 555, 801]);
		expect([...sample(3, 1_000_000, 4_294_967_295)]).toEqual([91505, 181890, 280426]);
	});

	test('has as many different rows as asked for, in the order of the file', () => {
		fc.assert(
			fc.property(fc.nat(2_000), fc.nat(2_000), fc.nat(), (count, total, seed) => {
				const chosen = [...sample(count, total, seed)];
				expect(chosen).toHaveLength(Math.min(count, total));
				expect(chosen.every((number, i) => number > (chosen[i - 1] ?? -1))).toBe(true);
				expect(chosen.every((number) => number < total)).toBe(true);
			}),
		);
	});

	test('takes every row equally often over many seeds', () => {
		const taken = new Array<number>(20).fill(0);
		for (let seed = 0; seed < 10_000; seed++)
			for (const number of sample(5, 20, seed)) taken[number] = (taken[number] ?? 0) + 1;
		// 2,500 each, give or take five standard deviations.
		expect(Math.min(...taken)).toBeGreaterThan(2_283);
		expect(Math.max(...taken)).toBeLessThan(2_717);
	});
});

test.each([
	[true, '', ' ', false],
	[true, '', ' x ', true],
	[false, '', ' \t', true],
	[false, '', 'x', false],
	[true, 'Spam', 'some SPAM here', true],
	[true, ' spam ', 'spam', true],
	[true, 'spam', 'ham', false],
	[false, 'spam', 'ham', true],
	[false, 'spam', '', true],
])('has %j with text %j: a cell %j belongs: %j', (has, text, cell, expected) => {
	expect(cellTest({ kind: 'where', column: 'c', has, text })(cell)).toBe(expected);
});

test.each([
	[0, 0],
	[3, 0],
	[4, 1],
	[7, 1],
	[8, 2],
	[500, 2],
])('of rows 3, 7 and 9, row %i is met at position %i', (row, position) => {
	expect(positionAt(listedRows(Uint32Array.of(3, 7, 9)), row)).toBe(position);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IdCensus, type RepeatedIds } from '#domain/id-census.ts';

function census(ids: readonly string[]): RepeatedIds {
	const found = new IdCensus(ids.length);
	for (const id of ids) found.add(id);
	return found.repeated();
}

test.each<[string[], RepeatedIds]>([
	[[], { rows: 0, groups: [] }],
	[['a', 'b', 'c'], { rows: 0, groups: [] }],
	[['a', 'b', 'a'], { rows: 2, groups: [[0, 2]] }],
	[['', ' ', ''], { rows: 0, groups: [] }],
	[['a', 'A', 'a '], { rows: 0, groups: [] }],
	[
		['x', 'y', 'y', 'x', 'y'],
		{
			rows: 5,
			groups: [
				[0, 3],
				[1, 2, 4],
			],
		},
	],
	[['1', '1', '1', '1', '1', '1', '1'], { rows: 7, groups: [[0, 1, 2, 3, 4]] }],
	[
		['a', 'b', 'c', 'd', 'd', 'c', 'b', 'a'],
		{
			rows: 8,
			groups: [
				[0, 7],
				[1, 6],
				[2, 5],
			],
		},
	],
])('of the ids %j, %j repeat', (ids, expected) => {
	expect(census(ids)).toEqual(expected);
});

test('counts as a comparison of every id with every other would', () => {
	fc.assert(
		fc.property(fc.array(fc.string({ maxLength: 2 })), (ids) => {
			const twice = ids.filter(
				(id, i) => id.trim() !== '' && ids.some((other, j) => i !== j && other === id),
			);
			expect(census(ids).rows).toBe(twice.length);
		}),
	);
});

test('a quarter of a million ids that count up are all different', () => {
	expect(census(Array.from({ length: 250_000 }, (_, i) => `row-${String(i)}`)).rows).toBe(0);
});

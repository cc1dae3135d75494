import { expect, test } from 'vitest';
import { Chunker } from '#storage/chunker.ts';

const row = (characters: number): string[] => ['x'.repeat(characters)];

test.each([
	{
		of: 'short rows at 500',
		rows: Array.from({ length: 1_100 }, () => row(1)),
		sizes: [500, 500, 100],
	},
	{ of: 'exactly 500 rows', rows: Array.from({ length: 500 }, () => row(1)), sizes: [500] },
	{
		of: 'long rows before they pass 500,000 characters',
		rows: [200, 200, 200, 200].map((k) => row(k * 1_000)),
		sizes: [2, 2],
	},
	{ of: 'a row that is too long alone', rows: [row(1), row(2_000_000), row(1)], sizes: [1, 1, 1] },
	{ of: 'no rows', rows: [], sizes: [] },
])('a chunker cuts $of', ({ rows, sizes }) => {
	const chunker = new Chunker();
	const chunks = [...rows.flatMap((one) => chunker.add([one])), ...chunker.rest()];
	expect(chunks.map((chunk) => chunk.rows.length)).toEqual(sizes);
	expect(chunks.map(({ first }) => first)).toEqual(
		sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0)),
	);
	expect(chunks.flatMap((chunk) => chunk.rows)).toEqual(rows);
	expect(chunker.rowCount).toBe(rows.length);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { textEncodings } from '#domain/text-encoding.ts';
import { hostileFile } from './hostile-files.ts';
import { fileOf, read, withLimits, type Tried } from './table-files.ts';

/** Small enough that the large kinds go past them. */
const limits = withLimits({
	columns: 1_000,
	rows: 1_500,
	cellCharacters: 200_000,
	rowCharacters: 1_000_000,
});

/** A dataset that holds together, or a problem in words. */
function expectSense(tried: Tried): void {
	expect(tried.problems.length > 0).toBe(tried.table === null);
	for (const problem of tried.problems) expect(problem).toMatch(/^\S.+[.…]$/s);
	if (tried.table === null) return;
	const { columns, rowCount } = tried.table;
	const names = columns.map(({ name }) => name);
	expect(new Set(names).size).toBe(names.length);
	expect(names.every((name) => name !== '')).toBe(true);
	expect(rowCount).toBe(tried.rows.length);
	expect(rowCount).toBeGreaterThan(0);
	for (const row of tried.rows) expect(row.length).toBeLessThanOrEqual(columns.length);
}

const prototypeNames = (): string => Object.getOwnPropertyNames(Object.prototype).join();

/** What no file may take: its test fails then. */
const mostMs = 20_000;

describe('of two hundred hostile files', () => {
	const files = fc.sample(hostileFile, { numRuns: 200, seed: 20_261_121 });
	test.each(files)(
		'$kind gives a dataset or a problem in words, whatever the slices, and touches no prototype',
		async ({ name, bytes }) => {
			const before = prototypeNames();
			const file = fileOf(bytes, name);
			const tried = await read(file, { limits });
			expectSense(tried);
			const sliced = await read(file, { limits, sliceBytes: 997 });
			expect(sliced.problems).toEqual(tried.problems);
			expect(sliced.table).toEqual(tried.table);
			expect(sliced.rows).toEqual(tried.problems.length > 0 ? sliced.rows : tried.rows);
			expect(prototypeNames()).toBe(before);
			expect(({} as Readonly<Record<string, unknown>>)['polluted']).toBeUndefined();
		},
		mostMs,
	);

	const options = fc.record({
		encoding: fc.constantFrom(...textEncodings, null),
		delimiter: fc.constantFrom(',', '\t', '', 'x', null),
		header: fc.constantFrom(true, false, null),
		quotes: fc.constantFrom('enclose' as const, 'text' as const),
		oddRows: fc.constantFrom('keep' as const, 'skip' as const),
		edits: fc.constantFrom(
			[],
			[
				{ file: 0, row: 1, text: '"' },
				{ file: 0, row: 2, text: '' },
			],
		),
	});
	const ways = fc.sample(fc.record({ file: hostileFile, chosen: options }), {
		numRuns: 200,
		seed: 20_261_122,
	});
	test.each(ways)(
		'$file.kind bears every way to read it: $chosen',
		async ({ file: { name, bytes }, chosen }) => {
			expectSense(await read(fileOf(bytes, name), { limits, ...chosen }));
		},
		mostMs,
	);
});

describe('at the limits in force', () => {
	test.each<{ kind: string; name: string; content: () => string; says: string }>([
		{
			kind: 'a line of 50 MB',
			name: 'a.csv',
			content: () => `a,b\n${'x'.repeat(50_000_000)}`,
			says: 'the cell is longer than 1,000,000 characters',
		},
		{
			kind: 'ten thousand columns',
			name: 'a.csv',
			content: () => `${'c,'.repeat(10_000)}c\n`,
			says: 'there are more than 1,000 columns',
		},
		{
			kind: 'quotes of 6 MB',
			name: 'a.csv',
			content: () => `a\n${'"'.repeat(6_000_001)}`,
			says: 'the cell is longer than 1,000,000 characters',
		},
		{
			kind: 'JSON a million deep',
			name: 'a.json',
			content: () => '['.repeat(1_000_000),
			says: 'it is not closed before the file ends',
		},
		{
			kind: 'a JSON text of 20 MB',
			name: 'a.json',
			content: () => `[{"a":"${'x'.repeat(20_000_000)}"}]`,
			says: 'it is longer than 16,000,000 characters',
		},
	])('$kind is refused: $says', async ({ name, content, says }) => {
		const tried = await read(fileOf(content(), name));
		expect(tried.problems).toHaveLength(1);
		expect(tried.problems[0]).toContain(says);
	});
});

import { describe, expect, test } from 'vitest';
import { fileOf, namesOf, noticesOf, read, withLimits } from './table-files.ts';

describe('a header is told from the rows', () => {
	test.each<{ name: string; text: string; has: boolean }>([
		{ name: 'words over words', text: 'name,city\nAnn,Rome\nBob,Oslo\n', has: true },
		{ name: 'words over numbers', text: 'id,stars\n1,5\n2,3\n', has: true },
		{ name: 'numbers over numbers', text: '17,Ann\n18,Bob\n21,Cy\n', has: false },
		{ name: 'one column of numbers', text: '5\n7\n9\n', has: false },
		{ name: 'dates over dates', text: '2026-01-02;x\n2026-01-03;y\n', has: false },
		{
			name: 'addresses over addresses',
			text: 'https://a.example\nhttps://b.example\n',
			has: false,
		},
		{ name: 'mail over mail', text: 'a@b.example,x\nc@d.example,y\n', has: false },
		{ name: 'years over numbers', text: 'country,2019,2020\nIT,5,6\nNO,7,8\n', has: true },
		{ name: 'dates over numbers', text: 'country,2019-01-01\nIT,5\nNO,7\n', has: true },
		{ name: 'columns numbered by a program', text: '0,1,2\n5,6,7\n8,9,4\n', has: true },
		{ name: 'one name among values', text: '17,price\n18,2.50\n19,3.10\n', has: true },
		{ name: 'an empty name over an index', text: ',text\n0,a\n1,b\n', has: true },
		{ name: 'a first row alone', text: '17,18.5\n', has: true },
	])('$name', async ({ text, has }) => {
		const { table } = await read(text);
		// A header alone is refused: it has no rows.
		expect(table?.hasHeader ?? true).toBe(has);
	});

	test('columns without one are numbered, and the notice says so', async () => {
		const tried = await read('17,Ann\n18,Bob\n19,Cy,x\n');
		expect(namesOf(tried)).toEqual(['column 1', 'column 2', 'column 3']);
		expect(tried.rows).toHaveLength(3);
		expect(noticesOf(tried)).toEqual([
			'noHeader · reviews.csv seems to have no header row, so its columns are numbered. If its first row names them, choose so under “Not read right?”.',
			'raggedRows · reviews.csv: 1 row has more cells than the first row: 3. The cells beyond it are in “column 3”.',
		]);
	});
});

test.each([
	{ header: false, names: ['column 1', 'column 2'], rows: 3 },
	{ header: true, names: ['a', 'b'], rows: 2 },
])('a choice wins: $header', async ({ header, names, rows }) => {
	const tried = await read('a,b\n1,2\n3,4\n', { header });
	expect(namesOf(tried)).toEqual(names);
	expect(tried.rows).toHaveLength(rows);
	expect(tried.table?.notices).toEqual([]);
	expect(tried.table).toMatchObject({ hasHeader: header, options: { header } });
});

test('without a header a fault counts the rows from the first', async () => {
	const options = { header: false, limits: withLimits({ cellCharacters: 5 }) };
	const tried = await read('a,b\n1,longer\n', options);
	expect(tried.problems[0]).toContain('reviews.csv, row 2, column “column 2”: the cell');
	expect((await read('longer', options)).problems[0]).toContain('row 1');
});

test('files without a header are stacked by the place of their cells', async () => {
	const tried = await read([fileOf('5,a\n6,b\n', 'a.csv'), fileOf('7;c\n8;d\n', 'b.csv')]);
	expect(namesOf(tried)).toEqual(['column 1', 'column 2', 'source file']);
	expect(tried.rows.at(-1)).toEqual(['8', 'd', 'b.csv']);
});

import { describe, expect, test } from 'vitest';
import { fileOf, namesOf, noticesOf, read } from './table-files.ts';

const text = 'id,review\n1,fine\n2\n3,"a "bad" quote"\n4,good\n5,more,than,fit\n6,last\n';

test('rows that do not fit are listed with what the file has', async () => {
	const place = { file: 0, fileName: 'reviews.csv' };
	for (const sliceBytes of [3, 1_000]) {
		const { table } = await read(text, { sliceBytes });
		expect(table?.oddRows).toEqual({
			count: 3,
			first: [
				{ ...place, row: 2, cells: 1, wanted: 2, isMisquoted: false, text: '2' },
				{ ...place, row: 3, cells: 2, wanted: 2, isMisquoted: true, text: '3,"a "bad" quote"' },
				{ ...place, row: 5, cells: 4, wanted: 2, isMisquoted: false, text: '5,more,than,fit' },
			],
		});
	}
});

test('a table whose rows all fit lists none', async () => {
	expect((await read('a,b\n1,2\n')).table).not.toHaveProperty('oddRows');
});

test('of many, the first hundred are listed, and a long one without its text', async () => {
	const { table } = await read(`a,b\n${'x'.repeat(4_001)}\n${'y\n'.repeat(300)}`);
	expect(table?.oddRows?.count).toBe(301);
	expect(table?.oddRows?.first).toHaveLength(100);
	expect(table?.oddRows?.first[0]?.text).toBeNull();
	expect(table?.oddRows?.first[99]).toMatchObject({ row: 100, text: 'y' });
});

test('rows of a stack name their file, also where others of the files are none of it', async () => {
	const files = [
		fileOf('a,b\n1,2\n', 'a.csv'),
		fileOf('x\n1\n', 'other.csv'),
		fileOf('a,b\n1\n', 'b.csv'),
		fileOf('a,b\n1,2\n', 'c.csv'),
	];
	const tried = await read(files);
	expect(tried.table?.oddRows?.first).toMatchObject([
		{ file: 2, fileName: 'b.csv', row: 1, text: '1' },
	]);
});

describe('skipped', () => {
	test('they are left out, and named', async () => {
		const tried = await read(text, { oddRows: 'skip' });
		expect(tried.rows).toEqual([
			['1', 'fine'],
			['4', 'good'],
			['6', 'last'],
		]);
		expect(namesOf(tried)).toEqual(['id', 'review']);
		expect(noticesOf(tried)).toEqual([
			'skippedRows · reviews.csv: 3 rows that do not fit were skipped: 2, 3 and 5.',
		]);
		expect(tried.table).toMatchObject({ rowCount: 3, oddRows: { count: 3 } });
	});

	test('all of them leave nothing to read', async () => {
		expect((await read('a,b\n1\n2\n', { oddRows: 'skip' })).problems).toEqual([
			'reviews.csv has no rows but ones that do not fit. Keep them, or mend the file.',
		]);
	});
});

describe('mended by hand', () => {
	const edit = (row: number, mended: string, file = 0) => ({ file, row, text: mended });

	test('a row is read as it was written instead, and fits', async () => {
		const tried = await read(text, {
			sliceBytes: 5,
			edits: [edit(2, '2,added'), edit(3, '3,"a ""good"" quote"'), edit(5, '5,"more,than,fit"')],
		});
		expect(tried.rows).toEqual([
			['1', 'fine'],
			['2', 'added'],
			['3', 'a "good" quote'],
			['4', 'good'],
			['5', 'more,than,fit'],
			['6', 'last'],
		]);
		expect(tried.table?.notices).toEqual([]);
		expect(tried.table).not.toHaveProperty('oddRows');
	});

	test.each<{ how: string; mended: string; rows: readonly (readonly string[])[] }>([
		{ how: 'an empty one is left out', mended: ' ', rows: [['1', 'fine']] },
		{
			how: 'two lines are two rows',
			mended: '2,b\n3,c',
			rows: [
				['1', 'fine'],
				['2', 'b'],
				['3', 'c'],
			],
		},
		{
			how: 'an open quote ends with it',
			mended: '2,"b',
			rows: [
				['1', 'fine'],
				['2', '"b'],
			],
		},
	])('$how', async ({ mended, rows }) => {
		const tried = await read(text, { edits: [edit(2, mended)] });
		expect(tried.rows.slice(0, rows.length)).toEqual(rows);
		expect(tried.rows[rows.length]).toEqual(['3', 'a "bad" quote']);
	});

	test('one that still does not fit is listed as it was written, under its old number', async () => {
		const { table } = await read(text, { edits: [edit(2, '2,b,c')] });
		expect(table?.oddRows?.first[0]).toMatchObject({ row: 2, cells: 3, text: '2,b,c' });
	});

	test('the row of the right file is meant', async () => {
		const files = [fileOf('a,b\n1\n', 'a.csv'), fileOf('a,b\n2\n', 'b.csv')];
		const tried = await read(files, { edits: [edit(1, '2,mended', 1)] });
		expect(tried.rows).toEqual([
			['1', '', 'a.csv'],
			['2', 'mended', 'b.csv'],
		]);
	});
});

describe('quotes read as text', () => {
	test('stay in the cells and enclose nothing', async () => {
		const tried = await read('id,"re"view"\n1,"open\n2,"a,b"\r\n3,x\r\n', { quotes: 'text' });
		expect(namesOf(tried)).toEqual(['id', '"re"view"', 'column_3']);
		expect(tried.rows).toEqual([
			['1', '"open'],
			['2', '"a', 'b"'],
			['3', 'x'],
		]);
		expect(tried.table?.notices.map(({ kind }) => kind)).toEqual(['raggedRows']);
	});

	test('a table is cut alike whatever the slices', async () => {
		for (const sliceBytes of [1, 2, 3, 9, 1_000]) {
			const tried = await read('a\tb\r"1\t"2\r\r3"\t4', { quotes: 'text', sliceBytes });
			expect(tried.rows).toEqual([
				['"1', '"2'],
				['3"', '4'],
			]);
		}
	});
});

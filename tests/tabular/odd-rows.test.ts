import { describe, expect, test } from 'vitest';
import { fileOf, namesOf, noticesOf, read, withLimits } from './table-files.ts';

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

describe('a quote that is never closed makes one row odd, not the file', () => {
	interface Case {
		readonly what: string;
		readonly text: string;
		readonly rows: readonly (readonly string[])[];
		readonly odd: readonly { readonly row: number; readonly text: string }[];
	}
	test.each<Case>([
		{
			what: 'to the end of the file',
			text: 'id,text\n1,"quoted" start\n2,fine\n3,fine',
			rows: [
				['1', '"quoted" start'],
				['2', 'fine'],
				['3', 'fine'],
			],
			odd: [{ row: 1, text: '1,"quoted" start' }],
		},
		{
			what: 'up to a quote that opens another cell',
			text: 'id,text\n1,"quoted" start\n2,fine\n3,"fine, too"\n4,fine\n',
			rows: [
				['1', '"quoted" start'],
				['2', 'fine'],
				['3', 'fine, too'],
				['4', 'fine'],
			],
			odd: [{ row: 1, text: '1,"quoted" start' }],
		},
		{
			what: 'in the last row',
			text: 'id,text\n1,fine\n2,"open',
			rows: [
				['1', 'fine'],
				['2', '"open'],
			],
			odd: [{ row: 2, text: '2,"open' }],
		},
		{
			what: 'behind cells in quotes, which stay as they are',
			text: 'id,a,b\n1,"two\nlines, here","open\n2,x,y\n',
			rows: [
				['1', 'two\nlines, here', '"open'],
				['2', 'x', 'y'],
			],
			odd: [{ row: 1, text: '1,"two\nlines, here","open' }],
		},
		{
			what: 'before delimiters of its line',
			text: 'id,a,b\n1,"open,x\n2,"",y\n3,"z",\n',
			rows: [
				['1', '"open', 'x'],
				['2', '', 'y'],
				['3', 'z', ''],
			],
			odd: [{ row: 1, text: '1,"open,x' }],
		},
		{
			what: 'closed by chance, with more cells than fit',
			text: 'id,text\n1,"open\n2,5" disc\n3,6","\n4,fine\n',
			rows: [
				['1', '"open'],
				['2', '5" disc'],
				['3', '6"', '"'],
				['4', 'fine'],
			],
			odd: [
				{ row: 1, text: '1,"open' },
				{ row: 3, text: '3,6","' },
			],
		},
		{
			what: 'in every row',
			text: 'id,text\r\n1,"a" b\r\n2,"c" d\r\n3,"e" f\r\n',
			rows: [
				['1', '"a" b'],
				['2', '"c" d'],
				['3', '"e" f'],
			],
			odd: [
				{ row: 1, text: '1,"a" b' },
				{ row: 2, text: '2,"c" d' },
				{ row: 3, text: '3,"e" f' },
			],
		},
	])('$what', async ({ text: content, rows, odd }) => {
		for (const sliceBytes of [1, 4, 1_000]) {
			const tried = await read(content, { sliceBytes });
			expect(tried.problems).toEqual([]);
			expect(tried.rows).toEqual(rows);
			expect(tried.table?.oddRows?.first).toMatchObject(
				odd.map((row) => ({ ...row, isMisquoted: true })),
			);
			expect(tried.table?.oddRows?.count).toBe(odd.length);
			expect((await read(content, { sliceBytes, oddRows: 'skip' })).rows).toEqual(
				rows.filter((_, i) => odd.every(({ row }) => row !== i + 1)),
			);
		}
	});

	test('a quote that is only not doubled swallows nothing: its cell goes on over its lines', async () => {
		const tried = await read('id,text\n1,"one\nsaid "hi" there\nend"\n2,"next"\n');
		expect(tried.rows).toEqual([
			['1', 'one\nsaid "hi" there\nend'],
			['2', 'next'],
		]);
		expect(tried.table?.oddRows).toMatchObject({ count: 1, first: [{ row: 1 }] });
	});

	test('takes the whole of its line along, however long that is and however it is cut', async () => {
		const limits = withLimits({ cellCharacters: 20 });
		for (const sliceBytes of [1, 10, 1_000]) {
			const tried = await read(`a,b\n1,"open,${'x'.repeat(15)},${'y'.repeat(15)}\n2,3\n`, {
				limits,
				sliceBytes,
			});
			expect(tried.rows).toEqual([
				['1', '"open', 'x'.repeat(15), 'y'.repeat(15)],
				['2', '3'],
			]);
		}
	});

	test('in the header, whose line names the columns', async () => {
		for (const lineEnd of ['\n', '\r\n', '\r']) {
			const tried = await read(['id,"review', '1,fine', '2,good', ''].join(lineEnd));
			expect(namesOf(tried)).toEqual(['id', '"review']);
			expect(tried.rows).toEqual([
				['1', 'fine'],
				['2', 'good'],
			]);
		}
	});

	test('is known before the rest of a large file is read', async () => {
		const batches: number[] = [];
		const tried = await read(`a,b\n1,"open\n${'x,y\n'.repeat(10_000)}`, {
			sliceBytes: 100,
			limits: withLimits({ cellCharacters: 1_000 }),
			onProgress: ({ bytesRead, rows }) => {
				if (rows > 0) batches.push(bytesRead);
			},
		});
		expect(tried.rows).toHaveLength(10_001);
		expect(batches[0]).toBeLessThan(5_000);
	});

	test('and it can be mended', async () => {
		const edits = [{ file: 0, row: 1, text: '1,"""quoted"" start"' }];
		const tried = await read('id,text\n1,"quoted" start\n2,fine\n', { edits });
		expect(tried.rows).toEqual([
			['1', '"quoted" start'],
			['2', 'fine'],
		]);
		expect(tried.table).not.toHaveProperty('oddRows');
	});
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

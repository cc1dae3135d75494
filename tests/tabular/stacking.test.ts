import { expect, test } from 'vitest';
import { fileOf, namesOf, noticesOf, read, withLimits } from './table-files.ts';

test('files with the same columns are stacked in the first file’s order', async () => {
	const tried = await read([
		fileOf('id,review,stars\n1,good,5\n2,fine\n', 'a.csv'),
		fileOf('stars;id;review\r\n1;3;bad\r\n4;\r\n', 'b.csv'),
	]);
	expect(namesOf(tried)).toEqual(['id', 'review', 'stars', 'source file']);
	expect(tried.rows).toEqual([
		['1', 'good', '5', 'a.csv'],
		['2', 'fine', '', 'a.csv'],
		['3', 'bad', '1', 'b.csv'],
		['', '', '4', 'b.csv'],
	]);
	expect(tried.table).toMatchObject({
		name: 'a.csv, b.csv',
		files: ['a.csv', 'b.csv'],
		rowCount: 4,
		delimiter: ',',
		encoding: 'utf-8',
	});
	expect(noticesOf(tried)).toEqual([
		'raggedRows · a.csv: 1 row has fewer cells than the header: 2. The missing cells are read as empty.',
		'raggedRows · b.csv: 1 row has fewer cells than the header: 2. The missing cells are read as empty.',
	]);
});

test('cells beyond the header stand behind the file’s name', async () => {
	const tried = await read([
		fileOf('a,source file\n1,2\n', 'a.csv'),
		fileOf('source file,a\n3,4,5,6\n', 'b.csv'),
	]);
	expect(namesOf(tried)).toEqual(['a', 'source file', 'source file_2', 'column_3', 'column_4']);
	expect(tried.rows).toEqual([
		['1', '2', 'a.csv'],
		['4', '3', 'b.csv', '5', '6'],
	]);
});

test.each([
	{
		header: 'id,review,rating',
		says: 'b.csv has no column “stars” and an extra column “rating”, so it is a dataset of its own: choose it under Dataset.',
	},
	{
		header: 'id',
		says: 'b.csv has no columns “review” and “stars”, so it is a dataset of its own: choose it under Dataset.',
	},
	{
		header: 'id,review,stars,x,y,z',
		says: 'b.csv has extra columns “x”, “y” and “z”, so it is a dataset of its own: choose it under Dataset.',
	},
])(
	'a file with the columns $header is a dataset of its own beside id, review, stars',
	async ({ header, says }) => {
		const a = fileOf('id,review,stars\n1,good,5\n', 'a.csv');
		const b = fileOf(`${header}\n1\n`, 'b.csv');
		const tried = await read([a, b]);
		expect(tried.tables.map(({ table, rows }) => [table.name, table.rowCount, rows])).toEqual([
			['a.csv', 1, [['1', 'good', '5']]],
			['b.csv', 1, [['1']]],
		]);
		expect(namesOf(tried)).toEqual(['id', 'review', 'stars']);
		expect(noticesOf(tried)).toEqual([`ownTable · ${says}`]);
	},
);

test('of files with two kinds of columns each is stacked on the first of its kind', async () => {
	const tried = await read([
		fileOf('x\n1\n', 'a.csv'),
		fileOf('y,z\n2,3\n', 'b.csv'),
		fileOf('x\n4\n', 'c.csv'),
		fileOf('[{"z": 5, "y": 6}]', 'd.json'),
	]);
	expect(tried.tables.map(({ table, rows }) => [table.name, rows])).toEqual([
		[
			'a.csv, c.csv',
			[
				['1', 'a.csv'],
				['4', 'c.csv'],
			],
		],
		[
			'b.csv, d.json',
			[
				['2', '3', 'b.csv'],
				['6', '5', 'd.json'],
			],
		],
	]);
});

test('rows that a notice names are numbered as the stack has them', async () => {
	const tried = await read([
		fileOf('x,y\n1,2\n3,4\n', 'a.csv'),
		fileOf('x,y\n5,6\n7\n,\n', 'b.csv'),
	]);
	expect(tried.table?.notices.map(({ kind, rows }) => [kind, rows])).toEqual([
		['raggedRows', [4]],
		['blankLines', [5]],
	]);
});

test('every file that cannot be read has its problem', async () => {
	const tried = await read([
		fileOf('', 'a.csv'),
		fileOf('x\n1\n', 'b.csv'),
		fileOf('GIF89a', 'c.gif'),
		fileOf('y\n1\n', 'd.csv'),
	]);
	expect(tried.problems.map((message) => message.split(' ')[0])).toEqual(['a.csv', 'c.gif']);
});

test('many files have a short name, and their rows count together', async () => {
	const files = ['a', 'b', 'c', 'd'].map((name) => fileOf('x\n1\n', `${name}.csv`));
	const seen: unknown[] = [];
	const tried = await read(files, { onProgress: (progress) => seen.push(progress) });
	expect(tried.table?.name).toBe('a.csv, b.csv and 2 more');
	expect(seen.at(-1)).toEqual({ bytesRead: 16, bytesTotal: 16, rows: 4 });
});

test('the limit of rows is that of the stack', async () => {
	const files = ['a', 'b'].map((name) => fileOf('x\n1\n2\n', `${name}.csv`));
	expect((await read(files, { limits: withLimits({ rows: 4 }) })).rows).toHaveLength(4);
	expect((await read(files, { limits: withLimits({ rows: 3 }) })).problems).toEqual([
		'b.csv goes past 3 rows. Split the table and load the parts as runs of their own.',
	]);
});

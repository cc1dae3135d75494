import { expect, test } from 'vitest';
import { namesOf, noticesOf, read } from './table-files.ts';

test('rows with fewer or more cells than the header are kept and named', async () => {
	const tried = await read('a,b,c\n1,2,3\n4\n5,6,7,8\n9,10\n11,12,13,14,15\n');
	expect(tried.rows).toEqual([
		['1', '2', '3'],
		['4'],
		['5', '6', '7', '8'],
		['9', '10'],
		['11', '12', '13', '14', '15'],
	]);
	expect(namesOf(tried)).toEqual(['a', 'b', 'c', 'column_4', 'column_5']);
	expect(noticesOf(tried)).toEqual([
		'raggedRows · reviews.csv: 2 rows have fewer cells than the header: 2 and 4. The missing cells are read as empty.',
		'raggedRows · reviews.csv: 2 rows have more cells than the header: 3 and 5. The cells beyond it are in “column_4” and “column_5”.',
	]);
	expect(tried.table?.notices.map(({ rows }) => rows)).toEqual([
		[2, 4],
		[3, 5],
	]);
});

test('columns for cells beyond the header take no name of the header', async () => {
	const tried = await read('a,column_3\n1,2,3\n');
	expect(namesOf(tried)).toEqual(['a', 'column_3', 'column_3_2']);
});

test('of many ragged rows the sentence names ten and the notice a hundred', async () => {
	const tried = await read(`a,b\n1,2\n${'x\n'.repeat(1_234)}`, { sliceBytes: 64 });
	expect(noticesOf(tried)).toEqual([
		'raggedRows · reviews.csv: 1,234 rows have fewer cells than the header: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 1,224 more. The missing cells are read as empty.',
	]);
	expect(tried.table?.notices[0]?.rows).toHaveLength(100);
});

test.each([
	{
		text: 'id,text\n1,"a "quoted" word"\n2,fine\n3,"b"c\n',
		places: '2 rows: 1 and 3',
		rows: [1, 3],
	},
	{ text: 'id,"te"xt"\n1,2\n', places: 'the header', rows: [] },
	{ text: 'id,"te"xt"\n1,"a"b"\n', places: 'the header and in 1 row: 1', rows: [1] },
])('quotes out of place are told: $places', async ({ text, places, rows }) => {
	const tried = await read(`${text}4,"x"\n`, { sliceBytes: 5 });
	expect(tried.table?.notices).toEqual([
		{
			kind: 'malformedQuotes',
			message: `reviews.csv: a quote (") stands where it should be doubled (""), or is never closed, in ${places}. Look whether those cells end where they should.`,
			rows,
		},
	]);
});

test('a quote within an unquoted cell is text', async () => {
	const tried = await read('a,b\n5" pipe,6" pipe\n');
	expect(tried.rows).toEqual([['5" pipe', '6" pipe']]);
	expect(tried.table?.notices).toEqual([]);
});

test('rows of empty cells are kept and named', async () => {
	const tried = await read('a,b\n1,2\n,\n , \n');
	expect(tried.rows).toHaveLength(3);
	expect(noticesOf(tried)).toEqual([
		'blankLines · reviews.csv: 2 rows have only empty cells: 2 and 3.',
	]);
});

test('blank lines are told of, those at either end are not', async () => {
	const tried = await read('\n\na\n\n1\n\n\n2\n\n\n');
	expect(noticesOf(tried)).toEqual(['blankLines · reviews.csv: 3 blank lines were skipped.']);
});

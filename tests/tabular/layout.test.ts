import { describe, expect, test } from 'vitest';
import type { Row } from '#domain/dataset.ts';
import { namesOf, noticesOf, read } from './table-files.ts';

const long = 'x'.repeat(300_000);

describe('the delimiter is found out', () => {
	test.each<{ name: string; text: string; delimiter: string; first: readonly string[] }>([
		{ name: 'commas', text: 'a,b,c\n1,2,3\n', delimiter: ',', first: ['1', '2', '3'] },
		{ name: 'semicolons', text: 'a;b;c\n1;2;3\n', delimiter: ';', first: ['1', '2', '3'] },
		{ name: 'tabs', text: 'a\tb\n1\t2\n', delimiter: '\t', first: ['1', '2'] },
		{ name: 'pipes', text: 'a|b\n1|2\n', delimiter: '|', first: ['1', '2'] },
		{
			name: 'semicolons around decimal commas',
			text: 'name;price\nEspresso;1,50\nLatte;2,80\nMocha;3,10\n',
			delimiter: ';',
			first: ['Espresso', '1,50'],
		},
		{
			name: 'semicolons where header and rows hold one comma each',
			text: 'name;price, EUR\nEspresso;1,50\nLatte;2,80\n',
			delimiter: ';',
			first: ['Espresso', '1,50'],
		},
		{
			name: 'commas around cells with a semicolon each',
			text: 'id,tags;kind,note\n1,a;b,x\n2,c;d,y\n',
			delimiter: ',',
			first: ['1', 'a;b', 'x'],
		},
		{
			name: 'commas in quotes between semicolons',
			text: 'id;review\n1;"good, but slow, and dear"\n2;"fine, really"\n',
			delimiter: ';',
			first: ['1', 'good, but slow, and dear'],
		},
		{
			name: 'commas with long prose in quotes',
			text: 'id,review\n1,"Good; but slow; dear"\n2,"A | B\nC; D"\n',
			delimiter: ',',
			first: ['1', 'Good; but slow; dear'],
		},
		{
			name: 'one column of prose',
			text: 'review\nGood, but slow\nNice, hot, strong\nFine\nGood, really\n',
			delimiter: '',
			first: ['Good, but slow'],
		},
		{
			name: 'one column of prose with the same number of commas in each row',
			text: 'review\nGood, but slow, though\nHot, but late, though\nDear, but good, though\n',
			delimiter: '',
			first: ['Good, but slow, though'],
		},
		{
			name: 'one column of prose under a header with a comma',
			text: 'Review, in your own words\nGood, but slow, and dear\nFine\nNice, hot, strong, cheap\n',
			delimiter: '',
			first: ['Good, but slow, and dear'],
		},
		{
			name: 'one column of decimal commas',
			text: 'price\n1,50\n2,80\n3,10\n',
			delimiter: '',
			first: ['1,50'],
		},
		{ name: 'one column of words', text: 'a\nx\ny\n', delimiter: '', first: ['x'] },
		{
			name: 'what Excel’s own line says',
			text: 'sep=;\r\na,b;c\r\n1,2;3\r\n',
			delimiter: ';',
			first: ['1,2', '3'],
		},
		{
			name: 'a character that only Excel’s own line tells',
			text: 'SEP=^\na^b\n1^2\n',
			delimiter: '^',
			first: ['1', '2'],
		},
		{
			name: 'a header that only begins like Excel’s line',
			text: 'sep=;b\n1;2\n',
			delimiter: ';',
			first: ['1', '2'],
		},
		{
			name: 'one column with quotes',
			text: 'review\n"Good, but ""slow"""\n',
			delimiter: '',
			first: ['Good, but "slow"'],
		},
		{
			name: 'unquoted prose behind an id',
			text: 'id,text\n1,Good, but slow, and, dear\n2,Fine, hot, strong, cheap, nice\n',
			delimiter: ',',
			first: ['1', 'Good', ' but slow', ' and', ' dear'],
		},
		{
			name: 'a title above the table',
			text: 'Report 2026\nid,review,stars\n1,good,5\n2,bad,1\n',
			delimiter: ',',
			first: ['id', 'review', 'stars'],
		},
		{
			name: 'no row but ragged ones',
			text: 'a,b,c\n1,2\n3,4,5,6\n',
			delimiter: ',',
			first: ['1', '2'],
		},
		{
			name: 'a first row longer than the sample',
			text: `a\t${long}, b\n1\t2\n`,
			delimiter: '\t',
			first: ['1', '2'],
		},
	])('$name', async ({ text, delimiter, first }) => {
		const tried = await read(text);
		expect(tried.problems).toEqual([]);
		expect(tried.table?.delimiter).toBe(delimiter);
		expect(tried.rows[0]).toEqual(first);
	});
});

test.each([
	{ delimiter: ';', rows: [['1,2', '3']] },
	{ delimiter: ',', rows: [['1', '2;3']] },
	{ delimiter: ':', rows: [['1,2;3']] },
	{ delimiter: '', rows: [['1,2;3']] },
])('the chosen delimiter “$delimiter” wins', async ({ delimiter, rows }) => {
	const tried = await read('a,b;c\n1,2;3\n', { delimiter });
	expect(tried.rows).toEqual(rows);
	expect(tried.table?.delimiter).toBe(delimiter);
});

describe('Excel’s own line above the table is no row', () => {
	test.each<{ text: string; delimiter?: string; header?: boolean; rows: readonly Row[] }>([
		{ text: 'sep=;\r\na;b\r\n1;2\r\n3\r\n', rows: [['1', '2'], ['3']] },
		{ text: 'sep=;\ra;b\r1;2\r3\r', rows: [['1', '2'], ['3']] },
		{ text: 'sep=;\na;b\n1;2\n3\n', delimiter: ',', rows: [['1;2'], ['3']] },
		{
			text: 'sep=;\na;b\n1;2\n',
			header: false,
			rows: [
				['a', 'b'],
				['1', '2'],
			],
		},
		{
			text: `sep=;\na;b\n${'x;y\n'.repeat(3)}`,
			rows: [
				['x', 'y'],
				['x', 'y'],
				['x', 'y'],
			],
		},
	])('$text, $delimiter, $header', async ({ text, rows, ...options }) => {
		for (const sliceBytes of [1, 7, 1_000]) {
			const tried = await read(text, { sliceBytes, ...options });
			expect(tried.rows).toEqual(rows);
			const odd = rows.findIndex(({ length }) => length !== rows[0]?.length);
			expect(tried.table?.oddRows?.first[0]?.row).toBe(odd === -1 ? undefined : odd + 1);
		}
	});

	test('nor is it where the first row is longer than what is looked at to find out', async () => {
		const tried = await read(`sep=;\na;${long}\n1;2\n`);
		expect(namesOf(tried)).toEqual(['a', long]);
		expect(tried.rows).toEqual([['1', '2']]);
	});

	test('and mended rows begin anew without one', async () => {
		const edits = [{ file: 0, row: 1, text: 'sep=;\n1;2' }];
		const tried = await read('sep=;\na;b\n1\n', { edits });
		expect(tried.rows).toEqual([
			['sep=', ''],
			['1', '2'],
		]);
	});
});

describe('line ends', () => {
	test.each<{ name: string; text: string; rows: readonly (readonly string[])[] }>([
		{
			name: 'LF',
			text: 'a,b\n1,2\n3,4\n',
			rows: [
				['1', '2'],
				['3', '4'],
			],
		},
		{
			name: 'CRLF',
			text: 'a,b\r\n1,2\r\n3,4\r\n',
			rows: [
				['1', '2'],
				['3', '4'],
			],
		},
		{
			name: 'CR',
			text: 'a,b\r1,2\r3,4\r',
			rows: [
				['1', '2'],
				['3', '4'],
			],
		},
		{
			name: 'a mix',
			text: 'a,b\r\n1,2\n3,4\r\n',
			rows: [
				['1', '2'],
				['3', '4'],
			],
		},
		{
			name: 'none at the end',
			text: 'a,b\r\n1,2\r\n3,4',
			rows: [
				['1', '2'],
				['3', '4'],
			],
		},
		{ name: 'half of one at the end', text: 'a,b\r\n1,"2"\r', rows: [['1', '2']] },
		{ name: 'blanks behind the last quote', text: 'a,b\n1,"2"  ', rows: [['1', '2']] },
		{
			name: 'CRLF within quotes of a CRLF file',
			text: 'a,b\r\n1,"2\r\n3"\r\n',
			rows: [['1', '2\r\n3']],
		},
		{ name: 'LF within quotes of a CR file', text: 'a,b\r1,"2\n3"\r', rows: [['1', '2\n3']] },
		{
			name: 'a CR that ends a quoted cell',
			text: 'a,b\r\n1,"2\r"\r\n3,"""\r"\r\n',
			rows: [
				['1', '2\r'],
				['3', '"\r'],
			],
		},
		{
			name: 'empty last cells',
			text: 'a,b\r\n1,\r\n,\r\n',
			rows: [
				['1', ''],
				['', ''],
			],
		},
		{
			name: 'blank lines',
			text: '\n\na,b\n\n1,2\n \n\n3,4\n\n',
			rows: [
				['1', '2'],
				['3', '4'],
			],
		},
	])('$name', async ({ text, rows }) => {
		for (const sliceBytes of [1, 2, 3, 1_000]) {
			const tried = await read(text, { sliceBytes });
			expect(namesOf(tried)).toEqual(['a', 'b']);
			expect(tried.rows).toEqual(rows);
		}
	});

	test('quotes, delimiters and line ends within cells stay', async () => {
		const tried = await read('id,review\n1,"He said ""no"", twice\n\nthen left"\n2," padded "\n');
		expect(tried.rows).toEqual([
			['1', 'He said "no", twice\n\nthen left'],
			['2', ' padded '],
		]);
	});

	test('an empty cell in quotes is a row of a table of one column, a blank line is none', async () => {
		const tried = await read('a\n""\n\nx\n');
		expect(tried.rows).toEqual([[''], ['x']]);
		expect(noticesOf(tried)).toEqual([
			'blankLines · reviews.csv: 1 row has only empty cells: 1.',
			'blankLines · reviews.csv: 1 blank line was skipped.',
		]);
	});
});

describe('columns', () => {
	test.each<{ header: string; names: readonly string[] }>([
		{ header: 'a, b ,c\u00a0', names: ['a', 'b', 'c'] },
		{ header: 'a,,c,', names: ['a', 'column_2', 'c', 'column_4'] },
		{ header: 'a,a,a', names: ['a', 'a_2', 'a_3'] },
		{ header: 'a,a,a_2', names: ['a', 'a_3', 'a_2'] },
		{ header: 'column_2,,column_2', names: ['column_2', 'column_2_2', 'column_2_3'] },
		{ header: 'a, a', names: ['a', 'a_2'] },
		{
			header: '__proto__,constructor,toString,hasOwnProperty,__proto__',
			names: ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__proto___2'],
		},
		{ header: '"first\nname","x, y"', names: ['first\nname', 'x, y'] },
	])('of “$header” are $names', async ({ header, names }) => {
		const width = names.length;
		const cells = Array.from({ length: width }, (_, i) => `v${i.toString()}`);
		const tried = await read(`${header}\n${cells.join(',')}\n`, { delimiter: ',' });
		expect(namesOf(tried)).toEqual(names);
		expect(tried.rows).toEqual([cells]);
		expect(Object.keys(Object.prototype)).toEqual([]);
	});

	test('keep the header as the file has it', async () => {
		const tried = await read(' a ,,a\n1,2,3\n');
		expect(tried.table?.columns).toEqual([
			{ name: 'a', header: ' a ' },
			{ name: 'column_2', header: '' },
			{ name: 'a_2', header: 'a' },
		]);
		expect(noticesOf(tried)).toEqual([
			'renamedColumns · reviews.csv: columns were renamed so that each has a name of its own: column 2 (no name) → “column_2” and “a” → “a_2”.',
		]);
	});
});

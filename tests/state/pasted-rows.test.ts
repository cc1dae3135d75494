import { describe, expect, test } from 'vitest';
import { isFromSheet, isTabular } from '#state/clipboard-text.ts';
import { pastedRows } from '#state/pasted-rows.ts';
import { read } from '../tabular/table-files.ts';

async function pasted(text: string, fromSheet: boolean): Promise<readonly (readonly string[])[]> {
	const { file, options } = pastedRows(text, fromSheet);
	expect(file.name).toBe('Pasted rows');
	const { rows, table } = await read(file, options);
	return [table?.columns.map(({ header }) => header) ?? [], ...rows];
}

describe('cells copied in a spreadsheet arrive as they are', () => {
	test.each<{ name: string; text: string; rows: readonly (readonly string[])[] }>([
		{
			name: 'plain cells, as Excel ends its lines',
			text: 'id\ttext\r\n1\ta, b\r\n2\tc\r\n',
			rows: [
				['id', 'text'],
				['1', 'a, b'],
				['2', 'c'],
			],
		},
		{
			name: 'a line end and a tab within a cell, and quotes doubled there',
			text: 'id\ttext\r\n1\t"two\nlines, ""so"""\r\n2\t"a\tb"\r\n',
			rows: [
				['id', 'text'],
				['1', 'two\nlines, "so"'],
				['2', 'a\tb'],
			],
		},
		{
			name: 'quotes that are the cell’s own',
			text: 'id\ttext\n1\t"hi" he said\n2\tsay "hi"\n3\t"quoted"\n4\t5"\n',
			rows: [
				['id', 'text'],
				['1', '"hi" he said'],
				['2', 'say "hi"'],
				['3', '"quoted"'],
				['4', '5"'],
			],
		},
		{
			name: 'empty cells at the end of a row, and a blank row',
			text: 'id\ttext\n1\t\n\t\n2\tx',
			rows: [
				['id', 'text'],
				['1', ''],
				['', ''],
				['2', 'x'],
			],
		},
		{
			name: 'one column of prose',
			text: 'review\r\nGood, but slow\r\nNice; hot, too\r\n',
			rows: [['review'], ['Good, but slow'], ['Nice; hot, too']],
		},
	])('$name', async ({ text, rows }) => {
		expect(await pasted(text, true)).toEqual(rows);
	});
});

test('other text is read as a file of it would be', async () => {
	expect(await pasted('id,text\n1,"a, ""b"""\n', false)).toEqual([
		['id', 'text'],
		['1', 'a, "b"'],
	]);
	expect(await pasted('{"id":1}\n{"id":2}', false)).toEqual([['id'], ['1'], ['2']]);
});

test.each([
	{ text: 'a\tb', is: true },
	{ text: 'a\nb', is: true },
	{ text: 'a\r\nb\r\n', is: true },
	{ text: 'a sentence, with commas\n', is: false },
	{ text: '  \n', is: false },
	{ text: '', is: false },
])('$text may be rows: $is', ({ text, is }) => {
	expect(isTabular(text)).toBe(is);
});

test.each([
	{ html: '<html><body><table border=0><tr>', is: true },
	{ html: '<google-sheets-html-origin><table xmlns="…">', is: true },
	{ html: '<p>a word of a <b>page</b></p>', is: false },
	{ html: '', is: false },
])('$html comes from a spreadsheet: $is', ({ html, is }) => {
	expect(isFromSheet(html)).toBe(is);
});

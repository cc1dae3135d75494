import { describe, expect, test } from 'vitest';
import { read } from './table-files.ts';

interface Case {
	readonly name: string;
	readonly input: string;
	readonly rows: readonly (readonly string[])[];
	/** A quote that should be doubled, or is never closed. */
	readonly isMisquoted?: true;
}

/**
 * What Papa Parse tests its core parser with (tests/test-cases.js, https://github.com/mholt/PapaParse, MIT, © 2015 Matthew
 * Holt), but for its comments, previews and headers as objects, which are not used here, and for the end of a cell that is
 * never closed: there it is the end of the file.
 */
const cases: readonly Case[] = [
	{ name: 'One row', input: 'A,b,c', rows: [['A', 'b', 'c']] },
	{
		name: 'Two rows',
		input: 'A,b,c\nd,E,f',
		rows: [
			['A', 'b', 'c'],
			['d', 'E', 'f'],
		],
	},
	{
		name: 'Three rows',
		input: 'A,b,c\nd,E,f\nG,h,i',
		rows: [
			['A', 'b', 'c'],
			['d', 'E', 'f'],
			['G', 'h', 'i'],
		],
	},
	{ name: 'Whitespace at edges of unquoted field', input: 'a,\tb ,c', rows: [['a', '\tb ', 'c']] },
	{ name: 'Quoted field', input: 'A,"B",C', rows: [['A', 'B', 'C']] },
	{
		name: 'Quoted field with extra whitespace on edges',
		input: 'A," B  ",C',
		rows: [['A', ' B  ', 'C']],
	},
	{ name: 'Quoted field with delimiter', input: 'A,"B,B",C', rows: [['A', 'B,B', 'C']] },
	{ name: 'Quoted field with line break', input: 'A,"B\nB",C', rows: [['A', 'B\nB', 'C']] },
	{
		name: 'Quoted fields with line breaks',
		input: 'A,"B\nB","C\nC\nC"',
		rows: [['A', 'B\nB', 'C\nC\nC']],
	},
	{
		name: 'Quoted fields at end of row with delimiter and line break',
		input: 'a,b,"c,c\nc"\nd,e,f',
		rows: [
			['a', 'b', 'c,c\nc'],
			['d', 'e', 'f'],
		],
	},
	{ name: 'Quoted field with escaped quotes', input: 'A,"B""B""B",C', rows: [['A', 'B"B"B', 'C']] },
	{
		name: 'Quoted field with escaped quotes at boundaries',
		input: 'A,"""B""",C',
		rows: [['A', '"B"', 'C']],
	},
	{ name: 'Unquoted field with quotes at end of field', input: 'A,B",C', rows: [['A', 'B"', 'C']] },
	{
		name: 'Quoted field with quotes around delimiter',
		input: 'A,""",""",C',
		rows: [['A', '","', 'C']],
	},
	{
		name: 'Quoted field with quotes on right side of delimiter',
		input: 'A,",""",C',
		rows: [['A', ',"', 'C']],
	},
	{
		name: 'Quoted field with quotes on left side of delimiter',
		input: 'A,""",",C',
		rows: [['A', '",', 'C']],
	},
	{
		name: 'Quoted field with 5 quotes in a row and a delimiter in there, too',
		input: '"1","cnonce="""",nc=""""","2"',
		rows: [['1', 'cnonce="",nc=""', '2']],
	},
	{
		name: 'Quoted field with whitespace around quotes',
		input: 'A, "B" ,C',
		rows: [['A', ' "B" ', 'C']],
	},
	{
		name: 'Misplaced quotes in data, not as opening quotes',
		input: 'A,B "B",C',
		rows: [['A', 'B "B"', 'C']],
	},
	{
		name: 'Quoted field has no closing quote',
		input: 'a,"b,c\nd,e,f',
		rows: [
			['a', '"b', 'c'],
			['d', 'e', 'f'],
		],
		isMisquoted: true,
	},
	{
		name: 'Quoted field has invalid trailing quote after delimiter with a valid closer',
		input: '"a,"b,c"\nd,e,f',
		rows: [['a,"b,c'], ['d', 'e', 'f']],
		isMisquoted: true,
	},
	{
		name: 'Quoted field has invalid trailing quote after delimiter',
		input: 'a,"b,"c\nd,e,f',
		rows: [
			['a', '"b', '"c'],
			['d', 'e', 'f'],
		],
		isMisquoted: true,
	},
	{
		name: 'Quoted field has invalid trailing quote before delimiter',
		input: 'a,"b"c,d\ne,f,g',
		rows: [
			['a', '"b"c', 'd'],
			['e', 'f', 'g'],
		],
		isMisquoted: true,
	},
	{
		name: 'Quoted field has invalid trailing quote after new line',
		input: 'a,"b,c\nd"e,f,g',
		rows: [
			['a', '"b', 'c'],
			['d"e', 'f', 'g'],
		],
		isMisquoted: true,
	},
	{
		name: 'Quoted field has valid trailing quote via delimiter',
		input: 'a,"b",c\nd,e,f',
		rows: [
			['a', 'b', 'c'],
			['d', 'e', 'f'],
		],
	},
	{
		name: 'Quoted field has valid trailing quote via \\n',
		input: 'a,b,"c"\nd,e,f',
		rows: [
			['a', 'b', 'c'],
			['d', 'e', 'f'],
		],
	},
	{
		name: 'Quoted field has valid trailing quote via EOF',
		input: 'a,b,c\nd,e,"f"',
		rows: [
			['a', 'b', 'c'],
			['d', 'e', 'f'],
		],
	},
	{
		name: 'Quoted field contains delimiters and \\n with valid trailing quote',
		input: 'a,"b,c\nd,e,f"',
		rows: [['a', 'b,c\nd,e,f']],
	},
	{
		name: 'Line starts with quoted field',
		input: 'a,b,c\n"d",e,f',
		rows: [
			['a', 'b', 'c'],
			['d', 'e', 'f'],
		],
	},
	{
		name: 'Line starts with unquoted empty field',
		input: ',b,c\n"d",e,f',
		rows: [
			['', 'b', 'c'],
			['d', 'e', 'f'],
		],
	},
	{
		name: 'Line ends with quoted field',
		input: 'a,b,c\nd,e,f\n"g","h","i"\n"j","k","l"',
		rows: [
			['a', 'b', 'c'],
			['d', 'e', 'f'],
			['g', 'h', 'i'],
			['j', 'k', 'l'],
		],
	},
	{
		name: 'Line ends with quoted field, first field of next line is empty, \\n',
		input: 'a,b,c\n,e,f\n,"h","i"\n,"k","l"',
		rows: [
			['a', 'b', 'c'],
			['', 'e', 'f'],
			['', 'h', 'i'],
			['', 'k', 'l'],
		],
	},
	{
		name: 'Quoted field at end of row (but not at EOF) has quotes',
		input: 'a,b,"c""c"""\nd,e,f',
		rows: [
			['a', 'b', 'c"c"'],
			['d', 'e', 'f'],
		],
	},
	{
		name: 'Empty quoted field at EOF is empty',
		input: 'a,b,""\na,b,""',
		rows: [
			['a', 'b', ''],
			['a', 'b', ''],
		],
	},
	{
		name: 'Multiple consecutive empty fields',
		input: 'a,b,,,c,d\n,,e,,,f',
		rows: [
			['a', 'b', '', '', 'c', 'd'],
			['', '', 'e', '', '', 'f'],
		],
	},
	{ name: 'Empty input string', input: '', rows: [] },
	{ name: 'Input is just the delimiter (2 empty fields)', input: ',', rows: [['', '']] },
	{
		name: 'Input is just empty fields',
		input: ',,\n,,,',
		rows: [
			['', '', ''],
			['', '', '', ''],
		],
	},
	{ name: 'Input is just a string (a single field)', input: 'Abc def', rows: [['Abc def']] },
	{
		name: 'Input with only a commented line, without comments enabled',
		input: '#commented line',
		rows: [['#commented line']],
	},
	{
		name: 'Input without comments with line starting with whitespace',
		input: 'a\n b\nc',
		rows: [['a'], [' b'], ['c']],
	},
	{
		name: 'Multiple rows, one column (no delimiter found)',
		input: 'a\nb\nc\nd\ne',
		rows: [['a'], ['b'], ['c'], ['d'], ['e']],
	},
	{
		name: 'One column input with empty fields',
		input: 'a\nb\n\n\nc\nd\ne\n',
		rows: [['a'], ['b'], [''], [''], ['c'], ['d'], ['e'], ['']],
	},
	{
		name: 'Fast mode, basic',
		input: 'a,b,c\nd,e,f',
		rows: [
			['a', 'b', 'c'],
			['d', 'e', 'f'],
		],
	},
	{ name: 'Fast mode with blank line at end', input: 'a,b,c\n', rows: [['a', 'b', 'c'], ['']] },
];

/** A blank line is no row here, and a file without rows is refused. */
const isBlank = (row: readonly string[]): boolean =>
	row.length === 1 && (row[0] ?? '').trim() === '';

describe('Papa Parse’s own cases, in slices of any size', () => {
	test.each(cases)('$name: $input', async ({ input, rows, isMisquoted }) => {
		const wanted = rows.filter((row) => !isBlank(row));
		for (const sliceBytes of [1, 2, 3, 1_000]) {
			const tried = await read(input, { delimiter: ',', header: false, sliceBytes });
			if (wanted.length === 0) {
				expect(tried.problems).toHaveLength(1);
				expect(tried.problems[0]).toMatch(/empty|only blank lines/);
			} else {
				expect(tried.rows).toEqual(wanted);
				const isTold = tried.table?.oddRows?.first.some((row) => row.isMisquoted) ?? false;
				expect(isTold).toBe(isMisquoted ?? false);
			}
		}
	});
});

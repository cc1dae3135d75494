import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { csvDelimiters, type CsvForm } from '#domain/export-choice.ts';
import { csvLine } from '#tabular/csv-line.ts';
import { guardFormulas } from '#tabular/formula-guard.ts';

test.each([
	['=1+1', "'=1+1"],
	['=cmd|’ /C calc’!A0', "'=cmd|’ /C calc’!A0"],
	['=HYPERLINK("http://x","y")', '\'=HYPERLINK("http://x","y")'],
	['+1+1', "'+1+1"],
	['-1+1', "'-1+1"],
	['-1-1', "'-1-1"],
	['@SUM(A1)', "'@SUM(A1)"],
	['＝1+1', "'＝1+1"],
	['＋1', "'＋1"],
	['＠x', "'＠x"],
	['－x', "'－x"],
	['\tx', "'\tx"],
	['\t=1', "'\t'=1"],
	['\rx', "'\rx"],
	['\r=1', "'\r'=1"],
	[' =1', "' =1"],
	['\u00a0=1', "'\u00a0=1"],
	['\u3000=1', "'\u3000=1"],
	['\u200b=1', "'\u200b=1"],
	['\u2060\u202e=1', "'\u2060\u202e=1"],
	['\ufeff=1', "'\ufeff=1"],
	['\0=1', "'\0=1"],
	['fine\n=1', "fine\n'=1"],
	['fine\r\n =1', "fine\r\n' =1"],
	['fine\r+x', "fine\r'+x"],
	['fine\n"=1"', 'fine\n\'"=1"'],
	['\n=1', "'\n'=1"],
	['-1\n=1', "'-1\n'=1"],
	['-1,x', "'-1,x"],
	['x;-1,y', "x;'-1,y"],
	['=1\n=2', "'=1\n'=2"],
	['a\n\n@x\nb', "a\n\n'@x\nb"],
	['x;=1;y', "x;'=1;y"],
	['x; =1', "x;' =1"],
	['x\t@SUM(A1)', "x\t'@SUM(A1)"],
	['x;"=1";y', 'x;\'"=1";y'],
	['x,=1', 'x,=1'],
	['a ;-) b;- c', "a ;-) b;'- c"],
	['-', "'-"],
	['- item', "'- item"],
	['+49 30 123', "'+49 30 123"],
	['-3.5.x', "'-3.5.x"],
	['-3.5', '-3.5'],
	['+7', '+7'],
	['-1,234.50', '-1,234.50'],
	['-3,5', '-3,5'],
	['-1.5e-7', '-1.5e-7'],
	['-.5', '-.5'],
	['-5 %', '-5 %'],
	['a\n-3', 'a\n-3'],
	['x;-3', 'x;-3'],
	['', ''],
	['plain', 'plain'],
	['a=b', 'a=b'],
	['a-b@c.d', 'a-b@c.d'],
	["'=1", "'=1"],
	['"=1"', '"=1"'],
	['1 + 1', '1 + 1'],
	['fine\n\tindented', 'fine\n\tindented'],
])('%j becomes %j', (cell, guarded) => {
	expect(guardFormulas(cell, ',')).toBe(guarded);
});

test.each([
	['x,=1;=2\t=3', ',', "x,=1;'=2\t'=3"],
	['x,=1;=2\t=3', ';', "x,'=1;=2\t'=3"],
	['x,=1;=2\t=3', '\t', "x,'=1;'=2\t=3"],
])('%j with %j as its delimiter becomes %j', (cell, delimiter, guarded) => {
	expect(guardFormulas(cell, delimiter)).toBe(guarded);
});

test.each([
	[['-1', '*x'], ',', "'-1,*x\r\n"],
	[['-1', '5*x'], ',', "'-1,5*x\r\n"],
	[[-1, '*x'], ',', "'-1,*x\r\n"],
	[['x', '-1', '*x'], ',', 'x,-1,*x\r\n'],
	[['x', -1, '*x'], ',', 'x,-1,*x\r\n'],
	[[null, '-1', '*x'], ',', ",'-1,*x\r\n"],
	[['', ' ', '-1', '*x'], ',', '," ",\'-1,*x\r\n'],
	[['a;', '-1', '*x'], ',', '"a;",\'-1,*x\r\n'],
	[['a;', null, ' ', '-1'], ',', '"a;",," ",\'-1\r\n'],
	[['a;', 'b', '-1'], ',', '"a;",b,-1\r\n'],
	[['a\n', '-1', '*x'], ',', '"a\n",\'-1,*x\r\n'],
	[['a,', '-1'], ';', '"a,";\'-1\r\n'],
	[['a,', '-1'], ',', '"a,",-1\r\n'],
	[['7', '*x'], ',', '7,*x\r\n'],
])('the line %j, parted by %j, is written %j', (cells, delimiter, line) => {
	expect(
		csvLine({ guardFormulas: true, delimiter: delimiter as CsvForm['delimiter'] })(cells),
	).toBe(line);
});

test.each([',', ';', '\t'])('a cell of a million signs costs little, with %j', (delimiter) => {
	const cell = ' '.repeat(1_000_000);
	expect(guardFormulas(cell, delimiter)).toBe(cell);
	expect(guardFormulas(`-1${cell}x`, delimiter)[0]).toBe("'");
	expect(guardFormulas(`x${';'.repeat(1_000_000)}"`, delimiter)).toHaveLength(1_000_002);
	expect(guardFormulas(`-1${'"'.repeat(1_000_000)}`, delimiter)[0]).toBe("'");
});

describe('to another program that reads the file', () => {
	const parts = [...'=+-@＝＋－＠;,\t\n\r" \u00a0\u200b\u202e\'1a)|!', 'cmd', '=1+1', '";"'];
	const cell = fc.array(fc.constantFrom(...parts), { maxLength: 12 }).map((all) => all.join(''));
	const rows = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), {
		minLength: 1,
		maxLength: 4,
	});
	const delimiter = fc.constantFrom(...csvDelimiters);
	// A number alone, or one behind which a quote or the line ends: no formula goes on so.
	const isNumber = (text: string): boolean =>
		/^[+-]?[\d.,]+(e[+-]?\d+)?(\s*%)?\s*("|[\r\n]|$)/i.test(text);
	const isFormula = (field: string, ignored: RegExp): boolean => {
		const shown = field.replace(ignored, '');
		return /^[=+\-@＝＋－＠]/.test(shown) && !shown.startsWith('-)') && !isNumber(shown);
	};
	const blanks = /^[\s\p{Cc}\p{Cf}]+/u;
	const quotesAndBlanks = /^"*[\s\p{Cc}\p{Cf}]*/u;

	test('no cell is a formula, whichever delimiter it expects', () => {
		fc.assert(
			fc.property(rows, delimiter, (table, written) => {
				const line = csvLine({ guardFormulas: true, delimiter: written });
				const lines = table.map(line);
				for (const expected of csvDelimiters) {
					const { data } = Papa.parse<string[]>(lines.join(''), {
						delimiter: expected,
						newline: '\r\n',
					});
					expect(data.flat().filter((field) => isFormula(field, blanks))).toEqual([]);
					if (expected === written) continue;
					// What spreadsheets do with a quote out of place differs: a naive one reads over it. One that opens a line is in its place.
					const naive = lines.flatMap((one) =>
						one
							.split(/[\r\n]+/)
							.flatMap((part) => part.split(expected))
							.slice(1),
					);
					expect(naive.filter((field) => isFormula(field, quotesAndBlanks))).toEqual([]);
				}
			}),
			{ numRuns: 2_000 },
		);
	});

	test('every cell is there, with nothing but apostrophes more', () => {
		const bare = (text: string): string => text.replaceAll("'", '');
		fc.assert(
			fc.property(rows, delimiter, fc.boolean(), (table, written, guards) => {
				const line = csvLine({ guardFormulas: guards, delimiter: written });
				const text = table.map((cells, i) => line([`row ${String(i)}`, ...cells])).join('');
				const { data } = Papa.parse<string[]>(text.slice(0, -2), {
					delimiter: written,
					newline: '\r\n',
				});
				const read = data.map((cells) => cells.slice(1));
				if (guards)
					expect(read.map((cells) => cells.map(bare))).toEqual(
						table.map((cells) => cells.map(bare)),
					);
				else expect(read).toEqual(table);
			}),
			{ numRuns: 500 },
		);
	});
});

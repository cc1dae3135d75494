import fc from 'fast-check';
import { expect, test } from 'vitest';
import { read } from './table-files.ts';

const cell = fc.oneof(
	fc.string({ unit: 'binary', maxLength: 12 }),
	fc
		.array(
			fc.constantFrom(
				'"',
				'\r',
				'\n',
				',',
				';',
				'\t',
				'|',
				' ',
				"'",
				'a',
				'é',
				'☕',
				'=',
				'\ufeff',
			),
			{
				maxLength: 8,
			},
		)
		.map((parts) => parts.join('')),
);

const table = fc.integer({ min: 1, max: 5 }).chain((width) =>
	fc.array(fc.array(cell, { minLength: width, maxLength: width }), {
		minLength: 1,
		maxLength: 8,
	}),
);

const settings = fc.record({
	delimiter: fc.constantFrom(',', ';', '\t', '|'),
	lineEnd: fc.constantFrom('\n', '\r\n'),
	quotesAll: fc.boolean(),
	endsInLine: fc.boolean(),
	sliceBytes: fc.constantFrom(1, 2, 3, 5, 16, 4_096),
});

test('whatever is written as CSV is read as it was', async () => {
	await fc.assert(
		fc.asyncProperty(table, settings, async (rows, { delimiter, lineEnd, ...how }) => {
			const needsQuotes = (text: string, width: number): boolean =>
				how.quotesAll || /["\r\n]|^\s*$/.test(text) || text.includes(delimiter) || width === 1;
			const line = (cells: readonly string[]): string =>
				cells
					.map((text) =>
						needsQuotes(text, cells.length) ? `"${text.replaceAll('"', '""')}"` : text,
					)
					.join(delimiter);
			const header = (rows[0] ?? []).map((_, i) => `h${i.toString()}`);
			const text = [header, ...rows].map(line).join(lineEnd) + (how.endsInLine ? lineEnd : '');
			// A file that holds a NUL is refused: binary files do.
			fc.pre(!text.includes('\0'));
			const tried = await read(text, { encoding: 'utf-8', delimiter, sliceBytes: how.sliceBytes });
			expect(tried.problems).toEqual([]);
			expect(tried.rows).toEqual(rows);
		}),
		{ numRuns: 1_500 },
	);
});

test('a slice border changes nothing, whatever the bytes', async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.uint8Array({ maxLength: 60 }),
			fc.constantFrom('utf-8', 'windows-1252', 'utf-16le', null),
			fc.integer({ min: 1, max: 9 }),
			async (bytes, encoding, sliceBytes) => {
				const content = [...new TextEncoder().encode('a,"b"\n1,2\n'), ...bytes];
				const whole = await read(content, { encoding });
				const sliced = await read(content, { encoding, sliceBytes });
				expect(sliced).toEqual(whole);
			},
		),
		{ numRuns: 1_500 },
	);
});

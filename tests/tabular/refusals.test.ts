import { describe, expect, test } from 'vitest';
import type { TextEncoding } from '#domain/text-encoding.ts';
import { fileOf, read, wide, withLimits, type Content } from './table-files.ts';

describe('what is not a table is refused', () => {
	test.each<{ name: string; content: Content; says: string }>([
		{
			name: 'photo.png',
			content: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0],
			says: 'photo.png is not a table: it is a PNG image.',
		},
		{
			name: 'photo.csv',
			content: [0xff, 0xd8, 0xff, 0xe0, 0, 0x10],
			says: 'photo.csv is not a table: it is a JPEG image.',
		},
		{ name: 'a.gif', content: 'GIF89a\0\0', says: 'a.gif is not a table: it is a GIF image.' },
		{
			name: 'a.pdf',
			content: '%PDF-1.7\n',
			says: 'a.pdf is not a table: it is a PDF document. Export its table as CSV.',
		},
		{
			name: 'a.xlsx',
			content: 'PK\u0003\u0004\0\0',
			says: 'a.xlsx is not a table: it is a ZIP archive, as an Excel workbook (.xlsx) is. Save the sheet as CSV.',
		},
		{
			name: 'a.xls',
			content: [0xd0, 0xcf, 0x11, 0xe0, 0xa1],
			says: 'a.xls is not a table: it is an old Excel workbook (.xls). Save the sheet as CSV.',
		},
		{
			name: 'a.csv.gz',
			content: [0x1f, 0x8b, 0x08, 0],
			says: 'a.csv.gz is not a table: it is compressed with gzip. Unpack it and load the CSV in it.',
		},
		{
			name: 'a.bin',
			content: [1, 0, 0, 0, 2, 0, 10, 0, 0, 7],
			says: 'a.bin is not a table: it holds NUL bytes, as binary files do. If it is text, choose its encoding.',
		},
		{
			name: 'a.csv',
			content: `a,b\n1,2\n${'x,y\n'.repeat(20)}\0z,4\n`,
			says: 'a.csv is not a table: it holds NUL bytes, as binary files do. If it is text, choose its encoding.',
		},
		{
			name: 'login.csv',
			content: '\n<!DOCTYPE html>\n<p>Log in',
			says: 'login.csv is not a table: it is a web page (HTML). Download the CSV itself.',
		},
		{
			name: 'a.csv',
			content: '',
			says: 'a.csv is empty. Choose a file with a header and rows.',
		},
		{
			name: 'a.csv',
			content: '\r\n \n\n\t\n',
			says: 'a.csv has only blank lines. Choose a file with a header and rows.',
		},
		{
			name: 'a.csv',
			content: [0xef, 0xbb, 0xbf],
			says: 'a.csv has only blank lines. Choose a file with a header and rows.',
		},
		{
			name: 'a.csv',
			content: 'a,b\n\n',
			says: 'a.csv has a header but no rows. Add rows below it, or choose that it has no header row.',
		},
	])('$says', async ({ name, content, says }) => {
		const tried = await read(fileOf(content, name));
		expect(tried.problems).toEqual([says]);
	});

	test('UTF-16 read as UTF-8 is not taken for a table', async () => {
		const tried = await read(wide('a,b\n1,2\n', false), { encoding: 'utf-8' });
		expect(tried.problems[0]).toContain('choose its encoding');
	});

	test('no file at all', async () => {
		expect((await read([])).problems).toEqual(['Choose a file to read.']);
	});
});

test('quotes so made that each would be looked for to the end of the file are refused', async () => {
	const text = `a,b\n${'1,"x" y\n'.repeat(2_000)}`;
	const limits = withLimits({ rowCharacters: 5_000 });
	for (const sliceBytes of [100, 1_000_000]) {
		const tried = await read(text, { limits, sliceBytes });
		expect(tried.problems).toEqual([
			'reviews.csv, row 2, column “b”: a quote (") is opened and never closed, one of too many to tell where their cells end. Close them, double them ("") where they are part of the text, or choose to read quotes as text.',
		]);
	}
});

describe('a table past a limit is refused', () => {
	const limits = withLimits({
		columns: 3,
		rows: 4,
		cellCharacters: 20,
		rowCharacters: 45,
		fileBytes: 1_000,
	});
	test.each<{ text: string; says: string }>([
		{ text: 'a,b,c,d\n1,2\n', says: 'reviews.csv, the header: there are more than 3 columns.' },
		{ text: 'a,b\n1,2\n1,2,3,4\n', says: 'reviews.csv, row 2: there are more than 3 columns.' },
		{ text: 'a\n1\n2\n3\n4\n5\n', says: 'reviews.csv goes past 4 rows.' },
		{
			text: `a,b\n1,2\n3,${'x'.repeat(21)}\n`,
			says: 'reviews.csv, row 2, column “b”: the cell is longer than 20 characters.',
		},
		{
			text: `a,b\n1,2\n"${'x\n'.repeat(11)}",3\n`,
			says: 'reviews.csv, row 2, column “a”: ',
		},
		{
			text: `a,b,c\n1,"${'x'.repeat(20)}","${'x'.repeat(20)}"`,
			says: 'reviews.csv, row 1: the row is longer than 45 characters.',
		},
		{ text: `a\n${'1,2\n'.repeat(300)}`, says: 'reviews.csv is larger than 1,000 bytes.' },
		{
			text: `${'a,'.repeat(400)}b\n1\n`,
			says: 'reviews.csv, the header: there are more than 3 columns.',
		},
	])('$says', async ({ text, says }) => {
		for (const sliceBytes of [1, 8, 1_000]) {
			const tried = await read(text, { limits, sliceBytes });
			expect(tried.problems).toHaveLength(1);
			expect(tried.problems[0]).toContain(says);
		}
	});

	test('and one at the limits is read', async () => {
		const text = `a,b,c\n${`${'x'.repeat(20)},1,2\n`.repeat(4)}`;
		const tried = await read(text, { limits });
		expect(tried.rows).toHaveLength(4);
	});

	test('the limits in force', async () => {
		const tried = await Promise.all([
			read(`${'a,'.repeat(1_000)}b\n1\n`),
			read(`a,b\n1,${'x'.repeat(1_000_001)}\n`),
			read(`a\n${'1\n'.repeat(1_000_001)}`),
			read(Object.defineProperty(fileOf('a\n1\n'), 'size', { value: 2_000_000_001 })),
		]);
		expect(tried.map(({ problems }) => problems[0]?.split('. ')[0])).toEqual([
			'reviews.csv, the header: there are more than 1,000 columns',
			'reviews.csv, row 1, column “b”: the cell is longer than 1,000,000 characters',
			'reviews.csv goes past 1,000,000 rows',
			'reviews.csv is larger than 2 GB',
		]);
	});
});

test.each(['"', '\n', '\r', ',,', '\ufeff'])('%j cannot be the delimiter', async (delimiter) => {
	const tried = await read('a,b\n1,2\n', { delimiter });
	expect(tried.problems[0]).toContain('Choose one character as the delimiter');
});

test.each<TextEncoding | null>([null, 'utf-8'])(
	'a file that was taken away is refused in words, encoding %s',
	async (encoding) => {
		const file = fileOf('a\n1\n', 'gone.csv');
		const gone = (): Blob => {
			const blob = new Blob();
			blob.arrayBuffer = () => Promise.reject(new DOMException('gone', 'NotReadableError'));
			return blob;
		};
		const tried = await read(Object.assign(file, { slice: gone }), { encoding });
		expect(tried.problems).toEqual([
			'gone.csv could not be read: it was moved, changed or removed after it was chosen. Choose it again.',
		]);
	},
);

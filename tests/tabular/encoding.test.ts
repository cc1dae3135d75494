import { describe, expect, test } from 'vitest';
import { textEncodings, type TextEncoding } from '#domain/text-encoding.ts';
import { namesOf, noticesOf, read, wide, type Content } from './table-files.ts';

const text = 'id,review\n1,café €\n2,很好喝 ☕\n';
const utf8 = new TextEncoder().encode(text);
const withMark = (mark: readonly number[], bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
	new Uint8Array([...mark, ...bytes]);
const rows = [
	['1', 'café €'],
	['2', '很好喝 ☕'],
];

describe('the encoding is found out', () => {
	test.each<{ name: string; bytes: Content; encoding: TextEncoding }>([
		{ name: 'UTF-8', bytes: utf8, encoding: 'utf-8' },
		{ name: 'UTF-8 with a mark', bytes: withMark([0xef, 0xbb, 0xbf], utf8), encoding: 'utf-8' },
		{
			name: 'UTF-8 with two marks',
			bytes: withMark([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], utf8),
			encoding: 'utf-8',
		},
		{
			name: 'UTF-16 LE with a mark',
			bytes: withMark([0xff, 0xfe], wide(text, false)),
			encoding: 'utf-16le',
		},
		{
			name: 'UTF-16 BE with a mark',
			bytes: withMark([0xfe, 0xff], wide(text, true)),
			encoding: 'utf-16be',
		},
		{ name: 'UTF-16 LE without a mark', bytes: wide(text, false), encoding: 'utf-16le' },
		{ name: 'UTF-16 BE without a mark', bytes: wide(text, true), encoding: 'utf-16be' },
	])('$name', async ({ bytes, encoding }) => {
		for (const sliceBytes of [1, 2, 3, 7, 1_000]) {
			const tried = await read(bytes, { sliceBytes });
			expect(tried.problems).toEqual([]);
			expect(namesOf(tried)).toEqual(['id', 'review']);
			expect(tried.rows).toEqual(rows);
			expect(tried.table?.encoding).toBe(encoding);
			expect(tried.table?.notices).toEqual([]);
		}
	});

	test('UTF-16 without a mark is known by its line ends where the text has little ASCII', async () => {
		const chinese = `评论\n${'这家店的咖啡非常好喝服务也很周到下次还会再来'.repeat(3)}\n`.repeat(5);
		for (const isBigEndian of [false, true]) {
			const tried = await read(wide(chinese, isBigEndian));
			expect(namesOf(tried)).toEqual(['评论']);
			expect(tried.rows).toHaveLength(9);
		}
	});

	test('bytes that are not UTF-8 are read as Windows-1252, and the notice says so', async () => {
		const bytes = [...utf8.slice(0, 12), 0x63, 0x61, 0x66, 0xe9, 0x20, 0x80, 0x0a];
		for (const sliceBytes of [1, 5, 1_000]) {
			const tried = await read(bytes, { sliceBytes });
			expect(tried.rows).toEqual([['1', 'café €']]);
			expect(tried.table?.encoding).toBe('windows-1252');
			expect(noticesOf(tried)).toEqual([
				'encoding · reviews.csv is not UTF-8; it was read as Windows-1252. Check the text, or choose another encoding.',
			]);
		}
	});

	test('one wrong byte at the very end of the file is enough', async () => {
		const tried = await read([...utf8, 0x33, 0x2c, 0xc3], { sliceBytes: 4 });
		expect(tried.table?.encoding).toBe('windows-1252');
	});

	/** More than is looked at before the first row is given out. */
	const many = Array.from({ length: 30_000 }, (_, i) => [String(i), 'café']);
	const long = `id,review\n${many.map((row) => row.join(',')).join('\n')}\n`;
	const latin = Uint8Array.from(long, (char) => char.charCodeAt(0));
	const late = new Uint8Array([...new TextEncoder().encode(long), 0x78, 0x2c, 0xe9, 0x0a]);

	test('of a file whose first wrong byte comes after rows were given out, each row is there once', async () => {
		const tried = await read(late);
		expect(tried.restarts).toBe(1);
		expect(tried.rows).toEqual([...many.map(([id]) => [id, 'cafÃ©']), ['x', 'é']]);
		expect(tried.table).toMatchObject({ rowCount: 30_001, encoding: 'windows-1252' });
		expect(noticesOf(tried)).toHaveLength(1);
	});

	test('of several files, that of each is its own', async () => {
		const file = (name: string, bytes: Uint8Array<ArrayBuffer>): File => new File([bytes], name);
		const tried = await read([
			file('a.csv', new TextEncoder().encode(long)),
			file('b.csv', latin),
			file('c.csv', late),
		]);
		expect(tried.restarts).toBe(2);
		expect(tried.rows.slice(0, 60_000).every(([, review]) => review === 'café')).toBe(true);
		expect(tried.rows[60_000]).toEqual(['0', 'cafÃ©', 'c.csv']);
		expect(tried.table?.rowCount).toBe(90_001);
	});

	test('of JSON Lines too', async () => {
		const lines = many.map(([id]) => JSON.stringify({ id, review: 'cafe' })).join('\n');
		const tried = await read(
			Uint8Array.from(lines.replace(/cafe"}$/, 'café"}'), (char) => char.charCodeAt(0)),
		);
		expect(tried.rows.at(-1)).toEqual(['29999', 'café']);
		expect(tried.rows).toHaveLength(30_000);
	});
});

describe('a chosen encoding wins', () => {
	test.each<{ encoding: TextEncoding; bytes: Content; cell: string }>([
		{ encoding: 'windows-1252', bytes: new TextEncoder().encode('a\né\n'), cell: 'Ã©' },
		{ encoding: 'utf-16be', bytes: wide('a\né\n', true), cell: 'é' },
		{
			encoding: 'windows-1252',
			bytes: [0xef, 0xbb, 0xbf, 0x61, 0x0a, 0x80, 0x0a],
			cell: '€',
		},
	])('$encoding gives “$cell”', async ({ encoding, bytes, cell }) => {
		const tried = await read(bytes, { encoding });
		expect(namesOf(tried)).toEqual(['a']);
		expect(tried.rows).toEqual([[cell]]);
		expect(tried.table?.encoding).toBe(encoding);
	});

	test('where bytes do not fit it, the first place is named', async () => {
		const bytes = [...new TextEncoder().encode('id,review\n1,fine\n2,caf'), 0xe9, 0x0a];
		const tried = await read(bytes, { encoding: 'utf-8' });
		expect(tried.rows).toEqual([
			['1', 'fine'],
			['2', 'caf\ufffd'],
		]);
		expect(noticesOf(tried)).toEqual([
			'encoding · reviews.csv has characters that could not be read as UTF-8 and show as “\ufffd”, first in row 2, column “review”. Choose another encoding, or mend the file.',
		]);
	});

	test('a place in the header is named too', async () => {
		const tried = await read([0x63, 0xe9, 0x0a, 0x31, 0x0a], { encoding: 'utf-8' });
		expect(noticesOf(tried)[0]).toContain('first in the header');
	});
});

test('a replacement character that valid text holds is no news', async () => {
	const tried = await read('a\n\ufffd\n');
	expect(tried.table?.notices).toEqual([]);
});

describe('every encoding of the list', () => {
	test.each(textEncodings)('%s is one that TextDecoder knows by this name', (encoding) => {
		expect(new TextDecoder(encoding).encoding).toBe(encoding);
	});

	test.each<{ encoding: TextEncoding; bytes: readonly number[]; cell: string }>([
		{ encoding: 'windows-1250', bytes: [0xbf, 0xf3, 0xb3, 0xe6], cell: 'żółć' },
		{ encoding: 'windows-1251', bytes: [0xea, 0xee, 0xf4, 0xe5], cell: 'кофе' },
		{ encoding: 'windows-1253', bytes: [0xea, 0xe1, 0xf6, 0xdd], cell: 'καφέ' },
		{ encoding: 'windows-1258', bytes: [0xf0], cell: 'đ' },
		{ encoding: 'iso-8859-2', bytes: [0xb1, 0xb6], cell: 'ąś' },
		{ encoding: 'iso-8859-15', bytes: [0xa4], cell: '€' },
		{ encoding: 'koi8-r', bytes: [0xcb, 0xcf, 0xc6, 0xc5], cell: 'кофе' },
		{ encoding: 'shift_jis', bytes: [0x83, 0x5c, 0x2c, 0x31], cell: 'ソ' },
		{ encoding: 'gb18030', bytes: [0xbf, 0xa7, 0xb7, 0xc8], cell: '咖啡' },
		{ encoding: 'big5', bytes: [0xa9, 0x40, 0xb0, 0xd8], cell: '咖啡' },
		{ encoding: 'euc-kr', bytes: [0xc4, 0xbf, 0xc7, 0xc7], cell: '커피' },
	])('$encoding gives “$cell”, also where a slice cuts a character', async (known) => {
		const bytes = [...new TextEncoder().encode('a,b\n'), ...known.bytes, 0x0a];
		const { encoding } = known;
		for (const sliceBytes of [1, 5, 1_000]) {
			const tried = await read(bytes, { encoding, delimiter: ',', sliceBytes });
			expect(tried.rows[0]?.[0]).toBe(known.cell);
			expect(tried.table?.encoding).toBe(encoding);
		}
	});
});

import { describe, expect, test } from 'vitest';
import { readSmallTable } from '#tabular/read-small-table.ts';
import { fileOf } from './table-files.ts';

describe('a small table', () => {
	test('is read whole: its columns and its rows', async () => {
		const read = await readSmallTable(fileOf('id;prompt\n1;"a; b"\n2;c\n'), 2);
		expect(read).toMatchObject({
			ok: true,
			value: {
				columns: [{ name: 'id' }, { name: 'prompt' }],
				rows: [
					['1', 'a; b'],
					['2', 'c'],
				],
			},
		});
	});

	test.each([
		['too many rows', 'a\n1\n2\n3\n', 'p.csv holds more than 2 rows or 50 MB. Split it.'],
		[
			'very many rows',
			`a\n${'1\n'.repeat(300_000)}`,
			'p.csv holds more than 2 rows or 50 MB. Split it.',
		],
		['no rows', 'a\n', expect.stringMatching(/^p\.csv has a header but no rows/) as string],
	])('with %s is refused', async (_, text, message) => {
		const read = await readSmallTable(fileOf(text, 'p.csv'), 2);
		expect(read).toMatchObject({ ok: false, error: [{ message }] });
	});

	test('with more text than a page should hold is refused before the row limit is', async () => {
		const cell = 'x'.repeat(999_999);
		const read = await readSmallTable(fileOf(`a\n${`${cell}\n`.repeat(60)}`, 'p.csv'), 1_000);
		expect(read.ok).toBe(false);
	});
});

import { describe, expect, test } from 'vitest';
import type { Row } from '#domain/dataset.ts';
import { RowDigest } from '#storage/row-digest.ts';

const columns = [{ name: 'a', header: 'a' }];
const digest = (...parts: (readonly Row[])[]): string => {
	const running = new RowDigest();
	for (const rows of parts) running.add(rows);
	return running.under(columns);
};

describe('the digest of rows', () => {
	test('is the same however the rows came in', () => {
		expect(digest([['x', 'y'], ['z']])).toBe(digest([['x', 'y']], [], [['z']]));
	});

	test.each([
		['another text', [['x', 'z']]],
		['text moved over the edge of a cell', [['xy', '']]],
		['cells in another order', [['y', 'x']]],
		['a cell fewer', [['x']]],
		['an empty cell more', [['x', 'y', '']]],
		['a row split in two', [['x'], ['y']]],
		['an empty row more', [['x', 'y'], []]],
	] satisfies [string, Row[]][])('changes with %s', (_, rows) => {
		expect(digest(rows)).not.toBe(digest([['x', 'y']]));
	});

	test('changes with the columns', () => {
		const running = new RowDigest();
		running.add([['x']]);
		expect(running.under(columns)).not.toBe(running.under([{ name: 'b', header: 'b' }]));
	});

	test('of a hundred thousand rows that differ in one number is never the same', () => {
		const seen = new Set(Array.from({ length: 100_000 }, (_, i) => digest([[String(i)]])));
		expect(seen.size).toBe(100_000);
	});

	test('is the one that earlier versions have stored', () => {
		const rows = [['a', 'żółć ☕', ''], ['x'.repeat(1_000)], []];
		expect(digest(rows)).toBe('a8c014c2a6ba02ce');
		const long = [['é'.repeat(50), 'x'.repeat(5_000), `${'x'.repeat(60)}\ud800`]];
		expect(digest(long)).toBe('75550ebef683c611');
	});
});

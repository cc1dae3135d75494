import { expect, test } from 'vitest';
import {
	isMissing,
	isStale,
	noPages,
	pagesOf,
	pageSize,
	rowIn,
	staleWhereOpen,
	withPage,
} from '#state/result-pages.ts';
import { lineAt } from './run-fixtures.ts';

const pageOf = (page: number, settled: number) =>
	Array.from({ length: pageSize }, (_, i) =>
		lineAt(page * pageSize + i, i < settled ? 'succeeded' : 'waiting'),
	);

test.each([
	{ first: 0, count: 0, pages: [0] },
	{ first: 0, count: 100, pages: [0] },
	{ first: 99, count: 2, pages: [0, 1] },
	{ first: 250, count: 30, pages: [2] },
])('lines $first and $count more stand in pages $pages', ({ first, count, pages }) => {
	expect(pagesOf(first, count)).toEqual(pages);
});

test.each([
	{ settled: pageSize, settles: true, stale: false },
	{ settled: pageSize - 1, settles: true, stale: true },
	{ settled: pageSize, settles: false, stale: true },
])(
	'a page with $settled settled lines, places final: $settles, may have changed: $stale',
	({ settled, settles, stale }) => {
		const pages = withPage(noPages, 0, pageOf(0, settled), settles);
		expect(isStale(staleWhereOpen(pages), 0)).toBe(stale);
	},
);

test('the pages farthest from the last one are let go', () => {
	let pages = noPages;
	for (let page = 0; page < 40; page++) pages = withPage(pages, page, pageOf(page, 0), true);
	expect(pages.size).toBeLessThan(40);
	expect(isMissing(pages, 0)).toBe(true);
	expect(rowIn(pages, 39 * pageSize + 5)?.id).toBe(String(39 * pageSize + 5));
});

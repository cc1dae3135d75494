import type { ResultRow } from '#domain/result-item.ts';

export const pageSize = 100;
/** Enough for a screen and what was scrolled past a moment ago; the rest is asked for again. */
const mostPages = 24;

interface HeldPage {
	readonly rows: readonly ResultRow[];
	/** No line of it can change any more, unless failed requests are sent again. */
	readonly final: boolean;
	readonly stale: boolean;
}

/** The pages of results that the page holds, by number. */
export type ResultPages = ReadonlyMap<number, HeldPage>;

export const noPages: ResultPages = new Map();

export const rowIn = (pages: ResultPages, line: number): ResultRow | null =>
	pages.get(Math.floor(line / pageSize))?.rows[line % pageSize] ?? null;

/** `settles`: whether a line keeps its place for good, so that a page without a waiting line is final. */
export function withPage(
	pages: ResultPages,
	page: number,
	rows: readonly ResultRow[],
	settles: boolean,
): ResultPages {
	const final =
		settles && rows.length === pageSize && rows.every(({ state }) => state !== 'waiting');
	const next = new Map(pages).set(page, { rows, final, stale: false });
	const farthestFirst = [...next.keys()].sort((a, b) => Math.abs(b - page) - Math.abs(a - page));
	for (const far of farthestFirst.slice(0, Math.max(0, next.size - mostPages))) next.delete(far);
	return next;
}

/** What the run's going on may have changed: every page but the final ones. */
export const staleWhereOpen = (pages: ResultPages): ResultPages =>
	new Map([...pages].map(([page, held]) => [page, held.final ? held : { ...held, stale: true }]));

export const allStale = (pages: ResultPages): ResultPages =>
	new Map([...pages].map(([page, held]) => [page, { ...held, final: false, stale: true }]));

/** The pages that hold a window of lines; of an empty window, the one it would begin in. */
export function pagesOf(first: number, count: number): readonly number[] {
	const from = Math.floor(first / pageSize);
	const to = Math.floor(Math.max(first, first + count - 1) / pageSize);
	return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

export const isMissing = (pages: ResultPages, page: number): boolean => !pages.has(page);

export const isStale = (pages: ResultPages, page: number): boolean =>
	pages.get(page)?.stale !== false;

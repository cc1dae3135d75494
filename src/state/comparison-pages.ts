import type { ComparedRow } from '#domain/comparison.ts';

/** Enough for a screen and what was scrolled past a moment ago. */
const mostPages = 12;

interface HeldPage {
	readonly rows: readonly ComparedRow[];
	/** It may have changed since it was read. */
	readonly stale: boolean;
}

/** Pages of compared rows by their number. */
export type ComparisonPages = ReadonlyMap<number, HeldPage>;

export const noComparison: ComparisonPages = new Map();

/** Once the run went on: those with rows that waited are stale. Where it did not only go on, all are. */
export const staleAfter = (pages: ComparisonPages, onlyOn: boolean): ComparisonPages =>
	new Map(
		[...pages].map(([page, { rows, stale }]) => [
			page,
			{ rows, stale: stale || !onlyOn || rows.some(({ waits }) => waits) },
		]),
	);

/** With what was read; those farthest from `here` go where there are too many. */
export function withRead(
	pages: ComparisonPages,
	read: readonly (readonly [page: number, rows: readonly ComparedRow[]])[],
	here: number,
): ComparisonPages {
	const next = new Map(pages);
	for (const [page, rows] of read) next.set(page, { rows, stale: false });
	const farthestFirst = [...next.keys()].sort((a, b) => Math.abs(b - here) - Math.abs(a - here));
	for (const far of farthestFirst.slice(0, Math.max(0, next.size - mostPages))) next.delete(far);
	return next;
}

import type { IDBPDatabase } from 'idb';
import type { ChoiceMark } from '#domain/completion.ts';
import { markKeyOf } from './mark-keys.ts';
import { choicesOf } from './read-settled.ts';
import type { RunSchema } from './run-schema.ts';
import { makeAll, readFrom, writeTo } from './transact.ts';

/** A mark that has to be found again: complete answers are the rest, and have no record. */
export type RareMark = Exclude<ChoiceMark, 'complete'>;

/** A choice by its request and its place in the answer. */
export type MarkedChoice = readonly [request: number, position: number];

/** The next `limit` choices of a mark behind `after`; those of requests that are asked for again are left out. */
export const readMarked = (
	db: IDBPDatabase<RunSchema>,
	mark: RareMark,
	after: MarkedChoice | null,
	limit: number,
): Promise<{ readonly found: readonly MarkedChoice[]; readonly next: MarkedChoice | null }> =>
	readFrom(db, ['marks', 'reopened'], async (tx) => {
		const range = IDBKeyRange.bound([mark, ...(after ?? [])], [mark, Infinity], after !== null);
		const keys = await tx.objectStore('marks').getAllKeys(range, limit);
		const [first, last] = [keys[0], keys.at(-1)];
		if (first === undefined || last === undefined) return { found: [], next: null };
		const reopened = await tx
			.objectStore('reopened')
			.getAllKeys(IDBKeyRange.bound(first[1], last[1]));
		const waiting = new Set(reopened);
		return {
			found: keys.flatMap(([, request, position]) =>
				waiting.has(request) ? [] : [[request, position] as const],
			),
			next: keys.length < limit ? null : [last[1], last[2]],
		};
	});

/** From which request on marks may be missing, as in a run of an earlier version; null: none is. */
export const readUnmarked = (db: IDBPDatabase<RunSchema>): Promise<number | null> =>
	readFrom(
		db,
		['unmarked'],
		async (tx) => (await tx.objectStore('unmarked').get('current')) ?? null,
	);

/**
 * Marks the choices of the next `count` requests that may lack it; gives back as `readUnmarked`. Whoever settles meanwhile
 * marks its own, and two tabs that do this at once write the same.
 */
export const markSome = (db: IDBPDatabase<RunSchema>, count: number): Promise<number | null> =>
	writeTo(db, ['choices', 'marks', 'unmarked'], 'relaxed', async (tx) => {
		const [unmarked, choices] = [tx.objectStore('unmarked'), tx.objectStore('choices')];
		const from = await unmarked.get('current');
		if (from === undefined) return null;
		const end = from + count;
		const [records, beyond] = await Promise.all([
			choices.getAll(choicesOf(from, end - 1)),
			choices.getKey(IDBKeyRange.lowerBound([end])),
		]);
		const next = beyond?.[0] ?? null;
		await makeAll([
			...records
				.flatMap(({ request, position, choice }) => markKeyOf(request, position, choice))
				.map((key) => () => tx.objectStore('marks').put(0, key)),
			() => (next === null ? unmarked.delete('current') : unmarked.put(next, 'current')),
		]);
		return next;
	});

import type { IDBPDatabase } from 'idb';
import type { Failure, FailureKind } from '#domain/failure.ts';
import { withoutFailed, type RunCounters } from '#domain/run.ts';
import { historyOfRecord } from './history.ts';
import { checkFence, type Fence } from './run-owner.ts';
import type { RunSchema } from './run-schema.ts';
import { makeAll, writeTo } from './transact.ts';

export interface Freed {
	readonly counters: RunCounters;
	readonly requests: readonly number[];
	/** Where the next slice begins; null: there is none. */
	readonly next: number | null;
}

/**
 * Of the first `limit` failed requests from `from` on, those that failed in one of `kinds` (null: all) wait again; no more
 * at a time, so that no transaction keeps the others out for long. Records and counters change together, so a crash
 * between two slices leaves sums that are right. `note` hears of them first, and by throwing keeps them as they are.
 */
export const freeFailed = (
	db: IDBPDatabase<RunSchema>,
	fresh: RunCounters,
	kinds: ReadonlySet<FailureKind> | null,
	from: number,
	limit: number,
	fence: Fence,
	note: (requests: readonly number[]) => void,
): Promise<Freed> =>
	writeTo(db, ['requests', 'counters', 'history', 'owner'], 'relaxed', async (tx) => {
		const requests = tx.objectStore('requests');
		const range = IDBKeyRange.bound(['failed', from], ['failed', Infinity]);
		const [stored, looked, owner] = await Promise.all([
			tx.objectStore('counters').get('current'),
			requests.index('outcome').getAll(range, limit),
			tx.objectStore('owner').get('current'),
		]);
		checkFence(fence, owner);
		const failed = looked.flatMap((record) =>
			record.outcome === 'failed' && (kinds?.has(record.failure.kind) ?? true) ? [record] : [],
		);
		const counters = withoutSome(
			stored ?? fresh,
			failed.map(({ failure }) => failure),
		);
		const freed = failed.map(({ request }) => request);
		note(freed);
		await makeAll([
			...freed.map((request) => () => requests.delete(request)),
			...failed.map((record) => () => tx.objectStore('history').put(historyOfRecord(record))),
			() => tx.objectStore('counters').put(counters, 'current'),
		]);
		const last = looked.length < limit ? undefined : looked.at(-1);
		return { counters, requests: freed, next: last === undefined ? null : last.request + 1 };
	});

/** Those of these that have failed wait again. */
export const freeThese = async (
	db: IDBPDatabase<RunSchema>,
	fresh: RunCounters,
	numbers: readonly number[],
): Promise<void> => {
	await writeTo(db, ['requests', 'counters', 'history'], 'relaxed', async (tx) => {
		const requests = tx.objectStore('requests');
		const [stored, ...records] = await Promise.all([
			tx.objectStore('counters').get('current'),
			...numbers.map((request) => requests.get(request)),
		]);
		const failed = records.flatMap((record) => (record?.outcome === 'failed' ? [record] : []));
		const failures = failed.map(({ failure }) => failure);
		const counters = withoutSome(stored ?? fresh, failures);
		await makeAll([
			...failed.map(
				({ request }) =>
					() =>
						requests.delete(request),
			),
			...failed.map((record) => () => tx.objectStore('history').put(historyOfRecord(record))),
			() => tx.objectStore('counters').put(counters, 'current'),
		]);
	});
};

function withoutSome(counters: RunCounters, failures: readonly Failure[]): RunCounters {
	const failed = counters.failed - failures.length;
	if (failed <= 0) return withoutFailed(counters);
	const left = new Map(Object.entries(counters.failures));
	for (const { kind } of failures) left.set(kind, (left.get(kind) ?? 0) - 1);
	const kinds: Partial<Record<FailureKind, number>> = Object.fromEntries(
		[...left].filter(([, count]) => count > 0),
	);
	return { ...counters, failed, failures: kinds };
}

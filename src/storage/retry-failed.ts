import type { IDBPDatabase } from 'idb';
import type { Failure, FailureKind } from '#domain/failure.ts';
import { withoutFailed, type RunCounters } from '#domain/run.ts';
import type { RunSchema } from './run-schema.ts';
import { makeAll, writeTo } from './transact.ts';

export interface Freed {
	readonly counters: RunCounters;
	readonly requests: readonly number[];
}

/**
 * The first failed requests from `from` on wait again: at most `limit`, so that no transaction keeps the others out for
 * long. Records and counters change together, so a crash between two slices leaves sums that are right.
 */
export const freeFailed = (
	db: IDBPDatabase<RunSchema>,
	fresh: RunCounters,
	from: number,
	limit: number,
): Promise<Freed> =>
	writeTo(db, ['requests', 'counters'], 'relaxed', async (tx) => {
		const requests = tx.objectStore('requests');
		const range = IDBKeyRange.bound(['failed', from], ['failed', Infinity]);
		const [stored, failed] = await Promise.all([
			tx.objectStore('counters').get('current'),
			requests.index('outcome').getAll(range, limit),
		]);
		const counters = withoutSome(
			stored ?? fresh,
			failed.flatMap(({ failure }) => failure ?? []),
		);
		const freed = failed.map(({ request }) => request);
		await makeAll([
			...freed.map((request) => () => requests.delete(request)),
			() => tx.objectStore('counters').put(counters, 'current'),
		]);
		return { counters, requests: freed };
	});

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

import type { IDBPDatabase } from 'idb';
import type { RunCounters } from '#domain/run.ts';
import { checkFence, type Fence } from './run-owner.ts';
import type { RunSchema } from './run-schema.ts';
import { readFrom, writeTo } from './transact.ts';

/** `fresh` is what a run that has settled nothing yet counts. */
export const readCounters = (
	db: IDBPDatabase<RunSchema>,
	fresh: RunCounters,
): Promise<RunCounters> =>
	readFrom(
		db,
		['counters'],
		async (tx) => (await tx.objectStore('counters').get('current')) ?? fresh,
	);

/** A strict write after the relaxed ones: when it is on the disk, so are they. */
export const flushCounters = (
	db: IDBPDatabase<RunSchema>,
	fresh: RunCounters,
	fence: Fence = null,
): Promise<RunCounters> =>
	writeTo(db, ['counters', 'owner'], 'strict', async (tx) => {
		checkFence(fence, await tx.objectStore('owner').get('current'));
		const counters = (await tx.objectStore('counters').get('current')) ?? fresh;
		await tx.objectStore('counters').put(counters, 'current');
		return counters;
	});

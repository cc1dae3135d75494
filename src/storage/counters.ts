import type { IDBPDatabase } from 'idb';
import type { RunCounters } from '#domain/run.ts';
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
): Promise<RunCounters> =>
	writeTo(db, ['counters'], 'strict', async (tx) => {
		const counters = (await tx.objectStore('counters').get('current')) ?? fresh;
		await tx.objectStore('counters').put(counters, 'current');
		return counters;
	});

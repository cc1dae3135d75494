import type { IDBPDatabase } from 'idb';
import type { RunRevision } from '#domain/revision.ts';
import { checkFence, type Fence } from './run-owner.ts';
import type { RunSchema } from './run-schema.ts';
import { readFrom, writeTo } from './transact.ts';

/** In order. */
export const readRevisions = (db: IDBPDatabase<RunSchema>): Promise<readonly RunRevision[]> =>
	readFrom(db, ['revisions'], (tx) => tx.objectStore('revisions').getAll());

/** Strict: what is sent under it names its number. */
export const writeRevision = async (
	db: IDBPDatabase<RunSchema>,
	number: number,
	revision: RunRevision,
	fence: Fence = null,
): Promise<void> => {
	await writeTo(db, ['revisions', 'owner'], 'strict', async (tx) => {
		checkFence(fence, await tx.objectStore('owner').get('current'));
		await tx.objectStore('revisions').put(revision, number);
	});
};

import type { IDBPDatabase } from 'idb';
import type { OwnerRecord, RunSchema } from './run-schema.ts';
import { StorageError } from './storage-error.ts';
import { readFrom, writeTo } from './transact.ts';

/** Who may write: the worker that took the run up last. Null where nobody took it up. */
export type Fence = Pick<OwnerRecord, 'epoch'> | null;

/**
 * Throws where another worker took the run up since, or where the browser has emptied the database under us: what then
 * reads as waiting has been sent and paid for.
 */
export function checkFence(fence: Fence, stored: OwnerRecord | undefined): void {
	if (fence === null || stored?.epoch === fence.epoch) return;
	throw stored === undefined
		? new StorageError('lost', 'The browser has lost what was stored of this run.')
		: new StorageError('fenced', 'Another tab has taken this run up.');
}

export const readOwner = (db: IDBPDatabase<RunSchema>): Promise<OwnerRecord | undefined> =>
	readFrom(db, ['owner'], (tx) => tx.objectStore('owner').get('current'));

/** Strict: from here on whoever held the run before is kept out. */
export const writeOwner = async (
	db: IDBPDatabase<RunSchema>,
	owner: OwnerRecord,
): Promise<void> => {
	await writeTo(db, ['owner'], 'strict', (tx) => tx.objectStore('owner').put(owner, 'current'));
};

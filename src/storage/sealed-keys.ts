import type { LibrarySchema, SealedKey } from './library-schema.ts';
import type { LiveDatabase } from './live-database.ts';
import { readFrom, writeTo } from './transact.ts';

/** By origin: what is put in the place of what is stored, and what is deleted. */
export interface SealedKeyChange {
	readonly put: readonly SealedKey[];
	readonly delete: readonly string[];
}

export const readSealedKeys = (
	library: LiveDatabase<LibrarySchema>,
): Promise<readonly SealedKey[]> =>
	library.use((db) => readFrom(db, ['sealedKeys'], (tx) => tx.objectStore('sealedKeys').getAll()));

/** `decide` sees what is stored and nobody writes in between; false where it decides for null, and then nothing is changed. */
export const changeSealedKeys = (
	library: LiveDatabase<LibrarySchema>,
	decide: (stored: readonly SealedKey[]) => SealedKeyChange | null,
): Promise<boolean> =>
	library.use((db) =>
		writeTo(db, ['sealedKeys'], 'strict', async (tx) => {
			const keys = tx.objectStore('sealedKeys');
			const change = decide(await keys.getAll());
			if (change === null) return false;
			await Promise.all([
				...change.delete.map((origin) => keys.delete(origin)),
				...change.put.map((key) => keys.put(key)),
			]);
			return true;
		}),
	);

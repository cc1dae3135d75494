import type { SavedConnection } from '#domain/saved-connection.ts';
import type { LibrarySchema } from './library-schema.ts';
import type { LiveDatabase } from './live-database.ts';
import { readFrom, writeTo } from './transact.ts';

/** By name. */
export const readConnections = (
	library: LiveDatabase<LibrarySchema>,
): Promise<readonly SavedConnection[]> =>
	library.use(async (db) => {
		const all = await readFrom(db, ['connections'], (tx) => tx.objectStore('connections').getAll());
		return all.sort((a, b) => a.name.localeCompare(b.name));
	});

/** In the place of the one with this id, if there is one. */
export const writeConnection = async (
	library: LiveDatabase<LibrarySchema>,
	saved: SavedConnection,
): Promise<void> => {
	await library.use((db) =>
		writeTo(db, ['connections'], 'relaxed', (tx) => tx.objectStore('connections').put(saved)),
	);
};

export const removeConnection = (library: LiveDatabase<LibrarySchema>, id: string): Promise<void> =>
	library.use((db) =>
		writeTo(db, ['connections'], 'relaxed', (tx) => tx.objectStore('connections').delete(id)),
	);

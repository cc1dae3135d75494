import { identityOf, type Connection } from '#domain/connection.ts';
import type { ModelNote, RememberedLimits } from '#domain/model-note.ts';
import type { Repair } from '#domain/repair.ts';
import type { LibrarySchema } from './library-schema.ts';
import type { LiveDatabase } from './live-database.ts';
import { readFrom, writeTo } from './transact.ts';

/** What of a note is put in the place of what was known. */
export interface NoteChange {
	readonly repairs?: readonly Repair[];
	/** Those of other connections stay. */
	readonly limits?: { readonly connection: Connection; readonly learned: RememberedLimits };
}

/** What is known of these models at this origin: none of those of which nothing is. */
export const readModelNotes = (
	library: LiveDatabase<LibrarySchema>,
	origin: string,
	models: readonly string[],
): Promise<readonly ModelNote[]> =>
	library.use((db) =>
		readFrom(db, ['modelNotes'], async (tx) => {
			const notes = tx.objectStore('modelNotes');
			const found = await Promise.all(models.map((model) => notes.get([origin, model])));
			return found.filter((note) => note !== undefined);
		}),
	);

/** A note that says nothing any more is dropped. */
export const saveModelNote = (
	library: LiveDatabase<LibrarySchema>,
	origin: string,
	model: string,
	{ repairs, limits }: NoteChange,
): Promise<void> =>
	library.use((db) =>
		writeTo(db, ['modelNotes'], 'relaxed', async (tx) => {
			const notes = tx.objectStore('modelNotes');
			const known = await notes.get([origin, model]);
			const note: ModelNote = {
				...(known ?? { origin, model, repairs: [], limits: null }),
				...(repairs === undefined ? {} : { repairs }),
				...(limits === undefined
					? {}
					: { limitsAt: { ...known?.limitsAt, [identityOf(limits.connection)]: limits.learned } }),
			};
			const { limits: older, limitsAt } = note;
			if (note.repairs.length === 0 && older === null && limitsAt === undefined)
				await notes.delete([origin, model]);
			else await notes.put(note);
		}),
	);

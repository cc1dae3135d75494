import type { DBSchema } from 'idb';
import { deleteDatabase } from './delete-database.ts';
import { countName, journalName, type JournalFolder } from './journal-folder.ts';
import { libraryMigrations, type LibrarySchema } from './library-schema.ts';
import { LiveDatabase } from './live-database.ts';
import type { Migration } from './open-database.ts';
import { toStorageError } from './storage-error.ts';
import type { OnProblem } from './storage-problem.ts';
import { readFrom, writeTo } from './transact.ts';

export interface ShelfOptions {
	/** Every database's name begins with it. */
	readonly name: string;
	readonly factory: IDBFactory;
	readonly now: () => number;
	readonly newId: () => string;
	readonly onProblem: OnProblem;
	/** Null where none can be kept. */
	readonly journals: JournalFolder | null;
}

const journalPrefix = 'journal:';

/** How a run's journal is named among what is doomed. */
export const doomedJournal = (runId: string): string => `${journalPrefix}${runId}`;

/** The small database that lists what there is, and the way to the databases of single runs and datasets. */
export class Shelf {
	readonly options: ShelfOptions;
	readonly library: LiveDatabase<LibrarySchema>;

	constructor(options: ShelfOptions) {
		this.options = options;
		this.library = this.#live<LibrarySchema>(options.name, libraryMigrations);
	}

	nameOf(kind: 'run' | 'dataset', id: string): string {
		return `${this.options.name}-${kind}-${id}`;
	}

	database<S extends DBSchema>(
		kind: 'run' | 'dataset',
		id: string,
		migrations: readonly Migration[],
	): LiveDatabase<S> {
		return this.#live<S>(this.nameOf(kind, id), migrations);
	}

	/** Deletes databases and journals that are noted as doomed; one that another tab holds open goes later. */
	async erase(names: readonly string[]): Promise<void> {
		const { factory, onProblem } = this.options;
		await Promise.all(
			names.map((name) =>
				name.startsWith(journalPrefix)
					? this.#eraseJournal(name.slice(journalPrefix.length))
					: deleteDatabase(factory, name, onProblem, () => this.#forget(name)),
			),
		);
	}

	#forget(name: string): Promise<void> {
		return this.library.use((db) =>
			writeTo(db, ['doomed'], 'relaxed', (tx) => tx.objectStore('doomed').delete(name)),
		);
	}

	async #eraseJournal(runId: string): Promise<void> {
		const { journals, onProblem, name } = this.options;
		// It may be here again another day, and then the note must be too: the run is not to rise from its journal.
		if (journals === null) return;
		try {
			await journals.delete(journalName(runId));
			await journals.delete(countName(runId));
			await this.#forget(doomedJournal(runId));
		} catch (cause) {
			onProblem({ kind: 'failed', database: name, message: toStorageError(cause).message });
		}
	}

	/** Finishes the deletions that an earlier life began. `live`: runs that a worker is at, which may only be coming in. */
	async eraseDoomed(live: () => ReadonlySet<string> | Promise<ReadonlySet<string>>): Promise<void> {
		const doomed = await this.library.use((db) =>
			readFrom(db, ['doomed'], (tx) => tx.objectStore('doomed').getAllKeys()),
		);
		// Asked after: whoever has noted a run holds its lock from before that until the run is listed.
		const spared = new Set([...(await live())].flatMap((id) => this.namesOfRun(id)));
		await this.erase(doomed.filter((name) => !spared.has(name)));
	}

	/** All that a run has of its own, as it is named among what is doomed. */
	namesOfRun(id: string): readonly string[] {
		return [this.nameOf('run', id), doomedJournal(id)];
	}

	#live<S extends DBSchema>(name: string, migrations: readonly Migration[]): LiveDatabase<S> {
		const { factory, onProblem } = this.options;
		return new LiveDatabase<S>({ factory, name, migrations, onProblem });
	}
}

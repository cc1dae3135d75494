import type { DBSchema } from 'idb';
import { deleteDatabase } from './delete-database.ts';
import { libraryMigrations, type LibrarySchema } from './library-schema.ts';
import { LiveDatabase } from './live-database.ts';
import type { Migration } from './open-database.ts';
import type { OnProblem } from './storage-problem.ts';
import { readFrom, writeTo } from './transact.ts';

export interface ShelfOptions {
	/** Every database's name begins with it. */
	readonly name: string;
	readonly factory: IDBFactory;
	readonly now: () => number;
	readonly newId: () => string;
	readonly onProblem: OnProblem;
}

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

	/** Deletes databases that are noted as doomed; one that another tab holds open goes later. */
	async erase(names: readonly string[]): Promise<void> {
		const { factory, onProblem } = this.options;
		await Promise.all(
			names.map((name) =>
				deleteDatabase(factory, name, onProblem, () =>
					this.library.use((db) =>
						writeTo(db, ['doomed'], 'relaxed', (tx) => tx.objectStore('doomed').delete(name)),
					),
				),
			),
		);
	}

	/** Finishes the deletions that an earlier life began. */
	async eraseDoomed(): Promise<void> {
		const doomed = await this.library.use((db) =>
			readFrom(db, ['doomed'], (tx) => tx.objectStore('doomed').getAllKeys()),
		);
		await this.erase(doomed);
	}

	#live<S extends DBSchema>(name: string, migrations: readonly Migration[]): LiveDatabase<S> {
		const { factory, onProblem } = this.options;
		return new LiveDatabase<S>({ factory, name, migrations, onProblem });
	}
}

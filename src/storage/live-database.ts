import type { DBSchema, IDBPDatabase } from 'idb';
import { openDatabase, type Migration } from './open-database.ts';
import { StorageError, toStorageError } from './storage-error.ts';
import type { OnProblem, StorageProblem } from './storage-problem.ts';

export interface LiveDatabaseOptions {
	readonly factory: IDBFactory;
	readonly name: string;
	readonly migrations: readonly Migration[];
	readonly onProblem: OnProblem;
}

/**
 * A database whose connection is opened when first needed, and opened anew when the browser, or another tab's upgrade,
 * has closed it: work that met the dead connection is done once more. Work must therefore bear being repeated.
 */
export class LiveDatabase<S extends DBSchema> {
	readonly #options: LiveDatabaseOptions;
	#opening: Promise<IDBPDatabase<S>> | null = null;
	/** Set once it must not be opened again: opening a deleted database would create it empty. */
	#ended: StorageError | null = null;

	constructor(options: LiveDatabaseOptions) {
		this.#options = options;
	}

	async use<T>(work: (db: IDBPDatabase<S>) => Promise<T>): Promise<T> {
		const opening = this.#open();
		try {
			return await this.#work(opening, work);
		} catch (cause) {
			const dead = this.#opening !== opening || isDeadConnection(cause);
			if (this.#ended !== null || !dead) throw this.#ended ?? toStorageError(cause);
			this.#drop(opening);
		}
		try {
			return await this.#work(this.#open(), work);
		} catch (cause) {
			throw this.#ended ?? toStorageError(cause);
		}
	}

	/** What runs to its end ends well; whatever comes after is refused. */
	end(reason: string): void {
		this.#ended ??= new StorageError('closed', `InvalidStateError: ${reason}`);
		if (this.#opening !== null) this.#drop(this.#opening);
	}

	async #work<T>(
		opening: Promise<IDBPDatabase<S>>,
		work: (db: IDBPDatabase<S>) => Promise<T>,
	): Promise<T> {
		const db = await opening;
		if (this.#ended !== null) throw this.#ended;
		return work(db);
	}

	#open(): Promise<IDBPDatabase<S>> {
		if (this.#ended !== null) return Promise.reject(this.#ended);
		if (this.#opening !== null) return this.#opening;
		const { factory, name, migrations } = this.#options;
		// Events of a connection that has been replaced must not drop its successor.
		const drop = (): void => {
			if (this.#opening === opening) this.#opening = null;
		};
		const opening = openDatabase<S>(factory, name, migrations, {
			onBlocked: () => {
				this.#tell('blocked', 'An older version of this page in another tab holds the data open.');
			},
			onVersionChange: (newVersion) => {
				drop();
				if (newVersion === null) this.end('The database was deleted.');
				else this.#tell('outdated', 'A newer version of this page is open in another tab.');
			},
			onTerminated: () => {
				drop();
				this.#tell('terminated', 'The browser closed the database.');
			},
		});
		this.#opening = opening;
		opening.catch(drop);
		return opening;
	}

	#drop(opening: Promise<IDBPDatabase<S>>): void {
		if (this.#opening === opening) this.#opening = null;
		opening.then(
			(db) => {
				db.close();
			},
			() => undefined,
		);
	}

	#tell(kind: StorageProblem['kind'], message: string): void {
		this.#options.onProblem({ kind, database: this.#options.name, message });
	}
}

/**
 * InvalidStateError: closed. UnknownError: what WebKit says once its database server is gone. AbortError: nothing of ours
 * aborts a transaction without a cause of its own, so the connection was closed under it.
 */
const deadNames: ReadonlySet<string> = new Set(['InvalidStateError', 'UnknownError', 'AbortError']);

const isDeadConnection = (cause: unknown): boolean =>
	cause instanceof Error && deadNames.has(cause.name);

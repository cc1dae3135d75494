import { wrap, type DBSchema, type IDBPDatabase, type IDBPTransaction } from 'idb';

/**
 * One step from a version to the next. Untyped by schema, because the schema it meets is an older one than today's.
 * A step may await requests of its transaction, nothing else. Lists of steps only grow: version = length.
 */
export type Migration = (
	db: IDBPDatabase,
	tx: IDBPTransaction<unknown, ArrayLike<string>, 'versionchange'>,
) => void | Promise<void>;

export interface DatabaseEvents {
	readonly onBlocked: () => void;
	/** The connection has been closed for another that upgrades, or deletes (null). */
	readonly onVersionChange: (newVersion: number | null) => void;
	readonly onTerminated: () => void;
}

/** Opens the database at the version that the list of migrations leads to. */
export async function openDatabase<S extends DBSchema>(
	factory: IDBFactory,
	name: string,
	migrations: readonly Migration[],
	events: DatabaseEvents,
): Promise<IDBPDatabase<S>> {
	const request = factory.open(name, migrations.length);
	let failure: unknown;

	request.addEventListener('upgradeneeded', ({ oldVersion }) => {
		const { result, transaction } = request;
		if (transaction === null) return;
		// Of an upgrade's transaction the mode is this one; idb's `wrap` has no type for it.
		const tx = wrap(transaction) as unknown as Parameters<Migration>[1];
		migrate(wrap(result), tx, migrations.slice(oldVersion)).catch((cause: unknown) => {
			failure = cause;
			abortQuietly(transaction);
		});
	});
	request.addEventListener('blocked', () => {
		events.onBlocked();
	});
	// Listened to before any promise resolves: a version change can follow the opening at once.
	request.addEventListener('success', () => {
		const db = request.result;
		db.addEventListener('versionchange', ({ newVersion }) => {
			db.close();
			events.onVersionChange(newVersion);
		});
		db.addEventListener('close', () => {
			events.onTerminated();
		});
	});

	try {
		// The migrations have made what the schema says; idb cannot know.
		return (await wrap(request)) as unknown as IDBPDatabase<S>;
	} catch (cause) {
		throw failure ?? cause;
	}
}

async function migrate(
	db: Parameters<Migration>[0],
	tx: Parameters<Migration>[1],
	steps: readonly Migration[],
): Promise<void> {
	tx.done.catch(() => undefined);
	for (const step of steps) {
		const pending = step(db, tx);
		if (pending !== undefined) await pending;
	}
}

function abortQuietly(transaction: IDBTransaction): void {
	try {
		transaction.abort();
	} catch {
		// A failed request has aborted it already.
	}
}

import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';

type Stores<S extends DBSchema> = readonly StoreNames<S>[];

/** Runs `body`, which may await requests of this transaction and nothing else. */
export async function readFrom<S extends DBSchema, const Names extends Stores<S>, T>(
	db: IDBPDatabase<S>,
	names: Names,
	body: (tx: IDBPTransaction<S, Names>) => Promise<T>,
): Promise<T> {
	const tx = db.transaction<Names>(names);
	return conclude(tx, await attempt(() => body(tx)));
}

/** As `readFrom`; resolves once the transaction has committed, rejects with what kept it from that, and then nothing is written. */
export async function writeTo<S extends DBSchema, const Names extends Stores<S>, T>(
	db: IDBPDatabase<S>,
	names: Names,
	durability: 'relaxed' | 'strict',
	body: (tx: IDBPTransaction<S, Names, 'readwrite'>) => Promise<T>,
): Promise<T> {
	const tx = db.transaction<Names, 'readwrite'>(names, 'readwrite', { durability });
	return conclude(tx, await attempt(() => body(tx)));
}

/** Makes all the requests. One that throws is a rejection too, so that the rejections of its siblings never go unheard. */
export const makeAll = (requests: readonly (() => Promise<unknown>)[]): Promise<unknown> =>
	Promise.all(requests.map(async (request) => request()));

type Attempt<T> = { readonly value: T } | { readonly cause: unknown };

async function attempt<T>(body: () => Promise<T>): Promise<Attempt<T>> {
	try {
		return { value: await body() };
	} catch (cause) {
		return { cause };
	}
}

interface AnyTransaction {
	readonly done: Promise<void>;
	readonly error: DOMException | null;
	abort(): void;
}

async function conclude<T>(tx: AnyTransaction, attempted: Attempt<T>): Promise<T> {
	if ('value' in attempted) {
		await tx.done;
		return attempted.value;
	}
	tx.done.catch(() => undefined);
	try {
		tx.abort();
	} catch {
		// A failed request has aborted it already.
	}
	// The requests of an aborted transaction say AbortError; only the transaction knows why.
	throw tx.error ?? attempted.cause;
}

/** What fake-indexeddb keeps its records in, read without a transaction: looking must not change what happens next. */
interface Inner {
	readonly _databases: Map<string, InnerDatabase>;
}

interface InnerDatabase {
	readonly rawObjectStores: ReadonlyMap<string, InnerStore>;
	readonly transactions: readonly InnerTransaction[];
	readonly connections: readonly unknown[];
}

interface InnerStore {
	readonly records: { values(): Iterable<{ readonly key: unknown; readonly value: unknown }> };
}

export interface InnerTransaction {
	readonly db: unknown;
	readonly _state: string;
	_abort(name: string): void;
}

// The package's types leave its insides out.
const inner = (factory: IDBFactory): Inner => factory as unknown as Inner;

/** The values of a store in key order; none where database or store is missing. `T` is what the product puts there. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a cast by another name
export const peek = <T>(factory: IDBFactory, database: string, store: string): readonly T[] =>
	[
		...(inner(factory)._databases.get(database)?.rawObjectStores.get(store)?.records.values() ??
			[]),
	].map(({ value }) => value as T);

export const hasDatabase = (factory: IDBFactory, database: string): boolean =>
	inner(factory)._databases.has(database);

/** As if a database's files had been deleted while no browser ran. */
export const dropDatabase = (factory: IDBFactory, database: string): void => {
	inner(factory)._databases.delete(database);
};

/** The transactions of a connection that have not ended. */
export const transactionsOf = (connection: IDBDatabase): readonly InnerTransaction[] => {
	const { _rawDatabase } = connection as unknown as { readonly _rawDatabase: InnerDatabase };
	return _rawDatabase.transactions.filter(
		({ db, _state }) => db === connection && _state !== 'finished',
	);
};

import { forceCloseDatabase } from 'fake-indexeddb';
import { unwrap, type IDBPDatabase } from 'idb';
import { describe, expect, test } from 'vitest';
import { datasetMigrations, type DatasetSchema } from '#storage/dataset-schema.ts';
import { LiveDatabase } from '#storage/live-database.ts';
import { openDatabase } from '#storage/open-database.ts';
import { StorageError } from '#storage/storage-error.ts';
import { readFrom, writeTo } from '#storage/transact.ts';
import { newWorld, type World } from './world.ts';

type Db = IDBPDatabase<DatasetSchema>;

const live = ({ factory, problems }: World): LiveDatabase<DatasetSchema> =>
	new LiveDatabase<DatasetSchema>({
		factory,
		name: 'rows',
		migrations: datasetMigrations,
		onProblem: (problem) => problems.push(problem),
	});

const write = (db: Db, first: number): Promise<number> =>
	writeTo(db, ['chunks'], 'relaxed', (tx) => tx.objectStore('chunks').put({ first, rows: [] }));

const keys = (db: Db): Promise<number[]> =>
	readFrom(db, ['chunks'], (tx) => tx.objectStore('chunks').getAllKeys());

describe('LiveDatabase', () => {
	test('opens one connection for calls that come together', async () => {
		const database = live(newWorld());
		const [one, two] = await Promise.all([
			database.use((db) => Promise.resolve(db)),
			database.use((db) => Promise.resolve(db)),
		]);
		expect(one).toBe(two);
	});

	test('opens anew on the next call after the browser closed the connection, and reports it', async () => {
		const world = newWorld();
		const database = live(world);
		await database.use((db) => write(db, 0));
		const first = await database.use((db) => Promise.resolve(db));
		// The published type asks for the class; an instance is what it takes.
		forceCloseDatabase(unwrap(first) as unknown as Parameters<typeof forceCloseDatabase>[0]);

		await database.use((db) => write(db, 1));

		expect(await database.use(keys)).toEqual([0, 1]);
		expect(await database.use((db) => Promise.resolve(db))).not.toBe(first);
		expect(world.problems.map(({ kind }) => kind)).toEqual(['terminated']);
	});

	test('repeats once what met a dead connection that nobody announced', async () => {
		const database = live(newWorld());
		await database.use((db) => {
			db.close();
			return Promise.resolve();
		});
		await database.use((db) => write(db, 7));
		expect(await database.use(keys)).toEqual([7]);
	});

	test('gives up after the second dead connection', async () => {
		const database = live(newWorld());
		let calls = 0;
		const work = database.use(() => {
			calls++;
			return Promise.reject(new DOMException('server lost', 'UnknownError'));
		});
		await expect(work).rejects.toThrow('UnknownError: server lost');
		expect(calls).toBe(2);
	});

	test.each([
		{
			cause: new DOMException('disk', 'QuotaExceededError'),
			kind: 'quota',
			name: 'QuotaExceededError',
		},
		{ cause: new DOMException('odd', 'DataError'), kind: 'other', name: 'DataError' },
		{ cause: new TypeError('bug'), kind: 'other', name: 'TypeError' },
	])('rejects with a StorageError that names $name, without a second try', async (example) => {
		const database = live(newWorld());
		let calls = 0;
		const caught: unknown = await database
			.use(() => {
				calls++;
				return Promise.reject(example.cause);
			})
			.catch((cause: unknown) => cause);
		expect(caught).toBeInstanceOf(StorageError);
		expect(caught).toMatchObject({ kind: example.kind });
		expect(String(caught)).toContain(example.name);
		expect(calls).toBe(1);
	});

	test('does not bring a deleted database back', async () => {
		const world = newWorld();
		const database = live(world);
		await database.use((db) => write(db, 0));
		await new Promise<void>((resolve) => {
			world.factory.deleteDatabase('rows').onsuccess = () => {
				resolve();
			};
		});
		await expect(database.use(keys)).rejects.toMatchObject({ kind: 'closed' });
		expect(await world.databaseNames()).toEqual([]);
	});

	test('tells of a newer version in another tab, and is refused from then on', async () => {
		const world = newWorld();
		const database = live(world);
		await database.use((db) => write(db, 0));
		await openDatabase(world.factory, 'rows', [...datasetMigrations, () => undefined], {
			onBlocked: () => undefined,
			onVersionChange: () => undefined,
			onTerminated: () => undefined,
		});
		await expect(database.use(keys)).rejects.toMatchObject({ kind: 'closed' });
		expect(world.problems.map(({ kind }) => kind)).toEqual(['outdated']);
	});

	test('refuses everything after its end, also what waited for the opening', async () => {
		const database = live(newWorld());
		const early = database.use(keys);
		database.end('Over.');
		await expect(early).rejects.toThrow('Over.');
		await expect(database.use(keys)).rejects.toThrow('Over.');
	});
});

describe('writeTo', () => {
	test('writes nothing when its body fails', async () => {
		const database = live(newWorld());
		const work = database.use((db) =>
			writeTo(db, ['chunks'], 'relaxed', async (tx) => {
				await tx.objectStore('chunks').put({ first: 0, rows: [] });
				throw new TypeError('half way');
			}),
		);
		await expect(work).rejects.toThrow('half way');
		expect(await database.use(keys)).toEqual([]);
	});
});

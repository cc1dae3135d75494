import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RunRecord, SetupRecord } from '#storage/library-schema.ts';
import { libraryMigrations, type LibrarySchema } from '#storage/library-schema.ts';
import { openDatabase } from '#storage/open-database.ts';
import { MemoryFolder } from '../support/memory-folder.ts';
import { newWorld, openedRun, setupOf, storedDataset, succeeded } from './world.ts';

afterEach(() => {
	vi.restoreAllMocks();
});

describe('a run taken out of the list', () => {
	test('is neither listed nor found nor opened, in this life and in the next, until that is undone', async () => {
		const world = newWorld();
		const library = await world.open();
		const { id, store } = await openedRun(library, 3);
		await store.settle(succeeded(0));
		await store.setPhase({ name: 'stopped' });
		world.clock.now += 5;
		await library.discardRun(id);
		for (const life of [library, await world.open()]) {
			expect(await life.listRuns()).toEqual([]);
			expect(await life.getRun(id)).toBeNull();
			expect(await life.openRun(id)).toBeNull();
			expect(await life.datasetOfRun(id)).toBeNull();
			expect(await life.discardedRuns()).toEqual([
				{ id, name: 'Coffee reviews', discardedAt: world.clock.now },
			]);
		}
		expect(await world.databaseNames()).toContain(`volley-run-${id}`);

		expect(await library.undoDiscard(id)).toBe(true);
		for (const life of [library, await world.open()]) {
			expect(await life.discardedRuns()).toEqual([]);
			expect(await life.listRuns()).toMatchObject([
				{ id, phase: { name: 'stopped' }, succeeded: 1 },
			]);
			expect((await life.getRun(id))?.counters.succeeded).toBe(1);
		}
		const again = await library.openRun(id);
		await again?.settle(succeeded(1));
		expect(again?.counters.succeeded).toBe(2);
	});

	test('has stored what was being settled', async () => {
		const library = await newWorld().open();
		const { id, store } = await openedRun(library, 300);
		const settles = Promise.all(Array.from({ length: 300 }, (_, i) => store.settle(succeeded(i))));
		await library.discardRun(id);
		await settles;
		await library.undoDiscard(id);
		expect((await library.getRun(id))?.counters.succeeded).toBe(300);
	});

	test('keeps its rows from being cleaned away', async () => {
		const world = newWorld();
		const library = await world.open();
		const datasetId = await storedDataset(library, [['good'], ['bad']]);
		const { id } = await library.createRun(setupOf(2, { datasetId }));
		await library.discardRun(id);
		await library.deleteUnusedDatasets([]);
		expect(await library.readRows(datasetId, 0, 9)).toHaveLength(2);
		await library.deleteRun(id);
		await library.deleteUnusedDatasets([]);
		expect(await world.databaseNames()).toEqual(['volley']);
	});

	test('does not rise from its journal, and goes with it', async () => {
		const world = newWorld();
		const journals = new MemoryFolder();
		const library = await world.open({ journals });
		const { id, store } = await openedRun(library, 3);
		await store.takeUp();
		await store.settle(succeeded(0));
		store.letGo();
		await library.discardRun(id);
		const next = await world.open({ journals });
		expect([next.restoredRuns, await next.listRuns()]).toEqual([0, []]);
		expect(journals.files.size).toBeGreaterThan(0);
		await next.deleteRun(id);
		expect([...journals.files.keys()]).toEqual([]);
		expect(await world.databaseNames()).toEqual(['volley']);
		expect(await next.undoDiscard(id)).toBe(false);
		expect(await next.listRuns()).toEqual([]);
	});

	test('is not deleted by who meant one that is out of the list, once it is listed again', async () => {
		const library = await newWorld().open();
		const { id } = await openedRun(library, 3);
		await library.discardRun(id);
		await library.undoDiscard(id);
		await library.deleteRun(id, true);
		expect(await library.listRuns()).toMatchObject([{ id }]);
		expect(await library.openRun(id)).not.toBeNull();
		await library.discardRun(id);
		await library.deleteRun(id, true);
		expect(await library.undoDiscard(id)).toBe(false);
	});

	test('is deleted also where the disk is too full for the note that it is to be', async () => {
		const world = newWorld();
		const library = await world.open();
		const { id, store } = await openedRun(library, 3);
		await store.settle(succeeded(0));
		// eslint-disable-next-line @typescript-eslint/unbound-method -- called on the store that it is called of
		const put = IDBObjectStore.prototype.put;
		vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
			this: IDBObjectStore,
			...args
		) {
			if (this.name === 'doomed') throw new DOMException('full', 'QuotaExceededError');
			return put.apply(this, args);
		});
		await library.deleteRun(id);
		expect(await library.listRuns()).toEqual([]);
		expect(await world.databaseNames()).toEqual(['volley']);
	});
});

test('runs that an older version listed are found by their models and hosts, and lose nothing', async () => {
	const world = newWorld();
	const before = libraryMigrations.slice(0, 3);
	const calm = {
		onBlocked: () => undefined,
		onVersionChange: () => undefined,
		onTerminated: () => undefined,
	};
	const old = await openDatabase<LibrarySchema>(world.factory, 'volley', before, calm);
	const record: RunRecord = {
		id: 'r1',
		name: 'Old run',
		createdAt: 4,
		updatedAt: 5,
		phase: { name: 'paused' },
		planned: 7,
		succeeded: 3,
		failed: 1,
		datasetId: null,
	};
	const connection = {
		...setupOf(7).connection,
		provider: 'compatible',
		baseUrl: 'https://llm.example.test/v1',
	} as const;
	const setup: SetupRecord = { id: 'r1', setup: setupOf(7, { connection, models: ['tiny'] }) };
	await old.put('runs', record);
	await old.put('setups', setup);
	// A row whose setup is gone must not keep the library from opening.
	await old.put('runs', { ...record, id: 'r0', createdAt: 3 });
	old.close();

	const library = await world.open();
	const listed = (({ datasetId: _, ...rest }: RunRecord) => rest)(record);
	expect(await library.listRuns()).toEqual([
		{ ...listed, models: ['tiny'], targets: ['compatible', 'llm.example.test'] },
		{ ...listed, id: 'r0', createdAt: 3 },
	]);
	expect((await library.getRun('r1'))?.setup).toEqual({ ...setup.setup, name: 'Old run' });
});

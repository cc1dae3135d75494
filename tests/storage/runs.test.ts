import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RunPhase } from '#domain/run.ts';
import type { IncomingRun } from '#storage/incoming-run.ts';
import {
	failed,
	failureOf,
	newWorld,
	openedRun,
	setupOf,
	succeeded,
	watchTransactions,
} from './world.ts';

afterEach(() => {
	vi.restoreAllMocks();
});

describe('the list of runs', () => {
	test('has the newest first, and the whole of each on asking', async () => {
		const world = newWorld();
		const library = await world.open();
		const older = await library.createRun(setupOf(3, { name: 'older' }));
		world.clock.now += 5;
		const newer = await library.createRun(setupOf(4, { name: 'newer', models: ['a', 'b'] }));
		expect((await library.listRuns()).map(({ name }) => name)).toEqual(['newer', 'older']);
		expect((await library.listRuns())[0]).toEqual({
			id: newer.id,
			name: 'newer',
			createdAt: world.clock.now,
			updatedAt: world.clock.now,
			phase: { name: 'interrupted' },
			planned: 8,
			succeeded: 0,
			failed: 0,
			models: ['a', 'b'],
			targets: ['demo'],
		});
		expect(await library.getRun(older.id)).toEqual({ ...older, phase: { name: 'interrupted' } });
		expect(await library.getRun('nowhere')).toBeNull();
		expect(await library.openRun('nowhere')).toBeNull();
		expect(await world.databaseNames()).not.toContain('volley-run-nowhere');
	});

	test.each<{ stored: RunPhase; read: RunPhase }>([
		{ stored: { name: 'running' }, read: { name: 'interrupted' } },
		{ stored: { name: 'pausing' }, read: { name: 'interrupted' } },
		{ stored: { name: 'paused' }, read: { name: 'paused' } },
		{ stored: { name: 'finished' }, read: { name: 'finished' } },
		{
			stored: { name: 'needsAttention', failure: failureOf('unauthorized') },
			read: { name: 'needsAttention', failure: failureOf('unauthorized') },
		},
	])('reads $stored.name as $read.name, but as stored where a worker is at it', async (example) => {
		const world = newWorld();
		const live = new Set<string>();
		const library = await world.open({ liveRuns: () => live });
		const { id, store } = await openedRun(library, 2);
		await store.setPhase(example.stored);
		expect((await library.listRuns())[0]?.phase).toEqual(example.read);
		expect((await library.getRun(id))?.phase).toEqual(example.read);
		live.add(id);
		expect((await library.listRuns())[0]?.phase).toEqual(example.stored);
		expect((await library.getRun(id))?.phase).toEqual(example.stored);
	});

	test('keeps a run that begins to come in while another tab starts and asks who is at what', async () => {
		const world = newWorld();
		const here = await world.open();
		const live = new Set<string>();
		const arriving: { run?: IncomingRun } = {};
		await world.open({
			liveRuns: async () => {
				// Asked before: the run is noted as doomed only now, under its lock.
				const asked = new Set(live);
				live.add('r9');
				const at = { createdAt: 1, updatedAt: 1, data: null };
				arriving.run ??= await here.receiveRun({ id: 'r9', setup: setupOf(2), ...at });
				await arriving.run.store.settle(succeeded(0));
				return asked;
			},
		});
		await arriving.run?.publish();
		const run = await here.openRun('r9');
		expect(await run?.readSettled(0, 2)).toHaveLength(1);
	});

	test('takes a new name, which the run then has too', async () => {
		const world = newWorld();
		const library = await world.open();
		const { id } = await library.createRun(setupOf(1));
		await library.renameRun(id, 'Tea');
		await library.renameRun('nowhere', 'Tea');
		const next = await world.open();
		expect((await next.listRuns()).map(({ name }) => name)).toEqual(['Tea']);
		expect((await next.getRun(id))?.setup.name).toBe('Tea');
	});

	test('shows counts at most a second old while a run settles, and exact ones with a phase', async () => {
		const world = newWorld();
		const library = await world.open();
		const { id, store } = await openedRun(library, 10);
		const counts = async () => {
			const row = (await library.listRuns())[0];
			return [row?.succeeded, row?.failed, row?.updatedAt];
		};
		const createdAt = world.clock.now;
		await store.settle(succeeded(0));
		expect(await counts()).toEqual([0, 0, createdAt]);
		world.clock.now += 1_000;
		await store.settle(succeeded(1));
		expect(await counts()).toEqual([2, 0, world.clock.now]);
		world.clock.now += 999;
		await store.settle(failed(2));
		expect(await counts()).toEqual([2, 0, createdAt + 1_000]);
		await store.setPhase({ name: 'paused' });
		expect(await counts()).toEqual([2, 1, world.clock.now]);
		expect((await library.getRun(id))?.updatedAt).toBe(world.clock.now);
	});

	test('writes results relaxed, the making and the phases of a run strict', async () => {
		const library = await newWorld().open();
		const seen = watchTransactions();
		const writes = () =>
			seen
				.splice(0)
				.flatMap(({ mode, durability, database }) =>
					mode === 'readwrite'
						? [`${database.includes('-run-') ? 'run' : 'list'} ${durability}`]
						: [],
				);
		const { store } = await openedRun(library, 2);
		expect(writes()).toEqual(['list strict']);
		await store.settle(succeeded(0));
		expect(writes()).toEqual(['run relaxed']);
		await store.setPhase({ name: 'finished' });
		expect(writes()).toEqual(['run strict', 'list strict']);
	});
});

describe('deleteRun', () => {
	test('ends the run while it is open: settles are refused and nothing comes back', async () => {
		const world = newWorld();
		const library = await world.open();
		const { id, store } = await openedRun(library, 1_000);
		await store.settle(succeeded(0));
		const late = Promise.allSettled(
			Array.from({ length: 900 }, (_, i) => store.settle(succeeded(i + 1))),
		);

		await library.deleteRun(id);

		expect((await late).at(-1)).toMatchObject({ status: 'rejected', reason: { kind: 'closed' } });
		await expect(store.settle(succeeded(999))).rejects.toMatchObject({ kind: 'closed' });
		expect(await library.listRuns()).toEqual([]);
		expect(await library.getRun(id)).toBeNull();
		expect(await library.openRun(id)).toBeNull();
		expect(await world.databaseNames()).toEqual(['volley']);
	});

	test('takes the run from a second library that has it open', async () => {
		const world = newWorld();
		const library = await world.open();
		const { id } = await openedRun(library, 3);
		const other = await (await world.open()).openRun(id);
		await library.deleteRun(id);
		await expect(other?.settle(succeeded(0))).rejects.toMatchObject({ kind: 'closed' });
		expect(await world.databaseNames()).toEqual(['volley']);
	});

	test('does not wait for a tab that holds the run open; a later life finishes it', async () => {
		const world = newWorld();
		const library = await world.open();
		const { id, store } = await openedRun(library, 3);
		await store.settle(succeeded(0));
		await store.close();
		const stubborn = await new Promise<IDBDatabase>((resolve) => {
			const request = world.factory.open(`volley-run-${id}`);
			request.onsuccess = () => {
				resolve(request.result);
			};
		});

		await library.deleteRun(id);

		expect(await library.listRuns()).toEqual([]);
		expect(world.problems).toMatchObject([{ kind: 'blocked', database: `volley-run-${id}` }]);
		stubborn.close();
		await world.open();
		expect(await world.databaseNames()).toEqual(['volley']);
	});

	test('is finished by the next life where a crash came between', async () => {
		const world = newWorld();
		const library = await world.open();
		const { id, store } = await openedRun(library, 3);
		await store.close();
		const crash = vi.spyOn(world.factory, 'deleteDatabase').mockImplementation(() => {
			throw new Error('crash');
		});
		await expect(library.deleteRun(id)).rejects.toThrow('crash');
		crash.mockRestore();
		expect(await world.databaseNames()).toContain(`volley-run-${id}`);
		const next = await world.open();
		expect(await next.listRuns()).toEqual([]);
		expect(await world.databaseNames()).toEqual(['volley']);
	});
});

test('libraries of different names know nothing of each other', async () => {
	const world = newWorld();
	const library = await world.open();
	await library.createRun(setupOf(1));
	expect(await (await world.open({ name: 'other' })).listRuns()).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import type { EngineApi } from '#contract/engine-api.ts';
import type { RunPhase, RunProgress, RunSummary } from '#domain/run.ts';
import { RunsState } from '#state/runs.svelte.ts';
import { apiWith, counters, failureOf, progressWith, rest, run } from './run-fixtures.ts';

const summary = (id: string, phase: RunPhase = { name: 'running' }): RunSummary => ({
	id,
	name: `Run ${id}`,
	createdAt: 0,
	updatedAt: 0,
	phase,
	planned: 1_000,
	succeeded: 0,
	failed: 0,
});

function runsOf(stored: RunSummary[], commands: Partial<EngineApi> = {}) {
	let reads = 0;
	const api = apiWith({
		listRuns: () => {
			reads += 1;
			return Promise.resolve([...stored]);
		},
		storageUse: () => Promise.resolve({ usage: 5, quota: 10, persisted: true }),
		...commands,
	});
	return { runs: new RunsState(api), reads: () => reads };
}

const advanced = (succeeded: number, phase: RunPhase = { name: 'running' }) =>
	({
		kind: 'progress',
		progress: progressWith({ phase, counters: { ...counters, succeeded, failed: 2 } }),
	}) as const;

describe('the list of runs', () => {
	test('is what is stored, with the room it takes', async () => {
		const { runs } = runsOf([summary('a')]);
		expect(runs.loaded).toBe(false);
		await runs.load();
		expect([runs.loaded, runs.list.map(({ id }) => id), runs.storage?.usage]).toEqual([
			true,
			['a'],
			5,
		]);
	});

	test('is read again where freeing space broke off in the middle', async () => {
		const stored = [summary('a'), summary('b')];
		const { runs } = runsOf(stored, {
			freeSpace: () => {
				stored.shift();
				return Promise.reject(new Error('the disk is full'));
			},
		});
		await runs.load();
		await expect(runs.freeSpace(['a', 'b'], [])).rejects.toThrow('the disk is full');
		expect(runs.list.map(({ id }) => id)).toEqual(['b']);
	});

	test('follows the run that goes on, and no other', async () => {
		const { runs } = runsOf([summary(run.id), summary('b')]);
		await runs.load();
		runs.receive(advanced(40));
		expect(runs.list).toMatchObject([
			{ succeeded: 40, failed: 2 },
			{ succeeded: 0, failed: 0 },
		]);
	});

	test('believes what is stored over an older snapshot that says the run goes on', async () => {
		const stored = [summary(run.id)];
		const { runs } = runsOf(stored);
		await runs.load();
		runs.receive(advanced(40));
		stored[0] = { ...summary(run.id, { name: 'paused' }), succeeded: 41 };
		await runs.load();
		expect(runs.list).toMatchObject([{ phase: { name: 'paused' }, succeeded: 41 }]);
	});

	test('is read once more, not five times, when it changed while it was read', async () => {
		const { runs, reads } = runsOf([summary('a')]);
		void runs.load();
		for (let i = 0; i < 5; i++) runs.receive({ kind: 'runsChanged' });
		await rest();
		expect(reads()).toBe(2);
	});
});

describe('a run of the list', () => {
	test.each([
		{ typed: '  New name ', sent: ['New name'] },
		{ typed: '   ', sent: [] },
		{ typed: 'Run a', sent: [] },
	])('is renamed to “$typed” as $sent', async ({ typed, sent }) => {
		const names: string[] = [];
		const { runs } = runsOf([summary('a')], {
			renameRun: (_, name) => {
				names.push(name);
				return Promise.resolve();
			},
		});
		await runs.load();
		await runs.rename('a', typed);
		expect(names).toEqual(sent);
		expect(runs.list[0]?.name).toBe(sent[0] ?? 'Run a');
	});

	test('is gone from the list once it is deleted', async () => {
		const stored = [summary('a'), summary('b')];
		const { runs } = runsOf(stored, {
			deleteRun: () => {
				stored.shift();
				return Promise.resolve();
			},
		});
		await runs.load();
		await runs.delete('a');
		expect(runs.list.map(({ id }) => id)).toEqual(['b']);
	});

	test('gives its setup to a copy, and null where it is gone', async () => {
		const { runs } = runsOf([], { getRun: (id) => Promise.resolve(id === run.id ? run : null) });
		expect(await runs.setupOf(run.id)).toEqual(run.setup);
		expect(await runs.setupOf('other')).toBeNull();
	});
});

describe('closing the page would lose something', () => {
	const told = async (change: Partial<RunProgress>) => {
		const stored = [summary(run.id)];
		const { runs } = runsOf(stored);
		await runs.load();
		runs.receive({ kind: 'progress', progress: progressWith(change) });
		return { runs, stored };
	};

	test.each<[Partial<RunProgress>, boolean]>([
		[{ phase: { name: 'running' } }, true],
		[{ phase: { name: 'pausing' } }, true],
		[{ phase: { name: 'running' }, elsewhere: true }, false],
		[{ phase: { name: 'needsAttention', failure: failureOf('storage') }, unsaved: 7 }, true],
		[{ phase: { name: 'needsAttention', failure: failureOf('forbidden') }, inFlight: 5 }, true],
		[{ phase: { name: 'needsAttention', failure: failureOf('forbidden') } }, false],
		[{ phase: { name: 'paused' } }, false],
	])('%o: %s', async (change, held) => {
		expect((await told(change)).runs.holdsThePage).toBe(held);
	});

	test('no longer, once the run is deleted', async () => {
		const { runs, stored } = await told({ phase: { name: 'stopped' }, unsaved: 7 });
		stored.pop();
		await runs.load();
		expect(runs.holdsThePage).toBe(false);
	});

	test.each<[Partial<RunProgress>, boolean]>([
		[{ phase: { name: 'running' } }, true],
		[{ phase: { name: 'running' }, elsewhere: true }, false],
		[{ phase: { name: 'needsAttention', failure: failureOf('forbidden') }, inFlight: 5 }, true],
		[{ phase: { name: 'needsAttention', failure: failureOf('storage') }, unsaved: 7 }, false],
		[{ phase: { name: 'finished' } }, false],
	])('a run goes here at %o: %s', async (change, goes) => {
		expect((await told(change)).runs.goesHere).toBe(goes);
	});
});

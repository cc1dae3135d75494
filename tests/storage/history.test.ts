import { expect, test } from 'vitest';
import type { PastAttempt, SettledRequest } from '#domain/outcome.ts';
import { openDatabase } from '#storage/open-database.ts';
import { runMigrations, type RunSchema } from '#storage/run-schema.ts';
import type { RunStore } from '#storage/run-store.ts';
import { Disk } from './disk.ts';
import { choiceOf, collect, failed, failureOf, newWorld, setupOf, succeeded } from './world.ts';

const retried = (startedAt: number): PastAttempt => ({
	startedAt,
	latencyMs: 10,
	failure: failureOf('serverError'),
	waitedMs: 90,
});
/** Failed at this time, after one attempt before. */
const failedAt = (request: number, at: number): SettledRequest => ({
	...failed(request, 'timeout'),
	startedAt: at,
	queuedMs: 7,
	past: [retried(at - 100)],
});
const answeredAt = (request: number, at: number): SettledRequest => ({
	...succeeded(request),
	startedAt: at,
});

const only = async (store: RunStore): Promise<SettledRequest> => {
	const [first, ...others] = await collect(store.eachSettled());
	if (first === undefined || others.length > 0) throw new Error('There is not one.');
	return first;
};
const timesOf = ({ past = [] }: SettledRequest): readonly number[] =>
	past.map(({ startedAt }) => startedAt);

/** The run in a new worker; nothing of it was lost. */
async function takenUp(disk: Disk, id: string): Promise<RunStore> {
	const store = await disk.reopened(id);
	expect((await store.takeUp()).lost).toBe(0);
	return store;
}

test('what became of a request is stored with it, the request id too', async () => {
	const { store } = await new Disk().started(2);
	const answered = answeredAt(0, 5_000);
	const settled: readonly SettledRequest[] = [
		{
			...answered,
			queuedMs: 12,
			past: [retried(4_900)],
			pastOmitted: 3,
			outcome: answered.outcome.ok
				? { ok: true, value: { ...answered.outcome.value, requestId: 'req_1' } }
				: answered.outcome,
		},
		failedAt(1, 6_000),
	];
	for (const one of settled) await store.settle(one);
	expect(await collect(store.eachSettled())).toEqual(settled);
});

test('a retry keeps the attempts from before in front, the failure that settled it among them', async () => {
	const { store } = await new Disk().started(3);
	await store.settle(failedAt(1, 1_000));
	await store.retryFailed();
	expect(await collect(store.waiting(0))).toEqual([0, 1, 2]);
	await store.settle({ ...answeredAt(1, 9_000), past: [retried(8_900)] });
	const settled = await only(store);
	expect(settled.past).toEqual([
		retried(900),
		{
			startedAt: 1_000,
			latencyMs: 40,
			failure: failureOf('timeout'),
			waitedMs: 8_900 - 1_040,
			settled: true,
		},
		retried(8_900),
	]);
	expect(settled.attempts).toBe(1);
});

test('of a request retried for ever the first five and the last fifteen attempts are kept', async () => {
	const { store } = await new Disk().started(1);
	for (let round = 1; round <= 15; round++) {
		await store.settle(failedAt(0, round * 1_000));
		await store.retryFailed();
	}
	await store.settle(answeredAt(0, 99_000));
	const settled = await only(store);
	const all = Array.from({ length: 15 }, (_, i) => [i * 1_000 + 900, (i + 1) * 1_000]).flat();
	expect(timesOf(settled)).toEqual([...all.slice(0, 5), ...all.slice(-15)]);
	expect(settled.pastOmitted).toBe(10);
});

test('an answer that was cut off and replaced is an attempt; one that stands has those in vain beside it', async () => {
	const { store } = await new Disk().started(2);
	const cut = (request: number): SettledRequest => ({
		...succeeded(request, [choiceOf('cut', 0, 'length')]),
		startedAt: 1_000,
		past: [retried(900)],
	});
	await store.settle(cut(0));
	await store.settle(cut(1));
	const revision = await store.revise({ at: 1, repairs: [], maxTokens: 100 });
	await store.reopenMarked('truncated', revision);
	await store.settle({ ...answeredAt(0, 5_000), revision });
	await store.settle({ ...failedAt(1, 5_000), revision });
	const [replaced, standing] = await collect(store.eachSettled());
	const before = { startedAt: 1_000, latencyMs: 40, failure: null, settled: true };
	expect(replaced?.past).toEqual([retried(900), { ...before, waitedMs: 5_000 - 1_040 }]);
	expect(standing?.outcome).toEqual(cut(1).outcome);
	expect(timesOf(standing ?? cut(1))).toEqual([900, 4_900, 5_000]);

	await store.reopenMarked('truncated', await store.revise({ at: 2, repairs: [], maxTokens: 200 }));
	await store.settle({ ...answeredAt(1, 9_000), revision: 2 });
	const last = (await collect(store.eachSettled()))[1];
	expect(timesOf(last ?? cut(1))).toEqual([900, 1_000, 4_900, 5_000]);
});

test.each(['database', 'journal', 'nothing'] as const)(
	'a browser that has lost its %s between and after retries tells the same',
	async (lost) => {
		const tell = async (lose: (disk: Disk) => void): Promise<readonly SettledRequest[]> => {
			const disk = new Disk();
			const { id, store } = await disk.started(4);
			await store.settle(failedAt(0, 1_000));
			await store.settle(failedAt(2, 1_000));
			await store.retryFailed();
			lose(disk);
			const second = await takenUp(disk, id);
			await second.settle(failedAt(0, 3_000));
			await second.settle(answeredAt(2, 3_000));
			await second.retryFailed();
			lose(disk);
			const third = await takenUp(disk, id);
			await third.settle(answeredAt(0, 6_000));
			lose(disk);
			const fourth = await takenUp(disk, id);
			return collect(fourth.eachSettled());
		};
		const told = await tell((disk) => {
			disk.lose(lost);
		});
		expect(told.map(timesOf)).toEqual([
			[900, 1_000, 2_900, 3_000],
			[900, 1_000],
		]);
		expect(told).toEqual(await tell(() => undefined));
	},
);

test('a journal that is read a second time tells no attempt twice', async () => {
	const disk = new Disk();
	const { id, store } = await disk.started(3);
	for (const at of [1_000, 2_000]) {
		for (const request of [0, 1, 2]) await store.settle(failedAt(request, at));
		await store.retryFailed();
	}
	await store.settle(failedAt(0, 3_000));
	await store.settle(answeredAt(1, 3_000));
	const before = await collect(store.eachSettled());
	disk.journals.crash();
	await (await disk.open()).close();
	const calm = { onBlocked: () => 0, onVersionChange: () => 0, onTerminated: () => 0 };
	const db = await openDatabase<RunSchema>(disk.factory, `volley-run-${id}`, runMigrations, calm);
	await db.put('owner', { epoch: 1, through: 0, paidTwice: 0 }, 'current');
	db.close();

	const next = await takenUp(disk, id);
	expect(await collect(next.eachSettled())).toEqual(before);
	await next.settle(answeredAt(2, 9_000));
	await next.retryFailed();
	await next.settle(answeredAt(0, 9_000));
	expect((await collect(next.eachSettled())).map(timesOf)).toEqual([
		[900, 1_000, 1_900, 2_000, 2_900, 3_000],
		[900, 1_000, 1_900, 2_000],
		[900, 1_000, 1_900, 2_000],
	]);
});

test('a run of the version before is read as it was, and its failures are retried with their history', async () => {
	const { factory, open } = newWorld();
	const library = await open();
	const { id } = await library.createRun(setupOf(2));
	await library.close();
	const calm = { onBlocked: () => 0, onVersionChange: () => 0, onTerminated: () => 0 };
	const before = runMigrations.findIndex((step) => step.name === 'keepHistories');
	const older = await openDatabase<RunSchema>(
		factory,
		`volley-run-${id}`,
		runMigrations.slice(0, before),
		calm,
	);
	const old = { attempts: 1, startedAt: 1_000, latencyMs: 40 } as const;
	await older.put('requests', {
		...{ ...old, request: 0, outcome: 'failed', completion: null },
		failure: failureOf('timeout'),
	});
	await older.put('requests', {
		...{ ...old, request: 1, outcome: 'succeeded', completion: {}, failure: null },
	});
	older.close();
	const store = await (await open()).openRun(id);
	if (store === null) throw new Error('The run has gone.');
	expect(await collect(store.eachSettled())).toEqual([
		{ ...old, request: 0, outcome: { ok: false, error: failureOf('timeout') } },
		{ ...old, request: 1, outcome: { ok: true, value: { rest: {}, choices: [] } } },
	]);
	await store.retryFailed();
	await store.settle(answeredAt(0, 5_000));
	const [first] = await collect(store.eachSettled());
	expect(first?.past).toMatchObject([{ startedAt: 1_000, waitedMs: 3_960, settled: true }]);
});

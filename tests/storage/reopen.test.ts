import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SettledRequest } from '#domain/outcome.ts';
import type { RunRevision } from '#domain/revision.ts';
import { settledCount, type RunCounters } from '#domain/run.ts';
import { journalName } from '#storage/journal-folder.ts';
import { openDatabase } from '#storage/open-database.ts';
import { runMigrations, type RunSchema } from '#storage/run-schema.ts';
import type { RunStore } from '#storage/run-store.ts';
import { Disk } from './disk.ts';
import { choiceOf, collect, failed, newWorld, setupOf, succeeded } from './world.ts';

const cut = (request: number, revision?: number): SettledRequest => ({
	...succeeded(request, [choiceOf(`cut ${String(request)}`, 0, 'length')]),
	...(revision === undefined ? {} : { revision }),
});
const whole = (request: number, revision = 1): SettledRequest => ({
	...succeeded(request, [choiceOf(`whole ${String(request)} of ${String(revision)}`)]),
	revision,
});
const revisionAt = (at: number): RunRevision => ({ at, repairs: [], maxTokens: 100 * at });

/** The run in a new worker; nothing of it was lost. */
async function takenUp(disk: Disk, id: string): Promise<RunStore> {
	const store = await disk.reopened(id);
	expect((await store.takeUp()).lost).toBe(0);
	return store;
}

async function askAgain(store: RunStore): Promise<number> {
	const number = await store.revise(revisionAt(store.revisions.length + 1));
	await store.reopenMarked('truncated', number);
	return number;
}

const settleAll = (store: RunStore, all: readonly SettledRequest[]) =>
	Promise.all(all.map((one) => store.settle(one)));

test('an answer that was cut off waits again, and stays in the results until the new one is there', async () => {
	const { store } = await new Disk().started(4);
	await settleAll(store, [cut(0), succeeded(1), cut(2)]);
	await askAgain(store);

	expect(await collect(store.waiting(0))).toEqual([0, 2, 3]);
	expect(store.counters).toMatchObject({ succeeded: 1, choices: 1, marks: { truncated: 0 } });
	expect(await collect(store.eachSettled())).toEqual([cut(0), succeeded(1), cut(2)]);

	await store.settle(whole(0));
	expect(await collect(store.waiting(0))).toEqual([2, 3]);
	expect(await collect(store.eachSettled())).toEqual([whole(0), succeeded(1), cut(2)]);
	expect(store.counters).toMatchObject({ succeeded: 2, failed: 0, marks: { truncated: 0 } });
	expect(store.counters.finishReasons).toEqual({ stop: 2 });
	expect(store.duplicates).toBe(0);
});

test('where no new answer comes the one from before counts again, and what both cost stays counted', async () => {
	const { store } = await new Disk().started(2);
	await settleAll(store, [cut(0), cut(1)]);
	const before = store.counters;
	const revision = await askAgain(store);
	await settleAll(store, [{ ...failed(0), revision }, whole(1, revision)]);

	expect(await collect(store.eachSettled())).toEqual([cut(0), whole(1, revision)]);
	expect(await collect(store.waiting(0))).toEqual([]);
	expect(store.counters).toMatchObject({
		succeeded: 2,
		failed: 0,
		choices: 2,
		failures: {},
		finishReasons: { length: 1, stop: 1 },
		attempts: before.attempts + 2 + 1,
		promptTokens: before.promptTokens + 3,
		completionTokens: before.completionTokens + 2,
	});
});

test('a late answer from before the change is not taken for the new one', async () => {
	const { store } = await new Disk().started(1);
	await store.settle(cut(0));
	await askAgain(store);
	await store.settle({ ...succeeded(0), revision: 0 });
	expect([store.duplicates, await collect(store.waiting(0))]).toEqual([1, [0]]);
});

test('a stop in between leaves what waits, and a higher limit is asked for at once', async () => {
	const { store } = await new Disk().started(2);
	await settleAll(store, [cut(0), cut(1)]);
	await askAgain(store);
	await store.settle(cut(0, 1));
	const counted = store.counters;
	await askAgain(store);
	expect(await collect(store.waiting(0))).toEqual([0, 1]);
	expect(settledCount(counted)).toBe(1);
	expect(settledCount(store.counters)).toBe(0);
	await settleAll(store, [whole(0, 2), whole(1, 2)]);
	expect(await collect(store.eachSettled())).toEqual([whole(0, 2), whole(1, 2)]);
	expect(store.counters).toMatchObject({ succeeded: 2, finishReasons: { stop: 2 } });
});

test.each(['database', 'journal', 'nothing'] as const)(
	'a killed browser that has lost its %s knows the changes, what waits, and every answer',
	async (lost) => {
		const disk = new Disk();
		const { id, store } = await disk.started(5);
		await settleAll(store, [cut(0), cut(1), succeeded(2), cut(3)]);
		const revision = await askAgain(store);
		await settleAll(store, [whole(0), { ...failed(3), revision }]);
		disk.lose(lost);

		const next = await takenUp(disk, id);
		expect(next.revisions).toEqual([revisionAt(1)]);
		expect(await collect(next.waiting(0))).toEqual([1, 4]);
		expect(await collect(next.eachSettled())).toEqual([whole(0), cut(1), succeeded(2), cut(3)]);
		expect(next.counters).toMatchObject({ succeeded: 3, failed: 0, choices: 3 });
	},
);

test('a journal that is read a second time changes nothing', async () => {
	const disk = new Disk();
	const { id, store } = await disk.started(3);
	await settleAll(store, [cut(0), cut(1), cut(2)]);
	const revision = await askAgain(store);
	await settleAll(store, [cut(0, revision), { ...failed(1), revision }]);
	const { counters } = store;
	const answers = await collect(store.eachSettled());
	disk.journals.crash();
	await (await disk.open()).close();
	const opened = await new Promise<IDBDatabase>((resolve) => {
		const open = disk.factory.open(`volley-run-${id}`);
		open.onsuccess = () => {
			resolve(open.result);
		};
	});
	const tx = opened.transaction('owner', 'readwrite');
	tx.objectStore('owner').put({ epoch: 1, through: 0, paidTwice: 0 }, 'current');
	await new Promise<void>((resolve) => {
		tx.oncomplete = () => {
			resolve();
		};
	});
	opened.close();

	const next = await takenUp(disk, id);
	expect(next.counters).toEqual(counters);
	expect(await collect(next.eachSettled())).toEqual(answers);
	expect(await collect(next.waiting(0))).toEqual([2]);
});

test('a journal that has lost its end is given the new answers again', async () => {
	const disk = new Disk();
	const { id, store } = await disk.started(1);
	await store.settle(cut(0));
	await askAgain(store);
	const file = disk.journals.files.get(journalName(id));
	if (file === undefined) throw new Error('The run has no journal.');
	const shorter = file.bytes;
	await store.settle(whole(0));
	await store.setPhase({ name: 'paused' });
	disk.journals.crash();
	disk.journals.files.set(journalName(id), { bytes: shorter, flushed: shorter, open: 0 });
	expect(await collect((await takenUp(disk, id)).eachSettled())).toEqual([whole(0)]);
	disk.lose('database');
	expect(await collect((await takenUp(disk, id)).eachSettled())).toEqual([whole(0)]);
});

test('after any order of answers, new limits, crashes and losses of one of the two, no answer is lost and sums are true', async () => {
	const planned = 6;
	const step = fc.oneof(
		fc.record({
			kind: fc.constant('settle' as const),
			requests: fc.array(fc.nat(planned - 1), { minLength: 1, maxLength: 4 }),
			as: fc.constantFrom('cut', 'whole', 'failed'),
		}),
		fc.record({ kind: fc.constantFrom('askAgain' as const, 'crash' as const) }),
		fc.record({ kind: fc.constant('lose' as const), what: fc.constantFrom('database', 'journal') }),
	);
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
			const disk = new Disk();
			const opened = await disk.started(planned);
			let { store } = opened;
			const answers = new Map<number, SettledRequest>();
			const waiting = new Set(Array.from({ length: planned }, (_, k) => k));
			for (const taken of steps) {
				const revision = store.revisions.length;
				if (taken.kind === 'settle') {
					const made = { cut, whole, failed: (k: number) => ({ ...failed(k), revision }) };
					const batch = taken.requests.map((k) => made[taken.as](k, revision));
					await settleAll(store, batch);
					for (const one of batch) {
						if (!waiting.delete(one.request)) continue;
						const { revision: under = 0, ...bare } = one;
						const stored = under === 0 ? bare : one;
						if (one.outcome.ok || !answers.has(one.request)) answers.set(one.request, stored);
					}
				} else if (taken.kind === 'askAgain') {
					await askAgain(store);
					for (const [k, { outcome }] of answers)
						if (outcome.ok && outcome.value.choices[0]?.['finish_reason'] === 'length')
							waiting.add(k);
				} else {
					if (taken.kind === 'lose') disk.lose(taken.what);
					store = await takenUp(disk, opened.id);
				}
				expect(await collect(store.waiting(0))).toEqual([...waiting].sort((a, b) => a - b));
				expect(await collect(store.eachSettled())).toEqual(
					[...answers.values()].sort((a, b) => a.request - b.request),
				);
				expect(settledCount(store.counters) + waiting.size).toBe(planned);
				expect(reasonsOf(store.counters)).toBe(store.counters.choices);
			}
		}),
		{ numRuns: 100 },
	);
}, 60_000);

const reasonsOf = ({ finishReasons }: RunCounters): number =>
	Object.values(finishReasons).reduce((sum, count) => sum + count, 0);

test('a run of the version before is read as it was, and can be changed', async () => {
	const { factory, open } = newWorld();
	const library = await open();
	const { id } = await library.createRun(setupOf(2));
	await library.close();
	const calm = { onBlocked: () => 0, onVersionChange: () => 0, onTerminated: () => 0 };
	const name = `volley-run-${id}`;
	const older = await openDatabase<RunSchema>(factory, name, runMigrations.slice(0, 2), calm);
	const record = {
		request: 0,
		attempts: 1,
		startedAt: 1,
		latencyMs: 1,
		outcome: 'succeeded' as const,
		completion: {},
		failure: null,
	};
	await older.put('requests', record);
	await older.put('choices', { request: 0, position: 0, choice: choiceOf('old', 0, 'length') });
	older.close();
	const store = await (await open()).openRun(id);
	if (store === null) throw new Error('The run has gone.');
	expect(store.revisions).toEqual([]);
	expect(await collect(store.waiting(0))).toEqual([1]);
	await askAgain(store);
	expect(await collect(store.waiting(0))).toEqual([0, 1]);
});

test('answers without any text are asked for again like those that were cut off, and no others', async () => {
	const empty = (request: number): SettledRequest => succeeded(request, [choiceOf('  ')]);
	const disk = new Disk();
	const { id, store } = await disk.started(4);
	await settleAll(store, [empty(0), succeeded(1), cut(2), empty(3)]);
	const revision = await store.revise({ at: 1, repairs: [] });
	await store.reopenMarked('empty', revision);
	expect(await collect(store.waiting(0))).toEqual([0, 3]);
	expect(store.counters).toMatchObject({ succeeded: 2, marks: { empty: 0, truncated: 1 } });

	await store.settle(whole(0));
	await store.settle({ ...failed(3), revision });
	const next = await takenUp(disk, id);
	expect(await collect(next.eachSettled())).toEqual([whole(0), succeeded(1), cut(2), empty(3)]);
	expect(next.counters).toMatchObject({ succeeded: 4, failed: 0, marks: { empty: 1 } });
});

import { IDBObjectStore } from 'fake-indexeddb';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { JsonObject } from '#domain/json.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { countSettled, emptyCounters, type RunCounters } from '#domain/run.ts';
import type { Library } from '#storage/library.ts';
import { RunFinder } from '#storage/run-finder.ts';
import type { RunStore } from '#storage/run-store.ts';
import {
	around,
	choiceOf,
	collect,
	failed,
	newWorld,
	openedRun,
	succeeded,
	watchTransactions,
} from './world.ts';

const range = (from: number, to: number): number[] =>
	Array.from({ length: to - from }, (_, i) => from + i);

async function reopen(library: Library, id: string): Promise<RunStore> {
	const store = await library.openRun(id);
	if (store === null) throw new Error('The run has gone.');
	return store;
}

/** Makes the next `add` fail as a browser does when the disk is full: the whole transaction aborts. */
function fillDiskOnce(): void {
	let isFull = true;
	around<IDBObjectStore>(IDBObjectStore.prototype, 'add', (objectStore, call) => {
		const request = call();
		// The fake's own way to abort with an error.
		const tx = objectStore.transaction as unknown as { _abort(name: string): void };
		if (isFull) tx._abort('QuotaExceededError');
		isFull = false;
		return request;
	});
}

afterEach(() => {
	vi.restoreAllMocks();
});

describe('settle', () => {
	test('has stored what it acknowledged when the worker goes away without a word', async () => {
		const world = newWorld();
		const { id, store } = await openedRun(await world.open(), 50);
		const settled = range(0, 30).map((k) => (k % 4 === 3 ? failed(k) : succeeded(k)));
		await Promise.all(settled.map((one) => store.settle(one)));

		const next = await reopen(await world.open(), id);

		expect(await next.readSettled(0, 50)).toEqual(settled);
		expect(next.counters).toEqual(store.counters);
		expect(next.counters).toMatchObject({ planned: 50, succeeded: 23, failed: 7, choices: 23 });
		expect(await collect(next.waiting(0))).toEqual(range(30, 50));
	});

	test('shares transactions: 1,000 at once take four', async () => {
		const { store } = await openedRun(await newWorld().open(), 1_000);
		const seen = watchTransactions();
		await Promise.all(range(0, 1_000).map((k) => store.settle(succeeded(k))));
		expect(seen.filter(({ mode }) => mode === 'readwrite')).toHaveLength(4);
		expect(store.counters.succeeded).toBe(1_000);
	});

	test('keeps choices in the order and the shape in which they came', async () => {
		const { store } = await openedRun(await newWorld().open(), 3);
		const odd = JSON.parse(
			'{"index": 0, "__proto__": {"a": [1, null]}, "text": "x"}',
		) as JsonObject;
		const choices = [choiceOf('b', 1), odd, ...range(2, 12).map((i) => choiceOf('n', i))];
		await store.settle(succeeded(1, choices));
		await store.settle(succeeded(0, []));
		await store.settle(succeeded(2, [choiceOf('after')]));
		const [none, many, one] = await store.readSettled(0, 3);
		expect(none).toEqual(succeeded(0, []));
		expect(JSON.stringify(many)).toBe(JSON.stringify(succeeded(1, choices)));
		expect(one).toEqual(succeeded(2, [choiceOf('after')]));
	});

	test('drops a second answer, also within one commit and in the next life', async () => {
		const world = newWorld();
		const { id, store } = await openedRun(await world.open(), 5);
		await Promise.all([
			store.settle(succeeded(2)),
			store.settle(failed(2)),
			store.settle(succeeded(2, [choiceOf('x'), choiceOf('y', 1)])),
		]);
		const next = await reopen(await world.open(), id);
		await next.settle(failed(2));
		await next.settle(succeeded(3));
		expect([store.duplicates, next.duplicates]).toEqual([2, 1]);
		expect(await next.readSettled(0, 5)).toEqual([succeeded(2), succeeded(3)]);
		expect(next.counters).toMatchObject({ succeeded: 2, failed: 0, choices: 2, attempts: 2 });
	});

	test('drops second answers, however far apart in the plan one group of them lies', async () => {
		const { store } = await openedRun(await newWorld().open(), 5_000);
		const numbers = [0, 1, 700, 701, 4_999];
		await Promise.all(numbers.map((k) => store.settle(succeeded(k))));
		await Promise.all([...numbers, 2, 4_998].map((k) => store.settle(failed(k))));
		expect(store.duplicates).toBe(numbers.length);
		expect(store.counters).toMatchObject({ succeeded: numbers.length, failed: 2 });
	});

	test('of a failed transaction rejects all that were in it and changes nothing; later ones work', async () => {
		const world = newWorld();
		const { id, store } = await openedRun(await world.open(), 10);
		await store.settle(succeeded(0));
		const before = store.counters;
		fillDiskOnce();
		const ends = await Promise.allSettled([store.settle(succeeded(1)), store.settle(failed(2))]);
		for (const end of ends)
			expect(end).toMatchObject({
				status: 'rejected',
				reason: {
					name: 'StorageError',
					kind: 'quota',
					message: expect.stringMatching(/^QuotaExceededError/) as string,
				},
			});
		expect(store.counters).toEqual(before);
		expect(await collect(store.waiting(0))).toEqual(range(1, 10));

		await Promise.all([store.settle(succeeded(1)), store.settle(succeeded(3))]);

		expect((await reopen(await world.open(), id)).counters).toEqual(store.counters);
		expect(store.counters).toMatchObject({ succeeded: 3, failed: 0 });
		expect(store.duplicates).toBe(0);
	});

	test('is not held up, nor failed, by a list row that cannot be written', async () => {
		const world = newWorld();
		const { store } = await openedRun(await world.open(), 3);
		world.clock.now += 5_000;
		around<IDBObjectStore>(IDBObjectStore.prototype, 'put', ({ name }, call) => {
			if (name === 'runs') throw new DOMException('full', 'QuotaExceededError');
			return call();
		});
		await store.settle(succeeded(0));
		await store.close();
		expect(world.problems).toMatchObject([{ kind: 'failed', message: 'QuotaExceededError: full' }]);
	});
});

describe('the counters', () => {
	test('are the sum over the records after any order of settles, repeats, losses and retries', async () => {
		const planned = 12;
		const one = fc.record({ request: fc.nat(planned - 1), shape: fc.nat(3) });
		const step = fc.oneof(
			{ weight: 6, arbitrary: fc.array(one, { minLength: 1, maxLength: 6 }) },
			{ weight: 1, arbitrary: fc.constant('retry' as const) },
			{ weight: 1, arbitrary: fc.constant('crash' as const) },
			{ weight: 1, arbitrary: fc.constant('full' as const) },
		);
		const settledOf = ({ request, shape }: { request: number; shape: number }): SettledRequest => {
			if (shape === 0) return failed(request, 'badRequest');
			if (shape === 1) return failed(request, 'timeout');
			const reason = shape === 2 ? 'stop' : 'length';
			return succeeded(
				request,
				range(0, shape).map((i) => choiceOf('a', i, reason)),
			);
		};
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
				const world = newWorld();
				const { id, store: first } = await openedRun(await world.open(), planned);
				let store = first;
				const model = new Map<number, SettledRequest>();
				let spent = 0;
				for (const taken of steps) {
					if (taken === 'crash') store = await reopen(await world.open(), id);
					else if (taken === 'full') {
						const missing = range(0, planned).find((k) => !model.has(k));
						if (missing === undefined) continue;
						fillDiskOnce();
						await expect(store.settle(succeeded(missing))).rejects.toThrow('Quota');
						vi.restoreAllMocks();
					} else if (taken === 'retry') {
						const failures = [...model.values()].filter(({ outcome }) => !outcome.ok);
						expect(await store.retryFailed()).toBe(failures.length);
						for (const { request, attempts } of failures) {
							model.delete(request);
							spent += attempts;
						}
					} else {
						const batch = taken.map(settledOf);
						await Promise.all(batch.map((settled) => store.settle(settled)));
						for (const settled of batch)
							if (!model.has(settled.request)) model.set(settled.request, settled);
					}
				}
				const expected = [...model.values()].sort((a, b) => a.request - b.request);
				const size = { templates: 1, rows: planned, models: 1 };
				const sum = expected.reduce<RunCounters>(countSettled, emptyCounters(size));
				expect(store.counters).toEqual({ ...sum, attempts: sum.attempts + spent });
				expect(await collect(store.eachSettled())).toEqual(expected);
				const left = range(0, planned).filter((k) => !model.has(k));
				expect(await collect(store.waiting(0))).toEqual(left);
				const stored = await (await world.open()).getRun(id);
				expect(stored?.counters).toEqual(store.counters);
			}),
			{ numRuns: 60 },
		);
	}, 60_000);
});

describe('waiting', () => {
	test('gives the gaps in ascending order over many windows, from where it is asked', async () => {
		const { store } = await openedRun(await newWorld().open(), 5_000);
		const isSettled = (k: number): boolean => k % 3 === 0 || (k >= 1_990 && k < 4_010);
		const settled = range(0, 5_000).filter(isSettled);
		await Promise.all(settled.map((k) => store.settle(failed(k))));
		const gaps = range(0, 5_000).filter((k) => !isSettled(k));
		expect(await collect(store.waiting(0))).toEqual(gaps);
		expect(await collect(store.waiting(4_444))).toEqual(gaps.filter((k) => k >= 4_444));
		expect(await collect(store.waiting(5_000))).toEqual([]);
	});

	test('gives each request once while those it gave are being settled', async () => {
		const { store } = await openedRun(await newWorld().open(), 4_500);
		const given: number[] = [];
		const settles: Promise<void>[] = [];
		for await (const request of store.waiting(0)) {
			given.push(request);
			settles.push(store.settle(failed(request)));
			if (settles.length === 64) await Promise.all(settles.splice(0));
		}
		await Promise.all(settles);
		expect(given).toEqual(range(0, 4_500));
		expect(await collect(store.waiting(0))).toEqual([]);
		expect(store.duplicates).toBe(0);
	});

	test('looks no further ahead than it was pulled', async () => {
		const { store } = await openedRun(await newWorld().open(), 1_000_000);
		const seen = watchTransactions();
		for await (const request of store.waiting(0)) if (request === 100) break;
		expect(seen.length).toBe(1);
	});
});

describe('retryFailed', () => {
	test('lets thousands of failed requests wait again and leaves the others', async () => {
		const world = newWorld();
		const { id, store } = await openedRun(await world.open(), 3_500);
		const settled = range(0, 3_500).map((k) => (k % 7 === 0 ? succeeded(k) : failed(k)));
		await Promise.all(settled.map((one) => store.settle(one)));
		const { attempts } = store.counters;

		expect(await store.retryFailed()).toBe(3_000);

		expect(store.counters).toMatchObject({ succeeded: 500, failed: 0, failures: {}, attempts });
		expect((await new RunFinder(store).numbers('failed', 0, 2_000)).numbers).toEqual([]);
		expect((await new RunFinder(store).numbers('succeeded', 0, 2_000)).numbers).toEqual(
			range(0, 500).map((k) => k * 7),
		);
		expect(await collect(store.waiting(0))).toHaveLength(3_000);
		expect((await (await world.open()).getRun(id))?.counters).toEqual(store.counters);
		await store.settle(succeeded(1));
		expect(store.duplicates).toBe(0);
	});

	test('keeps the counters equal to the records where it fails between two slices', async () => {
		const { store } = await openedRun(await newWorld().open(), 1_500);
		const kinds = ['badRequest', 'timeout'] as const;
		const kindOf = (k: number) => kinds[k % 2] ?? 'badRequest';
		await Promise.all(range(0, 1_500).map((k) => store.settle(failed(k, kindOf(k)))));
		let deleted = 0;
		around<IDBObjectStore>(IDBObjectStore.prototype, 'delete', (_, call) => {
			if (++deleted > 1_000) throw new DOMException('full', 'QuotaExceededError');
			return call();
		});
		await expect(store.retryFailed()).rejects.toMatchObject({ kind: 'quota' });
		expect(store.counters).toMatchObject({
			failed: 500,
			failures: { badRequest: 250, timeout: 250 },
		});
		expect((await new RunFinder(store).numbers('failed', 0, 2_000)).numbers).toEqual(
			range(1_000, 1_500),
		);
	});

	test('of one kind lets those wait again, over many slices, and leaves the other failures as they are', async () => {
		const world = newWorld();
		const { id, store } = await openedRun(await world.open(), 3_500);
		const kindOf = (k: number) => (k % 700 === 699 ? 'timeout' : 'badRequest');
		await Promise.all(range(0, 3_500).map((k) => store.settle(failed(k, kindOf(k)))));
		const { attempts } = store.counters;

		expect(await store.retryFailed(['timeout'])).toBe(5);

		const others = range(0, 3_500).filter((k) => kindOf(k) === 'badRequest');
		expect(store.counters).toMatchObject({
			...{ succeeded: 0, failed: 3_495, attempts },
			failures: { badRequest: 3_495 },
		});
		expect(store.counters.failures).not.toHaveProperty('timeout');
		const still = await collect(store.eachSettled({ outcome: 'failed' }));
		expect(still.map(({ request }) => request)).toEqual(others);
		expect(await collect(store.waiting(0))).toEqual([699, 1_399, 2_099, 2_799, 3_499]);
		expect((await (await world.open()).getRun(id))?.counters).toEqual(store.counters);
		expect(await store.retryFailed(['timeout', 'network'])).toBe(0);
	});

	test('of a run without failures changes nothing', async () => {
		const { store } = await openedRun(await newWorld().open(), 2);
		await store.settle(succeeded(0));
		const before = store.counters;
		expect(await store.retryFailed()).toBe(0);
		expect(store.counters).toEqual(before);
	});
});

describe('reading', () => {
	async function mixed(count: number): Promise<RunStore> {
		const { store } = await openedRun(await newWorld().open(), count * 2);
		const settled = range(0, count).map((i) => (i % 5 === 0 ? failed(i * 2) : succeeded(i * 2)));
		await Promise.all(settled.reverse().map((one) => store.settle(one)));
		return store;
	}
	const numbers = (settled: readonly SettledRequest[]): number[] =>
		settled.map(({ request }) => request);

	test('a range gives what has settled in it, in plan order', async () => {
		const store = await mixed(20);
		expect(numbers(await store.readSettled(3, 6))).toEqual([4, 6, 8]);
		expect(await store.readSettled(8, 2)).toEqual([succeeded(8)]);
		expect(await store.readSettled(3, 0)).toEqual([]);
	});

	test('many give those that have settled, in the order asked for', async () => {
		const store = await mixed(20);
		expect(await store.readSettledMany([12, 3, 10, 2])).toEqual([
			succeeded(12),
			failed(10),
			succeeded(2),
		]);
		expect(await store.readSettledMany([])).toEqual([]);
	});

	test('each goes through all of them by pages, of one outcome or both, from anywhere', async () => {
		const store = await mixed(1_300);
		const all = range(0, 1_300).map((i) => i * 2);
		const failures = all.filter((k) => k % 10 === 0);
		expect(numbers(await collect(store.eachSettled()))).toEqual(all);
		expect(numbers(await collect(store.eachSettled({ outcome: 'failed' })))).toEqual(failures);
		const good = await collect(store.eachSettled({ outcome: 'succeeded', from: 601 }));
		expect(good).toEqual(all.filter((k) => k > 600 && k % 10 !== 0).map((k) => succeeded(k)));
	});

	test('each holds no transaction while its reader is busy', async () => {
		const store = await mixed(600);
		let count = 0;
		for await (const { request } of store.eachSettled()) {
			if (count++ === 0) await store.settle(succeeded(request + 1));
		}
		// What settles ahead of the reader within the page it holds is not seen; nothing is seen twice.
		expect(count).toBe(600);
	});
});

describe('a closed run', () => {
	test('has stored what was queued, refuses more, and opens again', async () => {
		const library = await newWorld().open();
		const { id, store } = await openedRun(library, 500);
		expect(await library.openRun(id)).toBe(store);
		const settles = range(0, 300).map((k) => store.settle(succeeded(k)));
		await store.close();
		await Promise.all(settles);
		await expect(store.settle(succeeded(301))).rejects.toMatchObject({ kind: 'closed' });
		const again = await reopen(library, id);
		expect(again).not.toBe(store);
		expect(again.counters.succeeded).toBe(300);
	});

	test('comes with the library that is closed', async () => {
		const library = await newWorld().open();
		const { store } = await openedRun(library, 5);
		const settle = store.settle(succeeded(0));
		await library.close();
		await settle;
		await expect(library.listRuns()).rejects.toThrow('The library is closed.');
		await expect(store.settle(succeeded(1))).rejects.toMatchObject({ kind: 'closed' });
	});
});

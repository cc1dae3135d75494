import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ResultFilter } from '#domain/result-filter.ts';
import { choiceText, markOf } from '#domain/completion.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { RunFinder } from '#storage/run-finder.ts';
import type { RunStore } from '#storage/run-store.ts';
import { marksShown, outcomeMeant } from '#worker/line-filter.ts';
import { LineView } from '#worker/line-view.ts';
import { Disk } from '../storage/disk.ts';
import { around, choiceOf, collect, failed, succeeded } from '../storage/world.ts';

afterEach(() => {
	vi.restoreAllMocks();
});

const n = 2;
const everything: ResultFilter = { show: 'all', search: '' };

/** A clock that stands still, or moves a little with each look, so that pages wait or do not. */
const clockWith = (step: number) => {
	const time = { now: 0 };
	return {
		time,
		now: () => (time.now += step),
		epoch: () => 0,
		sleep: () => Promise.resolve(),
	};
};

const rowOf = (request: number): readonly string[] => [`cup ${String(request)}`];

const viewOf = (store: RunStore, filter: Partial<ResultFilter>, clock = clockWith(0)): LineView =>
	new LineView({
		...{ store, n, clock },
		filter: { ...everything, ...filter },
		row: (request) => Promise.resolve(rowOf(request)),
	});

/** All lines, once everything was looked at. */
const linesOf = async (view: LineView, hold = false): Promise<readonly number[]> =>
	(await view.page(0, Infinity, hold)).lines;

const cut = choiceOf('it was long', 0, 'length');
const refused = { message: { content: null, refusal: 'I will not.' }, finish_reason: 'stop' };
const filtered = choiceOf('', 0, 'content_filter');

async function mixedRun(): Promise<RunStore> {
	const { store } = await new Disk().started(12);
	const settled: readonly SettledRequest[] = [
		succeeded(0, [choiceOf('Good'), choiceOf('Bad')]),
		succeeded(1, [cut, choiceOf('Good')]),
		failed(2, 'badRequest'),
		succeeded(3, [choiceOf('Bad'), refused]),
		failed(5, 'contextLengthExceeded'),
		succeeded(6, [filtered, choiceOf(' ')]),
		// One choice less than asked for, and one more.
		succeeded(7, [choiceOf('Good')]),
		succeeded(8, [choiceOf('fine'), choiceOf('fine'), cut]),
	];
	await Promise.all(settled.map((one) => store.settle(one)));
	return store;
}

describe('a filter means', () => {
	test.each<{ filter: Partial<ResultFilter>; lines: readonly number[] }>([
		{ filter: { show: 'succeeded' }, lines: [0, 1, 2, 3, 6, 7, 12, 13, 14, 15, 16, 17] },
		{ filter: { show: 'failed' }, lines: [4, 5, 10, 11] },
		{ filter: { show: 'truncated' }, lines: [2, 17] },
		{ filter: { show: 'refused' }, lines: [7, 12] },
		{ filter: { show: 'empty' }, lines: [13] },
		{ filter: { search: 'good' }, lines: [0, 3, 14] },
		{ filter: { search: 'CUP 3' }, lines: [6, 7] },
		{ filter: { search: 'no.' }, lines: [4, 5, 10, 11] },
		{
			filter: { search: 'cup', show: 'succeeded' },
			lines: [0, 1, 2, 3, 6, 7, 12, 13, 14, 15, 16, 17],
		},
		{ filter: { search: 'cup', show: 'failed' }, lines: [4, 5, 10, 11] },
		{ filter: { search: 'long', show: 'truncated' }, lines: [2, 17] },
		{ filter: { search: 'cup 1', show: 'truncated' }, lines: [2] },
		{ filter: { search: 'not there' }, lines: [] },
		{ filter: { answer: 'Good' }, lines: [0, 3, 14] },
		{ filter: { answer: 'good' }, lines: [] },
		{ filter: { answer: 'Good', search: 'cup 7' }, lines: [14] },
		{ filter: { answer: 'it was long', show: 'truncated' }, lines: [2, 17] },
		{ filter: { failure: 'contextLengthExceeded' }, lines: [10, 11] },
		{ filter: { failure: 'contextLengthExceeded', show: 'failed', search: 'cup 2' }, lines: [] },
		{ filter: { failure: 'contextLengthExceeded', show: 'succeeded' }, lines: [] },
		{ filter: { failure: 'contextLengthExceeded', answer: 'Good' }, lines: [] },
	])('$filter the lines $lines', async ({ filter, lines }) => {
		expect(await linesOf(viewOf(await mixedRun(), filter))).toEqual(lines);
	});
});

/** The lines meant, told from what is stored with none of the view's ways. */
async function meant(store: RunStore, filter: ResultFilter): Promise<number[]> {
	const waiting = new Set(await collect(store.waiting(0)));
	const marks: readonly string[] | null = marksShown(filter.show);
	const lines: number[] = [];
	for (const { request, outcome } of await collect(store.eachSettled())) {
		const has = (text: string | null) => text?.toLowerCase().includes(filter.search) === true;
		const inRow = rowOf(request).some(has);
		const which = outcomeMeant(filter);
		for (let position = 0; position < n; position++) {
			const line = request * n + position;
			if (!outcome.ok) {
				if (which !== 'failed' && which !== 'either') continue;
				if (filter.failure !== undefined && filter.failure !== outcome.error.kind) continue;
				if (inRow || has(outcome.error.message)) lines.push(line);
				continue;
			}
			if (which === 'failed' || which === 'none') continue;
			if (waiting.has(request) && filter.show !== 'all') continue;
			const choice = outcome.value.choices[position];
			if (marks !== null && (choice === undefined || !marks.includes(markOf(choice)))) continue;
			const text = choice === undefined ? null : choiceText(choice);
			if (filter.answer !== undefined && filter.answer !== text) continue;
			if (inRow || has(text)) lines.push(line);
		}
	}
	return lines;
}

test('whatever happens while it is read, a view comes to what stands in the run, without being looked for anew', async () => {
	const filter = fc.record(
		{
			show: fc.constantFrom<ResultFilter['show']>(
				'all',
				'succeeded',
				'failed',
				'truncated',
				'refused',
				'empty',
			),
			search: fc.constantFrom('', 'a', 'cup 1', 'no.'),
			answer: fc.constantFrom('a', 'b'),
			failure: fc.constantFrom('badRequest' as const, 'contextLengthExceeded' as const),
		},
		{ requiredKeys: ['show', 'search'] },
	);
	const choice = fc.constantFrom(
		choiceOf('a'),
		choiceOf('b'),
		cut,
		refused,
		filtered,
		choiceOf(''),
	);
	const step = fc.oneof(
		{
			weight: 4,
			arbitrary: fc.record({
				request: fc.nat(9),
				choices: fc.array(choice, { minLength: 1, maxLength: n }),
			}),
		},
		fc.record({
			request: fc.nat(9),
			kind: fc.constantFrom('badRequest' as const, 'contextLengthExceeded' as const),
		}),
		fc.constantFrom('again' as const, 'retry' as const),
		{ weight: 3, arbitrary: fc.constant('read' as const) },
	);
	await fc.assert(
		fc.asyncProperty(
			filter,
			fc.array(step, { maxLength: 25 }),
			fc.boolean(),
			async (wanted, steps, hold) => {
				const { store } = await new Disk().started(10);
				// A view that waits for nothing is read in the middle of its work.
				const view = viewOf(store, wanted, clockWith(70));
				for (const one of steps) {
					const revision = store.revisions.length;
					if (one === 'read') await view.page(0, 5, hold);
					else if (one === 'retry') await store.retryFailed();
					else if (one === 'again')
						await store.reopenMarked(
							'truncated',
							await store.revise({ at: 1, repairs: [], maxTokens: 9 }),
						);
					else if ('kind' in one)
						await store.settle({ ...failed(one.request, one.kind), revision });
					else await store.settle({ ...succeeded(one.request, one.choices), revision });
				}
				for (let i = 0; i < 40; i++) await view.page(0, 5, false);
				expect(await linesOf(view)).toEqual(await meant(store, wanted));
			},
		),
		{ numRuns: 150 },
	);
});

/** A run in which every tenth answer of many has a word in it. */
async function longRun(requests: number): Promise<RunStore> {
	const { store } = await new Disk().started(requests);
	const all = Array.from({ length: requests }, (_, k) =>
		succeeded(k, [choiceOf(k % 10 === 0 ? 'rare' : 'plain'), choiceOf('plain')]),
	);
	await Promise.all(all.map((one) => store.settle(one)));
	return store;
}

describe('while lines are looked for', () => {
	test('a page comes as soon as its lines are there, with how far it is, and the rest is found meanwhile', async () => {
		const view = viewOf(await longRun(3_000), { search: 'rare' }, clockWith(25));
		const first = await view.page(0, 5, false);
		expect(first.lines).toEqual([0, 20, 40, 60, 80]);
		expect(first.looking).toMatchObject({ total: 3_000, cancelled: false });
		expect(first.looking?.done).toBeLessThan(3_000);
		expect(first.total).toBeLessThan(300);
		const whole = await view.page(0, Infinity, false);
		expect(whole).toMatchObject({ total: 300, looking: null });
	});

	test('a page waits only a moment where there is nothing to show yet', async () => {
		const view = viewOf(await longRun(3_000), { search: 'not there' }, clockWith(70));
		const page = await view.page(0, 5, false);
		expect(page).toMatchObject({ lines: [], total: 0, looking: { total: 3_000 } });
	});

	test('cancelled, what was found stays and no more is looked at, until it is to go on', async () => {
		const view = viewOf(await longRun(3_000), { search: 'rare' }, clockWith(25));
		await view.page(0, 5, false);
		view.cancel();
		const part = await view.page(0, Infinity, false);
		expect(part.looking?.cancelled).toBe(true);
		expect(part.total).toBeLessThan(300);
		expect(await view.page(0, Infinity, false)).toEqual(part);
		view.goOn();
		expect(await view.page(0, Infinity, false)).toMatchObject({ total: 300, looking: null });
	});

	test('ended, a page that waits comes at once and nothing more is read', async () => {
		const store = await longRun(3_000);
		const view = viewOf(store, { search: 'rare' });
		const page = view.page(0, Infinity, false);
		view.end();
		expect((await page).total).toBeLessThan(300);
	});

	test('nothing is read for a mark that is not counted, and for what can never be', async () => {
		const store = await longRun(10);
		await store.close();
		expect(await linesOf(viewOf(store, { show: 'refused' }))).toEqual([]);
		expect(await linesOf(viewOf(store, { show: 'failed', answer: 'plain' }))).toEqual([]);
	});

	test('a store that cannot be read is said to whoever asks, each time', async () => {
		const store = await longRun(10);
		await store.close();
		const view = viewOf(store, { search: 'rare' });
		await expect(view.page(0, 5, false)).rejects.toThrow('closed');
		await expect(view.page(0, 5, false)).rejects.toThrow('closed');
	});
});

describe('while the run goes on', () => {
	const settle = (store: RunStore, ...requests: number[]) =>
		Promise.all(requests.map((request) => store.settle(succeeded(request, [choiceOf('a'), cut]))));

	test('what comes behind the last line is appended; what belongs before waits while it is held back', async () => {
		const { store } = await new Disk().started(20);
		await settle(store, 4, 8);
		const view = viewOf(store, { show: 'truncated' });
		expect(await linesOf(view)).toEqual([9, 17]);
		await settle(store, 2, 6, 9);
		expect(await view.page(0, 9, true)).toMatchObject({ lines: [9, 17, 19], total: 3, held: 2 });
		expect(await view.page(0, 9, true)).toMatchObject({ lines: [9, 17, 19], held: 2 });
		expect(await view.page(0, 9, false)).toMatchObject({ lines: [5, 9, 13, 17, 19], held: 0 });
	});

	test('only what has changed is looked at', async () => {
		const { store } = await new Disk().started(2_000);
		await settle(store, ...Array.from({ length: 500 }, (_, k) => k));
		const view = viewOf(store, { search: 'a' });
		await linesOf(view);
		const stretches: [number, number][] = [];
		around<RunFinder>(RunFinder.prototype, 'stretch', (_, call, first, last) => {
			stretches.push([Number(first), Number(last)]);
			return call();
		});
		await settle(store, 600, 601, 1_900);
		expect(await linesOf(view)).toHaveLength(1_006);
		expect(stretches).toEqual([
			[600, 601],
			[1_900, 1_900],
		]);
	});

	test('what is asked for again leaves it, and comes back where no new answer came', async () => {
		const { store } = await new Disk().started(5);
		await settle(store, 1, 3);
		const view = viewOf(store, { show: 'truncated' });
		await linesOf(view);
		const revision = await store.revise({ at: 1, repairs: [], maxTokens: 9 });
		await store.reopenMarked('truncated', revision);
		expect(await linesOf(view)).toEqual([]);
		await store.settle({ ...failed(1), revision });
		await store.settle({ ...succeeded(3), revision });
		expect(await linesOf(view)).toEqual([3]);
	});

	test('in another tab, what is new is found now and then, and what went is looked for anew', async () => {
		const disk = new Disk();
		const { id, store: other } = await disk.started(20);
		await settle(other, 0, 1);
		await other.settle(failed(2));
		const store = await (await disk.open()).openRun(id);
		if (store === null) throw new Error('The run has gone.');
		for (const filter of [{ show: 'succeeded' }, { search: 'cup' }] as const) {
			const clock = clockWith(0);
			const view = viewOf(store, filter, clock);
			const before = await linesOf(view);
			await settle(other, other.counters.succeeded + 5);
			await store.refresh();
			expect(await linesOf(view)).toEqual(before);
			clock.time.now = 10_000;
			expect((await view.page(0, Infinity, false)).looking).toBeNull();
			expect(await linesOf(view)).toHaveLength(before.length + 2);
		}
		const clock = clockWith(0);
		const view = viewOf(store, { show: 'failed' }, clock);
		expect(await linesOf(view)).toEqual([4, 5]);
		await other.retryFailed();
		await store.refresh();
		clock.time.now = 10_000;
		expect(await linesOf(view)).toEqual([]);
	});
});

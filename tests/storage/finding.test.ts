import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markOf } from '#domain/completion.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import type { MarkedChoice, RareMark } from '#storage/marks.ts';
import { openDatabase } from '#storage/open-database.ts';
import { runMigrations, type RunSchema } from '#storage/run-schema.ts';
import { RunFinder } from '#storage/run-finder.ts';
import type { RunStore } from '#storage/run-store.ts';
import { Disk } from './disk.ts';
import { choiceOf, collect, failed, newWorld, setupOf, succeeded } from './world.ts';

const rareMarks: readonly RareMark[] = ['truncated', 'refused', 'filtered', 'empty'];
const choices = {
	complete: choiceOf('fine'),
	truncated: choiceOf('cut', 0, 'length'),
	refused: { message: { role: 'assistant', content: null, refusal: 'No.' }, finish_reason: 'stop' },
	filtered: choiceOf('', 0, 'content_filter'),
	empty: choiceOf(''),
} as const;
type Kind = keyof typeof choices;

const answered = (request: number, kinds: readonly Kind[]): SettledRequest =>
	succeeded(
		request,
		kinds.map((kind) => choices[kind]),
	);

/** All of a mark, by pages of a few. */
async function marked(store: RunStore, mark: RareMark): Promise<MarkedChoice[]> {
	const all: MarkedChoice[] = [];
	for (let after: MarkedChoice | null = null; ;) {
		const page: Awaited<ReturnType<RunFinder['marked']>> = await finderOf(store).marked(
			mark,
			after,
			3,
		);
		all.push(...page.found);
		if (page.next === null) return all;
		after = page.next;
	}
}

/** What should be found, read from the answers themselves; those that wait for a new one are left out. */
async function expected(store: RunStore, mark: RareMark): Promise<MarkedChoice[]> {
	const waiting = new Set(await collect(store.waiting(0)));
	return (await collect(store.eachSettled())).flatMap(({ request, outcome }) =>
		outcome.ok && !waiting.has(request)
			? outcome.value.choices.flatMap((choice, position) =>
					markOf(choice) === mark ? [[request, position] as const] : [],
				)
			: [],
	);
}

const finderOf = (store: RunStore): RunFinder => new RunFinder(store);

const settleAll = (store: RunStore, all: readonly SettledRequest[]) =>
	Promise.all(all.map((one) => store.settle(one)));

async function askAgain(store: RunStore): Promise<number> {
	const number = await store.revise({ at: 1, repairs: [], maxTokens: 100 });
	await store.reopenMarked('truncated', number);
	return number;
}

describe('choices that are not complete', () => {
	test('are found by their mark, in plan order, by pages', async () => {
		const { store } = await new Disk().started(20);
		await settleAll(
			store,
			[...Array(20).keys()].map((k) =>
				answered(19 - k, ['complete', k % 2 === 0 ? 'truncated' : 'complete', 'empty']),
			),
		);
		const odd = [...Array(20).keys()].filter((k) => k % 2 === 1);
		expect(await marked(store, 'truncated')).toEqual(odd.map((k) => [k, 1]));
		expect(await marked(store, 'empty')).toHaveLength(20);
		expect(await marked(store, 'refused')).toEqual([]);
	});

	test('are those of the answer that stands: not of one that waits for another, and again where none came', async () => {
		const { store } = await new Disk().started(3);
		await settleAll(store, [
			answered(0, ['truncated']),
			answered(1, ['truncated']),
			answered(2, ['truncated']),
		]);
		const revision = await askAgain(store);
		expect(await marked(store, 'truncated')).toEqual([]);
		await settleAll(store, [
			{ ...answered(0, ['empty']), revision },
			{ ...failed(1), revision },
		]);
		expect(await marked(store, 'truncated')).toEqual([[1, 0]]);
		expect(await marked(store, 'empty')).toEqual([[0, 0]]);
	});

	test.each(['database', 'journal', 'nothing'] as const)(
		'are found again in a killed browser that has lost its %s',
		async (lost) => {
			const disk = new Disk();
			const { id, store } = await disk.started(4);
			await settleAll(store, [answered(0, ['truncated', 'refused']), answered(2, ['filtered'])]);
			disk.lose(lost);
			const next = await disk.reopened(id);
			await next.takeUp();
			expect(await marked(next, 'truncated')).toEqual([[0, 0]]);
			expect(await marked(next, 'refused')).toEqual([[0, 1]]);
			expect(await marked(next, 'filtered')).toEqual([[2, 0]]);
		},
	);

	test('are the marks of the answers, after any order of answers, new limits and crashes', async () => {
		const kinds = fc.array(
			fc.constantFrom<Kind>('complete', 'truncated', 'refused', 'filtered', 'empty'),
			{ minLength: 1, maxLength: 3 },
		);
		const step = fc.oneof(
			fc.record({ do: fc.constant('answer' as const), request: fc.nat(5), kinds }),
			fc.record({ do: fc.constant('fail' as const), request: fc.nat(5) }),
			fc.record({ do: fc.constantFrom('again' as const, 'retry' as const) }),
			fc.record({ do: fc.constantFrom('database' as const, 'journal' as const) }),
		);
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
				const disk = new Disk();
				const started = await disk.started(6);
				let { store } = started;
				for (const one of steps) {
					const revision = store.revisions.length;
					const under = revision === 0 ? {} : { revision };
					if (one.do === 'answer')
						await store.settle({ ...answered(one.request, one.kinds), ...under });
					else if (one.do === 'fail') await store.settle({ ...failed(one.request), ...under });
					else if (one.do === 'again') await askAgain(store);
					else if (one.do === 'retry') await store.retryFailed();
					else {
						disk.lose(one.do);
						store = await disk.reopened(started.id);
						await store.takeUp();
					}
				}
				for (const mark of rareMarks)
					expect(await marked(store, mark)).toEqual(await expected(store, mark));
			}),
			{ numRuns: 60 },
		);
	});
});

test('a run of the version before has its answers marked a few at a time, while new ones come', async () => {
	const { factory, open } = newWorld();
	const library = await open();
	const { id } = await library.createRun(setupOf(400));
	await library.close();
	const calm = { onBlocked: () => 0, onVersionChange: () => 0, onTerminated: () => 0 };
	const older = await openDatabase<RunSchema>(
		factory,
		`volley-run-${id}`,
		runMigrations.slice(0, 3),
		calm,
	);
	const tx = older.transaction(['requests', 'choices'], 'readwrite');
	for (let request = 40; request < 400; request += 2) {
		const { outcome, ...how } = succeeded(request);
		if (!outcome.ok) continue;
		const record = { ...how, outcome: 'succeeded' as const, completion: {}, failure: null };
		await tx.objectStore('requests').put(record);
		const choice = request % 100 === 0 ? choices.truncated : choices.complete;
		await tx.objectStore('choices').put({ request, position: 0, choice });
	}
	await tx.done;
	older.close();

	const store = await (await open()).openRun(id);
	if (store === null) throw new Error('The run has gone.');
	expect(await finderOf(store).unmarked()).toBe(40);
	expect(await marked(store, 'truncated')).toEqual([]);
	await settleAll(store, [answered(1, ['truncated']), answered(301, ['truncated'])]);
	expect(await finderOf(store).markSome(61)).toBe(102);
	expect(await marked(store, 'truncated')).toEqual([
		[1, 0],
		[100, 0],
		[301, 0],
	]);
	while ((await finderOf(store).markSome(61)) !== null);
	expect(await finderOf(store).unmarked()).toBeNull();
	expect(await marked(store, 'truncated')).toEqual(
		[1, 100, 200, 300, 301].map((request) => [request, 0]),
	);
	expect((await collect(store.eachSettled())).length).toBe(182);
});

test('a new run has nothing left to be marked', async () => {
	const { store } = await new Disk().started(2);
	await store.settle(answered(0, ['empty']));
	expect(await finderOf(store).unmarked()).toBeNull();
});

describe('a stretch of requests', () => {
	test('has what settled in it in plan order, which of them wait for another answer, and where it goes on', async () => {
		const { store } = await new Disk().started(30);
		await settleAll(store, [
			answered(2, ['truncated', 'complete']),
			failed(3),
			answered(5, ['complete']),
			answered(20, ['complete']),
			failed(25),
		]);
		await askAgain(store);
		const { looked, next } = await finderOf(store).stretch(0, 9, null);
		expect(
			looked.map(({ request, choices: own, reopened }) => [request, own?.length ?? null, reopened]),
		).toEqual([
			[2, 2, true],
			[3, null, false],
			[5, 1, false],
		]);
		expect(looked[1]?.failure?.kind).toBe('badRequest');
		expect(next).toBe(20);
		expect((await finderOf(store).stretch(0, 9, 'failed')).next).toBe(25);
		expect((await finderOf(store).stretch(20, 29, null)).next).toBeNull();
	});

	test('by number alone leaves out what waits for another answer', async () => {
		const { store } = await new Disk().started(10);
		await settleAll(store, [
			answered(1, ['complete']),
			answered(4, ['truncated']),
			answered(6, ['empty']),
		]);
		await askAgain(store);
		expect(await finderOf(store).numbers('succeeded', 0, 2)).toEqual({ numbers: [1], next: 5 });
		expect(await finderOf(store).numbers('succeeded', 5, 2)).toEqual({ numbers: [6], next: null });
	});
});

test('whoever listens hears of every request that changed, and that any may have where another worker wrote', async () => {
	const disk = new Disk();
	const { id, store } = await disk.started(5);
	const heard: (readonly number[] | null)[] = [];
	const stop = store.subscribe(({ requests }) => heard.push(requests));
	await settleAll(store, [answered(0, ['truncated']), failed(1)]);
	await store.retryFailed();
	await askAgain(store);
	expect(heard).toEqual([[0, 1], [1], [0]]);
	await store.refresh();
	expect(heard).toHaveLength(3);
	stop();
	await store.settle(answered(3, ['complete']));
	expect(heard).toHaveLength(3);
	const other = await (await disk.open()).openRun(id);
	if (other === null) throw new Error('The run has gone.');
	const heardThere: unknown[] = [];
	other.subscribe(({ requests }) => heardThere.push(requests));
	await store.settle(answered(4, ['complete']));
	await other.refresh();
	expect(heardThere).toEqual([null]);
});

import { expect, test } from 'vitest';
import type { Failure } from '#domain/failure.ts';
import type { FailureKind } from '#domain/failure.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { emptyCounters } from '#domain/run.ts';
import { failureGroups } from '#worker/failure-groups.ts';
import { RunPlan } from '#worker/run-plan.ts';
import { failed, setupOf } from '../storage/world.ts';

/** A store of so many failures, which counts how many it was read. */
function storeOf(count: number, failureAt: (request: number) => SettledRequest) {
	const failures: Partial<Record<FailureKind, number>> = {};
	const all = Array.from({ length: count }, (_, request) => failureAt(request));
	for (const { outcome } of all)
		if (!outcome.ok) failures[outcome.error.kind] = (failures[outcome.error.kind] ?? 0) + 1;
	const read = { count: 0 };
	return {
		read,
		counters: { ...emptyCounters({ templates: 2, rows: count, models: 2 }), failures },
		// eslint-disable-next-line @typescript-eslint/require-await
		async *eachSettled() {
			for (const one of all) {
				read.count++;
				yield one;
			}
		},
	};
}

const plan = (rows: number): RunPlan =>
	new RunPlan(
		{
			...setupOf(rows, { models: ['m1', 'm2'] }),
			templates: [
				{ kind: 'chat', messages: [{ role: 'user', content: 'a' }] },
				{ kind: 'chat', messages: [{ role: 'user', content: 'b' }] },
			],
		},
		[],
		() => Promise.resolve([]),
	);

test('failures of one kind are told apart by what they say, and their rows by template and model', async () => {
	const saying = (request: number, message: string): SettledRequest => {
		const base = failed(request);
		const error: Failure = base.outcome.ok ? (null as never) : { ...base.outcome.error, message };
		return { ...base, outcome: { ok: false, error } };
	};
	const store = storeOf(8, (k) =>
		k === 7 ? failed(k, 'timeout') : saying(k, k % 2 === 0 ? `Cell ${String(k)} is empty` : 'No'),
	);
	const groups = await failureGroups(store, plan(2));
	expect(groups).toMatchObject([
		{
			...{ kind: 'badRequest', count: 7, lookedAt: 7, otherCauses: 0 },
			causes: [
				{ count: 4, example: { message: 'Cell 0 is empty' } },
				{ count: 3, example: { message: 'No' } },
			],
		},
		{ kind: 'timeout', count: 1, causes: [{ count: 1 }] },
	]);
	expect(groups[0]?.rows.map(({ id, place, model }) => [id, place.promptIndex, model])).toEqual([
		['0', 0, 'm1'],
		['0', 0, 'm2'],
		['1', 0, 'm1'],
		['1', 0, 'm2'],
		['0', 1, 'm1'],
		['0', 1, 'm2'],
		['1', 1, 'm1'],
	]);
});

test('of very many only the first are looked at, and the search for a kind that is rare goes further', async () => {
	const store = storeOf(60_000, (k) => failed(k, k === 50_000 ? 'timeout' : 'badRequest'));
	const groups = await failureGroups(store, plan(15_000));
	expect(groups).toMatchObject([
		{ kind: 'badRequest', count: 59_999, lookedAt: 10_000 },
		{ kind: 'timeout', count: 1, lookedAt: 1, rows: [{ request: 50_000 }] },
	]);
	expect(groups[0]?.rows).toHaveLength(10);
	expect(store.read.count).toBe(50_002);
});

test('a kind that is too far off stands there by its number alone', async () => {
	const store = storeOf(100_500, (k) => failed(k, k === 100_400 ? 'timeout' : 'badRequest'));
	const groups = await failureGroups(store, plan(30_000));
	expect(groups).toMatchObject([
		{ kind: 'badRequest', lookedAt: 10_000 },
		{ kind: 'timeout', count: 1, lookedAt: 0, example: null, causes: [], rows: [] },
	]);
	expect(store.read.count).toBe(100_001);
});

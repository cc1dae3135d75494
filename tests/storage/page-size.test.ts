import { expect, test, vi } from 'vitest';
import type { SettledRequest } from '#domain/outcome.ts';
import { ok } from '#domain/result.ts';
import { PageSize } from '#storage/page-size.ts';
import { Disk } from './disk.ts';
import { choiceOf, collect, succeeded } from './world.ts';

const page = (requests: number, characters: number): SettledRequest[] =>
	Array.from({ length: requests }, (_, request) => ({
		request,
		outcome: ok({ rest: {}, choices: [{ message: { content: 'x'.repeat(characters) } }] }),
		attempts: 1,
		startedAt: 0,
		latencyMs: 0,
	}));

test.each([
	['answers of a few characters', 100, 1_000],
	['answers of 20,000 characters', 20_000, 100],
	['answers that are larger than a page', 5_000_000, 1],
])('%s: as many requests as make a page of about two million', (_, characters, most) => {
	const size = new PageSize();
	for (let pages = 0; pages < 6; pages++) size.tell(page(size.next, characters));
	expect(size.next).toBeLessThanOrEqual(most);
	expect(size.next).toBeGreaterThan(most * 0.9);
});

test('does not grow beyond four times at once, and shrinks at once', () => {
	const size = new PageSize();
	const first = size.next;
	size.tell(page(first, 10));
	expect(size.next).toBe(4 * first);
	size.tell(page(4, 1_000_000), 0, 4);
	expect(size.next).toBeLessThan(4);
});

test('what a page becomes when it is written counts where that is more', () => {
	const size = new PageSize();
	const few = page(size.next, 10);
	size.tell(few, few.length * 1_000_000);
	expect(size.next).toBe(2);
});

test('a run whose answers are long is read a few requests at a time', async () => {
	const { store } = await new Disk().started(60);
	const long = choiceOf('x'.repeat(100_000));
	for (let request = 0; request < 60; request++) await store.settle(succeeded(request, [long]));
	const read = vi.spyOn(IDBObjectStore.prototype, 'getAll');
	expect(await collect(store.eachSettled())).toHaveLength(60);
	const asked = read.mock.calls.flatMap(([, count]) => count ?? []);
	expect(asked.slice(1).every((count) => count <= 20)).toBe(true);
	expect(asked.length).toBeGreaterThan(1);
	read.mockRestore();
});

test('answers that lie far apart in the plan are read with all their choices', async () => {
	const { store } = await new Disk().started(5_000);
	const far = [0, 49, 50, 51, 1_200, 4_999].map((request) =>
		succeeded(request, [choiceOf(`a ${String(request)}`), choiceOf(`b ${String(request)}`, 1)]),
	);
	for (const one of far) await store.settle(one);
	expect(await collect(store.eachSettled())).toEqual(far);
	expect(await collect(store.eachSettled({ from: 50 }))).toEqual(far.slice(2));
});

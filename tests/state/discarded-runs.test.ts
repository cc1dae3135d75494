import { describe, expect, test } from 'vitest';
import type { DiscardedRun, RunSummary } from '#domain/run.ts';
import { DiscardedRunsState } from '#state/discarded-runs.svelte.ts';
import { rest } from './run-fixtures.ts';

const run = (id: string): RunSummary => ({
	id,
	name: `Run ${id}`,
	createdAt: 0,
	updatedAt: 0,
	phase: { name: 'finished' },
	planned: 1,
	succeeded: 1,
	failed: 0,
});

/** Time that is turned by hand, and the commands that were given. */
function world(earlier: readonly DiscardedRun[] = []) {
	let now = 1_000;
	let waits: { at: number; callback: () => void }[] = [];
	const asked: string[] = [];
	const answers: { discard: Promise<void>; undo: boolean } = {
		discard: Promise.resolve(),
		undo: true,
	};
	const log = async <T>(command: string, answer: T | Promise<T>): Promise<T> => {
		asked.push(command);
		return answer;
	};
	const state = new DiscardedRunsState(
		{
			discard: (id) => log(`discard ${id}`, answers.discard),
			undoDiscard: (id) => log(`undo ${id}`, answers.undo),
			delete: (id) => log(`delete ${id}`, undefined),
			discardedEarlier: () => Promise.resolve(earlier),
		},
		{
			now: () => now,
			after: (ms, callback) => {
				const wait = { at: now + ms, callback };
				waits.push(wait);
				return () => {
					waits = waits.filter((other) => other !== wait);
				};
			},
		},
	);
	const pass = async (ms: number): Promise<void> => {
		now += ms;
		const due = waits.filter(({ at }) => at <= now);
		waits = waits.filter(({ at }) => at > now);
		for (const { callback } of due) callback();
		await rest();
	};
	return { state, asked, answers, pass };
}

const shown = ({ lines }: DiscardedRunsState): string[] => lines.map(({ id }) => id);

describe('a deleted run', () => {
	test('goes for good once its time is over, each by itself', async () => {
		const { state, asked, pass } = world();
		await state.discard(run('a'));
		await pass(4_000);
		await state.discard(run('b'));
		await pass(5_999);
		expect([shown(state), asked]).toEqual([
			['a', 'b'],
			['discard a', 'discard b'],
		]);
		await pass(1);
		expect([shown(state), asked.slice(2)]).toEqual([['b'], ['delete a']]);
		await pass(4_000);
		expect([shown(state), asked.slice(3)]).toEqual([[], ['delete b']]);
	});

	test('comes back, and then does not go', async () => {
		const { state, asked, pass } = world();
		await state.discard(run('a'));
		expect(await state.undo('a')).toBe(true);
		await pass(60_000);
		expect([shown(state), asked]).toEqual([[], ['discard a', 'undo a']]);
	});

	test('stays for as long as somebody looks, and then for three seconds at least', async () => {
		const { state, asked, pass } = world();
		await state.discard(run('a'));
		await pass(9_900);
		state.hold('pointer');
		state.hold('focus');
		await pass(60_000);
		state.letGo('pointer');
		await pass(60_000);
		expect(asked).toEqual(['discard a']);
		state.letGo('focus');
		await pass(2_999);
		expect(asked).toEqual(['discard a']);
		await pass(1);
		expect(asked).toEqual(['discard a', 'delete a']);
	});

	test('does not hold up the next one when it was undone under the pointer', async () => {
		const { state, asked, pass } = world();
		await state.discard(run('a'));
		state.hold('pointer');
		state.hold('focus');
		await state.undo('a');
		await state.discard(run('b'));
		await pass(10_000);
		expect(asked.at(-1)).toBe('delete b');
	});

	test('one of several, or all of them, latest first', async () => {
		const { state, asked } = world();
		for (const id of ['a', 'b', 'c']) await state.discard(run(id));
		expect(state.latest?.id).toBe('c');
		await state.undo('b');
		expect(shown(state)).toEqual(['a', 'c']);
		expect(await state.undoAll()).toEqual(['c', 'a']);
		expect([shown(state), asked.slice(3)]).toEqual([[], ['undo b', 'undo c', 'undo a']]);
	});

	test('that another tab has deleted meanwhile is said to be gone', async () => {
		const { state, answers, asked, pass } = world();
		await state.discard(run('a'));
		answers.undo = false;
		expect(await state.undo('a')).toBe(false);
		expect([state.lines[0]?.state, state.latest]).toEqual(['gone', null]);
		await pass(10_000);
		expect([shown(state), asked]).toEqual([[], ['discard a', 'undo a']]);
	});

	test('that cannot be kept for an undo is asked about, and not deleted by itself', async () => {
		const { state, answers, asked, pass } = world();
		answers.discard = Promise.reject(new Error('QuotaExceededError: full'));
		expect(await state.discard(run('a'))).toBe(false);
		await pass(60_000);
		expect([shown(state), asked]).toEqual([[], ['discard a']]);
		expect(state.refused).toMatchObject({ run: { id: 'a' }, message: 'QuotaExceededError: full' });
		await state.deleteRefused();
		expect([state.refused, asked.at(-1)]).toEqual([null, 'delete a']);
	});

	test('is brought back only after it was taken out, however fast Undo is', async () => {
		const { state, answers, asked } = world();
		let out = (): void => undefined;
		answers.discard = new Promise((resolve) => {
			out = resolve;
		});
		void state.discard(run('a'));
		const undone = state.undo('a');
		await rest();
		expect(asked).toEqual(['discard a']);
		out();
		expect(await undone).toBe(true);
		expect(asked).toEqual(['discard a', 'undo a']);
	});
});

test('what a closed tab has left is offered for the rest of its time', async () => {
	const { state, asked, pass } = world([{ id: 'a', name: 'Run a', discardedAt: -5_000 }]);
	await state.restore();
	expect(state.lines).toEqual([{ id: 'a', name: 'Run a', state: 'undoable' }]);
	await pass(3_999);
	expect(asked).toEqual([]);
	await pass(1);
	expect(asked).toEqual(['delete a']);
});

import { describe, expect, test } from 'vitest';
import type { EngineApi } from '#contract/engine-api.ts';
import { defaultSettings } from '#domain/draft.ts';
import type { PromptCheck } from '#domain/prompt-check.ts';
import type { RunSetup } from '#domain/run.ts';
import { PromptCheckState } from '#state/prompt-check.svelte.ts';
import { composing, dataset, write } from './compose-fixtures.ts';
import { apiWith, HandClock, rest, setup } from './run-fixtures.ts';

const nothing = { count: 0, first: [] };
const fine: PromptCheck = {
	prompts: 3,
	window: 100,
	publishedOf: null,
	perRow: false,
	counted: 'bounds',
	tooLong: nothing,
	certainlyTooLong: 0,
	inDoubt: nothing,
	tight: nothing,
	blank: [],
};

interface Asked {
	readonly setup: RunSetup;
	readonly exactly: boolean;
	readonly answer: (check: PromptCheck | null) => void;
}

function world(): {
	state: PromptCheckState;
	asked: Asked[];
	clock: HandClock;
	cancels: () => number;
} {
	const asked: Asked[] = [];
	let cancels = 0;
	const api: EngineApi = apiWith({
		checkPrompts: (of, exactly) =>
			new Promise((answer) => {
				asked.push({ setup: of, exactly, answer });
			}),
		cancelPromptCheck: () => {
			cancels += 1;
			return Promise.resolve();
		},
	});
	const clock = new HandClock();
	return { state: new PromptCheckState(api, clock), asked, clock, cancels: () => cancels };
}

const small: RunSetup = { ...setup, rowCount: 3 };

describe('the check of the prompts', () => {
	test('stays out of the way of a run that has begun, and begins anew with the draft back on the screen', async () => {
		const { state, asked, clock, cancels } = world();
		state.look(small);
		state.leave();
		await clock.pass(2_000);
		expect(asked).toHaveLength(0);
		state.look(small);
		await clock.pass(1_000);
		expect(asked).toHaveLength(1);
		state.leave();
		expect([state.checking, cancels()]).toEqual([null, 1]);
		state.look(small);
		await clock.pass(1_000);
		asked[1]?.answer(fine);
		await rest();
		state.leave();
		state.look(small);
		await clock.pass(2_000);
		expect([asked.length, state.check]).toEqual([2, fine]);
	});

	test('begins by itself once the person rests, and only once for what it would find the same of', async () => {
		const { state, asked, clock } = world();
		state.look(small);
		await clock.pass(500);
		state.look({ ...small, rowCount: 4 });
		await clock.pass(500);
		expect(asked).toHaveLength(0);
		state.look({ ...small, rowCount: 4, name: 'Another name' });
		await clock.pass(300);
		expect(asked.map(({ setup: { rowCount }, exactly }) => [rowCount, exactly])).toEqual([
			[4, false],
		]);
		expect(state.checking).toEqual({ exactly: false, share: 0 });
		state.receive({ kind: 'promptCheckProgress', done: 1, total: 4 });
		expect(state.checking).toEqual({ exactly: false, share: 0.25 });
		asked[0]?.answer(fine);
		await rest();
		expect([state.check, state.checking]).toEqual([fine, null]);
	});

	test('of more than 50,000 requests waits to be asked for', async () => {
		const { state, asked, clock } = world();
		state.look({ ...small, rowCount: 50_001 });
		await clock.pass(5_000);
		expect([asked.length, state.canBeAsked]).toEqual([0, true]);
		void state.run();
		expect(state.canBeAsked).toBe(false);
		asked[0]?.answer(fine);
		await rest();
		expect([state.check, state.canBeAsked]).toEqual([fine, false]);
	});

	test('is forgotten, and given up where it is under way, when the draft changes', async () => {
		const { state, asked, clock, cancels } = world();
		state.look(small);
		await clock.pass(800);
		state.look({ ...small, contextWindow: 10 });
		expect([state.checking, cancels()]).toEqual([null, 1]);
		asked[0]?.answer(fine);
		await rest();
		expect(state.check).toBeNull();
		await clock.pass(800);
		asked[1]?.answer({ ...fine, window: 10 });
		await rest();
		expect(state.check?.window).toBe(10);
		state.look(null);
		expect(state.check).toBeNull();
	});

	test('keeps what was known when an exact count is given up', async () => {
		const { state, asked, clock } = world();
		state.look(small);
		await clock.pass(800);
		asked[0]?.answer(fine);
		await rest();
		void state.run(true);
		expect([asked[1]?.exactly, state.checking?.exactly]).toEqual([true, true]);
		state.cancel();
		asked[1]?.answer(null);
		await rest();
		expect([state.check, state.checking]).toEqual([fine, null]);
	});
});

describe('Start', () => {
	const checking = async (check: PromptCheck) => {
		const opened = await composing({ checkPrompts: () => Promise.resolve(check) });
		const { compose, clock } = opened;
		compose.data.dataset = dataset(['review']);
		write(compose, '{review}');
		compose.set({ settings: { ...defaultSettings, contextWindow: 100 } });
		compose.promptCheck.look(compose.check.setup);
		await clock.pass(800);
		return opened;
	};

	test('is refused where no prompt at all can fit', async () => {
		const { compose } = await checking({ ...fine, certainlyTooLong: 3 });
		expect(await compose.start()).toBeNull();
		expect(compose.notes('contextWindow').problems).toEqual([
			'No prompt fits into a context window of 100 tokens. Correct the number, or shorten the prompts.',
		]);
	});

	test.each([
		['one prompt may fit', { ...fine, certainlyTooLong: 2 }],
		['the window was not typed', { ...fine, certainlyTooLong: 3, publishedOf: 'gpt-4o' }],
	])('goes ahead where %s', async (_, check) => {
		const { compose } = await checking(check);
		expect(await compose.start()).toBe('r1');
	});
});

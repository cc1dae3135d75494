import { expect, test } from 'vitest';
import type { RunFigures } from '#domain/run-figures.ts';
import { RunAnalysis } from '#domain/run-analysis.ts';
import { SummaryState } from '#state/summary.svelte.ts';
import { HandClock } from './run-fixtures.ts';

const figures: RunFigures = new RunAnalysis({
	size: { templates: 1, rows: 1, models: 1 },
	choicesPerRequest: 1,
	models: 1,
	placeOf: () => ({ promptIndex: 0, modelIndex: 0 }),
}).figures;

function opened() {
	const clock = new HandClock();
	const asked: ((answer: RunFigures | null) => void)[] = [];
	const failing: ((cause: Error) => void)[] = [];
	let cancelled = 0;
	const state = new SummaryState(
		{
			readSummary: () =>
				new Promise((resolve, reject) => {
					asked.push(resolve);
					failing.push(reject);
				}),
			cancelSummary: () => {
				cancelled += 1;
				asked.at(-1)?.(null);
				return Promise.resolve();
			},
		},
		clock,
	);
	const answer = async (): Promise<void> => {
		asked.at(-1)?.(figures);
		await clock.pass(0);
	};
	const fail = async (): Promise<void> => {
		failing.at(-1)?.(new Error('AbortError'));
		await clock.pass(0);
	};
	return { state, clock, asked, answer, fail, cancelled: () => cancelled };
}

test('reads at once, then once a second while the run goes, and at once when it has come to rest', async () => {
	const { state, clock, asked, answer } = opened();
	state.look('1', true);
	expect([asked.length, state.reading]).toEqual([1, true]);
	await answer();
	expect([state.figures, state.reading]).toEqual([figures, false]);
	state.look('1', true);
	state.look('2', true);
	state.look('3', true);
	await clock.pass(999);
	expect(asked).toHaveLength(1);
	await clock.pass(1);
	expect(asked).toHaveLength(2);
	await answer();
	state.look('4', false);
	expect(asked).toHaveLength(3);
});

test('reads again what has changed while it was read', async () => {
	const { state, clock, asked, answer } = opened();
	state.look('1', true);
	state.look('2', false);
	await answer();
	await clock.pass(1_000);
	expect(asked).toHaveLength(2);
});

test('a cancelled reading is not begun again by itself', async () => {
	const { state, clock, asked, answer, cancelled } = opened();
	state.look('1', true);
	await state.cancel();
	await clock.pass(0);
	expect([state.reading, state.cancelled, state.figures]).toEqual([false, true, null]);
	state.look('2', true);
	await clock.pass(5_000);
	expect([asked.length, cancelled()]).toEqual([1, 1]);
	void state.readAgain();
	await answer();
	expect(state.figures).toBe(figures);
});

test('asks nothing more once it is off the screen, and gives up what is being read with the page', async () => {
	const { state, clock, asked, answer, cancelled } = opened();
	state.look('1', true);
	await answer();
	state.look('2', true);
	state.leave();
	await clock.pass(5_000);
	expect(asked).toHaveLength(1);
	state.look('2', false);
	state.dispose();
	expect(cancelled()).toBe(1);
});

test('a reading that failed says why, and is begun again when it is asked for', async () => {
	const { state, clock, asked, answer, fail } = opened();
	state.look('1', true);
	await fail();
	expect([state.reading, state.fault, state.goesOn]).toEqual([false, 'AbortError', false]);
	state.look('2', true);
	await clock.pass(5_000);
	expect(asked).toHaveLength(1);
	void state.readAgain();
	await answer();
	expect([state.figures, state.fault, state.goesOn]).toEqual([figures, null, true]);
});

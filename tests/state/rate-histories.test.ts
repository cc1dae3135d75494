import { expect, test } from 'vitest';
import type { RunProgress } from '#domain/run.ts';
import { RateHistories } from '#state/rate-histories.ts';
import { noHistory } from '#state/rate-history.ts';
import { RunState } from '#state/run.svelte.ts';
import { apiWith, counters, HandClock, progressWith, run } from './run-fixtures.ts';

const settled = (succeeded: number, change: Partial<RunProgress> = {}) =>
	progressWith({ counters: { ...counters, succeeded }, ...change });

test('each run has its own, and one that never went here has none', () => {
	const histories = new RateHistories(new HandClock());
	histories.record(settled(1));
	histories.record(settled(900, { runId: 'other' }));
	histories.record(settled(900, { runId: 'done', phase: { name: 'finished' } }));
	expect(histories.of(run.id).lastSettled).toBe(1);
	expect(histories.of('other').missed).toBe(900);
	expect(histories.of('done')).toBe(noHistory);
});

test('what settled last is counted with the end of the run, and a page opened later moves nothing', async () => {
	const clock = new HandClock();
	const histories = new RateHistories(clock);
	histories.record(settled(0));
	await clock.pass(700);
	const finished = settled(10, { phase: { name: 'finished' } });
	histories.record(finished);
	const before = histories.of(run.id);
	await clock.pass(60_000);
	histories.record(finished);
	expect(histories.of(run.id)).toBe(before);
	expect(before.settled).toEqual([0, 10]);
});

test('a run shows what it did while another page was open', async () => {
	const clock = new HandClock();
	const histories = new RateHistories(clock);
	histories.record(settled(0));
	await clock.pass(700);
	histories.record(settled(40));
	const api = apiWith({
		getRun: () => Promise.resolve(run),
		getProgress: () => Promise.resolve(settled(50, { phase: { name: 'paused' } })),
	});
	const state = new RunState(api, run.id, clock, histories);
	await state.load();
	expect([state.history.missed, state.history.settled]).toEqual([0, [0, 50]]);
});

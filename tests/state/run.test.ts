import { describe, expect, test } from 'vitest';
import type { EngineApi, RunRefusal } from '#contract/engine-api.ts';
import type { FailureKind } from '#domain/failure.ts';
import { err, ok } from '#domain/result.ts';
import type { RunPhase, RunProgress } from '#domain/run.ts';
import { RunState } from '#state/run.svelte.ts';
import {
	apiWith,
	counters,
	failureOf,
	HandClock,
	progressWith,
	rest,
	run,
	setup,
} from './run-fixtures.ts';

async function loaded(commands: Partial<EngineApi> = {}, phase: RunPhase = { name: 'paused' }) {
	const clock = new HandClock();
	const api = apiWith({
		getRun: () => Promise.resolve({ ...run, phase }),
		getProgress: () => Promise.resolve(progressWith({ phase })),
		readResults: ({ offset }) => Promise.resolve({ total: 1_000, offset, rows: [] }),
		...commands,
	});
	const state = new RunState(api, run.id, clock);
	await state.load();
	return { state, clock };
}

const settled = (succeeded: number, failed = 0) => ({ ...counters, succeeded, failed });

describe('what is shown', () => {
	test('is what the worker said last', async () => {
		const { state } = await loaded();
		expect([state.phase?.name, state.active, state.missing]).toEqual(['paused', false, false]);
		state.receive({ kind: 'progress', progress: progressWith({ counters: settled(7) }) });
		expect([state.phase?.name, state.active]).toEqual(['running', true]);
		expect(state.counters?.succeeded).toBe(7);
	});

	test('is not changed by the progress of another run', async () => {
		const { state } = await loaded();
		state.receive({ kind: 'progress', progress: progressWith({ runId: 'another' }) });
		expect(state.active).toBe(false);
	});

	test('a snapshot that was asked for does not undo one that came meanwhile', async () => {
		const answers: ((late: RunProgress) => void)[] = [];
		const asking = new RunState(
			apiWith({
				getRun: () => Promise.resolve(run),
				getProgress: () => new Promise((resolve) => answers.push(resolve)),
			}),
			run.id,
			new HandClock(),
		);
		const loading = asking.load();
		asking.receive({ kind: 'progress', progress: progressWith({ counters: settled(9) }) });
		answers[0]?.(progressWith({ counters: settled(1) }));
		await loading;
		expect(asking.counters?.succeeded).toBe(9);
	});

	test('a run that is not there is said to be missing', async () => {
		const { state } = await loaded({
			getRun: () => Promise.resolve(null),
			getProgress: () => Promise.resolve(null),
		});
		expect([state.missing, state.run, state.phase]).toEqual([true, null, null]);
	});

	test('a new name shows at once, and an empty one is not taken', async () => {
		const renamed: string[] = [];
		const { state } = await loaded({
			renameRun: (_, name) => {
				renamed.push(name);
				return Promise.resolve();
			},
		});
		await state.rename('  Tea  ');
		await state.rename('   ');
		expect(state.run?.setup.name).toBe('Tea');
		expect(renamed).toEqual(['Tea']);
	});
});

describe('what is read out', () => {
	test('comes every few seconds at most, and its last word is the latest', async () => {
		const { state, clock } = await loaded({}, { name: 'running' });
		const heard = new Set([state.announced]);
		for (let i = 1; i <= 120; i++) {
			state.receive({ kind: 'progress', progress: progressWith({ counters: settled(i) }) });
			await clock.pass(100);
			heard.add(state.announced);
		}
		expect(heard.size).toBeLessThanOrEqual(4);
		await clock.pass(5_000);
		expect(state.announced?.counters.succeeded).toBe(120);
	});

	test('comes at once when the phase changes', async () => {
		const { state } = await loaded({}, { name: 'running' });
		const phase = { name: 'finished' } as const;
		state.receive({ kind: 'progress', progress: progressWith({ phase }) });
		expect(state.announced?.phase.name).toBe('finished');
	});
});

describe('a key is asked for', () => {
	const at = (kind: FailureKind): RunPhase => ({
		name: 'needsAttention',
		failure: failureOf(kind),
	});

	test.each<{ phase: RunPhase; origin: string | null }>([
		{ phase: at('unauthorized'), origin: 'https://api.openai.com' },
		{ phase: at('forbidden'), origin: 'https://api.openai.com' },
		{ phase: at('quotaExhausted'), origin: 'https://api.openai.com' },
		{ phase: at('modelNotFound'), origin: null },
		{ phase: at('storage'), origin: null },
		{ phase: { name: 'interrupted' }, origin: null },
		{ phase: { name: 'paused' }, origin: null },
	])('in $phase for: $origin', async ({ phase, origin }) => {
		const { state } = await loaded({}, phase);
		expect(state.keyOrigin).toBe(origin);
	});

	test('never for the Demo', async () => {
		const connection = { ...setup.connection, provider: 'demo' } as const;
		const { state } = await loaded({
			getRun: () => Promise.resolve({ ...run, setup: { ...setup, connection } }),
			getProgress: () => Promise.resolve(progressWith({ phase: at('unauthorized') })),
		});
		expect(state.keyOrigin).toBeNull();
	});

	test('where the worker no longer holds it; it goes to that origin, and then the run goes on', async () => {
		const calls: string[] = [];
		const answers = [err({ kind: 'needsKey', origin: 'https://api.openai.com' }), ok(null)];
		const { state } = await loaded({
			holdKey: (origin, key) => {
				calls.push(`hold ${key} for ${origin}`);
				return Promise.resolve({ origin, lastFour: '' });
			},
			resumeRun: () => {
				calls.push('resume');
				return Promise.resolve(answers.shift() as ReturnType<typeof ok<null>>);
			},
		});
		await state.resume();
		expect(state.keyOrigin).toBe('https://api.openai.com');
		state.typedKey = ' sk-1 ';
		await state.goOn();
		expect(calls).toEqual(['resume', 'hold sk-1 for https://api.openai.com', 'resume']);
		expect([state.typedKey, state.refused, state.keyOrigin]).toEqual(['', null, null]);
	});
});

test.each<RunRefusal>([
	{ kind: 'ownedElsewhere' },
	{ kind: 'missing' },
	{ kind: 'storage', message: 'full' },
])('a refusal ($kind) is kept with its command until that command succeeds', async (refusal) => {
	let answer: ReturnType<typeof err<RunRefusal>> | ReturnType<typeof ok<null>> = err(refusal);
	const { state } = await loaded({ retryFailed: () => Promise.resolve(answer) });
	await state.retryFailed();
	expect(state.refused).toEqual({ command: 'retryFailed', refusal });
	answer = ok(null);
	await state.goOn();
	expect(state.refused).toBeNull();
});

test('a command given while another is under way is not sent', async () => {
	let paused = 0;
	let finish: (() => void) | undefined;
	const { state } = await loaded({
		pauseRun: () => {
			paused += 1;
			return new Promise((resolve) => (finish = resolve));
		},
	});
	const first = state.pause();
	await state.pause();
	expect([paused, state.command]).toEqual([1, 'pause']);
	finish?.();
	await first;
	expect(state.command).toBeNull();
});

test('a run that is pausing can still be stopped', async () => {
	const calls: string[] = [];
	const { state } = await loaded({
		pauseRun: () => new Promise(() => calls.push('pause')),
		stopRun: () => Promise.resolve().then(() => void calls.push('stop')),
	});
	void state.pause();
	await state.stop();
	expect([calls, state.command]).toEqual([['pause', 'stop'], null]);
});

test('an export shows how far it is, and is over when its file is there', async () => {
	let finish: (() => void) | undefined;
	const { state } = await loaded({
		exportRun: (_, format) =>
			new Promise((resolve) => {
				finish = () => resolve({ blob: new Blob(['[]']), name: `run.${format}` });
			}),
	});
	const file = state.export('jsonl');
	expect(await state.export('csv')).toBeNull();
	state.receive({ kind: 'exportProgress', runId: run.id, done: 3, total: 10 });
	expect(state.exporting).toEqual({ format: 'jsonl', done: 3, total: 10 });
	finish?.();
	expect((await file)?.name).toBe('run.jsonl');
	expect(state.exporting).toBeNull();
});

test('failures are read while they are looked at, and again a moment after more failed', async () => {
	let read = 0;
	const { state, clock } = await loaded({
		readFailures: () => Promise.resolve([]).finally(() => (read += 1)),
	});
	const leave = state.watchFailures();
	await rest();
	for (let failed = 1; failed <= 20; failed++) {
		state.receive({ kind: 'progress', progress: progressWith({ counters: settled(0, failed) }) });
		await clock.pass(100);
	}
	expect(read).toBe(2);
	leave();
	state.receive({ kind: 'progress', progress: progressWith({ counters: settled(0, 30) }) });
	await clock.pass(60_000);
	expect(read).toBe(2);
});

test('after dispose no timer is left', async () => {
	const { state, clock } = await loaded({}, { name: 'running' });
	state.receive({ kind: 'progress', progress: progressWith({ counters: settled(1) }) });
	expect(clock.pending).toBeGreaterThan(0);
	state.dispose();
	expect(clock.pending).toBe(0);
});

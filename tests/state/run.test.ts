import { describe, expect, test } from 'vitest';
import type { EngineApi, RunRefusal } from '#contract/engine-api.ts';
import type { FailureKind } from '#domain/failure.ts';
import { wholeExport } from '#domain/export-choice.ts';
import { problem } from '#domain/problem.ts';
import { err, ok } from '#domain/result.ts';
import type { RunRevision } from '#domain/revision.ts';
import type { RunPhase, RunProgress } from '#domain/run.ts';
import type { RunStatement } from '#domain/statement.ts';
import { RunFiles } from '#state/run-files.svelte.ts';
import { KeyRing } from '#state/keys.svelte.ts';
import { RunState } from '#state/run.svelte.ts';
import {
	apiWith,
	counters,
	failureOf,
	linesOf,
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
		getAppend: () => Promise.resolve(null),
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
	{ kind: 'dataMissing' },
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

describe('a refused Pause or Stop', () => {
	const refusal = { kind: 'storage', message: 'full' } as const;

	test('is kept while the run goes on, and over once it rests', async () => {
		const { state } = await loaded(
			{ pauseRun: () => Promise.resolve(err(refusal)) },
			{ name: 'running' },
		);
		await state.pause();
		state.receive({ kind: 'progress', progress: progressWith({ counters: settled(1) }) });
		expect(state.refused).toEqual({ command: 'pause', refusal });
		state.receive({ kind: 'progress', progress: progressWith({ phase: { name: 'paused' } }) });
		expect(state.refused).toBeNull();
	});

	test('because another tab is at the run shows that tab’s run', async () => {
		const progress = [progressWith({}), progressWith({ elsewhere: true })];
		const { state } = await loaded({
			getProgress: () => Promise.resolve(progress.shift() ?? null),
			stopRun: () => Promise.resolve(err({ kind: 'ownedElsewhere' })),
		});
		await state.stop();
		await rest();
		expect([state.elsewhere, state.refused]).toEqual([true, null]);
	});
});

test('a Stop given while Resume waits for what is in flight has the last word', async () => {
	const calls: string[] = [];
	let goOn: (() => void) | undefined;
	const { state } = await loaded({
		resumeRun: () =>
			new Promise((resolve) => {
				goOn = () => {
					calls.push('resumed');
					resolve(ok(null));
				};
			}),
		stopRun: () => {
			calls.push('stop');
			goOn?.();
			return Promise.resolve(ok(null));
		},
	});
	const resuming = state.resume();
	await state.stop();
	await resuming;
	expect(calls).toEqual(['stop', 'resumed', 'stop', 'resumed']);
	expect(state.command).toBeNull();
});

describe('a run that goes in another tab', () => {
	const there = (succeeded: number, change: Partial<RunProgress> = {}): RunProgress =>
		progressWith({ elsewhere: true, counters: settled(succeeded), ...change });

	test('is asked after every second, until it is over there', async () => {
		const answers = [there(1), there(2), there(3)];
		const over = there(4, { elsewhere: false, phase: { name: 'finished' } });
		let asked = 0;
		const { state, clock } = await loaded({
			getProgress: () => {
				asked += 1;
				return Promise.resolve(answers.shift() ?? over);
			},
		});
		expect([state.elsewhere, state.counters?.succeeded]).toEqual([true, 1]);
		await clock.pass(1_000);
		expect(state.counters?.succeeded).toBe(2);
		await clock.pass(2_000);
		expect([state.elsewhere, state.phase?.name]).toEqual([false, 'finished']);
		const askedUntilThen = asked;
		await clock.pass(60_000);
		expect(asked).toBe(askedUntilThen);
	});

	test('and is deleted there is missing here', async () => {
		let there_ = true;
		const { state, clock } = await loaded({
			getRun: () => Promise.resolve(there_ ? run : null),
			getProgress: () => Promise.resolve(there_ ? there(1) : null),
		});
		there_ = false;
		await clock.pass(1_000);
		expect([state.missing, state.lost, state.run]).toEqual([true, true, null]);
		expect(clock.pending).toBe(0);
	});

	test('is not asked after once its page is left', async () => {
		const { state, clock } = await loaded({ getProgress: () => Promise.resolve(there(1)) });
		state.dispose();
		expect(clock.pending).toBe(0);
	});
});

describe('a run that is deleted in another tab while it is shown', () => {
	const summary = {
		...{ id: run.id, name: setup.name, createdAt: 0, updatedAt: 0, phase: run.phase },
		...{ planned: 1_000, succeeded: 0, failed: 0 },
	};
	const closed = (): Promise<never> => Promise.reject(new Error('InvalidStateError'));
	function deletable(commands: Partial<EngineApi>) {
		let present = true;
		const whilePresent = loaded({
			getRun: () => (present ? Promise.resolve(run) : closed()),
			listRuns: () => Promise.resolve(present ? [summary] : []),
			...commands,
		});
		return {
			whilePresent,
			remove: () => {
				present = false;
			},
		};
	}

	test.each<[string, Partial<EngineApi>, (state: RunState) => unknown]>([
		['its lines', { readResults: closed }, (state) => state.results.look(0, 30)],
		['its failures', { readFailures: closed }, (state) => state.watchFailures()],
		['its file', { exportRun: closed }, (state) => new RunFiles(state).write(wholeExport('json'))],
		['it to pause', { pauseRun: closed }, (state) => state.pause()],
		['it to go on', { resumeRun: closed }, (state) => state.resume()],
		[
			'it to stop',
			{ stopRun: () => Promise.resolve(err({ kind: 'missing' })) },
			(state) => state.stop(),
		],
	])('is missing, and nothing went wrong, when the page asks for %s', async (_, commands, ask) => {
		const { whilePresent, remove } = deletable(commands);
		const { state } = await whilePresent;
		remove();
		await ask(state);
		await rest();
		expect([state.missing, state.lost]).toEqual([true, true]);
	});

	test('a fault of a run that is still there stays a fault', async () => {
		const { state } = await loaded({
			exportRun: closed,
			listRuns: () => Promise.resolve([summary]),
		});
		const files = new RunFiles(state);
		await expect(files.write(wholeExport('json'))).rejects.toThrow('InvalidStateError');
		expect([state.missing, files.exporting]).toEqual([false, null]);
	});
});

test('a command given while another is under way is not sent', async () => {
	let paused = 0;
	let finish: (() => void) | undefined;
	const { state } = await loaded({
		pauseRun: () => {
			paused += 1;
			return new Promise((resolve) => (finish = () => resolve(ok(null))));
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
		stopRun: () => {
			calls.push('stop');
			return Promise.resolve(ok(null));
		},
	});
	void state.pause();
	await state.stop();
	expect([calls, state.command]).toEqual([['pause', 'stop'], null]);
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

describe('a run that used a key', () => {
	test.each([
		['asks for it where this tab holds none', [], 'https://api.openai.com'],
		['asks for none where one is held', ['https://api.openai.com'], null],
		['is not served by another origin’s', ['https://a.example'], 'https://api.openai.com'],
	])('%s', async (_, origins, expected) => {
		const state = new RunState(
			apiWith({
				getRun: () => Promise.resolve(run),
				getProgress: () => Promise.resolve(progressWith({ phase: { name: 'paused' } })),
				getDataset: () => Promise.resolve(null),
				heldKeys: () => Promise.resolve(origins.map((origin) => ({ origin, lastFour: '' }))),
				readResults: (query) => Promise.resolve(linesOf(query, 0)),
			}),
			run.id,
		);
		await state.load();
		expect(state.keyOrigin).toBe(expected);
		state.dispose();
	});
});

describe('a run whose key this device remembers', () => {
	const openAi = 'https://api.openai.com';
	const locked = () => {
		let held: readonly { origin: string; lastFour: string }[] = [];
		const resumed: boolean[] = [];
		const api = apiWith({
			getRun: () => Promise.resolve(run),
			getProgress: () => Promise.resolve(progressWith({ phase: { name: 'paused' } })),
			getDataset: () => Promise.resolve(null),
			heldKeys: () => Promise.resolve(held),
			rememberedKeys: () =>
				Promise.resolve({
					...{ possible: true, origins: [openAi], unlocked: held.length > 0 },
					...{ earlier: [], later: [] },
				}),
			readResults: (query) => Promise.resolve(linesOf(query, 0)),
			resumeRun: () => {
				resumed.push(held.length > 0);
				return Promise.resolve(
					held.length > 0 ? ok(null) : err({ kind: 'needsKey', origin: openAi }),
				);
			},
		});
		const keys = new KeyRing(api);
		const state = new RunState(api, run.id, new HandClock(), undefined, keys);
		const unlock = (): void => {
			held = [{ origin: openAi, lastFour: '6789' }];
		};
		return { keys, state, resumed, unlock };
	};

	test('asks for the passphrase on Resume, then goes on', async () => {
		const { keys, state, resumed, unlock } = locked();
		await keys.load();
		await state.load();
		expect([state.keyOrigin, state.isLocked]).toEqual([openAi, true]);
		const resuming = state.resume();
		await expect.poll(() => keys.asked).toEqual({ kind: 'unlock', origin: openAi });
		unlock();
		await keys.answered(true);
		await resuming;
		expect([resumed, state.refused, state.keyOrigin]).toEqual([[false, true], null, null]);
		state.dispose();
	});

	test('asks for the key where the question is left', async () => {
		const { keys, state, resumed } = locked();
		await state.load();
		const resuming = state.resume();
		await expect.poll(() => keys.asked).not.toBeNull();
		await keys.answered(false);
		await resuming;
		expect([resumed, state.keyOrigin]).toEqual([[false], openAi]);
		expect(state.refused?.refusal).toEqual({ kind: 'needsKey', origin: openAi });
		state.dispose();
	});
});

test('rows given while others are looked at are looked at next, unless the first were the right ones', async () => {
	const given: string[] = [];
	const answers: ((right: boolean) => void)[] = [];
	let isHere = false;
	const { state } = await loaded({
		getRun: () => Promise.resolve({ ...run, setup: { ...setup, datasetId: 'rows' } }),
		getDataset: () => Promise.resolve(null),
		missingData: () =>
			Promise.resolve(
				isHere
					? null
					: { name: 'words.csv', columns: [], rowCount: 3, encoding: 'utf-8', delimiter: ',' },
			),
		attachFiles: (_, [file]) => {
			given.push(file?.name ?? '');
			return new Promise((resolve) => {
				answers.push((right) => {
					isHere = right;
					resolve(right ? ok(null) : err([problem('dataFiles', 'other rows')]));
				});
			});
		},
	});
	const file = (name: string): readonly File[] => [new File([], name)];
	const all = Promise.all(['first', 'second', 'third'].map((name) => state.attach(file(name))));
	await rest();
	expect(given).toEqual(['first']);
	answers[0]?.(false);
	await rest();
	// The last one that was given counts.
	expect(given).toEqual(['first', 'third']);
	void state.attach(file('fourth'));
	answers[1]?.(true);
	await all;
	await rest();
	expect(given).toEqual(['first', 'third']);
	expect(state.missingData).toBeNull();
});

describe('a statement', () => {
	const finished = { name: 'finished' } as const;
	const statement = (name: string) => ({ run: { name } }) as RunStatement;

	function stated() {
		const stored = { run: { ...run, phase: finished }, missing: false };
		const settledRun = { phase: finished, counters: settled(7) };
		const answers: ((made: RunStatement) => void)[] = [];
		let cancelled = 0;
		const whileLoaded = loaded(
			{
				getRun: () => Promise.resolve(stored.run),
				getProgress: () => Promise.resolve(progressWith(settledRun)),
				getDataset: () => Promise.resolve(null),
				missingData: () =>
					Promise.resolve(
						stored.missing ? { name: 'reviews.csv', rowCount: 1, columns: [] } : null,
					),
				makeStatement: () => new Promise((resolve) => answers.push(resolve)),
				cancelStatement: () => {
					cancelled += 1;
					return Promise.resolve();
				},
				renameRun: () => Promise.resolve(),
			} as Partial<EngineApi>,
			finished,
		);
		return { whileLoaded, stored, settledRun, answers, cancelled: () => cancelled };
	}

	test.each<[string, (of: ReturnType<typeof stated>, state: RunState) => unknown]>([
		['answers came from a file', ({ settledRun }) => (settledRun.counters = settled(9))],
		[
			'its plan was changed',
			({ stored }) => (stored.run = { ...stored.run, revisions: [{} as RunRevision] }),
		],
		[
			'it was renamed elsewhere',
			({ stored }) => (stored.run = { ...stored.run, setup: { ...setup, name: 'Teas' } }),
		],
		['it was renamed here', (_, state) => state.rename('Teas')],
		[
			'its rows are gone',
			({ stored }) => {
				stored.run = { ...stored.run, setup: { ...setup, datasetId: 'data-1' } };
				stored.missing = true;
			},
		],
	])('is no longer shown once %s', async (_, change) => {
		const of = stated();
		const { state } = await of.whileLoaded;
		const made = state.makeStatement();
		of.answers[0]?.(statement('first'));
		await made;
		state.receive({ kind: 'runsChanged' });
		await rest();
		expect(state.statement?.run.name).toBe('first');
		await change(of, state);
		state.receive({ kind: 'runsChanged' });
		await rest();
		expect(state.statement).toBeNull();
	});

	test('that is being made when the run changes is made anew', async () => {
		const of = stated();
		const { state } = await of.whileLoaded;
		void state.makeStatement();
		of.settledRun.counters = settled(9);
		state.receive({ kind: 'runsChanged' });
		await rest();
		of.answers[0]?.(statement('older'));
		await rest();
		expect([state.statement, of.answers.length, of.cancelled()]).toEqual([null, 2, 1]);
		of.answers[1]?.(statement('newer'));
		await rest();
		expect([state.statement?.run.name, state.making]).toEqual(['newer', null]);
	});
});

import type { EngineEvent, RunRefusal } from '#contract/engine-api.ts';
import { concurrencyCeiling, originOf } from '#domain/connection.ts';
import type { Failure } from '#domain/failure.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { isActive, settledPhase, type Run, type RunProgress, type RunSetup } from '#domain/run.ts';
import { createSender, type Sender } from '#openai/create-sender.ts';
import type { Library } from '#storage/library.ts';
import type { RunStore } from '#storage/run-store.ts';
import { Gate } from './gate.ts';
import type { Fetch, Host } from './host.ts';
import type { KeyRing } from './key-ring.ts';
import { bookkeepingOf, LiveRun } from './live-run.ts';
import { ResultReader } from './result-reader.ts';
import { RunPlan } from './run-plan.ts';

export interface RunsParts {
	readonly library: Library;
	readonly keys: KeyRing;
	readonly host: Host;
	readonly demoFetch: Fetch;
	readonly emit: (event: EngineEvent) => void;
}

const lockPrefix = 'volley-run-';

/** The run that a lock's holder is at. */
export const runOfLock = (name: string): string[] =>
	name.startsWith(lockPrefix) ? [name.slice(lockPrefix.length)] : [];

/** A run made ready to be read or worked at; one for each run, so that its counters have one owner. */
interface OpenRun {
	readonly run: Run;
	readonly store: RunStore;
	readonly plan: RunPlan;
	readonly reader: ResultReader;
}

interface Session {
	readonly live: LiveRun;
	/** Settles once the session is over and its lock is free. */
	readonly ended: Promise<void>;
}

/** The runs of this worker: which are open, which it is at, and the way from one to the other. */
export class Runs {
	readonly #parts: RunsParts;
	readonly #open = new Map<string, Promise<OpenRun | null>>();
	readonly #live = new Map<string, Session>();
	/** Claimed while a command takes a run up, so that two presses of a button start one session. */
	readonly #claimed = new Set<string>();
	/** Paused, stopped or deleted since it was claimed: it is not begun. */
	readonly #calledOff = new Set<string>();
	readonly #gates = new Map<string, Gate>();
	/** Answers that a full or broken store refused: kept for the next session. */
	readonly #unsaved = new Map<string, readonly SettledRequest[]>();

	constructor(parts: RunsParts) {
		this.#parts = parts;
	}

	async start(setup: RunSetup): Promise<Result<string, RunRefusal>> {
		const { library, keys } = this.#parts;
		const origin = originOf(setup.connection);
		const usesKey = setup.connection.provider !== 'demo' && keys.keyFor(origin) !== '';
		if (setup.connection.usesKey && !usesKey) return err({ kind: 'needsKey', origin });
		if (!(await this.#hasData(setup))) return err({ kind: 'dataMissing' });
		const run = await library.createRun({
			...setup,
			connection: { ...setup.connection, usesKey },
		});
		const taken = await this.#takeUp(run.id);
		return taken.ok ? ok(run.id) : taken;
	}

	resume(runId: string): Promise<Result<null, RunRefusal>> {
		return this.#takeUp(runId);
	}

	retryFailed(runId: string): Promise<Result<null, RunRefusal>> {
		return this.#takeUp(runId, async (store) => {
			// First: whatever breaks off after, the run does not read as finished with requests that wait.
			await store.setPhase({ name: 'running' });
			await store.retryFailed();
		});
	}

	pause(runId: string): Promise<Result<null, RunRefusal>> {
		this.#calledOff.add(runId);
		this.#live.get(runId)?.live.pause();
		return this.#reached(runId);
	}

	stop(runId: string): Promise<Result<null, RunRefusal>> {
		this.#calledOff.add(runId);
		this.#live.get(runId)?.live.stop();
		return this.#reached(runId);
	}

	/** A run that came to rest meanwhile has obeyed; one that another tab is at cannot hear. */
	async #reached(runId: string): Promise<Result<null, RunRefusal>> {
		return (await this.#isElsewhere(runId)) ? err({ kind: 'ownedElsewhere' }) : ok(null);
	}

	async #isElsewhere(runId: string): Promise<boolean> {
		if (this.#live.has(runId) || this.#claimed.has(runId)) return false;
		return (await this.#parts.host.heldLocks()).includes(lockPrefix + runId);
	}

	async delete(runId: string): Promise<void> {
		this.#calledOff.add(runId);
		const session = this.#live.get(runId);
		session?.live.stop();
		await session?.ended;
		this.#unsaved.delete(runId);
		this.#open.delete(runId);
		await this.#parts.library.deleteRun(runId);
		this.#parts.emit({ kind: 'runsChanged' });
	}

	/** What stands of it now, after journal and store were brought together. */
	async get(runId: string): Promise<Run | null> {
		// A run that cannot be opened is read as far as the list knows it.
		await this.#opened(runId).catch(() => null);
		await this.#refreshed(runId);
		return this.#parts.library.getRun(runId);
	}

	async progress(runId: string): Promise<RunProgress | null> {
		const session = this.#live.get(runId);
		if (session !== undefined) return session.live.progress();
		const run = await this.get(runId);
		const elsewhere = await this.#isElsewhere(runId);
		const opened = await this.#open.get(runId);
		if (run === null || opened === null || opened === undefined) return null;
		const { phase, counters } = run;
		return {
			runId,
			phase,
			counters,
			inFlight: 0,
			settledPerMinute: null,
			secondsLeft: null,
			retries: 0,
			rateLimited: 0,
			cooldownUntil: null,
			concurrency: run.setup.limits.maxConcurrency,
			unsaved: this.#unsaved.get(runId)?.length ?? 0,
			elsewhere,
			limits: [],
			heldBackBy: null,
			...bookkeepingOf(opened.store),
		};
	}

	async #refreshed(runId: string): Promise<void> {
		if (this.#live.has(runId)) return;
		const opened = await this.#open.get(runId);
		// A run that another tab has deleted has no store to read: the list then says that it is gone.
		await opened?.store.refresh().catch(() => undefined);
	}

	async reader(runId: string): Promise<ResultReader | null> {
		await this.#refreshed(runId);
		return (await this.#opened(runId))?.reader ?? null;
	}

	/** Takes a run up under its lock: `prepare` changes the store first, then a session works until it comes to rest. */
	async #takeUp(
		runId: string,
		prepare: (store: RunStore) => Promise<void> = () => Promise.resolve(),
	): Promise<Result<null, RunRefusal>> {
		const { host, keys, emit } = this.#parts;
		const before = this.#live.get(runId);
		if (before?.live.isRunning === true || this.#claimed.has(runId)) return ok(null);
		this.#claimed.add(runId);
		this.#calledOff.delete(runId);
		let release: (() => void) | null = null;
		try {
			// It is coming to rest: what is in flight finishes first.
			await before?.ended;
			const opened = await this.#opened(runId);
			if (opened === null) return err({ kind: 'missing' });
			const { setup } = opened.run;
			const origin = originOf(setup.connection);
			const lacksKey = (): boolean => setup.connection.usesKey && keys.keyFor(origin) === '';
			if (lacksKey()) return err({ kind: 'needsKey', origin });
			if (!(await this.#hasData(setup))) return err({ kind: 'dataMissing' });
			release = await host.lock(lockPrefix + runId);
			if (release === null) return err({ kind: 'ownedElsewhere' });
			const isSafe = await this.#takeOver(opened);
			if (isSafe) await prepare(opened.store);
			if (!isSafe || this.#calledOff.has(runId)) {
				if (isSafe) await opened.store.setPhase({ name: 'stopped' });
				opened.store.letGo();
				release();
				emit({ kind: 'runsChanged' });
				return ok(null);
			}
			await opened.store.setPhase({ name: 'running' });
			// Forgotten while the run was taken up: nothing leaves without it.
			if (lacksKey()) {
				await opened.store.setPhase({ name: 'stopped' });
				opened.store.letGo();
				release();
				emit({ kind: 'runsChanged' });
				return err({ kind: 'needsKey', origin });
			}
			this.#begin(opened, release);
			// Called off while the phase was stored.
			if (this.#calledOff.has(runId)) this.#live.get(runId)?.live.stop();
			return ok(null);
		} catch (error) {
			(await this.#open.get(runId)?.catch(() => null))?.store.letGo();
			release?.();
			return err({ kind: 'storage', message: messageOf(error) });
		} finally {
			this.#claimed.delete(runId);
		}
	}

	/**
	 * Makes this worker the one that writes. False where answers are missing that had been stored, and nobody was told yet:
	 * the run then needs attention, and to resume it in spite of that is to accept the loss.
	 */
	async #takeOver({ run, store }: OpenRun): Promise<boolean> {
		const { lost } = await store.takeUp();
		if (lost === 0) return true;
		const stored = await this.#parts.library.getRun(run.id);
		const wasTold =
			stored?.phase.name === 'needsAttention' && stored.phase.failure.kind === 'resultsLost';
		if (wasTold) store.acceptLoss();
		else await store.setPhase({ name: 'needsAttention', failure: resultsLost(lost) });
		return wasTold;
	}

	/** A run that nobody is at, seen for the first time by this worker: whatever a crash or a loss has left is put right. */
	async #inspect({ run, store }: Pick<OpenRun, 'run' | 'store'>): Promise<void> {
		const { host, library } = this.#parts;
		const release = await host.lock(lockPrefix + run.id);
		if (release === null) return;
		try {
			const stored = await library.getRun(run.id);
			const { lost } = await store.takeUp();
			if (stored === null) return;
			if (lost > 0) await store.setPhase({ name: 'needsAttention', failure: resultsLost(lost) });
			else if (isActive(stored.phase)) await store.setPhase(settledPhase(stored.phase));
		} finally {
			store.letGo();
			release();
		}
	}

	#begin({ run, store, plan }: OpenRun, release: () => void): void {
		const { emit, host } = this.#parts;
		const live = new LiveRun({
			runId: run.id,
			setup: run.setup,
			plan,
			store,
			host,
			send: this.#sender(run.setup),
			gate: this.#gateOf(run.setup),
			carriedOver: this.#unsaved.get(run.id) ?? [],
			onProgress: (progress) => {
				emit({ kind: 'progress', progress });
			},
		});
		this.#unsaved.delete(run.id);
		const ended = live.done
			.then((unsaved) => {
				if (unsaved.length > 0) this.#unsaved.set(run.id, unsaved);
			})
			.finally(() => {
				this.#live.delete(run.id);
				store.letGo();
				release();
				emit({ kind: 'runsChanged' });
			});
		this.#live.set(run.id, { live, ended });
		emit({ kind: 'runsChanged' });
	}

	/** One for each origin: the browser's connections are shared by all runs that go there. */
	#gateOf({ connection }: RunSetup): Gate {
		const origin = originOf(connection);
		const gate = this.#gates.get(origin) ?? new Gate(concurrencyCeiling(connection).max);
		this.#gates.set(origin, gate);
		return gate;
	}

	async #hasData({ datasetId }: RunSetup): Promise<boolean> {
		return datasetId === null || (await this.#parts.library.getDataset(datasetId)) !== null;
	}

	#sender(setup: RunSetup): Sender {
		const { host, keys, demoFetch } = this.#parts;
		const { connection, limits } = setup;
		const simulated = connection.provider === 'demo';
		return createSender({
			connection,
			key: simulated ? '' : keys.keyFor(originOf(connection)),
			timeoutMs: limits.timeoutSeconds * 1_000,
			fetch: simulated ? demoFetch : host.fetch,
			after: host.after,
			epoch: () => host.clock.epoch(),
		});
	}

	#opened(runId: string): Promise<OpenRun | null> {
		const known = this.#open.get(runId);
		if (known !== undefined) return known;
		const opening = this.#openRun(runId);
		this.#open.set(runId, opening);
		// A run that could not be opened is tried again by the next command.
		opening.then(
			(opened) => opened ?? this.#open.delete(runId),
			() => this.#open.delete(runId),
		);
		return opening;
	}

	async #openRun(runId: string): Promise<OpenRun | null> {
		const { library, host } = this.#parts;
		const [run, store] = await Promise.all([library.getRun(runId), library.openRun(runId)]);
		if (run === null || store === null) return null;
		const { setup } = run;
		const { datasetId } = setup;
		const dataset = datasetId === null ? null : await library.getDataset(datasetId);
		const plan = new RunPlan(setup, dataset?.columns ?? [], async (row) => {
			const [found] = datasetId === null ? [] : await library.readRows(datasetId, row, 1);
			// With the whole table gone nothing is sent, and the answers are shown without it.
			if (found === undefined && dataset === null) return [];
			if (found === undefined) throw new Error(`Row ${String(row + 1)} is no longer stored.`);
			return found;
		});
		const n = setup.parameters.completionsPerPrompt;
		// A command that takes the run up brings journal and store together itself.
		if (!this.#claimed.has(runId)) await this.#inspect({ run, store });
		const reader = new ResultReader(store, plan, n, host.clock);
		return { run, store, plan, reader };
	}
}

const messageOf = (error: unknown): string =>
	error instanceof Error ? error.message : String(error);

const resultsLost = (lost: number): Failure => ({
	kind: 'resultsLost',
	message: `${String(lost)} stored ${lost === 1 ? 'answer is' : 'answers are'} missing`,
	status: null,
	code: null,
	requestId: null,
	waitMs: null,
});

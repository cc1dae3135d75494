import type { EngineEvent, RunRefusal } from '#contract/engine-api.ts';
import { concurrencyCeiling, originOf, originsOf, type Connection } from '#domain/connection.ts';
import type { Failure, FailureKind } from '#domain/failure.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { limitsToRemember, type ModelNote } from '#domain/model-note.ts';
import type { RequestReplay } from '#domain/request-code.ts';
import { withRepair, type Repair } from '#domain/repair.ts';
import { leftOutUnder, nextRevision, type Change } from '#domain/revision.ts';
import {
	isActive,
	isReadOnly,
	settledCount,
	settledPhase,
	type LearnedLimits,
	type Run,
	type RunProgress,
	type RunSetup,
	type RunPhase,
} from '#domain/run.ts';
import { canLeaveOut, lackingKey, sharedSetups } from '#domain/shared-setup.ts';
import { createSender, type Sender } from '#openai/create-sender.ts';
import type { Library } from '#storage/library.ts';
import type { RunStore } from '#storage/run-store.ts';
import { Gate } from './gate.ts';
import type { Fetch, Host, LockOptions } from './host.ts';
import type { KeyRing } from './key-ring.ts';
import { Limiters } from './limiters.ts';
import { bookkeepingOf, LiveRun } from './live-run.ts';
import { knownRepairs, notesOf } from './known-notes.ts';
import { ResultReader } from './result-reader.ts';
import { planRowsOf } from './plan-rows.ts';
import type { RowPasses } from './row-passes.ts';
import { RunPlan } from './run-plan.ts';
import type { StoredRun } from './summaries.ts';

export interface RunsParts {
	readonly library: Library;
	readonly passes: RowPasses;
	readonly keys: KeyRing;
	readonly host: Host;
	readonly demoFetch: Fetch;
	readonly emit: (event: EngineEvent) => void;
}

const lockPrefix = 'volley-run-';
/** Together a second: whoever holds a lock for longer is at the run. */
const looksAtMost = 10;
const betweenLooksMs = 100;

export const lockOfRun = (runId: string): string => lockPrefix + runId;

/** The run that a lock's holder is at. */
export const runOfLock = (name: string): string[] =>
	name.startsWith(lockPrefix) ? [name.slice(lockPrefix.length)] : [];

/** What is settled of a run, and the plan by which it is told what that was. */
export interface RunSource {
	readonly run: Run;
	readonly store: RunStore;
	readonly plan: RunPlan;
}

/** A run made ready to be read or worked at; one for each run, so that its counters have one owner. */
interface OpenRun extends RunSource {
	readonly reader: ResultReader;
	/** False: its rows were gone when it was opened, so its plan knows no columns and may not be sent. */
	readonly hasData: boolean;
}

/** What of an open run others may use. */
export type RunView = Pick<OpenRun, 'run' | 'store' | 'plan' | 'hasData'>;

interface Session {
	readonly live: LiveRun;
	/** Settles once the session is over and its lock is free. */
	readonly ended: Promise<void>;
}

/** What is changed of a run before it goes on; a refusal where it may not be changed so. */
type Preparation = (store: RunStore, run: Run) => Promise<RunRefusal | undefined>;

interface Taking {
	/** Whether it is taken from whoever is at it. */
	readonly steals?: boolean;
	/** The connection that `prepare` leaves out: its key is not asked for. */
	readonly leavesOut?: string | null;
}

/** The runs of this worker: which are open, which it is at, and the way from one to the other. */
export class Runs {
	readonly #parts: RunsParts;
	readonly #open = new Map<string, Promise<OpenRun | null>>();
	readonly #live = new Map<string, Session>();
	/** Claimed while a command takes a run up, so that two presses of a button start one session; settled when it has. */
	readonly #claimed = new Map<string, Promise<unknown>>();
	/** Of these, those that only take in answers from elsewhere, for minutes perhaps: no session begins when they are done. */
	readonly #filling = new Set<string>();
	/** Paused, stopped or deleted since it was claimed: it is not begun. */
	readonly #calledOff = new Set<string>();
	readonly #gates = new Map<string, Gate>();
	readonly #limiters: Limiters;
	/** Another tab has taken these from this one. */
	readonly #lost = new Set<string>();
	/** Answers that a full or broken store refused: kept for the next session. */
	readonly #unsaved = new Map<string, readonly SettledRequest[]>();
	/** What is known of each run's last session here, and stored nowhere. */
	readonly #lastSessions = new Map<string, LastSession>();

	constructor(parts: RunsParts) {
		this.#parts = parts;
		this.#limiters = new Limiters(parts.host);
	}

	async start(setup: RunSetup): Promise<Result<string, RunRefusal>> {
		const { library, keys, passes } = this.#parts;
		const withKey = (connection: Connection): Connection => {
			const usesKey = connection.provider !== 'demo' && keys.keyFor(originOf(connection)) !== '';
			return { ...connection, usesKey };
		};
		const origin = this.#lackingKey(setup);
		if (origin !== null) return err({ kind: 'needsKey', origin });
		const lockedOut = await this.#lockedOut(setup, []);
		if (lockedOut !== null) return err(lockedOut);
		const { rowCount: counted, datasetId } = setup;
		const dataset = datasetId === null ? null : await library.getDataset(datasetId);
		if (datasetId !== null && dataset === null) return err({ kind: 'dataMissing' });
		// A plan is arithmetic over the count: with another it would send rows that are not there, or leave some out.
		const { count: found } = (await planRowsOf(setup, dataset, passes)).rows;
		if (found !== counted) return err({ kind: 'rowsDiffer', counted, found });
		const repairs = await knownRepairs(library, setup);
		const { shares } = setup;
		const run = await library.createRun({
			...setup,
			...(repairs.length === 0 ? {} : { repairs }),
			connection: withKey(setup.connection),
			...(shares === undefined
				? {}
				: {
						shares: shares.map((share) => ({ ...share, connection: withKey(share.connection) })),
					}),
		});
		const taken = await this.#takeUp(run.id);
		return taken.ok ? ok(run.id) : taken;
	}

	resume(runId: string): Promise<Result<null, RunRefusal>> {
		return this.#takeUp(runId);
	}

	/** As `resume`, whoever is at it: that tab stops, or, where it hangs, writes and sends nothing when it wakes. */
	takeOver(runId: string): Promise<Result<null, RunRefusal>> {
		return this.#takeUp(runId, null, { steals: true });
	}

	/** `kinds` left out: whatever the failure was. */
	retryFailed(runId: string, kinds?: readonly FailureKind[]): Promise<Result<null, RunRefusal>> {
		return this.#takeUp(runId, async (store) => {
			// First: whatever breaks off after, the run does not read as finished with requests that wait.
			await store.setPhase({ name: 'running' });
			await store.retryFailed(kinds);
			return undefined;
		});
	}

	/** The parameter is sent to that model as repaired from now on, in this run and in later ones, and the run goes on. */
	repair(runId: string, repair: Repair): Promise<Result<null, RunRefusal>> {
		return this.#takeUp(runId, async (store, { setup }) => {
			const { library } = this.#parts;
			await this.#revise(store, setup, { repair });
			// The note has the origin itself.
			const { origin = originOf(setup.connection), ...noted } = repair;
			const { model } = repair;
			const [note] = await library.modelNotes(origin, [model]);
			await library.saveModelNote(origin, model, {
				repairs: withRepair(note?.repairs ?? [], noted),
			});
			return undefined;
		});
	}

	/** What waits for this connection is shared out between the others, and the run goes on. */
	leaveOut(runId: string, name: string): Promise<Result<null, RunRefusal>> {
		return this.#takeUp(
			runId,
			async (store, { setup }) => {
				const { revisions } = store;
				// Another tab may have left out the others since this one was shown the run.
				if (!canLeaveOut(setup, leftOutUnder(revisions, revisions.length), name))
					return { kind: 'lastConnection' };
				await this.#revise(store, setup, { leaveOut: name });
				return undefined;
			},
			{ leavesOut: name },
		);
	}

	/** Every answer that a limit cut off is asked for again with this limit; null: the model's own. */
	retryTruncated(runId: string, maxTokens: number | null): Promise<Result<null, RunRefusal>> {
		return this.#takeUp(runId, async (store, { setup }) => {
			// First, for the same reason as in `retryFailed`.
			await store.setPhase({ name: 'running' });
			await store.reopenMarked('truncated', await this.#revise(store, setup, { maxTokens }));
			return undefined;
		});
	}

	/** Every answer without any text is asked for again, as it was. */
	retryEmpty(runId: string): Promise<Result<null, RunRefusal>> {
		return this.#takeUp(runId, async (store, { setup }) => {
			// First, for the same reason as in `retryFailed`.
			await store.setPhase({ name: 'running' });
			// A revision of its own tells the new answers from those they are to replace.
			await store.reopenMarked('empty', await this.#revise(store, setup, {}));
			return undefined;
		});
	}

	#revise(store: RunStore, setup: RunSetup, change: Change): Promise<number> {
		const at = this.#parts.host.clock.epoch();
		return store.revise(nextRevision(setup, store.revisions, change, at));
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
		return (await this.isElsewhere(runId)) ? err({ kind: 'ownedElsewhere' }) : ok(null);
	}

	/** Whether another tab is at it: of what settles there this one hears nothing. */
	async isElsewhere(runId: string): Promise<boolean> {
		if (this.#live.has(runId) || this.#claimed.has(runId)) return false;
		return (await this.#parts.host.heldLocks()).includes(lockPrefix + runId);
	}

	/**
	 * Takes the run out of the list, stopped, wherever it goes. What only this tab holds of it is kept for the case that it
	 * comes back.
	 */
	async discard(runId: string): Promise<void> {
		await this.#halt(runId);
		const { library, emit } = this.#parts;
		const isElsewhere = await this.isElsewhere(runId);
		// Held until the run is marked: nobody takes it up in between.
		const release = await this.#lock(runId, { steal: isElsewhere });
		try {
			if (isElsewhere) await this.#takeAway(runId);
			await library.discardRun(runId);
			this.#open.delete(runId);
		} finally {
			release?.();
			emit({ kind: 'runsChanged' });
		}
	}

	/** The tab that was at it writes nothing more, also where it sleeps. */
	async #takeAway(runId: string): Promise<void> {
		const store = await this.#parts.library.openRun(runId).catch(() => null);
		try {
			await store?.takeUp(true);
			await store?.setPhase({ name: 'stopped' });
		} catch {
			// A store that cannot be written to keeps nobody from deleting the run.
		} finally {
			store?.letGo();
		}
	}

	/** Stops the run where this worker is at it, and waits until it has come to rest. */
	async #halt(runId: string): Promise<void> {
		this.#calledOff.add(runId);
		this.#live.get(runId)?.live.stop();
		// Else it would write a journal anew that nobody deletes.
		await this.#claimed.get(runId);
		const session = this.#live.get(runId);
		session?.live.stop();
		await session?.ended;
	}

	/** Wherever it goes. `ifDiscarded`: only where it is still out of the list. */
	async delete(runId: string, ifDiscarded = false): Promise<void> {
		await this.#halt(runId);
		const isElsewhere = !ifDiscarded && (await this.isElsewhere(runId));
		const release = isElsewhere ? await this.#lock(runId, { steal: true }) : null;
		try {
			if (isElsewhere) await this.#takeAway(runId);
			this.#unsaved.delete(runId);
			this.#lastSessions.delete(runId);
			this.#open.delete(runId);
			await this.#parts.library.deleteRun(runId, ifDiscarded);
		} finally {
			release?.();
			this.#parts.emit({ kind: 'runsChanged' });
		}
	}

	async rename(runId: string, name: string): Promise<void> {
		await this.#parts.library.renameRun(runId, name);
		const opened = await this.#open.get(runId)?.catch(() => null);
		// Its journal is to know the name too. Whoever asks for the run meanwhile waits until its lock is free again.
		if (opened && !this.#live.has(runId) && !this.#claimed.has(runId)) {
			const inspected = this.#inspect(opened).then(() => opened);
			await this.#keep(runId, inspected);
		}
		this.#parts.emit({ kind: 'runsChanged' });
	}

	/** The rows of these runs are stored again: they are opened anew when next asked for. */
	async dataCame(datasetId: string): Promise<void> {
		for (const [runId, opening] of this.#open) {
			const opened = await opening.catch(() => null);
			if (opened?.run.setup.datasetId === datasetId) this.#open.delete(runId);
		}
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
		const elsewhere = await this.isElsewhere(runId);
		const opened = await this.#open.get(runId);
		if (run === null || opened === null || opened === undefined) return null;
		const { counters } = run;
		const { halted, ...sentAgain } = this.#lastSessions.get(runId) ?? nothingKnown;
		// A store that could not take the phase still says that the run goes.
		const isUnsaid = settledPhase(run.phase).name === 'interrupted' && !elsewhere;
		const phase = isUnsaid && halted !== null ? halted : run.phase;
		return {
			runId,
			phase,
			counters,
			inFlight: 0,
			settledPerMinute: null,
			secondsLeft: null,
			...sentAgain,
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
		// Who writes knows best: what is read beside that may be older, and looks as if another tab had written.
		if (this.#live.has(runId) || this.#filling.has(runId)) return;
		const opened = await this.#open.get(runId);
		// A run that another tab has deleted has no store to read: the list then says that it is gone.
		await opened?.store.refresh().catch(() => undefined);
	}

	/** What a file of its results is written from. */
	async source(runId: string): Promise<RunSource | null> {
		await this.#refreshed(runId);
		const [opened, run] = await Promise.all([
			this.#opened(runId),
			this.#parts.library.getRun(runId),
		]);
		return opened === null || run === null ? null : { ...opened, run };
	}

	async reader(runId: string): Promise<ResultReader | null> {
		await this.#refreshed(runId);
		return (await this.#opened(runId))?.reader ?? null;
	}

	/** All that is stored of it; null where there is no such run. */
	async stored(runId: string): Promise<StoredRun | null> {
		const session = this.#live.get(runId);
		// It has come to rest and is about to let go.
		if (session !== undefined && isAtRest(session.live.progress())) await session.ended;
		await this.#refreshed(runId);
		const opened = await this.#opened(runId);
		if (opened === null) return null;
		const { run, store, plan, hasData } = opened;
		const isGoing =
			this.#live.has(runId) || this.#claimed.has(runId) || (await this.isElsewhere(runId));
		return { runId, setup: run.setup, plan, store, hasData, isGoing };
	}

	/** What a run at rest is, what it has settled and what it plans. */
	async atRest(runId: string): Promise<Result<RunView, RunRefusal>> {
		const session = this.#live.get(runId);
		if (session !== undefined && isActive(session.live.progress().phase))
			return err({ kind: 'going' });
		// Its last state is being stored.
		await session?.ended;
		await this.#refreshed(runId);
		const opened = await this.#withData(runId);
		const run = await this.#parts.library.getRun(runId);
		if (opened === null || run === null) return err({ kind: 'missing' });
		if (this.#live.has(runId) || this.#claimed.has(runId)) return err({ kind: 'going' });
		return (await this.isElsewhere(runId))
			? err({ kind: 'ownedElsewhere' })
			: ok({ ...opened, run });
	}

	/** Null where its row is no longer stored. */
	async replay(runId: string, request: number): Promise<RequestReplay | null> {
		await this.#refreshed(runId);
		const opened = await this.#opened(runId);
		if (opened?.hasData !== true || !(await this.#hasData(opened.run.setup))) return null;
		if (isReadOnly(opened.run.setup)) return null;
		const { replayRequest } = await import('./replay-request.ts');
		return replayRequest(opened.run.setup, opened.plan, opened.store, request);
	}

	/** Has answers from elsewhere written to a run that rests, under its lock; nothing is sent. */
	async fill<T>(
		runId: string,
		work: (view: RunView) => Promise<T>,
	): Promise<Result<T, RunRefusal>> {
		const resting = await this.atRest(runId);
		if (!resting.ok) return resting;
		if (isReadOnly(resting.value.run.setup)) return err({ kind: 'readOnly' });
		// Taken up by another command since it was asked.
		if (this.#live.has(runId) || this.#claimed.has(runId)) return err({ kind: 'going' });
		this.#filling.add(runId);
		const filling = this.#fill(resting.value, work);
		this.#claimed.set(
			runId,
			filling.catch(() => undefined),
		);
		return filling.finally(() => {
			this.#filling.delete(runId);
			this.#claimed.delete(runId);
		});
	}

	async #fill<T>(
		opened: RunView,
		work: (view: RunView) => Promise<T>,
	): Promise<Result<T, RunRefusal>> {
		const runId = opened.run.id;
		const release = await this.#lock(runId, {});
		if (release === null) return err({ kind: 'ownedElsewhere' });
		const { store } = opened;
		try {
			const before = (await this.#parts.library.getRun(runId))?.phase ?? { name: 'stopped' };
			if (!(await this.#accepted(opened, false)))
				return err({ kind: 'storage', message: 'answers that were stored are missing' });
			const done = await work(opened);
			const { counters } = store;
			const isDone = settledCount(counters) === counters.planned;
			await store.setPhase(
				isDone ? { name: 'finished' } : before.name === 'finished' ? { name: 'stopped' } : before,
			);
			return ok(done);
		} finally {
			store.letGo();
			release();
			this.#parts.emit({ kind: 'runsChanged' });
		}
	}

	/** Takes a run up under its lock: `prepare` changes the store first, then a session works until it comes to rest. */
	#takeUp(
		runId: string,
		prepare: Preparation | null = null,
		how: Taking = {},
	): Promise<Result<null, RunRefusal>> {
		const before = this.#live.get(runId);
		// Said to be done, what is to be prepared would never be.
		if ((before?.live.isRunning === true && prepare !== null) || this.#filling.has(runId))
			return Promise.resolve(err({ kind: 'going' }));
		if (before?.live.isRunning === true || this.#claimed.has(runId))
			return Promise.resolve(ok(null));
		this.#calledOff.delete(runId);
		const taking = this.#takeUpClaimed(runId, before, prepare, how);
		this.#claimed.set(runId, taking);
		return taking.finally(() => this.#claimed.delete(runId));
	}

	async #takeUpClaimed(
		runId: string,
		before: Session | undefined,
		prepare: Preparation | null,
		{ steals = false, leavesOut = null }: Taking,
	): Promise<Result<null, RunRefusal>> {
		const { emit } = this.#parts;
		let release: (() => void) | null = null;
		try {
			// It is coming to rest: what is in flight finishes first.
			await before?.ended;
			const opened = await this.#withData(runId);
			if (opened === null) return err({ kind: 'missing' });
			const { setup } = opened.run;
			if (isReadOnly(setup)) return err({ kind: 'readOnly' });
			const leftOutNow = (): readonly string[] => {
				const { revisions } = opened.store;
				const leftOut = leftOutUnder(revisions, revisions.length);
				return leavesOut === null ? leftOut : [...leftOut, leavesOut];
			};
			const lackingNow = (): string | null => this.#lackingKey(setup, leftOutNow());
			const lacking = lackingNow();
			if (lacking !== null) return err({ kind: 'needsKey', origin: lacking });
			const lockedOut = await this.#lockedOut(setup, leftOutNow());
			if (lockedOut !== null) return err(lockedOut);
			if (!opened.hasData || !(await this.#hasData(setup))) return err({ kind: 'dataMissing' });
			// A help: without them the models' limits are learned anew.
			const notes = await notesOf(this.#parts.library, setup).catch(() => []);
			const steal = steals && opened.store.keepsJournal;
			const onLost = (): void => {
				this.#lost.add(runId);
				this.#calledOff.add(runId);
				opened.store.disown();
				this.#live.get(runId)?.live.stop();
			};
			release = await this.#lock(runId, { steal, onLost });
			if (release === null) return err({ kind: 'ownedElsewhere' });
			// Another tab has deleted it since it was opened here.
			if ((await this.#parts.library.getRun(runId)) === null) {
				release();
				this.#open.delete(runId);
				return err({ kind: 'missing' });
			}
			this.#lost.delete(runId);
			const isSafe = await this.#accepted(opened, steal);
			const refusal = isSafe ? await prepare?.(opened.store, opened.run) : undefined;
			if (refusal !== undefined) {
				opened.store.letGo();
				release();
				emit({ kind: 'runsChanged' });
				return err(refusal);
			}
			if (!isSafe || this.#calledOff.has(runId)) {
				if (isSafe) await opened.store.setPhase({ name: 'stopped' });
				opened.store.letGo();
				release();
				emit({ kind: 'runsChanged' });
				return ok(null);
			}
			await opened.store.setPhase({ name: 'running' });
			// Forgotten while the run was taken up: nothing leaves without it.
			const forgotten = lackingNow();
			if (forgotten !== null) {
				await opened.store.setPhase({ name: 'stopped' });
				opened.store.letGo();
				release();
				emit({ kind: 'runsChanged' });
				return err({ kind: 'needsKey', origin: forgotten });
			}
			this.#begin(opened, notes, release);
			// Called off while the phase was stored.
			if (this.#calledOff.has(runId)) this.#live.get(runId)?.live.stop();
			return ok(null);
		} catch (error) {
			(await this.#open.get(runId)?.catch(() => null))?.store.letGo();
			release?.();
			return err({ kind: 'storage', message: messageOf(error) });
		}
	}

	/** A tab that only looks at the run, as each does when it first shows it, holds the lock for a moment. */
	async #lock(runId: string, options: LockOptions): Promise<(() => void) | null> {
		const { lock, clock } = this.#parts.host;
		for (let left = looksAtMost; ; left--) {
			const release = await lock(lockPrefix + runId, options);
			if (release !== null || left === 0) return release;
			await clock.sleep(betweenLooksMs, new AbortController().signal);
		}
	}

	/**
	 * Makes this worker the one that writes. False where answers are missing that had been stored, and nobody was told yet:
	 * the run then needs attention, and to resume it in spite of that is to accept the loss.
	 */
	async #accepted({ run, store }: RunView, isStolen: boolean): Promise<boolean> {
		const { lost } = await store.takeUp(isStolen);
		if (lost === 0) return true;
		const stored = await this.#parts.library.getRun(run.id);
		const wasTold =
			stored?.phase.name === 'needsAttention' && stored.phase.failure.kind === 'resultsLost';
		if (wasTold) store.acceptLoss();
		else await store.setPhase({ name: 'needsAttention', failure: resultsLost(lost) });
		return wasTold;
	}

	/**
	 * A run that nobody is at, seen for the first time by this worker: whatever a crash or a loss has left is put right. A
	 * disk that is too full for that keeps nobody from reading what is stored; whoever takes the run up is refused.
	 */
	async #inspect({ run, store }: Pick<OpenRun, 'run' | 'store'>): Promise<void> {
		const { host, library, emit } = this.#parts;
		const release = await host.lock(lockPrefix + run.id);
		if (release === null) return;
		try {
			const stored = await library.getRun(run.id);
			const { lost } = await store.takeUp();
			if (stored === null) return;
			if (lost > 0) await store.setPhase({ name: 'needsAttention', failure: resultsLost(lost) });
			else if (isActive(stored.phase)) await store.setPhase(settledPhase(stored.phase));
		} catch (error) {
			// Deleted meanwhile: there is nothing to be read.
			if ((await library.getRun(run.id)) === null) throw error;
			emit({ kind: 'notice', message: notInspected(run.setup.name, error) });
		} finally {
			store.letGo();
			release();
		}
	}

	#lackingKey(setup: RunSetup, leftOut: readonly string[] = []): string | null {
		return lackingKey(setup, (origin) => this.#parts.keys.keyFor(origin) !== '', leftOut);
	}

	/** Opens the way to where the run sends; null once it is open. */
	async #lockedOut(setup: RunSetup, leftOut: readonly string[]): Promise<RunRefusal | null> {
		const going = sharedSetups(setup).filter(
			({ connectionName }) => connectionName === null || !leftOut.includes(connectionName),
		);
		const origins = originsOf(going.map(({ connection }) => connection));
		if (origins.length === 0) return null;
		const lockedTo = await this.#parts.host.openNetwork(origins);
		return lockedTo === null ? null : { kind: 'lockedOut', origins, lockedTo };
	}

	#begin(
		{ run, store, plan }: OpenRun,
		notes: readonly (readonly ModelNote[])[],
		release: () => void,
	): void {
		const { emit, host } = this.#parts;
		const live = new LiveRun({
			runId: run.id,
			setup: run.setup,
			plan,
			store,
			host,
			connections: sharedSetups(run.setup).map((setup, i) => ({
				setup,
				send: this.#sender(setup),
				gate: this.#gateOf(setup),
				limiters: this.#limiters.of(
					setup,
					this.#parts.keys.versionOf(originOf(setup.connection)),
					notes[i] ?? [],
				),
			})),
			carriedOver: this.#unsaved.get(run.id) ?? [],
			onProgress: (progress) => {
				emit({ kind: 'progress', progress });
			},
			onLimits: (connection, limits) => {
				this.#remember(connection, limits);
			},
		});
		this.#unsaved.delete(run.id);
		const ended = live.done
			.then((unsaved) => {
				// Whoever has taken the run sends these again.
				if (unsaved.length > 0 && !this.#lost.has(run.id)) this.#unsaved.set(run.id, unsaved);
			})
			.finally(() => {
				const { retries, rateLimited, retriedBy, promptsPerCall } = live.progress();
				const { halted } = live;
				this.#lastSessions.set(run.id, {
					...{ retries, rateLimited, retriedBy, halted },
					...(promptsPerCall === undefined ? {} : { promptsPerCall }),
				});
				this.#live.delete(run.id);
				store.letGo();
				release();
				emit({ kind: 'runsChanged' });
			});
		this.#live.set(run.id, { live, ended });
		emit({ kind: 'runsChanged' });
	}

	/** What the endpoint named, or what was measured: another run at this model starts from there. */
	#remember(connection: Connection, all: readonly LearnedLimits[]): void {
		const { library, host } = this.#parts;
		if (connection.provider === 'demo') return;
		for (const one of all) {
			const learned = limitsToRemember(one, host.clock.epoch());
			if (learned === null) continue;
			const limits = { connection, learned };
			// It is a help for later runs: where it cannot be stored they learn it anew.
			library.saveModelNote(originOf(connection), one.model, { limits }).catch(() => undefined);
		}
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
		const { connection, endpoint, limits } = setup;
		const simulated = connection.provider === 'demo';
		const origin = originOf(connection);
		const key = simulated ? '' : keys.keyFor(origin);
		const version = keys.versionOf(origin);
		const send = createSender({
			connection,
			endpoint,
			key,
			redactor: keys.redactor,
			timeoutMs: limits.timeoutSeconds * 1_000,
			fetch: simulated ? demoFetch : host.fetch,
			after: host.after,
			epoch: () => host.clock.epoch(),
		});
		if (key === '') return send;
		return (...attempt) =>
			keys.isForgotten(origin, version) ? Promise.resolve(err(keyForgotten)) : send(...attempt);
	}

	/** Opened anew where its rows were gone before: this tab, or another, may have been given them since. */
	async #withData(runId: string): Promise<OpenRun | null> {
		const opened = await this.#opened(runId);
		if (opened?.hasData !== false) return opened;
		this.#open.delete(runId);
		return this.#opened(runId);
	}

	#opened(runId: string): Promise<OpenRun | null> {
		const known = this.#open.get(runId);
		if (known !== undefined) return known;
		return this.#keep(runId, this.#openRun(runId));
	}

	/** A run that could not be opened is tried again by the next command. */
	#keep(runId: string, opening: Promise<OpenRun | null>): Promise<OpenRun | null> {
		this.#open.set(runId, opening);
		opening.then(
			(opened) => opened ?? this.#open.delete(runId),
			() => this.#open.delete(runId),
		);
		return opening;
	}

	async #openRun(runId: string): Promise<OpenRun | null> {
		const { library, host, passes } = this.#parts;
		const [run, store] = await Promise.all([library.getRun(runId), library.openRun(runId)]);
		if (run === null || store === null) return null;
		const { setup } = run;
		const { datasetId } = setup;
		const dataset = datasetId === null ? null : await library.getDataset(datasetId);
		const rows = await planRowsOf(setup, dataset ?? (await library.datasetOfRun(runId)), passes);
		const plan = new RunPlan(
			setup,
			dataset?.columns ?? [],
			async (row) => {
				const [found] = datasetId === null ? [] : await library.readRows(datasetId, row, 1);
				// With the whole table gone nothing is sent, and the answers are shown without it.
				if (found === undefined && dataset === null) return [];
				if (found === undefined) throw new Error(`Row ${String(row + 1)} is no longer stored.`);
				return found;
			},
			() => store.revisions,
			rows,
		);
		const n = setup.parameters.completionsPerPrompt;
		// A command that takes the run up brings journal and store together itself.
		if (!this.#claimed.has(runId)) await this.#inspect({ run, store });
		const reader = new ResultReader(store, plan, n, host.clock);
		return { run, store, plan, reader, hasData: datasetId === null || dataset !== null };
	}
}

interface LastSession extends Pick<
	RunProgress,
	'retries' | 'rateLimited' | 'retriedBy' | 'promptsPerCall'
> {
	/** Why it ended, where that could not be stored. */
	readonly halted: RunPhase | null;
}

const nothingKnown: LastSession = { retries: 0, rateLimited: 0, retriedBy: {}, halted: null };

const isAtRest = ({ phase, inFlight }: RunProgress): boolean => !isActive(phase) && inFlight === 0;

const messageOf = (error: unknown): string =>
	error instanceof Error ? error.message : String(error);

const notInspected = (name: string, error: unknown): string =>
	`What the last stop has left of “${name}” could not be put right, so some of its answers may be missing here. The browser says: ${messageOf(error)}`;

/** What no endpoint said, which its missing status tells. */
const keyForgotten: Failure = {
	kind: 'unauthorized',
	message: '',
	status: null,
	code: null,
	requestId: null,
	waitMs: null,
};

const resultsLost = (lost: number): Failure => ({
	kind: 'resultsLost',
	message: `${String(lost)} stored ${lost === 1 ? 'answer is' : 'answers are'} missing`,
	status: null,
	code: null,
	requestId: null,
	waitMs: null,
});

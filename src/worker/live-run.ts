import { concurrencyCeiling } from '#domain/connection.ts';
import type { Failure } from '#domain/failure.ts';
import type { AttemptOutcome, SettledRequest } from '#domain/outcome.ts';
import { err } from '#domain/result.ts';
import {
	settledCount,
	waitingCount,
	type RunPhase,
	type RunProgress,
	type RunSetup,
} from '#domain/run.ts';
import { BatchEngine, storageFailure } from '#engine/batch-engine.ts';
import type { Sender } from '#openai/create-sender.ts';
import type { RunStore } from '#storage/run-store.ts';
import { watchGaps } from './gap-watch.ts';
import type { Host } from './host.ts';
import { paced } from './paced.ts';
import type { PlannedRequest, RunPlan } from './run-plan.ts';

const progressEveryMs = 100;

export interface LiveRunParts {
	readonly runId: string;
	readonly setup: RunSetup;
	readonly plan: RunPlan;
	readonly store: RunStore;
	readonly send: Sender;
	readonly host: Host;
	readonly onProgress: (progress: RunProgress) => void;
	/** Answers of an earlier session that could not be stored then. */
	readonly carriedOver: readonly SettledRequest[];
}

/** A run that this worker is at: one session of the engine, introduced to the endpoint and the store. */
export class LiveRun {
	readonly #parts: LiveRunParts;
	readonly #engine: BatchEngine;
	readonly #progress: ReturnType<typeof paced>;
	#halted: RunPhase | null = null;
	/** Aborted when the worker has stood still: the connections of what is in flight are dead. */
	#awake = new AbortController();
	/** Resolves with the answers that could not be stored, once nothing is in flight and the phase is stored. */
	readonly done: Promise<readonly SettledRequest[]>;

	constructor(parts: LiveRunParts) {
		this.#parts = parts;
		const { host, setup, store } = parts;
		const ceiling = concurrencyCeiling(setup.connection);
		this.#progress = paced(progressEveryMs, host, () => {
			parts.onProgress(this.progress());
		});
		this.#engine = new BatchEngine(
			{
				clock: host.clock,
				random: host.random,
				waiting: store.waiting(0),
				send: (request, signal) => this.#send(request, signal),
				settle: (settled) => store.settle(settled),
				onChange: () => {
					this.#progress.changed();
				},
			},
			{
				concurrency: Math.min(setup.limits.maxConcurrency, ceiling.max),
				maxRetries: setup.limits.maxRetries,
			},
		);
		this.done = this.#work();
	}

	/** Whether new requests may still leave. */
	get isRunning(): boolean {
		return this.#engine.snapshot().phase.name === 'running';
	}

	pause(): void {
		this.#engine.pause();
	}

	stop(): void {
		this.#engine.stop();
	}

	progress(): RunProgress {
		const { runId, store } = this.#parts;
		const snapshot = this.#engine.snapshot();
		const phase = this.#halted ?? snapshot.phase;
		const { counters } = store;
		const left = waitingCount(counters, 0);
		const perMinute = snapshot.settledPerMinute;
		return {
			...snapshot,
			phase,
			runId,
			unsaved: this.#engine.unsaved.length,
			elsewhere: false,
			counters,
			...bookkeepingOf(store),
			secondsLeft:
				perMinute === null || perMinute === 0 || settledCount(counters) === 0
					? null
					: (left * 60) / perMinute,
		};
	}

	async #work(): Promise<readonly SettledRequest[]> {
		const { store } = this.#parts;
		const unwatch = watchGaps(this.#parts.host, () => {
			this.#awake.abort();
			this.#awake = new AbortController();
		});
		const phase = await this.#engine.run(this.#parts.carriedOver);
		unwatch();
		await this.#storePhase(phase, store);
		this.#progress.flush();
		return this.#engine.unsaved;
	}

	/** Noted before it leaves, so that a crash leaves word of what may have been paid for. */
	async #send(request: number, signal: AbortSignal): Promise<AttemptOutcome> {
		const { plan, store, send } = this.#parts;
		const awake = this.#awake.signal;
		let planned: PlannedRequest;
		try {
			// A row that cannot be read is never sent as an empty one.
			planned = await plan.planned(request);
			store.sent(request);
		} catch (error) {
			return err(storageFailure(error));
		}
		const outcome = await send(planned.prompt, planned.modelArgs, AbortSignal.any([signal, awake]));
		if (outcome.ok) return outcome;
		try {
			store.back(request);
		} catch {
			// It then counts as in flight at a crash: too many may be named as paid twice, never too few.
		}
		return awake.aborted ? err(asleep) : outcome;
	}

	/** A store that cannot take the phase halts the run, whatever it came to: what is stored would say that it still runs. */
	async #storePhase(phase: RunPhase, store: RunStore): Promise<void> {
		try {
			await store.setPhase(phase);
		} catch (error) {
			this.#halted = { name: 'needsAttention', failure: storageFailure(error) };
		}
	}
}

const asleep: Failure = {
	kind: 'network',
	message: 'The computer slept, or the browser froze the page, while this request was on its way.',
	status: null,
	code: null,
	requestId: null,
	waitMs: null,
};

/** What a run's store can promise, for the page. */
export const bookkeepingOf = (
	store: RunStore,
): Pick<RunProgress, 'journal' | 'possiblyPaidTwice'> => ({
	journal: store.keepsJournal ? 'on' : 'unavailable',
	possiblyPaidTwice: store.paidTwice,
});

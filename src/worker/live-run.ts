import { concurrencyCeiling } from '#domain/connection.ts';
import type { Failure, LimitReading } from '#domain/failure.ts';
import type { AttemptOutcome, SettledRequest } from '#domain/outcome.ts';
import { err } from '#domain/result.ts';
import {
	settledCount,
	waitingCount,
	type LearnedLimits,
	type RunPhase,
	type RunProgress,
	type RunSetup,
} from '#domain/run.ts';
import { BatchEngine, deadConnection, storageFailure } from '#engine/batch-engine.ts';
import type { Limiter } from '#engine/limiter.ts';
import type { Sender } from '#openai/create-sender.ts';
import type { RunStore } from '#storage/run-store.ts';
import { isCertainlyLonger } from '#tokens/prompt-bounds.ts';
import { AnsweredModels } from './answered-models.ts';
import type { Gate } from './gate.ts';
import { watchGaps } from './gap-watch.ts';
import type { Host } from './host.ts';
import { paced } from './paced.ts';
import { Reach } from './reach.ts';
import { estimateTokens } from './estimate-tokens.ts';
import { promptTooLong } from './prompt-too-long.ts';
import type { PlannedRequest, RunPlan } from './run-plan.ts';

const progressEveryMs = 250;
const limitsEveryMs = 10_000;

export interface LiveRunParts {
	readonly runId: string;
	readonly setup: RunSetup;
	readonly plan: RunPlan;
	readonly store: RunStore;
	readonly send: Sender;
	/** Shared with the other runs that go to the same origin. */
	readonly gate: Gate;
	readonly host: Host;
	readonly onProgress: (progress: RunProgress) => void;
	/** Called now and then, and once at the end, with what is known of the models' limits. */
	readonly onLimits: (limits: readonly LearnedLimits[]) => void;
	/** One for each model. */
	readonly limiters: readonly Limiter[];
	/** Answers of an earlier session that could not be stored then. */
	readonly carriedOver: readonly SettledRequest[];
}

/** A run that this worker is at: one session of the engine, introduced to the endpoint and the store. */
export class LiveRun {
	readonly #parts: LiveRunParts;
	readonly #engine: BatchEngine;
	readonly #progress: ReturnType<typeof paced>;
	readonly #limits: ReturnType<typeof paced>;
	/** The revision of this whole session. */
	readonly #revision: number;
	readonly #reach = new Reach();
	readonly #answered: AnsweredModels;
	/** Let go by the engine and not yet by the gate that all runs to one origin share. */
	#atGate = 0;
	#halted: RunPhase | null = null;
	/** Between the estimate and the sending: what was computed for the one serves the other. */
	readonly #planned = new Map<number, PlannedRequest>();
	/** Resolves with the answers that could not be stored, once nothing is in flight and the phase is stored. */
	readonly done: Promise<readonly SettledRequest[]>;

	constructor(parts: LiveRunParts) {
		this.#parts = parts;
		const { host, setup, plan, store } = parts;
		const ceiling = concurrencyCeiling(setup.connection);
		this.#progress = paced(progressEveryMs, host, () => {
			parts.onProgress(this.progress());
		});
		this.#limits = paced(limitsEveryMs, host, () => {
			parts.onLimits(this.#engine.snapshot().limits);
		});
		this.#revision = plan.revision;
		this.#answered = new AnsweredModels(store, plan, plan.revision);
		this.#engine = new BatchEngine(
			{
				clock: host.clock,
				random: host.random,
				waiting: { [Symbol.asyncIterator]: () => store.waiting(0)[Symbol.asyncIterator]() },
				scopeOf: (request) => plan.place(request).modelIndex,
				unsendable: (request) => this.#tooLong(request),
				estimate: (request) => this.#estimate(request),
				send: (request, signal, hear) => this.#send(request, signal, hear),
				settle: (settled) => store.settle(this.#marked(settled)),
				onChange: () => {
					this.#progress.changed();
					this.#limits.changed();
				},
			},
			{
				concurrency: Math.min(setup.limits.maxConcurrency, ceiling.max),
				maxRetries: setup.limits.maxRetries,
				models: setup.models,
				limiters: parts.limiters,
			},
		);
		this.done = this.#work();
	}

	/** Whether new requests may still leave. */
	get isRunning(): boolean {
		return this.#engine.isRunning;
	}

	/** Why it came to rest, where the store could not take that; null: it could. */
	get halted(): RunPhase | null {
		return this.#halted;
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
			inFlight: snapshot.inFlight - this.#atGate,
			phase,
			runId,
			unsaved: this.#engine.unsaved.length,
			elsewhere: false,
			counters,
			...bookkeepingOf(store),
			unreached: this.#reach.failure,
			secondsLeft:
				perMinute === null || perMinute === 0 || settledCount(counters) === 0
					? null
					: (left * 60) / perMinute,
		};
	}

	async #work(): Promise<readonly SettledRequest[]> {
		const { store, host } = this.#parts;
		const unwatch = watchGaps(host, (since) => {
			this.#engine.sendAgain(since);
		});
		const phase = await this.#engine.run(this.#parts.carriedOver);
		unwatch();
		await this.#storePhase(phase, store);
		this.#progress.flush();
		this.#limits.flush();
		return this.#engine.unsaved.map((settled) => this.#marked(settled));
	}

	/** With the revision it was sent under; an answer of an earlier session has its own. */
	#marked(settled: SettledRequest): SettledRequest {
		return { revision: this.#revision, ...settled };
	}

	/** A prompt that no model with this context window can take: sending it would only cost a call. */
	async #tooLong(request: number): Promise<Failure | null> {
		const { contextWindow = null } = this.#parts.setup;
		if (contextWindow === null) return null;
		const { prompt } = await this.#plan(request);
		if (!isCertainlyLonger(prompt, contextWindow)) return null;
		this.#planned.delete(request);
		return promptTooLong(prompt, contextWindow);
	}

	async #plan(request: number): Promise<PlannedRequest> {
		const known = this.#planned.get(request);
		if (known !== undefined) return known;
		const planned = await this.#parts.plan.planned(request, this.#revision);
		this.#planned.set(request, planned);
		return planned;
	}

	async #estimate(request: number): Promise<number> {
		const { plan } = this.#parts;
		const planned = await this.#plan(request);
		return estimateTokens(planned.prompt, plan.terms(this.#revision));
	}

	async #send(
		request: number,
		signal: AbortSignal,
		hear: (readings: readonly LimitReading[]) => void,
	): Promise<AttemptOutcome | null> {
		const { plan, gate } = this.#parts;
		let planned: PlannedRequest;
		try {
			planned = this.#planned.get(request) ?? (await plan.planned(request, this.#revision));
			this.#planned.delete(request);
		} catch (error) {
			// A row that cannot be read is never sent as an empty one.
			return err(storageFailure(error));
		}
		this.#atGate++;
		return gate.through(() => {
			this.#atGate--;
			// Paused, stopped or halted while it waited for a place that other runs had: it has not left.
			if (signal.aborted || !this.isRunning) return Promise.resolve(null);
			return this.#attempt(request, planned, signal, hear);
		});
	}

	/** Noted before it leaves, so that a crash leaves word of what may have been paid for. */
	async #attempt(
		request: number,
		{ prompt, modelArgs }: PlannedRequest,
		signal: AbortSignal,
		hear: (readings: readonly LimitReading[]) => void,
	): Promise<AttemptOutcome> {
		const { store, send } = this.#parts;
		try {
			store.sent(request);
		} catch (error) {
			return err(storageFailure(error));
		}
		const outcome = await send(prompt, modelArgs, signal, hear);
		if (!signal.aborted) this.#reach.heard(outcome);
		if (outcome.ok) {
			this.#answered.answered(request);
			return outcome;
		}
		try {
			if (signal.reason === deadConnection) store.doubted(request);
			else store.back(request);
		} catch {
			// It then counts as in flight at a crash: too many may be named as paid twice, never too few.
		}
		return this.#ofTheRow(request, outcome);
	}

	/** A model that has answered takes the settings: what it refuses then lies with the row, and is no reason to stop. */
	async #ofTheRow(request: number, outcome: AttemptOutcome): Promise<AttemptOutcome> {
		if (outcome.ok || outcome.error.kind !== 'parameterRefused') return outcome;
		const isRows = await this.#answered.has(request).catch(() => false);
		return isRows ? err({ ...outcome.error, kind: 'badRequest' }) : outcome;
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

/** What a run's store can promise, for the page. */
export const bookkeepingOf = (
	store: RunStore,
): Pick<RunProgress, 'journal' | 'possiblyPaidTwice'> => ({
	journal: store.keepsJournal ? 'on' : 'unavailable',
	possiblyPaidTwice: store.paidTwice,
});

import { concurrencyCeiling, originOf, type Connection } from '#domain/connection.ts';
import type { Failure, LimitReading } from '#domain/failure.ts';
import type { CallOutcome, SettledRequest } from '#domain/outcome.ts';
import { err } from '#domain/result.ts';
import {
	settledCount,
	waitingCount,
	type LearnedLimits,
	type RunPhase,
	type RunProgress,
	type RunSetup,
} from '#domain/run.ts';
import type { SharedSetup } from '#domain/shared-setup.ts';
import { BatchEngine, deadConnection, storageFailure } from '#engine/batch-engine.ts';
import { Lane } from '#engine/lane.ts';
import type { Limiter } from '#engine/limiter.ts';
import type { Sender } from '#openai/create-sender.ts';
import { sendCall } from '#openai/send-call.ts';
import type { RunStore } from '#storage/run-store.ts';
import { estimateTokens } from '#tokens/estimate-tokens.ts';
import { isCertainlyLonger } from '#tokens/prompt-bounds.ts';
import { AnsweredModels } from './answered-models.ts';
import type { Gate } from './gate.ts';
import { watchGaps } from './gap-watch.ts';
import type { Host } from './host.ts';
import { paced } from './paced.ts';
import { Reach } from './reach.ts';
import { promptTooLong } from './prompt-too-long.ts';
import type { PlannedRequest, RunPlan } from './run-plan.ts';

const progressEveryMs = 250;
const limitsEveryMs = 10_000;

/** One of the run's connections. */
export interface LiveConnection {
	readonly setup: SharedSetup;
	readonly send: Sender;
	/** Shared with the other runs that go to the same origin. */
	readonly gate: Gate;
	/** One for each model. */
	readonly limiters: readonly Limiter[];
}

export interface LiveRunParts {
	readonly runId: string;
	readonly setup: RunSetup;
	readonly plan: RunPlan;
	readonly store: RunStore;
	/** Where it goes, in the run's order. */
	readonly connections: readonly LiveConnection[];
	readonly host: Host;
	readonly onProgress: (progress: RunProgress) => void;
	/** Called now and then, and once at the end, with what is known of the models' limits at a connection. */
	readonly onLimits: (connection: Connection, limits: readonly LearnedLimits[]) => void;
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
	/** One for each connection. */
	readonly #reaches: readonly Reach[];
	readonly #answered: AnsweredModels;
	/** Let go by the engine and not yet by the gate that all runs to one origin share. */
	#atGate = 0;
	#callsAtGate = 0;
	#halted: RunPhase | null = null;
	/** Between the estimate and the sending: what was computed for the one serves the other. */
	readonly #planned = new Map<number, PlannedRequest>();
	/** Resolves with the answers that could not be stored, once nothing is in flight and the phase is stored. */
	readonly done: Promise<readonly SettledRequest[]>;

	constructor(parts: LiveRunParts) {
		this.#parts = parts;
		const { host, setup, plan, store } = parts;
		const { connections } = parts;
		this.#reaches = connections.map(() => new Reach());
		const lanes = lanesOf(connections);
		const most = [...new Set(lanes)].reduce((sum, { ceiling }) => sum + ceiling, 0);
		this.#progress = paced(progressEveryMs, host, () => {
			parts.onProgress(this.progress());
		});
		this.#limits = paced(limitsEveryMs, host, () => {
			const limits = this.#limitsByConnection();
			connections.forEach(({ setup: { connection } }, i) => {
				parts.onLimits(connection, limits[i] ?? []);
			});
		});
		this.#revision = plan.revision;
		this.#answered = new AnsweredModels(store, plan, plan.revision);
		this.#engine = new BatchEngine(
			{
				clock: host.clock,
				random: host.random,
				waiting: { [Symbol.asyncIterator]: () => store.waiting(0)[Symbol.asyncIterator]() },
				scopeOf: (request) => plan.scope(request, this.#revision),
				unsendable: (request) => this.#tooLong(request),
				isDone: () => waitingCount(store.counters, 0) === 0,
				estimate: (request) => this.#estimate(request),
				callKey: (request) => this.#callKey(request),
				send: (requests, signal, hear, left) => this.#send(requests, signal, hear, left),
				settle: (settled) => store.settle(this.#marked(settled)),
				onChange: () => {
					this.#progress.changed();
					this.#limits.changed();
				},
			},
			{
				concurrency: Math.min(setup.limits.maxConcurrency, most),
				maxRetries: setup.limits.maxRetries,
				promptsPerCall: setup.promptsPerRequest ?? 1,
				models: connections.flatMap(({ setup: { models } }) => models),
				limiters: connections.flatMap(({ limiters }) => limiters),
				lanes,
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
		const { callsInFlight } = snapshot;
		return {
			...snapshot,
			limits: this.#limitsByConnection().flat(),
			inFlight: snapshot.inFlight - this.#atGate,
			...(callsInFlight === undefined ? {} : { callsInFlight: callsInFlight - this.#callsAtGate }),
			phase,
			runId,
			unsaved: this.#engine.unsaved.length,
			elsewhere: false,
			counters,
			...bookkeepingOf(store),
			unreached: this.#unreached,
			secondsLeft:
				perMinute === null || perMinute === 0 || settledCount(counters) === 0
					? null
					: (left * 60) / perMinute,
		};
	}

	get #unreached(): Failure | null {
		return this.#reaches.find(({ failure }) => failure !== null)?.failure ?? null;
	}

	#limitsByConnection(): readonly (readonly LearnedLimits[])[] {
		const { limits } = this.#engine.snapshot();
		const { connections } = this.#parts;
		return connections.map(({ setup: { models, connectionName } }, i) =>
			limits
				.slice(i * models.length, (i + 1) * models.length)
				.map((one) => (connectionName === null ? one : { ...one, connection: connectionName })),
		);
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
		const planned = await this.#computed(request);
		this.#planned.set(request, planned);
		return planned;
	}

	async #estimate(request: number): Promise<number> {
		const planned = await this.#plan(request);
		return estimateTokens(planned.prompt, planned.modelArgs);
	}

	/** Prompts travel together only with the same parameters: a call has one set of them. */
	#callKey(request: number): number | null {
		if (this.#parts.setup.promptsPerRequest === undefined) return null;
		return this.#parts.plan.argsKey(request);
	}

	async #send(
		requests: readonly number[],
		signal: AbortSignal,
		hear: (readings: readonly LimitReading[]) => void,
		left: () => void,
	): Promise<CallOutcome | null> {
		const { plan, connections } = this.#parts;
		const planned: PlannedRequest[] = [];
		try {
			for (const request of requests) planned.push(await this.#plannedOnce(request));
		} catch (error) {
			// A row that cannot be read is never sent as an empty one.
			return err(storageFailure(error));
		}
		// Those of one call are of one scope, and so of one connection.
		const at = plan.connection(requests[0] ?? 0, this.#revision);
		const connection = connections[at];
		if (connection === undefined) throw new Error(`No connection ${String(at)}`);
		this.#atGate += requests.length;
		this.#callsAtGate++;
		return connection.gate.through(() => {
			this.#atGate -= requests.length;
			this.#callsAtGate--;
			// Paused, stopped or halted while it waited for a place that other runs had: it has not left.
			if (signal.aborted || !this.isRunning) return Promise.resolve(null);
			return this.#attempt(requests, planned, at, connection, signal, hear, left);
		});
	}

	async #plannedOnce(request: number): Promise<PlannedRequest> {
		const known = this.#planned.get(request);
		this.#planned.delete(request);
		return known ?? this.#computed(request);
	}

	/** A request without its row would leave with empty cells. */
	async #computed(request: number): Promise<PlannedRequest> {
		const { plan, setup } = this.#parts;
		const planned = await plan.planned(request, this.#revision);
		if (setup.datasetId !== null && planned.place.rowIndex < 0)
			throw new Error(`Request ${String(request + 1)} is of a row that is not in the data.`);
		return planned;
	}

	/** Noted before it leaves, so that a crash leaves word of what may have been paid for. */
	async #attempt(
		requests: readonly number[],
		planned: readonly PlannedRequest[],
		at: number,
		{ send, setup }: LiveConnection,
		signal: AbortSignal,
		hear: (readings: readonly LimitReading[]) => void,
		left: () => void,
	): Promise<CallOutcome | null> {
		const { store } = this.#parts;
		try {
			await store.sent(...requests);
		} catch (error) {
			return err(storageFailure(error));
		}
		// Paused, stopped or halted while that was written: it has not left.
		if (signal.aborted || !this.isRunning) {
			store.back(...requests);
			return null;
		}
		const prompts = planned.map(({ prompt }) => prompt);
		left();
		const answered = await sendCall(send, prompts, planned[0]?.modelArgs ?? {}, signal, hear);
		const outcome = answered.ok ? answered : err(named(answered.error, setup));
		if (!signal.aborted) this.#reaches[at]?.heard(outcome);
		if (outcome.ok) {
			for (const request of requests) this.#answered.answered(request);
			return outcome;
		}
		if (signal.reason === deadConnection) store.doubted(...requests);
		else store.back(...requests);
		return this.#ofTheRow(requests, outcome);
	}

	/** A model that has answered takes the settings: what it refuses then lies with the row, and is no reason to stop. */
	async #ofTheRow([request = -1]: readonly number[], outcome: CallOutcome): Promise<CallOutcome> {
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

/** One for each model: connections at one origin share the browser's connections to it. */
function lanesOf(connections: readonly LiveConnection[]): readonly Lane[] {
	const lanes = new Map<string, Lane>();
	return connections.flatMap(({ setup: { connection, models } }) => {
		const origin = originOf(connection);
		const lane = lanes.get(origin) ?? new Lane(concurrencyCeiling(connection).max);
		lanes.set(origin, lane);
		return models.map(() => lane);
	});
}

/** Of a run with several connections a failure says which it came from, and a refused parameter where that was. */
function named(failure: Failure, { connection, connectionName }: SharedSetup): Failure {
	if (connectionName === null) return failure;
	const { parameter } = failure;
	return {
		...failure,
		connection: connectionName,
		...(parameter === undefined
			? {}
			: { parameter: { ...parameter, origin: originOf(connection) } }),
	};
}

/** What a run's store can promise, for the page. */
export const bookkeepingOf = (
	store: RunStore,
): Pick<RunProgress, 'journal' | 'possiblyPaidTwice'> => ({
	journal: store.keepsJournal ? 'on' : 'unavailable',
	possiblyPaidTwice: store.paidTwice,
});

import { usageOf, type Completion } from '#domain/completion.ts';
import type { Failure, LimitReading } from '#domain/failure.ts';
import type { AttemptOutcome, SettledRequest } from '#domain/outcome.ts';
import { err, ok } from '#domain/result.ts';
import type { HeldBackBy, LearnedLimits, RetriedBy, RunPhase } from '#domain/run.ts';
import { attemptedAgain, attemptedBefore } from './attempted.ts';
import type { EngineOptions, EnginePorts } from './ports.ts';
import { Limiter, unknownLimits } from './limiter.ts';
import { Release } from './release.ts';
import type { Flight } from './scope.ts';
import { Throughput } from './throughput.ts';
import { Wakeup } from './wakeup.ts';

export interface EngineSnapshot {
	readonly phase: RunPhase;
	readonly inFlight: number;
	/** Left out where each request is a call of its own. */
	readonly callsInFlight?: number;
	/** As many as were asked for, until a model is found to take fewer; left out with the one above. */
	readonly promptsPerCall?: number;
	readonly retries: number;
	readonly rateLimited: number;
	readonly retriedBy: RetriedBy;
	/** Epoch milliseconds; null where nothing holds the release back. */
	readonly cooldownUntil: number | null;
	readonly concurrency: number;
	readonly settledPerMinute: number | null;
	readonly limits: readonly LearnedLimits[];
	readonly heldBackBy: HeldBackBy | null;
}

/**
 * One session of a run: from start or resume until everything is settled or it is paused, stopped or halted by a
 * failure. It is the only owner of retries.
 *
 * Invariants: a request is in exactly one place (the source, gathered, returned, in flight, being stored); at most
 * `concurrency` calls are in flight; nothing new leaves once the phase is not `running`; memory grows with concurrency, not with rows.
 */
export class BatchEngine {
	/** Outcomes that could not be stored: paid for, so the next session stores them before it sends anything. */
	readonly unsaved: SettledRequest[] = [];

	readonly #ports: EnginePorts;
	readonly #options: EngineOptions;
	readonly #models: readonly string[];
	readonly #sources: readonly AsyncIterator<number>[];
	readonly #release: Release;
	readonly #promptsPerCall: number;
	/** Calls, each by its first request. */
	readonly #calls = new Map<
		number,
		{ readonly controller: AbortController; readonly at: number }
	>();
	/** Requests. */
	#inFlight = 0;
	#storing = 0;
	readonly #wakeup = new Wakeup();
	readonly #throughput = new Throughput();
	#phase: RunPhase = { name: 'running' };

	constructor(ports: EnginePorts, options: EngineOptions) {
		this.#ports = ports;
		this.#options = options;
		this.#models = options.models ?? [''];
		this.#promptsPerCall = options.promptsPerCall ?? 1;
		this.#sources = this.#models.map(() => ports.waiting[Symbol.asyncIterator]());
		this.#release = new Release(ports, {
			concurrency: options.concurrency,
			maxRetries: options.maxRetries,
			promptsPerCall: this.#promptsPerCall,
			limiters: options.limiters ?? this.#models.map(() => new Limiter(ports, unknownLimits)),
			...(options.lanes === undefined ? {} : { lanes: options.lanes }),
		});
	}

	snapshot(): EngineSnapshot {
		const { clock } = this.#ports;
		const holdMs = this.#release.heldUntil - clock.now();
		const perCall = Math.min(...this.#release.scopes.map((scope) => scope.perCall));
		return {
			phase: this.#phase,
			inFlight: this.#inFlight,
			...(this.#promptsPerCall === 1
				? {}
				: { callsInFlight: this.#calls.size, promptsPerCall: perCall }),
			retries: this.#release.retries,
			rateLimited: this.#release.rateLimited,
			retriedBy: this.#release.retriedBy,
			cooldownUntil: holdMs > 0 ? clock.epoch() + holdMs : null,
			concurrency: this.#options.concurrency,
			settledPerMinute: this.#throughput.perMinute(clock.now()),
			limits: this.#release.scopes.map(({ limiter }, i) => ({
				model: this.#models[i] ?? '',
				...limiter.snapshot(),
			})),
			heldBackBy: this.#phase.name === 'running' ? this.#release.heldBackBy : null,
		};
	}

	/** Whether new requests may still leave. */
	get isRunning(): boolean {
		return this.#phase.name === 'running';
	}

	/** Nothing new leaves; what is in flight finishes. */
	pause(): void {
		if (this.#phase.name === 'running') this.#enter({ name: 'pausing' });
	}

	/** Nothing new leaves; what is in flight is aborted and waits again, also where a failure has halted the run already. */
	stop(): void {
		if (this.#phase.name === 'running' || this.#phase.name === 'pausing')
			this.#enter({ name: 'stopped' });
		for (const { controller } of this.#calls.values()) controller.abort();
	}

	/** Gives up on what left before this time of the clock and sends it again, for no attempt: its connection is dead. */
	sendAgain(leftBefore: number): void {
		for (const { controller, at } of this.#calls.values())
			if (at < leftBefore) controller.abort(deadConnection);
	}

	/** Works until nothing waits or something ends the session; gives back the phase it came to rest in. */
	async run(carriedOver: readonly SettledRequest[] = []): Promise<RunPhase> {
		// Before the source is asked: what waits is what has no stored outcome.
		await Promise.all(carriedOver.map((settled) => this.#store(settled)));
		while (this.#phase.name === 'running') {
			const wait = await this.#step();
			if (wait === 'finished') break;
			if (wait !== 0) await this.#wakeup.wait(wait, this.#ports.clock);
		}
		for (const source of this.#sources) await source.return?.();
		while (this.#calls.size > 0 || this.#storing > 0)
			await this.#wakeup.wait(null, this.#ports.clock);
		if (this.#phase.name === 'running') this.#enter({ name: 'finished' });
		else if (this.#phase.name === 'pausing')
			this.#enter({ name: this.#ports.isDone?.() === true ? 'finished' : 'paused' });
		return this.#phase;
	}

	/** Sends one call if one may leave. Gives back how long to wait before the next look: 0 none, null until something happens. */
	async #step(): Promise<number | null | 'finished'> {
		// Answers come faster than they can be stored: sending more would only pile them up in memory.
		const most = this.#promptsPerCall * Math.max(64, 2 * this.#options.concurrency);
		if (this.#storing >= most) return null;
		const move = this.#release.next();
		switch (move.kind) {
			case 'send':
				this.#send(move.flight);
				return 0;
			case 'pull':
				await this.#pull(move.scope);
				return 0;
			case 'wait':
				return move.ms;
			case 'finished':
				if (move.attention !== null) this.#needAttention(move.attention);
				return this.#storing > 0 ? null : 'finished';
		}
	}

	/** Takes up the next request of a model. One that a pause or stop overtakes simply stays waiting. */
	async #pull(index: number): Promise<void> {
		const { scopeOf, estimate, callKey, unsendable } = this.#ports;
		const scope = this.#release.scopes[index];
		try {
			const next = await this.#sources[index]?.next();
			if (next === undefined || next.done === true) {
				scope?.dry();
				return;
			}
			const takenAt = this.#ports.clock.now();
			const request = next.value;
			if (scopeOf !== undefined && scopeOf(request) !== index) return;
			const failure = (await unsendable?.(request)) ?? null;
			if (failure !== null) {
				this.#settleUnsent(request, failure);
				return;
			}
			const tokens = (await estimate?.(request)) ?? 0;
			scope?.offer(request, tokens, callKey?.(request) ?? null, takenAt);
		} catch (error) {
			this.#needAttention(storageFailure(error));
		}
	}

	#send(flight: Flight): void {
		const { clock } = this.#ports;
		const requests = flight.members.map(({ request }) => request);
		const controller = new AbortController();
		this.#calls.set(flight.request, { controller, at: flight.departure.at });
		this.#inFlight += requests.length;
		this.#ports.onChange();
		let startedAt = clock.epoch();
		let leftAt = flight.departure.at;
		let readings: readonly LimitReading[] = [];
		const hear = (heard: readonly LimitReading[]): void => {
			readings = heard;
		};
		const left = (): void => {
			startedAt = clock.epoch();
			leftAt = clock.now();
		};
		void this.#ports.send(requests, controller.signal, hear, left).then((outcome) => {
			this.#calls.delete(flight.request);
			this.#inFlight -= requests.length;
			const attempts = flight.failures + 1;
			const attempt = { startedAt, leftAt, endedAt: clock.now() };
			const settled = (position: number, own: AttemptOutcome): SettledRequest => ({
				request: requests[position] ?? -1,
				outcome: own,
				attempts,
				startedAt,
				latencyMs: attempt.endedAt - leftAt,
				...(requests.length === 1 ? {} : { call: { size: requests.length, position } }),
				...attemptedBefore(flight.attempted, attempt, flight.members[position] ?? {}),
			});
			const failed = (failure: Failure): Flight => ({
				...flight,
				attempted: attemptedAgain(flight.attempted, attempt, failure),
			});
			const { signal } = controller;
			// An answer that was faster than its abort is paid for.
			if (outcome?.ok === true) {
				const completions = outcome.value;
				this.#release.succeeded(flight, tokensOf(completions[0]), readings);
				completions.forEach((completion, i) => {
					this.#settle(settled(i, ok(completion)));
				});
			} else if (signal.reason === deadConnection)
				this.#release.broughtBack(outcome === null ? flight : failed(givenUp));
			else if (signal.aborted || outcome === null) this.#release.aborted(flight);
			else this.#fail(failed(outcome.error), outcome.error, (i) => settled(i, err(outcome.error)));
			this.#wakeup.wake();
			this.#ports.onChange();
		});
	}

	#fail(flight: Flight, failure: Failure, settled: (position: number) => SettledRequest): void {
		const { kind, attention } = this.#release.failed(flight, failure);
		if (kind === 'settled')
			flight.members.forEach((_, i) => {
				this.#settle(settled(i));
			});
		if (attention !== null) this.#needAttention(attention);
	}

	#needAttention(failure: Failure): void {
		if (this.#phase.name === 'running' || this.#phase.name === 'pausing')
			this.#enter({ name: 'needsAttention', failure });
	}

	/** It tells nothing of the endpoint, so neither the limits nor the first request's answer hear of it. */
	#settleUnsent(request: number, failure: Failure): void {
		const startedAt = this.#ports.clock.epoch();
		this.#settle({ request, outcome: err(failure), attempts: 0, startedAt, latencyMs: 0 });
	}

	#settle(settled: SettledRequest): void {
		this.#throughput.count(this.#ports.clock.now());
		void this.#store(settled);
	}

	async #store(settled: SettledRequest): Promise<void> {
		this.#storing++;
		try {
			await this.#ports.settle(settled);
		} catch (error) {
			this.unsaved.push(settled);
			this.#needAttention(storageFailure(error));
		}
		this.#storing--;
		this.#wakeup.wake();
		this.#ports.onChange();
	}

	#enter(phase: RunPhase): void {
		this.#phase = phase;
		this.#wakeup.wake();
		this.#ports.onChange();
	}
}

/** Why a request is aborted that waits again within the session. */
export const deadConnection = Symbol('dead connection');

/** What is told of an attempt that was given up so. */
const givenUp: Failure = {
	kind: 'network',
	message:
		'Given up after this computer had slept: its connection was dead, and whether it was answered is not known.',
	status: null,
	code: null,
	requestId: null,
	waitMs: null,
};

/** Those of the whole call: each of its completions tells them. */
function tokensOf(completion: Completion | undefined): number | null {
	const { promptTokens, completionTokens } = usageOf(completion?.rest ?? {});
	return promptTokens === null ? null : promptTokens + (completionTokens ?? 0);
}

/** The failure that a store's error stands for. */
export const storageFailure = (error: unknown): Failure => ({
	kind: 'storage',
	message: error instanceof Error ? error.message : String(error),
	status: null,
	// A store's error may say what kind it is, such as a full disk.
	code:
		error instanceof Error && 'kind' in error && typeof error.kind === 'string' ? error.kind : null,
	requestId: null,
	waitMs: null,
});

import { usageOf, type Completion } from '#domain/completion.ts';
import type { Failure, LimitReading } from '#domain/failure.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { err } from '#domain/result.ts';
import type { HeldBackBy, LearnedLimits, RetriedBy, RunPhase } from '#domain/run.ts';
import type { EngineOptions, EnginePorts } from './ports.ts';
import { Limiter, unknownLimits } from './limiter.ts';
import { Release } from './release.ts';
import type { Flight } from './scope.ts';
import { Throughput } from './throughput.ts';
import { Wakeup } from './wakeup.ts';

export interface EngineSnapshot {
	readonly phase: RunPhase;
	readonly inFlight: number;
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
 * Invariants: a request is in exactly one place (the source, returned, in flight, being stored); at most `concurrency`
 * are in flight; nothing new leaves once the phase is not `running`; memory grows with concurrency, not with rows.
 */
export class BatchEngine {
	/** Outcomes that could not be stored: paid for, so the next session stores them before it sends anything. */
	readonly unsaved: SettledRequest[] = [];

	readonly #ports: EnginePorts;
	readonly #options: EngineOptions;
	readonly #models: readonly string[];
	readonly #sources: readonly AsyncIterator<number>[];
	readonly #release: Release;
	readonly #inFlight = new Map<
		number,
		{ readonly controller: AbortController; readonly at: number }
	>();
	#storing = 0;
	readonly #wakeup = new Wakeup();
	readonly #throughput = new Throughput();
	#phase: RunPhase = { name: 'running' };

	constructor(ports: EnginePorts, options: EngineOptions) {
		this.#ports = ports;
		this.#options = options;
		this.#models = options.models ?? [''];
		this.#sources = this.#models.map(() => ports.waiting[Symbol.asyncIterator]());
		this.#release = new Release(ports, {
			concurrency: options.concurrency,
			maxRetries: options.maxRetries,
			limiters: options.limiters ?? this.#models.map(() => new Limiter(ports, unknownLimits)),
		});
	}

	snapshot(): EngineSnapshot {
		const { clock } = this.#ports;
		const holdMs = this.#release.heldUntil - clock.now();
		return {
			phase: this.#phase,
			inFlight: this.#inFlight.size,
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
		for (const { controller } of this.#inFlight.values()) controller.abort();
	}

	/** Gives up on what left before this time of the clock and sends it again, for no attempt: its connection is dead. */
	sendAgain(leftBefore: number): void {
		for (const { controller, at } of this.#inFlight.values())
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
		while (this.#inFlight.size > 0 || this.#storing > 0)
			await this.#wakeup.wait(null, this.#ports.clock);
		if (this.#phase.name === 'running') this.#enter({ name: 'finished' });
		else if (this.#phase.name === 'pausing') this.#enter({ name: 'paused' });
		return this.#phase;
	}

	/** Sends one request if one may leave. Gives back how long to wait before the next look: 0 none, null until something happens. */
	async #step(): Promise<number | null | 'finished'> {
		// Answers come faster than they can be stored: sending more would only pile them up in memory.
		if (this.#storing >= Math.max(64, 2 * this.#options.concurrency)) return null;
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
		const { scopeOf, estimate, unsendable } = this.#ports;
		const scope = this.#release.scopes[index];
		try {
			const next = await this.#sources[index]?.next();
			if (next === undefined || next.done === true) scope?.dry();
			else if (scopeOf === undefined || scopeOf(next.value) === index) {
				const failure = (await unsendable?.(next.value)) ?? null;
				if (failure !== null) this.#settleUnsent(next.value, failure);
				else scope?.offer(next.value, (await estimate?.(next.value)) ?? 0);
			}
		} catch (error) {
			this.#needAttention(storageFailure(error));
		}
	}

	#send(flight: Flight): void {
		const { clock } = this.#ports;
		const { request } = flight;
		const controller = new AbortController();
		this.#inFlight.set(request, { controller, at: flight.departure.at });
		this.#ports.onChange();
		const startedAt = clock.epoch();
		let readings: readonly LimitReading[] = [];
		const hear = (heard: readonly LimitReading[]): void => {
			readings = heard;
		};
		void this.#ports.send(request, controller.signal, hear).then((outcome) => {
			this.#inFlight.delete(request);
			const attempts = flight.failures + 1;
			const latencyMs = clock.now() - flight.departure.at;
			const { signal } = controller;
			// An answer that was faster than its abort is paid for.
			if (outcome?.ok === true) {
				this.#release.succeeded(flight, tokensOf(outcome.value), readings);
				this.#settle({ request, outcome, attempts, startedAt, latencyMs });
			} else if (signal.reason === deadConnection) this.#release.broughtBack(flight);
			else if (signal.aborted || outcome === null) this.#release.aborted(flight);
			else this.#fail(flight, outcome.error, { request, outcome, attempts, startedAt, latencyMs });
			this.#wakeup.wake();
			this.#ports.onChange();
		});
	}

	#fail(flight: Flight, failure: Failure, settled: SettledRequest): void {
		const { kind, attention } = this.#release.failed(flight, failure);
		if (kind === 'settled') this.#settle(settled);
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

function tokensOf({ rest }: Completion): number | null {
	const { promptTokens, completionTokens } = usageOf(rest);
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

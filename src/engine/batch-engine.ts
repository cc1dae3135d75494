import { verdictOf, type Failure } from '#domain/failure.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import type { RunPhase } from '#domain/run.ts';
import { backoffMs, cooldownMs } from './backoff.ts';
import type { EngineOptions, EnginePorts } from './ports.ts';
import { ReturnedRequests } from './returned-requests.ts';
import { Throughput } from './throughput.ts';
import { Wakeup } from './wakeup.ts';

/** Equal permanent failures without one success between, after which a person should look before more are spent. */
const equalFailuresToStop = 20;
/** A wait longer than this is a person's decision, not the engine's. */
const longestCooldownMs = 10 * 60_000;

export interface EngineSnapshot {
	readonly phase: RunPhase;
	readonly inFlight: number;
	readonly retries: number;
	readonly rateLimited: number;
	/** Epoch milliseconds; null where nothing holds the release back. */
	readonly cooldownUntil: number | null;
	readonly concurrency: number;
	readonly settledPerMinute: number | null;
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
	readonly #source: AsyncIterator<number>;
	#sourceIsDry = false;
	readonly #returned = new ReturnedRequests();
	readonly #inFlight = new Map<number, AbortController>();
	#storing = 0;
	readonly #wakeup = new Wakeup();
	readonly #throughput = new Throughput();
	#phase: RunPhase = { name: 'running' };
	/** False until one request has settled: till then no other is sent, so that a wrong key costs one call. */
	#canarySettled = false;
	#succeeded = false;
	#retries = 0;
	#rateLimited = 0;
	#cooldownUntil = 0;
	/** 429 episodes since the last success; one episode is all answers to requests sent before its cooldown. */
	#episodes = 0;
	#lastCooldownAt = -Infinity;
	#equalFailures = { key: '', count: 0 };

	constructor(ports: EnginePorts, options: EngineOptions) {
		this.#ports = ports;
		this.#options = options;
		this.#source = ports.waiting[Symbol.asyncIterator]();
	}

	snapshot(): EngineSnapshot {
		const { clock } = this.#ports;
		const holdMs = this.#cooldownUntil - clock.now();
		return {
			phase: this.#phase,
			inFlight: this.#inFlight.size,
			retries: this.#retries,
			rateLimited: this.#rateLimited,
			cooldownUntil: holdMs > 0 ? clock.epoch() + holdMs : null,
			concurrency: this.#options.concurrency,
			settledPerMinute: this.#throughput.perMinute(clock.now()),
		};
	}

	/** Nothing new leaves; what is in flight finishes. */
	pause(): void {
		if (this.#phase.name === 'running') this.#enter({ name: 'pausing' });
	}

	/** Nothing new leaves; what is in flight is aborted and waits again, also where a failure has halted the run already. */
	stop(): void {
		if (this.#phase.name === 'running' || this.#phase.name === 'pausing')
			this.#enter({ name: 'stopped' });
		for (const controller of this.#inFlight.values()) controller.abort();
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
		await this.#source.return?.();
		while (this.#inFlight.size > 0 || this.#storing > 0)
			await this.#wakeup.wait(null, this.#ports.clock);
		if (this.#phase.name === 'running') this.#enter({ name: 'finished' });
		else if (this.#phase.name === 'pausing') this.#enter({ name: 'paused' });
		return this.#phase;
	}

	/** Sends one request if one may leave. Gives back how long to wait before the next look: 0 none, null until something happens. */
	async #step(): Promise<number | null | 'finished'> {
		const { clock } = this.#ports;
		if (this.#inFlight.size >= this.#options.concurrency) return null;
		// Answers come faster than they can be stored: sending more would only pile them up in memory.
		if (this.#storing >= Math.max(64, 2 * this.#options.concurrency)) return null;
		const now = clock.now();
		if (now < this.#cooldownUntil) return this.#cooldownUntil - now;

		const returned = this.#returned.takeReady(now);
		if (returned !== null) {
			this.#send(returned.request, returned.failures);
			return 0;
		}
		const nextReady = this.#returned.readyIn(now);
		if (this.#mayPull()) {
			await this.#pull();
			return 0;
		}
		if (nextReady !== null) return nextReady;
		if (this.#inFlight.size > 0 || this.#storing > 0) return null;
		return this.#sourceIsDry ? 'finished' : null;
	}

	async #pull(): Promise<void> {
		try {
			const next = await this.#source.next();
			if (next.done === true) this.#sourceIsDry = true;
			// A pause or stop may have come while the store was asked; the request then simply stays waiting.
			else if (this.#phase.name === 'running') this.#send(next.value, 0);
		} catch (error) {
			this.#needAttention(storageFailure(error));
		}
	}

	/** New requests are taken up only while few wait for a retry, so that an outage does not pull the whole plan into memory. */
	#mayPull(): boolean {
		if (this.#sourceIsDry) return false;
		if (!this.#canarySettled) return this.#inFlight.size + this.#returned.size === 0;
		return this.#returned.size < this.#options.concurrency;
	}

	#send(request: number, failures: number): void {
		const { clock } = this.#ports;
		const controller = new AbortController();
		this.#inFlight.set(request, controller);
		this.#ports.onChange();
		const sentAt = clock.now();
		const startedAt = clock.epoch();
		void this.#ports.send(request, controller.signal).then((outcome) => {
			this.#inFlight.delete(request);
			const attempts = failures + 1;
			const latencyMs = clock.now() - sentAt;
			const settled = { request, outcome, attempts, startedAt, latencyMs };
			if (!controller.signal.aborted) {
				if (outcome.ok) this.#succeed(settled);
				else this.#fail(outcome.error, settled, sentAt);
			}
			this.#wakeup.wake();
			this.#ports.onChange();
		});
	}

	#succeed(settled: SettledRequest): void {
		this.#succeeded = true;
		this.#episodes = 0;
		this.#equalFailures = { key: '', count: 0 };
		this.#settle(settled);
	}

	#fail(failure: Failure, settled: SettledRequest, sentAt: number): void {
		const { clock, random } = this.#ports;
		const { request, attempts } = settled;
		switch (this.#verdict(failure)) {
			case 'stopRun':
				this.#needAttention(failure);
				return;
			case 'failRequest':
				this.#settle(settled);
				this.#countEqual(failure);
				return;
			case 'cooldown': {
				this.#rateLimited++;
				this.#returned.add({ request, failures: attempts - 1, readyAt: clock.now() });
				if (sentAt >= this.#lastCooldownAt) {
					this.#episodes++;
					this.#lastCooldownAt = clock.now();
				}
				const wait = cooldownMs(Math.max(1, this.#episodes), random, failure.waitMs);
				this.#cooldownUntil = Math.max(this.#cooldownUntil, clock.now() + wait);
				return;
			}
			case 'retry': {
				if (attempts > this.#options.maxRetries) {
					this.#settle(settled);
					this.#countEqual(failure);
					return;
				}
				this.#retries++;
				const wait = backoffMs(attempts, random, failure.waitMs);
				this.#returned.add({ request, failures: attempts, readyAt: clock.now() + wait });
			}
		}
	}

	#verdict(failure: Failure): ReturnType<typeof verdictOf> {
		// An address that has answered properly before is right; a page of HTML from it is a passing fault.
		if (failure.kind === 'notAnApi' && this.#succeeded) return 'retry';
		if ((failure.waitMs ?? 0) > longestCooldownMs) return 'stopRun';
		return verdictOf(failure);
	}

	#countEqual(failure: Failure): void {
		const key = `${failure.kind} ${failure.code ?? ''}`;
		const count = this.#equalFailures.key === key ? this.#equalFailures.count + 1 : 1;
		this.#equalFailures = { key, count };
		if (count >= equalFailuresToStop && !this.#succeeded) this.#needAttention(failure);
	}

	#needAttention(failure: Failure): void {
		if (this.#phase.name === 'running' || this.#phase.name === 'pausing')
			this.#enter({ name: 'needsAttention', failure });
	}

	#settle(settled: SettledRequest): void {
		this.#canarySettled = true;
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

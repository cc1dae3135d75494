import type { Failure, FailureKind } from '#domain/failure.ts';
import type { AttemptOutcome, CallOutcome, SettledRequest } from '#domain/outcome.ts';
import { err, ok } from '#domain/result.ts';
import type { RunPhase } from '#domain/run.ts';
import { BatchEngine } from '#engine/batch-engine.ts';
import { Limiter, unknownLimits } from '#engine/limiter.ts';
import { VirtualClock, seededRandom } from './virtual-clock.ts';

export const failing = (kind: FailureKind, more: Partial<Failure> = {}): AttemptOutcome =>
	err({ kind, message: kind, status: null, code: null, requestId: null, waitMs: null, ...more });

export const answering = (text = 'yes'): AttemptOutcome =>
	ok({
		rest: { model: 'm' },
		choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
	});

/** Answers attempt `attempt` (from 1) at a request. */
export type Script = (request: number, attempt: number, now: number) => AttemptOutcome;

/** Answers attempt `attempt` (from 1) at these very requests in one call. */
export type CallScript = (requests: readonly number[], attempt: number, now: number) => CallOutcome;

/** Every prompt of a call gets this answer, or all of them this failure. */
export const each = (requests: readonly number[], outcome: AttemptOutcome): CallOutcome =>
	outcome.ok ? ok(requests.map(() => outcome.value)) : outcome;

export interface WorldOptions {
	readonly requests: number;
	readonly script?: Script;
	/** In place of `script`, where several travel together. */
	readonly callScript?: CallScript;
	readonly promptsPerCall?: number;
	readonly callKey?: (request: number) => string | number;
	readonly concurrency?: number;
	readonly maxRetries?: number;
	readonly latencyMs?: number | ((request: number, attempt: number) => number);
	readonly storeMs?: number;
	/** Throws where the outcome cannot be stored. */
	readonly store?: (settled: SettledRequest) => void;
	/** Why a request is not sent; null: it is. */
	readonly unsendable?: (request: number) => Failure | null;
	readonly seed?: number;
	/** False: 429s are only waited out. */
	readonly learn?: boolean;
}

/** An endpoint, a store and a clock around one run; sessions follow each other over the same store as in the worker. */
export class ScriptedWorld {
	readonly clock = new VirtualClock();
	/** Every attempt that left, in order. */
	readonly sent: { request: number; requests: readonly number[]; attempt: number; at: number }[] =
		[];
	readonly settled = new Map<number, SettledRequest>();
	storedTwice = 0;
	mostInFlight = 0;
	/** The most requests that were taken up and not yet stored. */
	mostHeld = 0;
	#inFlight = 0;
	#pulled = 0;
	readonly #attempts = new Map<string, number>();
	readonly #options: WorldOptions;
	readonly #random: () => number;

	constructor(options: WorldOptions) {
		this.#options = options;
		this.#random = seededRandom(options.seed ?? 1);
	}

	engine(): BatchEngine {
		const { clock } = this;
		const { callKey, promptsPerCall } = this.#options;
		return new BatchEngine(
			{
				clock,
				random: this.#random,
				waiting: this.#waiting(),
				...(callKey === undefined ? {} : { callKey }),
				unsendable: (request) => Promise.resolve(this.#options.unsendable?.(request) ?? null),
				send: (requests, signal) => this.#send(requests, signal),
				settle: (settled) => this.#settle(settled),
				onChange: () => undefined,
			},
			{
				concurrency: this.#options.concurrency ?? 10,
				maxRetries: this.#options.maxRetries ?? 8,
				...(promptsPerCall === undefined ? {} : { promptsPerCall }),
				limiters: [
					new Limiter(
						{ clock, random: this.#random },
						{ ...unknownLimits, learn: this.#options.learn ?? true },
					),
				],
			},
		);
	}

	run(engine = this.engine()): Promise<RunPhase> {
		return this.clock.until(engine.run());
	}

	get succeeded(): number[] {
		return this.#numbers(true);
	}

	get failed(): number[] {
		return this.#numbers(false);
	}

	#numbers(succeeded: boolean): number[] {
		return [...this.settled.values()]
			.filter(({ outcome }) => outcome.ok === succeeded)
			.map(({ request }) => request)
			.sort((a, b) => a - b);
	}

	async *#waiting(): AsyncGenerator<number> {
		for (let request = 0; request < this.#options.requests; request++) {
			if (this.settled.has(request)) continue;
			await Promise.resolve();
			this.#pulled++;
			this.mostHeld = Math.max(this.mostHeld, this.#pulled - this.settled.size);
			yield request;
		}
	}

	async #send(requests: readonly number[], signal: AbortSignal): Promise<CallOutcome> {
		const [request = -1] = requests;
		const key = requests.join(' ');
		const attempt = (this.#attempts.get(key) ?? 0) + 1;
		this.#attempts.set(key, attempt);
		this.sent.push({ request, requests, attempt, at: this.clock.now() });
		this.mostInFlight = Math.max(this.mostInFlight, ++this.#inFlight);
		const { latencyMs = 1_000, script = () => answering(), callScript } = this.#options;
		const now = this.clock.now();
		const outcome =
			callScript?.(requests, attempt, now) ?? each(requests, script(request, attempt, now));
		await this.clock.sleep(
			typeof latencyMs === 'number' ? latencyMs : latencyMs(request, attempt),
			signal,
		);
		this.#inFlight--;
		return signal.aborted ? each(requests, failing('network')) : outcome;
	}

	async #settle(settled: SettledRequest): Promise<void> {
		const { storeMs, store } = this.#options;
		if (storeMs !== undefined) await this.clock.sleep(storeMs, new AbortController().signal);
		store?.(settled);
		if (this.settled.has(settled.request)) this.storedTwice++;
		this.settled.set(settled.request, settled);
	}
}

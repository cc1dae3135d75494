import type { Failure } from '#domain/failure.ts';
import type { HeldBackBy } from '#domain/run.ts';
import { Breaker } from './breaker.ts';
import type { Lane } from './lane.ts';
import type { Departure, Limiter, LimiterPorts } from './limiter.ts';
import { Ramp } from './ramp.ts';
import { ReturnedRequests, type Returned } from './returned-requests.ts';
import { lookAgainMs } from './turns.ts';

/** A request in flight. */
export interface Flight extends Returned {
	readonly scope: Scope;
	readonly departure: Departure;
}

/** The release may send, needs the next number of the plan, or has to wait: null for an answer, `finished` for nothing more. */
export type ScopeMove =
	| { readonly kind: 'send'; readonly candidate: Returned }
	| { readonly kind: 'pull' }
	| { readonly kind: 'wait'; readonly ms: number | null; readonly by: HeldBackBy | null }
	| { readonly kind: 'finished' };

/** All that one model of a run waits for: its limits, its ramp, its outages, and the requests that came back. */
export class Scope {
	readonly limiter: Limiter;
	/** Shared with the other models of its connection. */
	readonly lane: Lane;
	readonly breaker = new Breaker();
	readonly ramp: Ramp;
	readonly returned = new ReturnedRequests();
	inFlight = 0;
	/** False until one request has settled: till then no other is sent, so that a wrong key costs one call. */
	canarySettled = false;
	succeeded = false;
	/** When a 429 came first without a success since; null where the last answer was one. */
	refusedSince: number | null = null;
	/** Why this model can be sent nothing more, where the others can; null: it can. */
	stoppedBy: Failure | null = null;
	heldBackBy: HeldBackBy | null = null;
	readonly #concurrency: number;
	readonly #ports: LimiterPorts;
	#head: Returned | null = null;
	#isDry = false;

	constructor(ports: LimiterPorts, limiter: Limiter, concurrency: number, lane: Lane) {
		this.#ports = ports;
		this.#concurrency = concurrency;
		this.limiter = limiter;
		this.lane = lane;
		this.ramp = new Ramp(concurrency);
	}

	/** The next number of the plan, taken up. */
	offer(request: number, estimate: number): void {
		this.#head = { request, estimate, failures: 0, readyAt: 0 };
	}

	/** The plan has no more. */
	dry(): void {
		this.#isDry = true;
	}

	/** Nothing is left of it, or nothing more may leave, and nothing is in flight. */
	get isOver(): boolean {
		return this.inFlight === 0 && this.#mayNotSend;
	}

	next(): ScopeMove {
		const move = this.#look();
		this.heldBackBy = move.kind === 'wait' ? move.by : null;
		return move;
	}

	send(candidate: Returned): Flight {
		if (candidate === this.#head) this.#head = null;
		else this.returned.remove(candidate);
		this.inFlight++;
		this.lane.inFlight++;
		this.breaker.left();
		return { ...candidate, scope: this, departure: this.limiter.leave(candidate.estimate, this) };
	}

	landed(): void {
		this.inFlight--;
		this.lane.inFlight--;
	}

	#look(): ScopeMove {
		const now = this.#ports.clock.now();
		if (!this.canarySettled && this.inFlight > 0) return waiting(null, 'firstRequest');
		if (this.isOver) return { kind: 'finished' };
		if (this.#mayNotSend) return waiting(null, null);
		if (this.lane.isFull) return waiting(null, 'concurrency');
		const outageMs = this.breaker.waitMs(now);
		if (outageMs !== 0) return waiting(outageMs, 'outage');
		if (this.inFlight >= this.ramp.allowed) return waiting(null, 'endpoint');
		const candidate = this.returned.firstReady(now) ?? this.#head;
		// The canary is the same request until it has settled.
		if (candidate === null || (candidate === this.#head && this.#canaryWaits())) {
			if (this.#mayPull()) return { kind: 'pull' };
			const readyMs = this.returned.readyIn(now);
			return waiting(readyMs, this.canarySettled ? null : 'firstRequest');
		}
		const { ms, by } = this.limiter.hold(candidate.estimate, this);
		return ms > 0 ? waiting(Math.min(ms, lookAgainMs), by) : { kind: 'send', candidate };
	}

	get #mayNotSend(): boolean {
		if (this.stoppedBy !== null) return true;
		return this.#isDry && this.#head === null && this.returned.size === 0;
	}

	#canaryWaits(): boolean {
		return !this.canarySettled && this.returned.size > 0;
	}

	/** New requests are taken up only while few wait for a retry, so that an outage does not pull the whole plan into memory. */
	#mayPull(): boolean {
		if (this.#isDry || this.#head !== null || this.#canaryWaits()) return false;
		return this.returned.size < this.#concurrency;
	}
}

const waiting = (ms: number | null, by: HeldBackBy | null): ScopeMove => ({ kind: 'wait', ms, by });

import type { Failure } from '#domain/failure.ts';
import type { HeldBackBy } from '#domain/run.ts';
import { Breaker } from './breaker.ts';
import { partsOf, type Call, type History } from './call.ts';
import { Gathering, type CallKey } from './gathering.ts';
import type { Lane } from './lane.ts';
import type { Departure, Limiter, LimiterPorts } from './limiter.ts';
import { Parting } from './parting.ts';
import { Ramp } from './ramp.ts';
import { ReturnedRequests } from './returned-requests.ts';
import { lookAgainMs } from './turns.ts';

/** A call in flight. */
export interface Flight extends Call {
	readonly scope: Scope;
	readonly departure: Departure;
}

/** The release may send, needs the next number of the plan, or has to wait: null for an answer, `finished` for nothing more. */
export type ScopeMove =
	| { readonly kind: 'send'; readonly candidate: Call }
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
	readonly #gathering: Gathering;
	#perCall: number;
	#isDry = false;

	constructor(ports: LimiterPorts, limiter: Limiter, concurrency: number, lane: Lane, perCall = 1) {
		this.#ports = ports;
		this.#concurrency = concurrency;
		this.#perCall = perCall;
		this.#gathering = new Gathering(perCall);
		this.limiter = limiter;
		this.lane = lane;
		this.ramp = new Ramp(concurrency);
	}

	/** The most requests that leave in one call: as many as were asked for, until the endpoint is found to take fewer. */
	get perCall(): number {
		return this.#perCall;
	}

	/** The next number of the plan, taken up. */
	offer(request: number, estimate: number, key: CallKey = null, takenAt?: number): void {
		const taken = takenAt === undefined ? {} : { takenAt };
		this.#gathering.offer({ request, estimate, ...taken }, key);
	}

	/** The plan has no more. */
	dry(): void {
		this.#isDry = true;
		this.#gathering.end();
	}

	/** It waits for another attempt, in smaller calls where the endpoint was meanwhile found to take fewer at once. */
	takeBack(call: Call, anew: Partial<History>): void {
		for (const part of partsOf(call, this.#perCall, anew)) this.returned.add(part);
	}

	/** A refused call leaves again in halves, until what was refused stands alone. */
	part(call: Call, anew: Pick<History, 'failures' | 'readyAt'>, cause: Failure): void {
		// A filter judges the same text now so, now otherwise: that all pass in the end says nothing of their number.
		const blamesNumber = cause.kind !== 'contentFiltered';
		const { length } = call.members;
		const partOf = new Parting(length, call.partOf, blamesNumber);
		const most = Math.min(this.#perCall, Math.ceil(length / 2));
		for (const part of partsOf(call, most, { ...anew, partOf })) this.returned.add(part);
	}

	answered({ members, partOf }: Call): void {
		const most = partOf?.answered(members.length) ?? null;
		if (most === null || most >= this.#perCall) return;
		this.#perCall = most;
		this.returned.cut((call) => partsOf(call, most));
		for (const call of this.#gathering.shrink(most)) this.returned.add(call);
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

	send(candidate: Call): Flight {
		if (candidate === this.#gathering.whole) this.#gathering.left();
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
		// The canary is the same request until it has settled.
		const fresh = this.#canaryWaits() ? null : this.#gathering.whole;
		const candidate = this.returned.firstReady(now) ?? fresh;
		if (candidate === null) {
			if (this.#mayPull()) return { kind: 'pull' };
			const readyMs = this.returned.readyIn(now);
			return waiting(readyMs, this.canarySettled ? null : 'firstRequest');
		}
		const { ms, by } = this.limiter.hold(candidate.estimate, this);
		return ms > 0 ? waiting(Math.min(ms, lookAgainMs), by) : { kind: 'send', candidate };
	}

	get #mayNotSend(): boolean {
		if (this.stoppedBy !== null) return true;
		return this.#isDry && this.#gathering.isEmpty && this.returned.size === 0;
	}

	#canaryWaits(): boolean {
		return !this.canarySettled && this.returned.size > 0;
	}

	/** New requests are taken up only while few wait for a retry, so that an outage does not pull the whole plan into memory. */
	#mayPull(): boolean {
		if (this.#isDry || this.#gathering.whole !== null || this.#canaryWaits()) return false;
		return this.returned.size < this.#concurrency;
	}
}

const waiting = (ms: number | null, by: HeldBackBy | null): ScopeMove => ({ kind: 'wait', ms, by });

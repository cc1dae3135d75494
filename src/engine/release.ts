import { verdictOf, type Failure, type LimitReading } from '#domain/failure.ts';
import { countRetried, type HeldBackBy, type RetriedBy } from '#domain/run.ts';
import { backoffMs } from './backoff.ts';
import { Lane } from './lane.ts';
import { canBeTrue } from './limit-mirror.ts';
import { longestCooldownMs, type Limiter, type LimiterPorts } from './limiter.ts';
import { Scope, type Flight } from './scope.ts';

/** Equal permanent failures without one success between, after which a person should look before more are spent. */
const equalFailuresToStop = 20;
/** Probes in vain, of an endpoint that has never answered, after which a person should look. */
const probesInVain = 5;

export interface ReleaseOptions {
	readonly concurrency: number;
	readonly maxRetries: number;
	/** One for each model that is sent to. */
	readonly limiters: readonly Limiter[];
	/** For each limiter that of its connection; left out: all are of one. */
	readonly lanes?: readonly Lane[];
	/** The most requests that travel in one call; left out: each alone. */
	readonly promptsPerCall?: number;
}

export type Move =
	| { readonly kind: 'send'; readonly flight: Flight }
	/** The next number of this scope's plan is needed: `offer` it, or say that it is dry. */
	| { readonly kind: 'pull'; readonly scope: number }
	/** Null: until an answer comes. */
	| { readonly kind: 'wait'; readonly ms: number | null }
	/** Nothing more is in flight and nothing may leave: null where all is done, else what a person has to mend first. */
	| { readonly kind: 'finished'; readonly attention: Failure | null };

/** What an answer means: the request is done; it went back to wait; or a person has to mend something. */
export type Consequence =
	| { readonly kind: 'settled'; readonly attention: Failure | null }
	| { readonly kind: 'back'; readonly attention: Failure | null };

/**
 * Which request leaves when, and what becomes of it: every rule of the engine and nothing else, without promises, so that
 * the simulation runs these very lines. Models take turns under one cap; within a model requests leave in plan order. Of
 * several connections the one with the least in flight comes first, so that one that is slow to answer never comes to
 * hold all places while another could send.
 */
export class Release {
	readonly scopes: readonly Scope[];
	readonly #ports: LimiterPorts;
	readonly #options: ReleaseOptions;
	#turn = 0;
	#inFlight = 0;
	#retries = 0;
	#rateLimited = 0;
	#retriedBy: RetriedBy = {};
	readonly #hasSeveralLanes: boolean;

	constructor(ports: LimiterPorts, options: ReleaseOptions) {
		this.#ports = ports;
		this.#options = options;
		const { concurrency, limiters, lanes, promptsPerCall = 1 } = options;
		const all = new Lane(concurrency);
		this.scopes = limiters.map((limiter, i) => {
			const lane = lanes?.[i] ?? all;
			return new Scope(ports, limiter, Math.min(concurrency, lane.ceiling), lane, promptsPerCall);
		});
		this.#hasSeveralLanes = new Set(this.scopes.map(({ lane }) => lane)).size > 1;
	}

	get retries(): number {
		return this.#retries;
	}

	get rateLimited(): number {
		return this.#rateLimited;
	}

	get retriedBy(): RetriedBy {
		return this.#retriedBy;
	}

	/** What holds back most; null where nothing does. */
	get heldBackBy(): HeldBackBy | null {
		if (this.#inFlight >= this.#options.concurrency) return 'concurrency';
		const reasons = this.scopes.map(({ heldBackBy }) => heldBackBy);
		return bySeverity.find((reason) => reasons.includes(reason)) ?? null;
	}

	/** The time until which the whole run is held by cooldowns or an outage; 0 where a model is free. */
	get heldUntil(): number {
		const now = this.#ports.clock.now();
		const going = this.scopes.filter(({ isOver }) => !isOver);
		const untils = going.map(({ limiter, breaker }) =>
			Math.max(limiter.until, breaker.isOpen ? breaker.until : 0),
		);
		if (untils.length === 0 || untils.some((until) => until <= now)) return 0;
		return Math.min(...untils);
	}

	next(): Move {
		if (this.#inFlight >= this.#options.concurrency) return { kind: 'wait', ms: null };
		let soonest: number | null = null;
		let finished = 0;
		for (const { index, scope } of this.#inTurn()) {
			const { lane } = scope;
			// The very first request of a connection goes alone, whichever its model.
			if (lane.inFlight > 0 && !lane.hasSettled && scope.inFlight === 0) {
				scope.heldBackBy = 'firstRequest';
				continue;
			}
			const move = scope.next();
			if (move.kind === 'pull') return { kind: 'pull', scope: index };
			if (move.kind === 'send') {
				this.#turn = (index + 1) % this.scopes.length;
				this.#inFlight++;
				return { kind: 'send', flight: scope.send(move.candidate) };
			}
			if (move.kind === 'finished') finished++;
			else if (move.ms !== null) soonest = Math.min(soonest ?? Infinity, move.ms);
		}
		if (finished === this.scopes.length) {
			const stopped = this.scopes.find(({ stoppedBy }) => stoppedBy !== null);
			return { kind: 'finished', attention: stopped?.stoppedBy ?? null };
		}
		return { kind: 'wait', ms: soonest };
	}

	/** An answer that is a completion; `usedTokens` where it says so, `readings` where its headers say how full the limits are. */
	succeeded(
		flight: Flight,
		usedTokens: number | null,
		readings: readonly LimitReading[] = [],
	): void {
		const { scope, departure } = flight;
		this.#landed(scope);
		scope.limiter.accepted(departure, usedTokens, readings);
		scope.breaker.answered(departure.at);
		scope.ramp.succeeded();
		scope.canarySettled = true;
		scope.succeeded = true;
		scope.refusedSince = null;
		scope.lane.answered();
		scope.answered(flight);
	}

	/** An attempt that was aborted: its request waits again in the store. */
	aborted({ scope, departure }: Flight): void {
		this.#landed(scope);
		scope.limiter.lost(departure);
		scope.breaker.givenUp(departure.at);
	}

	/** An attempt that nobody can blame on anything: it leaves again at once, uncharged. */
	broughtBack(flight: Flight): void {
		this.aborted(flight);
		flight.scope.takeBack(flight, { readyAt: this.#ports.clock.now() });
	}

	failed(flight: Flight, said: Failure): Consequence {
		const failure = withLongWait(said);
		const { scope, departure, failures } = flight;
		this.#landed(scope);
		const now = this.#ports.clock.now();
		const verdict = this.#verdict(failure, scope);
		if (verdict === 'retry') {
			scope.limiter.lost(departure);
			return this.#retry(flight, failure, now);
		}
		scope.breaker.answered(departure.at);
		if (verdict === 'cooldown') {
			this.#rateLimited++;
			this.#retriedBy = countRetried(this.#retriedBy, failure.kind);
			const waitMs = scope.limiter.refused(departure, failure);
			scope.takeBack(flight, { readyAt: now + waitMs });
			scope.refusedSince ??= now;
			const forgivenMs = scope.succeeded ? 3 * longestCooldownMs : longestCooldownMs;
			// Nothing but 429s for so long is no limit that waiting helps with.
			const inVain = now - scope.refusedSince > forgivenMs;
			return { kind: 'back', attention: inVain ? failure : null };
		}
		scope.limiter.accepted(departure, null);
		if (verdict === 'stopRun') {
			scope.takeBack(flight, { failures, readyAt: now });
			// One model of several that is missing stops no other.
			if (failure.kind !== 'modelNotFound' || this.scopes.length === 1)
				return { kind: 'back', attention: failure };
			scope.stoppedBy ??= failure;
			return { kind: 'back', attention: null };
		}
		if (flight.members.length > 1) {
			// No attempt is charged: most of its prompts have done nothing.
			scope.part(flight, { failures, readyAt: now }, failure);
			return { kind: 'back', attention: null };
		}
		return this.#settled(flight, failure);
	}

	#retry(flight: Flight, failure: Failure, now: number): Consequence {
		const { scope, departure, request, failures } = flight;
		const wasOpen = scope.breaker.isOpen;
		const charged = scope.breaker.faulted(request, departure.at, now);
		if (scope.breaker.isOpen && !wasOpen) scope.ramp.reset();
		// Where nothing may be tried again, the request itself is the probe.
		const isLast =
			(charged || this.#options.maxRetries === 0) && failures >= this.#options.maxRetries;
		if (isLast && !this.#mayPart(flight, failure)) return this.#settled(flight, failure);
		this.#retries++;
		this.#retriedBy = countRetried(this.#retriedBy, failure.kind);
		const waitMs = charged ? backoffMs(failures + 1, this.#ports.random, failure.waitMs) : 0;
		const anew = { failures: charged ? failures + 1 : failures, readyAt: now + waitMs };
		if (isLast) scope.part(flight, anew, failure);
		else scope.takeBack(flight, anew);
		const inVain = !scope.succeeded && scope.breaker.failedProbes >= probesInVain;
		return { kind: 'back', attention: inVain ? failure : null };
	}

	#inTurn(): readonly { readonly index: number; readonly scope: Scope }[] {
		const indexed = this.scopes.map((scope, index) => ({ scope, index }));
		const turned = [...indexed.slice(this.#turn), ...indexed.slice(0, this.#turn)];
		if (!this.#hasSeveralLanes) return turned;
		return turned.sort((a, b) => a.scope.lane.inFlight - b.scope.lane.inFlight);
	}

	/**
	 * One prompt that makes an endpoint fail each time must not take the others of its call with it. An endpoint that
	 * answers with another number of choices than was asked for does so to any call, and is paid each time.
	 */
	#mayPart({ members }: Flight, { kind }: Failure): boolean {
		return members.length > 1 && kind !== 'malformed' && this.#options.maxRetries > 0;
	}

	#landed(scope: Scope): void {
		scope.landed();
		this.#inFlight--;
	}

	#settled({ scope, members }: Flight, failure: Failure): Consequence {
		scope.canarySettled = true;
		const count = scope.lane.failed(failure, members.length);
		const stop = count >= equalFailuresToStop && !scope.lane.succeeded;
		return { kind: 'settled', attention: stop ? failure : null };
	}

	#verdict(failure: Failure, { lane }: Scope): ReturnType<typeof verdictOf> {
		// An address that has answered properly before is right; a page of HTML from it is a passing fault.
		if (failure.kind === 'notAnApi' && lane.succeeded) return 'retry';
		const verdict = verdictOf(failure);
		// What fails for good waits for nothing, whatever numbers stand in its text.
		const waits = verdict === 'retry' || verdict === 'cooldown';
		return waits && (failure.waitMs ?? 0) > longestCooldownMs ? 'stopRun' : verdict;
	}
}

/** With the wait that its numbers come to, where it names none and that wait is a person's to decide about. */
function withLongWait(failure: Failure): Failure {
	const { limit = null, waitMs } = failure;
	if (limit === null || waitMs !== null || !canBeTrue(limit)) return failure;
	const windowMs = limit.per === 'day' ? 86_400_000 : 60_000;
	const impliedMs = ((limit.used + limit.requested - limit.limit) * windowMs) / limit.limit;
	return impliedMs > longestCooldownMs ? { ...failure, waitMs: impliedMs } : failure;
}

const bySeverity: readonly HeldBackBy[] = [
	'outage',
	'cooldown',
	'firstRequest',
	'requestsPerMinute',
	'tokensPerMinute',
	'endpoint',
	// Not of the whole run, which is looked at before: one connection has all that it may, and no other has anything to send.
	'concurrency',
];

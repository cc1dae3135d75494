import { OthersUse } from './others-use.ts';

/** However much others use, this share of the drain is taken to be ours. */
const leastShare = 0.05;
/** Where others use most of a limit, the margin at its top would take long to drain: it is no more than drains in this time. */
const marginMs = 1_000;
/** What was read so long ago, or only remembered, is tried again: the drain is taken to grow until the next reading. */
const trustMs = 3_600_000;
const growthPerMs = Math.log(1.3) / 60_000;
/** Where a wait is given in whole seconds, it was rounded up to them. */
const wholeSecondMs = 1_000;

/** What an endpoint said of one limit, with what has happened since the request left that it answers. */
export interface LevelReading {
	readonly limit: number;
	readonly used: number;
	readonly requested: number;
	/** The wait asked for; null where none was named. */
	readonly waitMs: number | null;
	/** What was counted after that reading: what we sent later, and what a refused request counts for itself. */
	readonly later: number;
	/** What the difference to the copy may come to without any cause. */
	readonly noise: number;
	/** It left before what was read last: both tell of the same moment, and each tells at least what there is. */
	readonly isSameVolley: boolean;
}

/**
 * A copy of a limit that fills with what is sent and drains evenly, as most endpoints' waits show:
 * `wait = (Used + Requested - Limit) * window / Limit`. Where it is enforced over shorter spans than its window, less fits in.
 */
export class Bucket {
	readonly #windowMs: number;
	readonly #others = new OthersUse();
	#limit = Infinity;
	#burst = Infinity;
	#used = 0;
	#at = 0;
	/** Half of an answer's way there and back: by as much an arrival may be early or late. */
	#slackMs = 150;
	#syncedAt = -Infinity;
	#trustedUntil = Infinity;

	constructor(windowMs: number) {
		this.#windowMs = windowMs;
	}

	get used(): number {
		return this.#used;
	}

	/** The limit, and a level that agrees with it. */
	start(limit: number, used: number, now: number): void {
		this.#limit = limit;
		this.#burst = limit;
		this.#used = used;
		this.#at = now;
		this.#syncedAt = -Infinity;
		this.#others.forget();
	}

	/** It is only remembered, and may be more by now. */
	doubt(now: number): void {
		this.#trustedUntil = now;
	}

	waits(slackMs: number): void {
		this.#slackMs = slackMs;
	}

	/** Milliseconds until `amount` fits. What is larger than the bucket is let go once that is empty. */
	waitMs(amount: number, now: number): number {
		this.#drain(now);
		const drainPerMs = this.#drainPerMs(now);
		const margin = Math.max(this.#burst >= 50 ? this.#burst / 100 : 0, this.#slack);
		const room = this.#burst - Math.min(margin, marginMs * drainPerMs);
		const fitting = Math.min(amount, room + this.#slack);
		const excess = this.#used + fitting - room;
		return excess <= 1e-6 * this.#burst ? 0 : excess / drainPerMs;
	}

	take(amount: number, now: number): void {
		this.#drain(now);
		// Where nothing but this fits in, an answer's way must fit between two: there is no room for a margin at the top.
		const isTight = this.#burst < amount + 2 * this.#slack;
		this.#used += amount + (isTight ? Math.min(this.#slack, amount / 4) : 0);
	}

	/** Gives back what was reserved and not counted. */
	giveBack(amount: number, now: number): void {
		this.#drain(now);
		this.#used = Math.max(this.#used - amount, -this.#slack);
	}

	/** The level that a reading tells of, at the moment when it was made. */
	levelOf({ limit, used, requested, waitMs }: LevelReading): number {
		if (waitMs === null) return used;
		const byWait = Math.min(this.#burst, limit) + (waitMs * limit) / this.#windowMs - requested;
		// `Used` is rounded up, and where it says the whole limit it says no more than that.
		const most = used >= limit ? Infinity : used;
		return Math.min(most, Math.max(used - 1, byWait));
	}

	/** Sets the copy right. `learnsOthers`: a difference is use by others. */
	read(reading: LevelReading, learnsOthers: boolean, now: number): void {
		this.#drain(now);
		if (reading.limit !== this.#limit) this.start(reading.limit, this.#used, now);
		this.#fitBurst(reading);
		const level = this.levelOf(reading) + reading.later;
		const sinceMs = now - this.#syncedAt;
		if (reading.isSameVolley) {
			this.#used = Math.min(this.#used, level);
			return;
		}
		if (learnsOthers && this.#syncedAt !== -Infinity) {
			const drift = level - this.#used;
			const noise = reading.noise + this.#slack / 2;
			const { requested } = reading;
			this.#others.observe({ drift, noise, sinceMs, requested, limitPerMs: this.#perMs }, now);
		}
		this.#used = level;
		this.#syncedAt = now;
		this.#trustedUntil = now + trustMs;
	}

	/** A wait shorter or longer than a whole bucket would need tells of a smaller one. */
	#fitBurst({ limit, used, requested, waitMs }: LevelReading): void {
		if (waitMs === null || used >= limit) return;
		const grainMs = waitMs % wholeSecondMs === 0 ? Math.min(waitMs, wholeSecondMs) : 1;
		const implied = used + requested - (waitMs * limit) / this.#windowMs;
		// It was refused, so less than both together fits in.
		const fits = Math.min(implied + (grainMs * limit) / this.#windowMs, used + requested - 0.01);
		const most = Math.max(1, requested, Math.floor(fits));
		this.#burst = Math.min(limit, Math.max(Math.min(this.#burst, most), implied - 1));
	}

	get #perMs(): number {
		return this.#limit / this.#windowMs;
	}

	get #slack(): number {
		return this.#limit === Infinity ? 0 : this.#slackMs * this.#perMs;
	}

	#drainPerMs(now: number): number {
		const ours = Math.max(leastShare * this.#perMs, this.#perMs - this.#others.perMs(now));
		return ours * Math.exp(growthPerMs * Math.max(0, now - this.#trustedUntil));
	}

	#drain(now: number): void {
		const dt = Math.max(0, now - this.#at);
		this.#at = now;
		if (dt > 0 && this.#limit !== Infinity)
			this.#used = Math.max(this.#used - dt * this.#drainPerMs(now), -this.#slack);
	}
}

/** How far below empty a bucket may run, and the margin kept at its top: what drains while an answer is on its way. */
const slackMs = 150;
/** Half of what others were seen to use is forgotten after this long. */
const othersHalfLifeMs = 120_000;
/** However much others use, this share of the drain is taken to be ours: else a wrong reading would stop a run for good. */
const leastShare = 0.05;
const largestLimit = 1e9;

/** A 429 text's numbers about one limit, with what has happened since the request left that it answers. */
export interface BucketReading {
	readonly limit: number;
	readonly used: number;
	readonly requested: number;
	/** The wait asked for; null where none was named. */
	readonly waitMs: number | null;
	/** What we sent after that request, and what it counts for itself. */
	readonly later: number;
}

/**
 * A copy of one limit of an endpoint: a bucket that fills with what is sent and drains evenly, as the endpoints' own
 * waits show (`wait = (Used + Requested - Limit) * window / Limit`). Unknown until typed or read: then it holds back nothing.
 */
export class Bucket {
	readonly #windowMs: number;
	readonly #typed: number;
	#limit: number;
	/** What fits in at once: the whole limit, or less where it is enforced over shorter spans than its window. */
	#burst: number;
	#used = 0;
	#at = 0;
	/** Use by others of the same limit, as of `#othersAt`, per millisecond. */
	#others = 0;
	#othersAt = 0;
	#syncedAt = -Infinity;
	/** Whether the endpoint gives back what an answer did not use: believed until a reading says otherwise. */
	#refunds = true;
	#refunded = 0;

	/** `typed` is the limit a person wrote: a start and an upper bound; null: learn it. */
	constructor(windowMs: number, typed: number | null) {
		this.#windowMs = windowMs;
		this.#typed = typed ?? Infinity;
		this.#limit = this.#typed;
		this.#burst = this.#typed;
	}

	/** Null while unknown. */
	get limit(): number | null {
		return Number.isFinite(this.#limit) ? this.#limit : null;
	}

	/** Milliseconds until `amount` fits. What is larger than the bucket is let go once that is empty. */
	waitMs(amount: number, now: number): number {
		if (this.limit === null) return 0;
		this.#drain(now);
		const room = this.#burst - Math.max(this.#burst >= 50 ? this.#burst / 100 : 0, this.#slack);
		const fitting = Math.min(amount, room + this.#slack);
		const excess = this.#used + fitting - room;
		return excess <= 1e-6 * this.#burst ? 0 : excess / this.#drainPerMs(now);
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

	/** What an answer used less than was reserved for it. */
	refund(amount: number, now: number): void {
		if (!this.#refunds || this.limit === null) return;
		this.#refunded += amount;
		this.giveBack(amount, now);
	}

	/** Sets the copy right by what the endpoint said. False where the numbers cannot be true. */
	read({ limit, used, requested, waitMs, later }: BucketReading, now: number): boolean {
		if (!(limit > 0 && limit <= largestLimit && used >= 0 && requested >= 0)) return false;
		// Endpoints count in whole numbers and may overshoot a little; far more is no bucket.
		if (used > 10 * limit + requested) return false;
		const known = this.limit !== null && this.#syncedAt !== -Infinity;
		const dt = now - this.#syncedAt;
		this.#drain(now);
		const drift = used - (this.#used - later);
		const before = this.#limit;
		this.#limit = Math.min(limit, this.#typed);
		this.#at = now;
		const perMs = this.#limit / this.#windowMs;
		// A wait shorter than a whole bucket would need tells of a smaller one.
		const implied = waitMs === null ? limit : used + requested - (waitMs * limit) / this.#windowMs;
		// `Used` is rounded up, so that a bucket looks larger than it is by a part of one.
		const burst = Math.min(this.#limit, Math.max(1, requested, Math.floor(implied + 0.01)));
		if (!known || before !== this.#limit || burst < this.#burst) this.#burst = burst;
		else if (burst > this.#burst + 2) this.#burst += 0.25 * (burst - this.#burst);
		if (known && dt > 1_000 && drift > Math.max(1.5 * requested, this.#burst / 50, 200 * perMs)) {
			if (this.#refunds && this.#refunded > 0) this.#refunds = false;
			else {
				const seen = this.#othersNow(now) + (0.6 * drift) / Math.max(5_000, dt);
				this.#others = Math.min(0.9 * perMs, seen);
				this.#othersAt = now;
			}
		}
		this.#used = used + later;
		this.#refunded = 0;
		this.#syncedAt = now;
		return true;
	}

	get #slack(): number {
		if (this.limit === null) return 0;
		return (slackMs * this.#limit) / this.#windowMs;
	}

	#othersNow(now: number): number {
		return this.#others * 0.5 ** ((now - this.#othersAt) / othersHalfLifeMs);
	}

	#drainPerMs(now: number): number {
		const perMs = this.#limit / this.#windowMs;
		return Math.max(leastShare * perMs, perMs - this.#othersNow(now));
	}

	#drain(now: number): void {
		const dt = Math.max(0, now - this.#at);
		this.#at = now;
		if (dt > 0 && this.limit !== null)
			this.#used = Math.max(this.#used - dt * this.#drainPerMs(now), -this.#slack);
	}
}

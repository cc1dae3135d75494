import { Bucket, type LevelReading } from './bucket.ts';
import { SendLog } from './send-log.ts';
import { SlidingWindow } from './sliding-window.ts';

/** A reading without what only the copy knows. */
export type Reading = Omit<LevelReading, 'isSameVolley'>;

const largestLimit = 1e9;

/** Endpoints count in whole numbers and may overshoot a little; a limit below one, or passed by far, is none. */
export const canBeTrue = ({
	limit,
	used,
	requested,
}: Pick<Reading, 'limit' | 'used' | 'requested'>): boolean =>
	limit >= 1 &&
	limit <= largestLimit &&
	used >= 0 &&
	requested >= 0 &&
	used <= 10 * limit + requested;

/**
 * A copy of one limit of an endpoint. Whether that drains evenly or counts a sliding window nobody says: both copies are
 * kept, and the one that a reading agrees with is obeyed. Unknown until typed, remembered or read: then it holds back nothing.
 */
export class LimitMirror {
	readonly #windowMs: number;
	readonly #most: number;
	readonly #log: SendLog;
	readonly #bucket: Bucket;
	readonly #window: SlidingWindow;
	#limit: number;
	#slides = false;
	#isRead = false;
	#readAt = -Infinity;
	/** Whether the endpoint gives back what an answer did not use: believed until a reading says otherwise. */
	#refunds = true;
	#refunded = 0;

	/** `typed` is the limit a person wrote: a start and an upper bound; `learned` one that was read before: a start alone. */
	constructor(windowMs: number, typed: number | null, learned: number | null, now: number) {
		this.#windowMs = windowMs;
		this.#most = typed ?? Infinity;
		this.#limit = Math.min(this.#most, learned ?? Infinity);
		this.#log = new SendLog(windowMs);
		this.#bucket = new Bucket(windowMs);
		this.#window = new SlidingWindow(windowMs, this.#log);
		if (this.#limit === Infinity) return;
		this.#bucket.start(this.#limit, 0, now);
		if (this.#limit < this.#most) this.#bucket.doubt(now);
	}

	/** Null while unknown. */
	get limit(): number | null {
		return this.#limit === Infinity ? null : this.#limit;
	}

	/** By how much an arrival may be early or late. */
	waits(slackMs: number): void {
		this.#bucket.waits(slackMs);
		this.#log.lags(slackMs);
	}

	waitMs(amount: number, now: number): number {
		if (this.#limit === Infinity) return 0;
		return this.#slides ? this.#window.waitMs(amount, now) : this.#bucket.waitMs(amount, now);
	}

	take(amount: number, now: number): void {
		this.#bucket.take(amount, now);
		this.#log.add(amount, now, now);
	}

	/** Gives back what was reserved at `at` and not counted. */
	giveBack(amount: number, at: number, now: number): void {
		this.#bucket.giveBack(amount, now);
		this.#log.add(-amount, at, now);
	}

	/** What an answer used less than was reserved for it. */
	refund(amount: number, at: number, now: number): void {
		if (!this.#refunds || this.#limit === Infinity) return;
		this.#refunded += amount;
		this.giveBack(amount, at, now);
	}

	/** Sets the copy right by what the endpoint said. False where the numbers cannot be true. */
	read(said: Reading, leftAt: number, now: number): boolean {
		const { requested } = said;
		const limit = this.#adopt(said, now);
		if (limit === null) return false;
		const reading = { ...said, limit, isSameVolley: leftAt < this.#readAt };
		this.#readAt = now;
		const wasSliding = this.#slides;
		if (!reading.isSameVolley) this.#recognise(reading, now);
		const above = this.#bucket.levelOf(reading) + reading.later - this.#bucket.used;
		// Had nothing been given back, the difference would be all of it.
		const refundDenied =
			this.#refunded > 0 && above > Math.max(1.5 * requested, limit / 50, this.#refunded / 2);
		if (refundDenied) this.#refunds = false;
		this.#refunded = 0;
		const learnsOthers = !refundDenied && wasSliding === this.#slides;
		if (this.#slides) this.#window.read(reading, now);
		else this.#bucket.read(reading, learnsOthers, now);
		return true;
	}

	/**
	 * The same for a reading that an answer brought with it: it tells of the moment when its request came in. Older than what
	 * is known already, it tells nothing.
	 */
	readEarlier(said: Reading, at: number, now: number): boolean {
		if (at <= this.#readAt) return false;
		const limit = this.#adopt(said, now);
		if (limit === null) return false;
		this.#readAt = at;
		if (this.#slides) return true;
		const drained = ((now - at) * limit) / this.#windowMs;
		const used = Math.max(0, said.used - drained);
		this.#bucket.read({ ...said, limit, used, isSameVolley: false }, true, now);
		return true;
	}

	/** The limit, taken over; null where the numbers cannot be true. */
	#adopt({ limit: named, used, requested }: Reading, now: number): number | null {
		if (!canBeTrue({ limit: named, used, requested })) return null;
		const limit = Math.min(named, this.#most);
		if (limit === this.#limit && this.#isRead) return limit;
		this.#limit = limit;
		this.#isRead = true;
		this.#bucket.start(limit, this.#log.drained(limit / this.#windowMs, now), now);
		this.#window.start(limit);
		return limit;
	}

	#recognise(reading: LevelReading, now: number): void {
		const { limit, later } = reading;
		const near = Math.max(1, limit / 50);
		this.#bucket.waitMs(0, now);
		const level = this.#bucket.used - later;
		const fromBucket = Math.abs(this.#bucket.levelOf(reading) - level);
		const fromWindow = this.#window.distance(reading, now);
		if (this.#slides) {
			if (fromWindow === Infinity || (fromWindow > 3 * near && fromBucket < near))
				this.#slides = false;
		} else if (fromWindow <= near && fromBucket > 1.5 * near) this.#slides = true;
	}
}

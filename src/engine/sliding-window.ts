import type { LevelReading } from './bucket.ts';
import type { SendLog } from './send-log.ts';

/** Half of what others were seen to have in the window is forgotten after this long. */
const halfLifeMs = 600_000;

/** A copy of a limit that counts all that was sent within its window: room comes when what was sent a window ago leaves it. */
export class SlidingWindow {
	readonly #windowMs: number;
	readonly #log: SendLog;
	#limit = Infinity;
	/** What the endpoint counted beyond what we know of, as of a moment: others have as much in the window all the time. */
	#others = 0;
	#othersAt = 0;

	constructor(windowMs: number, log: SendLog) {
		this.#windowMs = windowMs;
		this.#log = log;
	}

	start(limit: number): void {
		this.#limit = limit;
		this.#others = 0;
	}

	waitMs(amount: number, now: number): number {
		const others = this.#othersNow(now);
		const margin = others > 0 ? this.#limit / 100 : 0;
		// However much others have, one of ours is tried now and then.
		const fitting = Math.min(amount + others + margin, this.#limit);
		return this.#log.waitMs(this.#log.sum(now) + fitting - this.#limit, now);
	}

	/** How far a reading is from what this copy would have said: in requests or tokens. */
	distance({ limit, used, requested, waitMs, later }: LevelReading, now: number): number {
		// No window refuses what fits.
		if (used + requested <= limit) return Infinity;
		const counted = this.#log.sum(now) + this.#othersNow(now) - later;
		// Where `Used` says the whole limit it says no more than that.
		if (waitMs === null)
			return used >= limit ? Math.max(0, used - counted) : Math.abs(used - counted);
		// Others may have sent more; but when the oldest of ours leaves is known to the second.
		const over = Math.max(requested, counted + requested - limit);
		const apartMs = Math.abs(this.#log.waitMs(over, now) - waitMs) - 1_000;
		return Math.max(0, counted - Math.max(used, limit), (apartMs * limit) / this.#windowMs);
	}

	read({ limit, used, later, isSameVolley }: LevelReading, now: number): void {
		if (limit !== this.#limit) this.start(limit);
		const seen = used - (this.#log.sum(now) - later);
		const before = this.#othersNow(now);
		if (isSameVolley) this.#others = Math.min(before, seen);
		else this.#others = used >= limit ? Math.max(before, seen) : seen;
		this.#othersAt = now;
	}

	#othersNow(now: number): number {
		return this.#others * 0.5 ** ((now - this.#othersAt) / halfLifeMs);
	}
}

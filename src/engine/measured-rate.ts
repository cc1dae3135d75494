/** What is known when an endpoint says 429 without saying what its limit is. */
export interface Refusal {
	/** Requests a millisecond that left and were not refused, over the last 10 seconds and the last minute. */
	readonly lately: number;
	readonly minute: number;
	/** Requests that left since the episode before and were not refused, and how long that is ago. */
	readonly accepted: number;
	readonly sinceMs: number;
}

/** One a minute at least, so that it is tried at all. */
const leastPerMs = 1 / 60_000;

/**
 * A release rate found by trying, where 429s name no limit: two episodes measure what the endpoint let through between
 * them, and the rate creeps up from there until the next.
 */
export class MeasuredRate {
	/** Requests a millisecond as of the last episode; Infinity before the first. */
	#base = Infinity;
	#at = 0;
	#nextAt = -Infinity;

	/** What the last episode came to, without the growth since, which is a trial; Infinity before the first. */
	get measuredPerMs(): number {
		return this.#base;
	}

	perMs(now: number): number {
		if (this.#base === Infinity) return Infinity;
		const s = (now - this.#at) / 1_000;
		return (
			this.#base * Math.exp(0.002 * s + 0.008 * Math.max(0, s - 30) + 0.03 * Math.max(0, s - 90))
		);
	}

	waitMs(now: number): number {
		return Math.max(0, this.#nextAt - now);
	}

	take(now: number): void {
		const perMs = this.perMs(now);
		if (perMs !== Infinity) this.#nextAt = Math.max(now, this.#nextAt) + 1 / perMs;
	}

	/** Numbers are known: nothing needs to be measured. */
	forget(): void {
		this.#base = Infinity;
		this.#nextAt = -Infinity;
	}

	/** A pace that is kept from now on. */
	set(perMs: number, now: number): void {
		this.#base = Math.max(perMs, leastPerMs);
		this.#at = now;
	}

	/** A new episode of refusals. */
	cut(refusal: Refusal, now: number): void {
		const rate = this.perMs(now);
		const { lately, minute, accepted, sinceMs } = refusal;
		if (rate === Infinity) this.#base = 0.8 * lately;
		else if (sinceMs >= 5_000)
			this.#base = clamp((0.95 * accepted) / sinceMs, 0.5 * rate, 1.2 * rate);
		else this.#base = Math.max(0.9 * rate, Math.min(rate, 0.7 * minute));
		this.set(this.#base, now);
	}
}

const clamp = (value: number, least: number, most: number): number =>
	Math.min(most, Math.max(least, value));

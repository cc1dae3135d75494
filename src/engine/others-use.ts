/**
 * Half of what others were seen to use is forgotten after this long, so that a limit they left is taken up again; where a
 * limit is small, after the time of so many requests.
 */
const shortestHalfLifeMs = 120_000;
const halfLifeRequests = 40;
/** However much others use, this share of the limit is taken to be ours: else a wrong reading would stop a run for good. */
const leastShare = 0.05;
/** By how much of the limit others' use is taken to change between two readings. */
const change = 0.15;

export interface Observation {
	/** What was counted beyond what was expected. */
	readonly drift: number;
	/** What it may be off by. */
	readonly noise: number;
	/** The span over which it came to that. */
	readonly sinceMs: number;
	/** What one request takes. */
	readonly requested: number;
	readonly limitPerMs: number;
}

/** What others use of the same limit, found by what an endpoint counted beyond our own requests. */
export class OthersUse {
	#perMs = 0;
	#at = 0;
	#halfLifeMs = shortestHalfLifeMs;

	perMs(now: number): number {
		return this.#perMs * 0.5 ** ((now - this.#at) / this.#halfLifeMs);
	}

	/** How much it comes to between two moments. */
	between(from: number, to: number): number {
		return ((this.perMs(from) - this.perMs(to)) * this.#halfLifeMs) / Math.LN2;
	}

	/** The shorter the span, the less it tells. */
	observe({ drift, noise, sinceMs, requested, limitPerMs }: Observation, now: number): void {
		if (sinceMs <= 0) return;
		const from = now - sinceMs;
		const seen = (this.between(Math.max(from, this.#at), now) + drift) / sinceMs;
		const changed = change * limitPerMs;
		const uncertain = noise / sinceMs;
		const gain = changed ** 2 / (changed ** 2 + uncertain ** 2);
		const before = this.perMs(now);
		const next = before + gain * (seen - before);
		this.#perMs = Math.min((1 - leastShare) * limitPerMs, Math.max(0, next));
		this.#at = now;
		this.#halfLifeMs = Math.max(shortestHalfLifeMs, (halfLifeRequests * requested) / limitPerMs);
	}

	forget(): void {
		this.#perMs = 0;
	}
}

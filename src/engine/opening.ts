/** A refusal comes at once: a request without one for so long was let in. */
const refusedWithinMs = 300;

/**
 * The first requests to an endpoint of which nothing is known: as many may be unproven, that is, may yet be refused, as a
 * share of those let in. So the first refusal, which tells the limit, comes almost alone.
 */
export class Opening {
	/** When those left that are not proven yet, the oldest first. */
	#unproven: number[] = [];
	#letIn = 0;
	#provenMs = refusedWithinMs;

	waitMs(now: number): number {
		this.#prove(now);
		const oldest = this.#unproven[0];
		if (oldest === undefined || this.#unproven.length < Math.max(1, Math.floor(this.#letIn / 2)))
			return 0;
		return oldest + this.#provenMs - now;
	}

	left(now: number): void {
		this.#unproven.push(now);
	}

	/** Whatever an answer takes, a refusal takes no longer. */
	answered(sentAt: number, now: number): void {
		this.#provenMs = Math.min(this.#provenMs, now - sentAt);
	}

	#prove(now: number): void {
		const proven = this.#unproven.filter((at) => at + this.#provenMs <= now).length;
		this.#letIn += proven;
		this.#unproven = this.#unproven.slice(proven);
	}
}

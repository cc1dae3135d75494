const start = 8;

/** How many may be in flight: from 8, doubling with each round of successes up to the ceiling, so that no endpoint meets a burst. */
export class Ramp {
	readonly #ceiling: number;
	#allowed: number;
	#successes = 0;

	constructor(ceiling: number) {
		this.#ceiling = ceiling;
		this.#allowed = Math.min(start, ceiling);
	}

	get allowed(): number {
		return this.#allowed;
	}

	succeeded(): void {
		if (this.#allowed === this.#ceiling || ++this.#successes < this.#allowed) return;
		this.#allowed = Math.min(2 * this.#allowed, this.#ceiling);
		this.#successes = 0;
	}

	/** After an outage: what comes back is not met by everything at once. */
	reset(): void {
		this.#allowed = Math.min(start, this.#ceiling);
		this.#successes = 0;
	}
}

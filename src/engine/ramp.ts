const start = 8;

/**
 * How many may be in flight: from 8, one more with each success, so that each round of them doubles it up to the ceiling and
 * no endpoint meets a burst.
 */
export class Ramp {
	readonly #ceiling: number;
	#allowed: number;

	constructor(ceiling: number) {
		this.#ceiling = ceiling;
		this.#allowed = Math.min(start, ceiling);
	}

	get allowed(): number {
		return this.#allowed;
	}

	succeeded(): void {
		this.#allowed = Math.min(this.#allowed + 1, this.#ceiling);
	}

	/** After an outage: what comes back is not met by everything at once. */
	reset(): void {
		this.#allowed = Math.min(start, this.#ceiling);
	}
}

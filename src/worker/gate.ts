/** At most so many at once; who comes later waits outside, in order of arrival. */
export class Gate {
	readonly #places: number;
	#taken = 0;
	readonly #waiting: (() => void)[] = [];

	constructor(places: number) {
		this.#places = places;
	}

	/** Does the work once there is a place for it. */
	async through<T>(work: () => Promise<T>): Promise<T> {
		if (this.#taken < this.#places) this.#taken++;
		// The place is handed on by whoever leaves.
		else await new Promise<void>((enter) => this.#waiting.push(enter));
		try {
			return await work();
		} finally {
			const next = this.#waiting.shift();
			if (next === undefined) this.#taken--;
			else next();
		}
	}
}

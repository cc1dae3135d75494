const remembered = 20_000;

/**
 * Counts how often each body came before. Only the latest bodies are remembered, so that a run of a million rows needs
 * no more room than a small one; a retry comes long before its body is forgotten.
 */
export class Sightings {
	readonly #counts = new Map<number, number>();

	/** How often the body with this hash was seen before, this time not counted. */
	see(body: number): number {
		const before = this.#counts.get(body) ?? 0;
		this.#counts.delete(body);
		this.#counts.set(body, before + 1);
		if (this.#counts.size > remembered) {
			const oldest = this.#counts.keys().next();
			if (oldest.done !== true) this.#counts.delete(oldest.value);
		}
		return before;
	}
}

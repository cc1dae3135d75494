export interface Returned {
	readonly request: number;
	/** Tokens it is taken to cost. */
	readonly estimate: number;
	/** Failed attempts that were charged to it. */
	readonly failures: number;
	/** The clock's time from which it may leave again. */
	readonly readyAt: number;
}

/** Requests that came back for another attempt, in plan order. Never more than are in flight at once, so a sorted list will do. */
export class ReturnedRequests {
	readonly #requests: Returned[] = [];

	get size(): number {
		return this.#requests.length;
	}

	add(returned: Returned): void {
		let at = this.#requests.length;
		while (at > 0 && (this.#requests[at - 1]?.request ?? -1) > returned.request) at--;
		this.#requests.splice(at, 0, returned);
	}

	/** The first in plan order whose backoff is over. */
	firstReady(now: number): Returned | null {
		return this.#requests.find(({ readyAt }) => readyAt <= now) ?? null;
	}

	remove(returned: Returned): void {
		const at = this.#requests.indexOf(returned);
		if (at !== -1) this.#requests.splice(at, 1);
	}

	/** Milliseconds until the next one is ready; null where none waits. */
	readyIn(now: number): number | null {
		if (this.#requests.length === 0) return null;
		return Math.max(0, Math.min(...this.#requests.map(({ readyAt }) => readyAt)) - now);
	}
}

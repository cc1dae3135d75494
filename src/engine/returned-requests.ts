import type { Call } from './call.ts';

/** Calls that came back for another attempt, in plan order. Seldom more than are in flight at once, so a sorted list will do. */
export class ReturnedRequests {
	#calls: Call[] = [];

	get size(): number {
		return this.#calls.length;
	}

	add(call: Call): void {
		let at = this.#calls.length;
		while (at > 0 && (this.#calls[at - 1]?.request ?? -1) > call.request) at--;
		this.#calls.splice(at, 0, call);
	}

	/** The first in plan order whose backoff is over. */
	firstReady(now: number): Call | null {
		return this.#calls.find(({ readyAt }) => readyAt <= now) ?? null;
	}

	remove(call: Call): void {
		const at = this.#calls.indexOf(call);
		if (at !== -1) this.#calls.splice(at, 1);
	}

	/** Every one of them is taken apart by `cut`, which gives back what stands in its place. */
	cut(cut: (call: Call) => readonly Call[]): void {
		this.#calls = this.#calls.flatMap(cut);
	}

	/** Milliseconds until the next one is ready; null where none waits. */
	readyIn(now: number): number | null {
		if (this.#calls.length === 0) return null;
		return Math.max(0, Math.min(...this.#calls.map(({ readyAt }) => readyAt)) - now);
	}
}

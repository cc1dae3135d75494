/** What a run that has just sent waits for another whose turn it is. */
export const turnMs = 1;
/** A run that does not come back when its wait is over has been paused, or has nothing to send. */
const lateMs = 50;

/**
 * Whose turn it is where several runs wait for one limit. They wait for the same moment, and of two timers the older goes
 * off first: without turns the run that sent first would send always.
 */
export class Turns {
	/** When the wait of each run is over. */
	readonly #dueAt = new Map<object, number>();
	/** The number of the departure that each run made last. */
	readonly #last = new WeakMap<object, number>();
	#departures = 0;

	waits<Hold>(run: object, until: number, hold: Hold): Hold {
		this.#dueAt.set(run, until);
		return hold;
	}

	/** False where another is due that has sent less lately. */
	isDue(run: object, now: number): boolean {
		const last = this.#lastOf(run);
		for (const [other, at] of this.#dueAt) {
			if (at < now - lateMs) this.#dueAt.delete(other);
			else if (this.#lastOf(other) < last && at <= now + turnMs) return false;
		}
		return true;
	}

	left(run: object): void {
		this.#last.set(run, ++this.#departures);
		this.#dueAt.delete(run);
	}

	#lastOf(run: object): number {
		return this.#last.get(run) ?? 0;
	}
}

export interface Hold {
	readonly ms: number;
	readonly by: 'requestsPerMinute' | 'tokensPerMinute' | 'cooldown' | 'endpoint' | null;
}

/** What a run that has just sent waits for another whose turn it is. */
export const turnMs = 1;
/** A run that does not come back when its wait is over has been paused, or has nothing to send. */
const lateMs = 50;
/** A run that waits longer than this looks again meanwhile: one that does not is gone. */
export const lookAgainMs = 5_000;

interface Waiting {
	/** When it could have left had no other sent. */
	readonly firstAt: number;
	/** When it can leave by what it heard last. */
	readonly at: number;
	readonly heardAt: number;
	readonly by: Hold['by'];
}

/**
 * Whose turn it is where several runs wait for one limit. They wait for the same moment, and of two timers the older goes
 * off first: without turns the run that sent first would send always. And small requests would fill whatever room a large
 * one waits for: once that could have left had they not, they wait until it has.
 */
export class Turns {
	readonly #waiting = new Map<object, Waiting>();
	/** The number of the departure that each run made last. */
	readonly #last = new WeakMap<object, number>();
	#departures = 0;

	waits(run: object, { ms, by }: Hold, now: number): void {
		const at = now + ms;
		const firstAt = this.#waiting.get(run)?.firstAt ?? at;
		this.#waiting.set(run, { firstAt, at, heardAt: now, by });
	}

	/** How long another that is due and has sent less lately comes first, and what it waits for; null where none does. */
	comesFirst(run: object, now: number): Hold | null {
		const last = this.#lastOf(run);
		for (const [other, { firstAt, at, heardAt, by }] of this.#waiting) {
			if (at < now - lateMs || heardAt < now - lookAgainMs - lateMs) this.#waiting.delete(other);
			else if (this.#lastOf(other) < last && firstAt <= now + turnMs)
				return at <= now + turnMs ? { ms: turnMs, by: 'endpoint' } : { ms: at - now, by };
		}
		return null;
	}

	left(run: object): void {
		this.#last.set(run, ++this.#departures);
		this.#waiting.delete(run);
	}

	#lastOf(run: object): number {
		return this.#last.get(run) ?? 0;
	}
}

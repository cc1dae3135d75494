import type { Failure } from '#domain/failure.ts';
import type { CallOutcome } from '#domain/outcome.ts';

/** One is a hiccup; the second comes within seconds. */
const missesToTell = 2;

/** Whether anything at all has answered: until then a person may want to look why, while it is still being tried. */
export class Reach {
	#hasAnswered = false;
	#misses = 0;
	#failure: Failure | null = null;

	/** Why nothing was reached so far, from the second time on; null once anything has answered, whatever it said. */
	get failure(): Failure | null {
		return this.#failure;
	}

	heard(outcome: CallOutcome): void {
		if (this.#hasAnswered) return;
		if (outcome.ok || outcome.error.kind !== 'network') {
			this.#hasAnswered = true;
			this.#failure = null;
		} else if (++this.#misses >= missesToTell) this.#failure = outcome.error;
	}
}

import type { Failure } from './failure.ts';

/** Failures of one kind that say the same but for their numbers. */
export interface FailureCause {
	/** The first of them. */
	readonly example: Failure;
	readonly count: number;
}

export interface FailureCauses {
	/** The most frequent, those first. */
	readonly causes: readonly FailureCause[];
	/** How many failures are of none of them. */
	readonly others: number;
}

/** An endpoint may say something else each time: what comes after so many is counted together. */
const mostCauses = 200;
const shownCauses = 5;

const ids =
	/\b(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?:req|org|resp|msg|chatcmpl|cmpl)[-_][\w-]+|[0-9a-f]{24,})\b/gi;
const numbers = /\d+(?:[.,:]\d+)*/g;

/** Equal where two failures of one kind have the same cause: a message often names a count, a time or a request's id. */
export const causeKey = ({ status, code, message }: Failure): string =>
	JSON.stringify([status, code, message.replace(ids, '#').replace(numbers, '#')]);

/** Counts failures of one kind by what they say, in bounded memory. */
export class CauseTally {
	readonly #causes = new Map<string, FailureCause>();
	#others = 0;

	add(failure: Failure): void {
		const key = causeKey(failure);
		const known = this.#causes.get(key);
		if (known !== undefined) this.#causes.set(key, { ...known, count: known.count + 1 });
		else if (this.#causes.size < mostCauses) this.#causes.set(key, { example: failure, count: 1 });
		else this.#others++;
	}

	causes(): FailureCauses {
		const sorted = [...this.#causes.values()].toSorted((a, b) => b.count - a.count);
		const rest = sorted.slice(shownCauses).reduce((sum, { count }) => sum + count, 0);
		return { causes: sorted.slice(0, shownCauses), others: this.#others + rest };
	}
}

const remembered = 64;
const judged = 20;

/** How the last requests were taken, as far as it is known. */
export interface Fates {
	readonly known: number;
	readonly refused: number;
	/** The newest of them that were refused one after the other. */
	readonly inARow: number;
}

/** What became of the last requests: refused, or without a refusal for so long that they were let in. */
export class FateLog {
	readonly #sent: { readonly at: number; refused: boolean }[] = [];
	#first = 1;

	/** Departures are numbered from 1, without a gap. */
	left(now: number): void {
		this.#sent.push({ at: now, refused: false });
		if (this.#sent.length <= remembered) return;
		this.#sent.shift();
		this.#first++;
	}

	refused(order: number): void {
		const sent = this.#sent[order - this.#first];
		if (sent !== undefined) sent.refused = true;
	}

	/**
	 * Of the last twenty that left before the newest refused one, or `wayMs` ago: a refusal comes within that. To count the
	 * refusals of a volley and not those beside them, which are silent because they were let in, would make it look refused.
	 */
	last(wayMs: number, now: number): Fates {
		const newest = this.#sent.findLastIndex(({ at, refused }) => refused || now - at > wayMs);
		const known = this.#sent.slice(Math.max(0, newest + 1 - judged), newest + 1);
		const newestLetIn = known.findLastIndex(({ refused }) => !refused);
		return {
			known: known.length,
			refused: known.filter(({ refused }) => refused).length,
			inARow: known.length - 1 - newestLetIn,
		};
	}
}

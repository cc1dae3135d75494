import type { SettledRequest } from '#domain/outcome.ts';

const firstSize = 50;
const mostRequests = 1_000;
/** Of text in a page, its rows among it; as objects it takes a few times that. */
const wantedCharacters = 2_000_000;
/** A few long answers behind many short ones must not make one page of a gigabyte. */
const mostGrowth = 4;
const looksAtMost = 4;

/** How many requests to read at once, going by how large those read last were. */
export class PageSize {
	#next = firstSize;

	get next(): number {
		return this.#next;
	}

	/** These came when so many were asked for, and became so much text, where they became any. */
	tell(page: readonly SettledRequest[], written = 0, asked = page.length): void {
		const step = Math.max(1, Math.floor(page.length / looksAtMost));
		const looked = page.filter((_, i) => i % step === 0);
		const characters =
			looked.reduce((sum, { outcome }) => sum + JSON.stringify(outcome).length, 0) /
			Math.max(1, looked.length);
		const total = Math.max(1, written, characters * page.length);
		const fitting = Math.floor((wantedCharacters * asked) / total);
		this.#next = Math.max(1, Math.min(mostRequests, mostGrowth * this.#next, fitting));
	}
}

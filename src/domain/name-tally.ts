export interface NamedCount {
	/** Null: none was given. */
	readonly name: string | null;
	readonly count: number;
}

/** An endpoint may send another name each time: what comes after so many is counted as one. */
const mostNames = 50;
const longestName = 200;
export const otherNames = 'other names';

/** Counts names in bounded memory. */
export class NameTally {
	readonly #counts = new Map<string | null, number>();

	add(name: string | null): void {
		const given = name?.slice(0, longestName) ?? null;
		const isKnown = this.#counts.has(given) || this.#counts.size < mostNames;
		const counted = isKnown ? given : otherNames;
		this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + 1);
	}

	/** The most frequent first. */
	counts(): readonly NamedCount[] {
		return [...this.#counts]
			.map(([name, count]) => ({ name, count }))
			.toSorted((a, b) => b.count - a.count);
	}
}

/** Ids that stand in more than one row. */
export interface RepeatedIds {
	/** How many rows share their id with another. */
	readonly rows: number;
	/** The first few such ids: the positions at which each stands, at most the first few. */
	readonly groups: readonly (readonly number[])[];
}

const namedIds = 3;
const namedPositions = 5;

/**
 * Finds the ids that repeat among a million in 8 MB: it keeps 53 bits of each. Two ids that agree in them by chance (in
 * one table of a million rows among 18,000) are told apart by whoever looks at the groups.
 */
export class IdCensus {
	readonly #marks: Float64Array;
	#count = 0;

	constructor(most: number) {
		this.#marks = new Float64Array(most);
	}

	/** Of the next position. Blank ids are not compared. */
	add(id: string): void {
		this.#marks[this.#count++] = id.trim() === '' ? NaN : markOf(id);
	}

	repeated(): RepeatedIds {
		const marks = this.#marks.subarray(0, this.#count);
		const sorted = marks.slice().sort();
		let rows = 0;
		for (let i = 0; i < sorted.length; i++)
			if (sorted[i] === sorted[i - 1] || sorted[i] === sorted[i + 1]) rows++;
		return { rows, groups: rows === 0 ? [] : firstGroups(marks, sorted) };
	}
}

function firstGroups(marks: Float64Array, sorted: Float64Array): readonly (readonly number[])[] {
	const groups = new Map<number, number[]>();
	for (const [position, mark] of marks.entries()) {
		const known = groups.get(mark);
		if (known !== undefined) {
			if (known.length < namedPositions) known.push(position);
		} else if (groups.size < namedIds && isTwice(sorted, mark)) groups.set(mark, [position]);
	}
	return [...groups.values()];
}

function isTwice(sorted: Float64Array, mark: number): boolean {
	let low = 0;
	let high = sorted.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		// NaN stands behind every number.
		if ((sorted[middle] ?? NaN) < mark) low = middle + 1;
		else high = middle;
	}
	return sorted[low + 1] === mark;
}

/** Two lanes of 32 bits, mixed as in MurmurHash3, of which 53 fit into a number. */
function markOf(text: string): number {
	let a = 0xdeadbeef;
	let b = 0x41c6ce57;
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		a = Math.imul(a ^ code, 0x9e3779b1);
		b = Math.imul(b ^ code, 0x5f356495);
	}
	a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
	b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
	return (b & 0x1fffff) * 4_294_967_296 + (a >>> 0);
}

/** So many different texts are counted exactly, each for each cell. */
const mostTexts = 10_000;

export interface CountedText {
	readonly text: string;
	/** At least so often; exactly so often where the table is exact. */
	readonly count: number;
	/** At most so often. */
	readonly most: number;
	/** By cell, what `count` is the sum of. */
	readonly cells: readonly number[];
}

/**
 * How often each text was met, by cell of the plan. While there are no more different ones than the table has places, every
 * number is exact. Past that it is the Space-Saving sketch (Metwally, Agrawal, El Abbadi: “Efficient Computation of
 * Frequent and Top-k Elements in Data Streams”, ICDT 2005): a new text takes the place of the least frequent, whose count
 * is then by how much it may be counted too low. Every text that was met more often than all of them divided by the
 * places is in the table.
 */
export class AnswerTable {
	readonly #cells: number;
	readonly #places: number;
	readonly #placeOf = new Map<string, number>();
	readonly #texts: string[] = [];
	/** By place, then cell: how often since the text has its place. */
	#counts: Uint32Array;
	readonly #seen: number[] = [];
	/** By place: how often it may have been met before that. */
	readonly #missed: number[] = [];
	/** Places, the least frequent first, and where each of them stands in there; made when the table is full. */
	#heap: number[] = [];
	#standing: number[] = [];

	constructor(cells: number, places: number = mostTexts) {
		this.#cells = cells;
		this.#places = places;
		this.#counts = new Uint32Array(cells * Math.min(places, 16));
	}

	add(text: string, cell: number): void {
		const known = this.#placeOf.get(text);
		if (known !== undefined) {
			this.#count(known, cell);
			if (this.#heap.length > 0) this.#sink(this.#standing[known] ?? 0);
		} else if (this.#texts.length < this.#places) {
			const place = this.#texts.length;
			this.#grow(place);
			this.#enter(text, place, 0);
			this.#count(place, cell);
		} else this.#replace(text, cell);
	}

	has(text: string): boolean {
		return this.#placeOf.has(text);
	}

	/** Whether every text that was met has a place. */
	get isExact(): boolean {
		return this.#heap.length === 0;
	}

	/** How many there are; where the table is not exact, there are more. */
	get size(): number {
		return this.#texts.length;
	}

	/** The most frequent ones first; of equally many, the one that came first. */
	top(most: number): readonly CountedText[] {
		return this.#texts
			.map((_, place) => place)
			.filter((place) => (this.#seen[place] ?? 0) > 0)
			.sort((a, b) => (this.#seen[b] ?? 0) - (this.#seen[a] ?? 0) || a - b)
			.slice(0, most)
			.map((place) => this.#read(place));
	}

	*all(): Generator<CountedText, void, undefined> {
		for (let place = 0; place < this.#texts.length; place++) yield this.#read(place);
	}

	#read(place: number): CountedText {
		const count = this.#seen[place] ?? 0;
		return {
			text: this.#texts[place] ?? '',
			count,
			most: count + (this.#missed[place] ?? 0),
			cells: Array.from(this.#counts.subarray(place * this.#cells, (place + 1) * this.#cells)),
		};
	}

	#count(place: number, cell: number): void {
		const at = place * this.#cells + cell;
		this.#counts[at] = (this.#counts[at] ?? 0) + 1;
		this.#seen[place] = (this.#seen[place] ?? 0) + 1;
	}

	#enter(text: string, place: number, missed: number): void {
		this.#texts[place] = text;
		this.#placeOf.set(text, place);
		this.#seen[place] = 0;
		this.#missed[place] = missed;
		this.#counts.fill(0, place * this.#cells, (place + 1) * this.#cells);
	}

	#grow(place: number): void {
		const needed = (place + 1) * this.#cells;
		if (needed <= this.#counts.length) return;
		const larger = new Uint32Array(Math.min(this.#places * this.#cells, 2 * needed));
		larger.set(this.#counts);
		this.#counts = larger;
	}

	#replace(text: string, cell: number): void {
		if (this.#heap.length === 0) this.#makeHeap();
		const place = this.#heap[0] ?? 0;
		this.#placeOf.delete(this.#texts[place] ?? '');
		this.#enter(text, place, this.#total(place));
		this.#count(place, cell);
		this.#sink(0);
	}

	#total(place: number): number {
		return (this.#seen[place] ?? 0) + (this.#missed[place] ?? 0);
	}

	/** Sorted is a heap. */
	#makeHeap(): void {
		this.#heap = this.#texts
			.map((_, place) => place)
			.sort((a, b) => this.#total(a) - this.#total(b));
		this.#standing = [];
		this.#heap.forEach((place, at) => (this.#standing[place] = at));
	}

	/** Its total has grown: it goes down until nothing below it is less. */
	#sink(from: number): void {
		const heap = this.#heap;
		const place = heap[from] ?? 0;
		const total = this.#total(place);
		let at = from;
		for (;;) {
			const left = 2 * at + 1;
			const [a, b] = [heap[left], heap[left + 1]];
			if (a === undefined) break;
			const isRight = b !== undefined && this.#total(b) < this.#total(a);
			const least = isRight ? b : a;
			if (this.#total(least) >= total) break;
			heap[at] = least;
			this.#standing[least] = at;
			at = isRight ? left + 1 : left;
		}
		heap[at] = place;
		this.#standing[place] = at;
	}
}

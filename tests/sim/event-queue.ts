interface Event {
	readonly at: number;
	readonly order: number;
	readonly happen: () => void;
}

/** A binary heap of what will happen, the earliest first; events of one moment in the order in which they were added. */
export class EventQueue {
	now = 0;
	readonly #heap: Event[] = [];
	#order = 0;

	add(at: number, happen: () => void): void {
		const event = { at: Math.max(at, this.now), order: this.#order++, happen };
		let i = this.#heap.push(event) - 1;
		while (i > 0) {
			const parent = (i - 1) >> 1;
			const above = this.#heap[parent];
			if (above === undefined || before(above, event)) break;
			this.#heap[i] = above;
			i = parent;
		}
		this.#heap[i] = event;
	}

	/** Lets the next event happen; false where there is none. */
	step(): boolean {
		const first = this.#heap[0];
		const last = this.#heap.pop();
		if (first === undefined || last === undefined) return false;
		if (this.#heap.length > 0) this.#sink(last);
		this.now = first.at;
		first.happen();
		return true;
	}

	#sink(event: Event): void {
		let i = 0;
		for (;;) {
			let child = 2 * i + 1;
			const right = this.#heap[child + 1];
			const left = this.#heap[child];
			if (left === undefined) break;
			if (right !== undefined && before(right, left)) child++;
			const least = this.#heap[child];
			if (least === undefined || before(event, least)) break;
			this.#heap[i] = least;
			i = child;
		}
		this.#heap[i] = event;
	}
}

const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

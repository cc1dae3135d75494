import type { Column, Row } from '#domain/dataset.ts';

const prime = 0x01000193;
const otherPrime = 0x5bd1e995;
/** Stand in no text: they keep `ab|c` from `a|bc`, and a row from the next. */
const cellEnd = 0x1_0000;
const rowEnd = 0x1_0001;

/** A running hash of rows, in two lanes: it tells files apart, and keeps no secret. */
export class RowDigest {
	#a = 0x811c9dc5;
	#b = 0x9747b28c;

	add(rows: readonly Row[]): void {
		for (const row of rows) {
			for (const cell of row) this.#addCell(cell);
			this.#a = firstLane(this.#a, rowEnd);
			this.#b = secondLane(this.#b, rowEnd);
		}
	}

	/** Of the rows so far under these columns. */
	under(columns: readonly Column[]): string {
		const whole = new RowDigest();
		whole.#a = this.#a;
		whole.#b = this.#b;
		whole.add([columns.map(({ name }) => name)]);
		return hex(whole.#a) + hex(whole.#b);
	}

	/** The lanes are held in variables meanwhile: a private field costs more than the hashing. */
	#addCell(cell: string): void {
		let a = this.#a;
		let b = this.#b;
		for (let i = 0; i < cell.length; i++) {
			const unit = cell.charCodeAt(i);
			a = firstLane(a, unit);
			b = secondLane(b, unit);
		}
		this.#a = firstLane(a, cellEnd);
		this.#b = secondLane(b, cellEnd);
	}
}

const firstLane = (lane: number, unit: number): number => Math.imul(lane ^ unit, prime);

const secondLane = (lane: number, unit: number): number =>
	Math.imul((lane << 13) | (lane >>> 19), 5) ^ Math.imul(unit + 1, otherPrime);

const hex = (lane: number): string => (lane >>> 0).toString(16).padStart(8, '0');

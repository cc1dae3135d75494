import type { Row } from '#domain/dataset.ts';
import type { Chunk } from './dataset-schema.ts';

const maxRows = 500;
/** About 1 MB where a character takes two bytes. */
const maxCharacters = 500_000;

/** Cuts a stream of rows into chunks. */
export class Chunker {
	#first = 0;
	#rows: Row[] = [];
	#characters = 0;

	get rowCount(): number {
		return this.#first + this.#rows.length;
	}

	/** The chunks that these rows have filled. */
	add(rows: readonly Row[]): Chunk[] {
		const full: Chunk[] = [];
		for (const row of rows) {
			let characters = 0;
			for (const cell of row) characters += cell.length;
			// A row is never split: one that is too long alone is a chunk of its own.
			if (this.#characters + characters > maxCharacters) full.push(...this.rest());
			this.#rows.push(row);
			this.#characters += characters;
			if (this.#rows.length === maxRows) full.push(...this.rest());
		}
		return full;
	}

	/** What is left over: one chunk or none. */
	rest(): Chunk[] {
		if (this.#rows.length === 0) return [];
		const chunk = { first: this.#first, rows: this.#rows };
		this.#first += this.#rows.length;
		this.#rows = [];
		this.#characters = 0;
		return [chunk];
	}
}

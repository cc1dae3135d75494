import type { ReadProgress } from './reading.ts';

/** How far the reading of several files is. Of one that is read through once before its rows are, that is the first half. */
export class ReadBytes {
	readonly #onProgress: (progress: ReadProgress) => void;
	readonly #sizes: readonly number[];
	readonly #done: number[];
	readonly #rows: number[];
	readonly #opened = new Set<number>();

	constructor(files: readonly File[], onProgress: (progress: ReadProgress) => void) {
		this.#onProgress = onProgress;
		this.#sizes = files.map(({ size }) => size);
		this.#done = files.map(() => 0);
		this.#rows = files.map(() => 0);
	}

	opened(file: number, bytes: number): void {
		this.#opened.add(file);
		this.#report(file, Math.floor(bytes / 2), 0);
	}

	read(file: number, bytes: number, rows: number): void {
		const size = this.#sizes[file] ?? 0;
		this.#report(file, this.#opened.has(file) ? Math.floor((size + bytes) / 2) : bytes, rows);
	}

	#report(file: number, done: number, rows: number): void {
		this.#done[file] = done;
		this.#rows[file] = rows;
		this.#onProgress({
			bytesRead: sum(this.#done),
			bytesTotal: sum(this.#sizes),
			rows: sum(this.#rows),
		});
	}
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

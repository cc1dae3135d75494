import type { Row } from '#domain/dataset.ts';
import type { Chunk, DatasetSchema } from './dataset-schema.ts';
import type { LiveDatabase } from './live-database.ts';
import type { Recent } from './recent.ts';
import { StorageError } from './storage-error.ts';
import { readFrom } from './transact.ts';

/** Chunks in memory, of whatever dataset; promises, so that readers of one chunk share its reading. */
export type ChunkCache = Recent<string, Promise<readonly Row[]>>;

/** Any rows of a finished dataset, at the price of a look into memory for all but the first of each chunk. */
export class DatasetReader {
	readonly #id: string;
	readonly #database: LiveDatabase<DatasetSchema>;
	readonly #cache: ChunkCache;
	/** The first row of every chunk: a finished dataset never changes. */
	#firsts: Promise<readonly number[]> | null = null;

	constructor(id: string, database: LiveDatabase<DatasetSchema>, cache: ChunkCache) {
		this.#id = id;
		this.#database = database;
		this.#cache = cache;
	}

	/** The rows [first, first + count), as far as there are any. */
	async read(first: number, count: number): Promise<readonly Row[]> {
		const firsts = await this.#loadFirsts();
		const end = first + count;
		const rows: Row[] = [];
		for (let c = chunkOf(firsts, first); c < firsts.length; c++) {
			const start = firsts[c];
			if (start === undefined || start >= end) break;
			const chunk = await this.#chunk(start);
			rows.push(...chunk.slice(Math.max(0, first - start), end - start));
		}
		return rows;
	}

	end(reason: string): void {
		this.#database.end(reason);
	}

	#loadFirsts(): Promise<readonly number[]> {
		if (this.#firsts !== null) return this.#firsts;
		const loading = this.#database.use((db) =>
			readFrom(db, ['chunks'], (tx) => tx.objectStore('chunks').getAllKeys()),
		);
		this.#firsts = loading;
		loading.catch(() => {
			this.#firsts = null;
		});
		return loading;
	}

	#chunk(start: number): Promise<readonly Row[]> {
		const key = `${this.#id} ${String(start)}`;
		const cached = this.#cache.get(key);
		if (cached !== undefined) return cached;
		const loading = this.#load(start);
		this.#cache.set(key, loading);
		loading.catch(() => {
			this.#cache.drop(key, loading);
		});
		return loading;
	}

	async #load(start: number): Promise<readonly Row[]> {
		const chunk: Chunk | undefined = await this.#database.use((db) =>
			readFrom(db, ['chunks'], (tx) => tx.objectStore('chunks').get(start)),
		);
		if (chunk === undefined)
			throw new StorageError('other', `NotFoundError: rows from ${String(start)} on are missing.`);
		return chunk.rows;
	}
}

/** The last chunk that begins at or before `row`. */
function chunkOf(firsts: readonly number[], row: number): number {
	let low = 0;
	let high = firsts.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((firsts[middle] ?? Infinity) <= row) low = middle + 1;
		else high = middle;
	}
	return Math.max(0, low - 1);
}

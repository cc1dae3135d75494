import type { Column, Dataset, Row } from '#domain/dataset.ts';
import { Chunker } from './chunker.ts';
import type { Chunk, DatasetSchema } from './dataset-schema.ts';
import type { LiveDatabase } from './live-database.ts';
import { RowDigest } from './row-digest.ts';
import { makeAll, writeTo } from './transact.ts';

export interface DatasetWriterOptions {
	readonly id: string;
	readonly database: LiveDatabase<DatasetSchema>;
	readonly now: () => number;
	readonly onFinish: (dataset: Dataset) => Promise<void>;
	readonly onDiscard: () => Promise<void>;
}

/** A dataset on its way in: it can be read, and is kept, only once it is finished. */
export class DatasetWriter {
	readonly id: string;
	readonly #options: DatasetWriterOptions;
	readonly #chunker = new Chunker();
	readonly #digest = new RowDigest();
	/** Each write begins after the one before; after a failed one, none does. */
	#writes: Promise<void> = Promise.resolve();

	constructor(options: DatasetWriterOptions) {
		this.id = options.id;
		this.#options = options;
	}

	/**
	 * Resolves when rows may be appended without memory growing: what was full before is stored. What is full now is
	 * written while the next rows are made ready; that it failed is told by the next call.
	 */
	append(rows: readonly Row[]): Promise<void> {
		this.#digest.add(rows);
		const before = this.#writes;
		// Heard by the next call, and by `finish`.
		this.#write(this.#chunker.add(rows)).catch(() => undefined);
		return before;
	}

	/** Of the rows appended by now, under these columns. */
	digestUnder(columns: readonly Column[]): string {
		return this.#digest.under(columns);
	}

	async finish(meta: Omit<Dataset, 'id' | 'createdAt' | 'digest'>): Promise<Dataset> {
		const { rowCount } = this.#chunker;
		if (meta.rowCount !== rowCount)
			throw new RangeError(`rowCount is ${String(meta.rowCount)}, appended: ${String(rowCount)}`);
		await this.#write(this.#chunker.rest());
		const digest = this.digestUnder(meta.columns);
		const dataset: Dataset = { ...meta, id: this.id, createdAt: this.#options.now(), digest };
		await this.#options.onFinish(dataset);
		return dataset;
	}

	async discard(): Promise<void> {
		await this.#writes.catch(() => undefined);
		await this.#options.onDiscard();
	}

	#write(chunks: readonly Chunk[]): Promise<void> {
		if (chunks.length > 0)
			this.#writes = this.#writes.then(() =>
				this.#options.database.use((db) =>
					// Put, not add: a chunk may be written again over a connection that died.
					writeTo(db, ['chunks'], 'relaxed', async (tx) => {
						await makeAll(chunks.map((chunk) => () => tx.objectStore('chunks').put(chunk)));
					}),
				),
			);
		return this.#writes;
	}
}

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

/** Chunks of up to 1 MB each that wait while others are written. */
const mostWaiting = 4;

/** A dataset on its way in: it can be read, and is kept, only once it is finished. */
export class DatasetWriter {
	readonly id: string;
	readonly #options: DatasetWriterOptions;
	readonly #chunker = new Chunker();
	readonly #digest = new RowDigest();
	/** Full, and not yet taken by a write. */
	#waiting: Chunk[] = [];
	/** The one write at a time; rejected for good once one has failed, so that none comes after it. */
	#write: Promise<void> | null = null;
	#hasFailed = false;

	constructor(options: DatasetWriterOptions) {
		this.id = options.id;
		this.#options = options;
	}

	/**
	 * Resolves when rows may be appended without memory growing. They are written while the next are made ready; that it
	 * failed is told by a later call.
	 */
	async append(rows: readonly Row[]): Promise<void> {
		this.#digest.add(rows);
		this.#waiting.push(...this.#chunker.add(rows));
		this.#begin();
		while (this.#waiting.length > mostWaiting) await this.#write;
		if (this.#hasFailed) await this.#write;
	}

	/** Of the rows appended by now, under these columns. */
	digestUnder(columns: readonly Column[]): string {
		return this.#digest.under(columns);
	}

	async finish(meta: Omit<Dataset, 'id' | 'createdAt' | 'digest'>): Promise<Dataset> {
		const { rowCount } = this.#chunker;
		if (meta.rowCount !== rowCount)
			throw new RangeError(`rowCount is ${String(meta.rowCount)}, appended: ${String(rowCount)}`);
		this.#waiting.push(...this.#chunker.rest());
		this.#begin();
		while (this.#write !== null) await this.#write;
		const digest = this.digestUnder(meta.columns);
		const dataset: Dataset = { ...meta, id: this.id, createdAt: this.#options.now(), digest };
		await this.#options.onFinish(dataset);
		return dataset;
	}

	async discard(): Promise<void> {
		this.#waiting = [];
		await this.#write?.catch(() => undefined);
		await this.#options.onDiscard();
	}

	/** Each write takes all that has come together during the one before. */
	#begin(): void {
		if (this.#write !== null || this.#waiting.length === 0) return;
		const chunks = this.#waiting;
		this.#waiting = [];
		const write = this.#options.database
			.use((db) =>
				// Put, not add: a chunk may be written again over a connection that died.
				writeTo(db, ['chunks'], 'relaxed', async (tx) => {
					await makeAll(chunks.map((chunk) => () => tx.objectStore('chunks').put(chunk)));
				}),
			)
			.then(() => {
				this.#write = null;
				this.#begin();
			});
		this.#write = write;
		write.catch(() => {
			this.#hasFailed = true;
		});
	}
}

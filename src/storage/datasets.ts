import type { Dataset, DatasetSummary, Row } from '#domain/dataset.ts';
import { DatasetReader, type ChunkCache } from './dataset-reader.ts';
import { datasetMigrations, type DatasetSchema } from './dataset-schema.ts';
import { DatasetWriter } from './dataset-writer.ts';
import type { DatasetRecord } from './library-schema.ts';
import type { LiveDatabase } from './live-database.ts';
import { Recent } from './recent.ts';
import type { Shelf } from './shelf.ts';
import { makeAll, readFrom, writeTo } from './transact.ts';

/** Enough to tell what the others come to. */
const sampledRows = 50;

/** Of up to 1 MB each. */
const cachedChunks = 16;

export class Datasets {
	readonly #shelf: Shelf;
	readonly #chunks: ChunkCache = new Recent(cachedChunks);
	/** Promises, so that readers who come together share the opening. */
	readonly #readers = new Map<string, Promise<DatasetReader | null>>();
	/** Being written by this worker, and so never taken for leftovers. */
	readonly #writing = new Set<string>();

	constructor(shelf: Shelf) {
		this.#shelf = shelf;
	}

	/** `id`: of one that was lost, to be written anew. */
	async create(id = this.#shelf.options.newId()): Promise<DatasetWriter> {
		const { now } = this.#shelf.options;
		this.#writing.add(id);
		try {
			await this.#put({ id, createdAt: now(), state: 'writing' }, 'relaxed');
		} catch (cause) {
			this.#writing.delete(id);
			throw cause;
		}
		const database = this.#database(id);
		return new DatasetWriter({
			id,
			database,
			now,
			onFinish: async (dataset) => {
				// Strict: the rows were written before it, and are on the disk when it is.
				await this.#put({ id, createdAt: dataset.createdAt, state: 'ready', dataset }, 'strict');
				this.#writing.delete(id);
				database.end('The dataset is finished.');
			},
			onDiscard: async () => {
				database.end('The dataset was discarded.');
				this.#writing.delete(id);
				await this.#remove((record) => record.id === id);
			},
		});
	}

	async get(id: string): Promise<Dataset | null> {
		const record = await this.#shelf.library.use((db) =>
			readFrom(db, ['datasets'], (tx) => tx.objectStore('datasets').get(id)),
		);
		return record?.state === 'ready' ? record.dataset : null;
	}

	async list(): Promise<readonly DatasetSummary[]> {
		const records = await this.#shelf.library.use((db) =>
			readFrom(db, ['datasets'], (tx) => tx.objectStore('datasets').getAll()),
		);
		return records
			.flatMap((record) => (record.state === 'ready' ? [record.dataset] : []))
			.map(({ id, name, createdAt, rowCount }) => ({ id, name, createdAt, rowCount }))
			.toSorted((a, b) => b.createdAt - a.createdAt);
	}

	async readRows(id: string, first: number, count: number): Promise<readonly Row[]> {
		const reader = await this.#reader(id);
		return reader === null ? [] : reader.read(first, count);
	}

	async deleteUnused(keep: ReadonlySet<string>, createdBefore: number): Promise<void> {
		await this.#remove(
			({ id, createdAt }, used) =>
				createdAt < createdBefore && !keep.has(id) && !used.has(id) && !this.#writing.has(id),
		);
	}

	async deleteIfUnused(ids: ReadonlySet<string>): Promise<void> {
		await this.#remove(({ id }, used) => ids.has(id) && !used.has(id) && !this.#writing.has(id));
	}

	/** In bytes, of the rows as they are written in JSON, by those at the start. */
	async unused(
		keep: ReadonlySet<string>,
	): Promise<readonly (DatasetSummary & { readonly bytes: number })[]> {
		const [runs, drafts] = await this.#shelf.library.use((db) =>
			readFrom(db, ['runs', 'drafts'], (tx) =>
				Promise.all([tx.objectStore('runs').getAll(), tx.objectStore('drafts').getAll()]),
			),
		);
		const used = new Set([...runs, ...drafts].flatMap(({ datasetId }) => datasetId ?? []));
		const unused = (await this.list()).filter(({ id }) => !used.has(id) && !keep.has(id));
		return Promise.all(
			unused.map(async (dataset) => {
				const rows = await this.readRows(dataset.id, 0, sampledRows);
				const length = JSON.stringify(rows).length;
				const each = rows.length === 0 ? 0 : length / rows.length;
				return { ...dataset, bytes: Math.round(each * dataset.rowCount) };
			}),
		);
	}

	async delete(ids: ReadonlySet<string>): Promise<void> {
		await this.#remove(({ id }, _, ofRuns) => ids.has(id) && !ofRuns.has(id));
	}

	async end(reason: string): Promise<void> {
		await Promise.all([...this.#readers.keys()].map((id) => this.#endReader(id, reason)));
	}

	#reader(id: string): Promise<DatasetReader | null> {
		const known = this.#readers.get(id);
		if (known !== undefined) return known;
		const opening = this.#openReader(id);
		const forget = (): void => {
			if (this.#readers.get(id) === opening) this.#readers.delete(id);
		};
		this.#readers.set(id, opening);
		opening.then((reader) => {
			if (reader === null) forget();
		}, forget);
		return opening;
	}

	async #openReader(id: string): Promise<DatasetReader | null> {
		if ((await this.get(id)) === null) return null;
		return new DatasetReader(id, this.#database(id), this.#chunks);
	}

	async #endReader(id: string, reason: string): Promise<void> {
		const reader = await this.#readers.get(id)?.catch(() => null);
		reader?.end(reason);
		this.#readers.delete(id);
	}

	#database(id: string): LiveDatabase<DatasetSchema> {
		return this.#shelf.database<DatasetSchema>('dataset', id, datasetMigrations);
	}

	#put(record: DatasetRecord, durability: 'relaxed' | 'strict'): Promise<string> {
		return this.#shelf.library.use((db) =>
			writeTo(db, ['datasets'], durability, (tx) => tx.objectStore('datasets').put(record)),
		);
	}

	/** What is used is read in the transaction that removes, so that no run can take up a dataset between. */
	async #remove(
		isUnwanted: (
			record: DatasetRecord,
			used: ReadonlySet<string>,
			ofRuns: ReadonlySet<string>,
		) => boolean,
	): Promise<void> {
		const stores = ['datasets', 'runs', 'drafts', 'doomed'] as const;
		const removed = await this.#shelf.library.use((db) =>
			writeTo(db, stores, 'relaxed', async (tx) => {
				const datasets = tx.objectStore('datasets');
				const [records, runs, drafts] = await Promise.all([
					datasets.getAll(),
					tx.objectStore('runs').getAll(),
					tx.objectStore('drafts').getAll(),
				]);
				const ofRuns = new Set(runs.flatMap(({ datasetId }) => datasetId ?? []));
				const used = new Set([...ofRuns, ...drafts.flatMap(({ datasetId }) => datasetId ?? [])]);
				const unwanted = records.filter((record) => isUnwanted(record, used, ofRuns));
				await makeAll(
					unwanted.flatMap(({ id }) => [
						() => datasets.delete(id),
						() => tx.objectStore('doomed').put({ database: this.#shelf.nameOf('dataset', id) }),
					]),
				);
				return unwanted.map(({ id }) => id);
			}),
		);
		await Promise.all(removed.map((id) => this.#endReader(id, 'The dataset was deleted.')));
		await this.#shelf.erase(removed.map((id) => this.#shelf.nameOf('dataset', id)));
	}
}

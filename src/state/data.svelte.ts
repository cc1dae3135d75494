import type { EngineApi, EngineEvent } from '#contract/engine-api.ts';
import { optionsOf, type Dataset, type Row } from '#domain/dataset.ts';
import { problem, type Problem } from '#domain/problem.ts';
import { foundOut, type ReadingOptions } from '#domain/reading-options.ts';
import { RowPages } from './row-pages.svelte.ts';

/** Files being read. */
export interface Reading {
	readonly names: readonly string[];
	readonly options: ReadingOptions;
	readonly bytesRead: number;
	readonly bytesTotal: number;
	readonly rows: number;
}

/** Files that could not be read as asked. */
export interface Refused {
	readonly files: readonly File[];
	readonly options: ReadingOptions;
	/** The dataset that they were to be read again for; undefined: they are others than its files. */
	readonly replaces: string | undefined;
}

export interface NumberedRow {
	/** From 1, as notices count. */
	readonly number: number;
	readonly cells: Row;
}

/** The dataset of the compose page. What cannot be read leaves the one before in place. */
export class DataState {
	readonly #api: EngineApi;
	readonly rows: RowPages;
	dataset = $state.raw<Dataset | null>(null);
	reading = $state.raw<Reading | null>(null);
	problems = $state.raw<readonly Problem[]>([]);
	/** What the dataset was read from, to read it otherwise; empty after a reload of the page. */
	files = $state.raw<readonly File[]>([]);
	options = $state.raw<ReadingOptions>(foundOut);
	/** What the problems are about, to be read otherwise. */
	refused = $state.raw<Refused | null>(null);
	/** Rows picked out by a notice; null: the first rows are shown. */
	picked = $state.raw<readonly NumberedRow[] | null>(null);
	/** Counts the imports, so that the answer to one given up is told from the one awaited. */
	#import = 0;

	constructor(api: EngineApi) {
		this.#api = api;
		this.rows = new RowPages(api);
	}

	/** How the files were asked to be read last, also while they still are: the next change is made to that. */
	get asked(): ReadingOptions {
		return this.reading?.options ?? this.options;
	}

	/** Another one whenever other data is asked for, or what was asked for is given up. */
	get turn(): number {
		return this.#import;
	}

	/** The new dataset, or null where the files were refused or the import was given up. */
	async take(
		files: readonly File[],
		options: ReadingOptions = foundOut,
		replaces?: string,
	): Promise<Dataset | null> {
		if (files.length === 0) return null;
		if (this.reading !== null) await this.cancel();
		const mine = ++this.#import;
		this.#forgetProblems();
		this.reading = {
			names: files.map(({ name }) => name),
			options,
			bytesRead: 0,
			bytesTotal: files.reduce((sum, { size }) => sum + size, 0),
			rows: 0,
		};
		try {
			const result = await this.#api.importFiles(files, options, replaces);
			if (mine !== this.#import) return null;
			if (!result.ok) {
				this.problems = result.error;
				this.refused = { files, options, replaces };
				return null;
			}
			this.files = files;
			this.options = options;
			this.#show(result.value);
			return result.value;
		} finally {
			if (mine === this.#import) this.reading = null;
		}
	}

	/** What was refused last, or else what the dataset was read from. */
	readAgain(options: ReadingOptions): Promise<Dataset | null> {
		return this.refused === null
			? this.take(this.files, options, this.dataset?.id)
			: this.take(this.refused.files, options, this.refused.replaces);
	}

	async cancel(): Promise<void> {
		this.#import += 1;
		this.reading = null;
		await this.#api.cancelImport();
	}

	/** Shows a dataset that is stored already; false where it no longer is. */
	async restore(datasetId: string): Promise<boolean> {
		// It was chosen after the files were: they must not take its place once they are read.
		if (this.reading !== null) await this.cancel();
		const before = this.#import;
		const dataset = await this.#api.getDataset(datasetId);
		if (dataset === null || before !== this.#import) return dataset !== null;
		this.files = [];
		this.options = optionsOf(dataset);
		this.#forgetProblems();
		this.#show(dataset);
		return true;
	}

	async pick(numbers: readonly number[]): Promise<void> {
		const { dataset } = this;
		if (dataset === null) return;
		const rows = await Promise.all(
			numbers.map(async (number): Promise<NumberedRow> => {
				const [cells] = await this.#api.readRows(dataset.id, number - 1, 1);
				return { number, cells: cells ?? [] };
			}),
		);
		if (this.dataset === dataset) this.picked = rows;
	}

	refuse(message: string): void {
		this.refused = null;
		this.problems = [problem('dataFiles', message)];
	}

	/** Nothing is shown, and what was being read does not come back by itself. */
	clear(): void {
		if (this.reading === null) this.#import += 1;
		else void this.cancel();
		this.dataset = null;
		this.picked = null;
		this.files = [];
		this.options = foundOut;
		this.#forgetProblems();
		void this.rows.open(null);
	}

	receive(event: EngineEvent): void {
		if (event.kind === 'broken') this.reading = null;
		if (event.kind !== 'importProgress' || this.reading === null) return;
		const { bytesRead, bytesTotal, rows } = event;
		this.reading = { ...this.reading, bytesRead, bytesTotal, rows };
	}

	#forgetProblems(): void {
		this.problems = [];
		this.refused = null;
	}

	#show(dataset: Dataset): void {
		this.dataset = dataset;
		this.picked = null;
		void this.rows.open(dataset.id);
	}
}

import type { EngineApi, SmallTable } from '#contract/engine-api.ts';
import type { Dataset } from '#domain/dataset.ts';
import { mostTemplates } from '#domain/caps.ts';
import type { Result } from '#domain/result.ts';
import {
	readTemplateFiles,
	readWholeDataset,
	tableAmong,
	templatesOfColumn,
	type FoundTemplates,
} from './template-files.ts';

/** Templates on their way from files or a column into the draft. */
export class TemplateImport {
	readonly #api: Pick<EngineApi, 'readRows' | 'readSmallTable'>;
	reading = $state.raw(false);
	found = $state.raw<FoundTemplates | null>(null);
	problems = $state.raw<readonly string[]>([]);
	/** A table of which a column is to be chosen. */
	table = $state.raw<(SmallTable & { readonly name: string }) | null>(null);
	/** Empty: none is chosen yet. */
	column = $state.raw('');
	/** Counts what was asked for, so that a late answer to something else is dropped. */
	#turn = 0;

	constructor(api: Pick<EngineApi, 'readRows' | 'readSmallTable'>) {
		this.#api = api;
	}

	async readFiles(files: readonly File[]): Promise<void> {
		if (files.length === 0) return;
		const turn = this.#begin();
		const table = tableAmong(files);
		if (!table.ok) this.#refuse(table.error);
		else if (table.value !== null) await this.#readTable(turn, table.value);
		else {
			const read = await readTemplateFiles(files);
			if (turn === this.#turn) this.#show(read);
		}
		if (turn === this.#turn) this.reading = false;
	}

	/** Takes the dataset of the run as the table. */
	async readDataset(dataset: Dataset): Promise<void> {
		const turn = this.#begin();
		const rows = await readWholeDataset(this.#api, dataset);
		if (turn !== this.#turn) return;
		this.reading = false;
		if (rows.ok) this.#choose({ name: dataset.name, columns: dataset.columns, rows: rows.value });
		else this.#refuse(rows.error);
	}

	chooseColumn(column: string): void {
		this.column = column;
		this.found = null;
		this.problems = [];
		if (this.table !== null && column !== '') this.#show(templatesOfColumn(this.table, column));
	}

	async #readTable(turn: number, file: File): Promise<void> {
		const read = await this.#api.readSmallTable(file, mostTemplates);
		if (turn !== this.#turn) return;
		if (read.ok) this.#choose({ name: file.name, ...read.value });
		else this.#refuse(read.error.map(({ message }) => message));
	}

	#begin(): number {
		this.reading = true;
		this.found = null;
		this.table = null;
		this.problems = [];
		this.column = '';
		return ++this.#turn;
	}

	/** Where only one column can be meant, it is taken at once. */
	#choose(table: SmallTable & { readonly name: string }): void {
		this.table = table;
		const names = table.columns.map(({ name }) => name);
		const likely =
			names.length === 1 ? names[0] : names.find((name) => /^(prompt|template)s?$/i.test(name));
		this.chooseColumn(likely ?? '');
	}

	#show(read: Result<FoundTemplates, readonly string[]>): void {
		if (read.ok) this.found = read.value;
		else this.#refuse(read.error);
	}

	#refuse(problems: readonly string[]): void {
		this.problems = problems;
	}
}

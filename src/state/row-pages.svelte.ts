import type { EngineApi } from '#contract/engine-api.ts';
import type { Row } from '#domain/dataset.ts';

export const rowsPerPage = 50;
const pagesKept = 20;

interface Page {
	readonly number: number;
	readonly rows: readonly Row[];
}

/** Rows of one dataset, read in pages; the first page stays, of the others the ones read last. */
export class RowPages {
	readonly #api: EngineApi;
	#datasetId: string | null = null;
	#pages = $state.raw<readonly Page[]>([]);
	readonly first: readonly Row[] = $derived(this.#page(0)?.rows ?? []);

	constructor(api: EngineApi) {
		this.#api = api;
	}

	async open(datasetId: string | null): Promise<void> {
		this.#datasetId = datasetId;
		this.#pages = [];
		await this.need(0);
	}

	/** Null until `need` has brought it, and past the end. */
	rowAt(index: number): Row | null {
		return this.#page(Math.floor(index / rowsPerPage))?.rows[index % rowsPerPage] ?? null;
	}

	async need(index: number): Promise<void> {
		const datasetId = this.#datasetId;
		const number = Math.floor(index / rowsPerPage);
		if (datasetId === null || this.#page(number) !== undefined) return;
		const rows = await this.#api.readRows(datasetId, number * rowsPerPage, rowsPerPage);
		// Another dataset may have been opened, or the page have come twice, while it was read.
		if (datasetId !== this.#datasetId || this.#page(number) !== undefined) return;
		const others = this.#pages.filter((page) => page.number > 0).slice(1 - pagesKept);
		const start = this.#pages.filter((page) => page.number === 0);
		this.#pages = [...start, ...others, { number, rows }];
	}

	#page(number: number): Page | undefined {
		return this.#pages.find((page) => page.number === number);
	}
}

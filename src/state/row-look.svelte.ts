import type { EngineApi } from '#contract/engine-api.ts';
import { queryKey, type RowQuery, type RowScan } from '#domain/row-scan.ts';

interface Look {
	readonly key: string;
	readonly done: Promise<void>;
}

/** What a look through the rows of the draft's data has found. Only the last one asked for counts. */
export class RowLook {
	readonly #api: EngineApi;
	#look: Look | null = null;
	/** Of the query asked for last; null until it is there, and where nothing was asked for. */
	scan = $state.raw<RowScan | null>(null);
	/** Rows are being looked through. */
	looking = $state.raw(false);
	/** Why the rows could not be looked through. */
	failure = $state.raw<string | null>(null);

	constructor(api: EngineApi) {
		this.#api = api;
	}

	/** Null: nothing is to be found out. A query that was asked for already is not asked again. */
	want(datasetId: string | null, query: RowQuery | null): void {
		const wanted = datasetId === null || query === null ? null : { datasetId, query };
		const key = keyOf(datasetId, query);
		if (key === (this.#look?.key ?? '')) return;
		if (wanted === null && this.looking) void this.#api.cancelScan();
		this.scan = null;
		this.failure = null;
		this.looking = wanted !== null;
		this.#look =
			wanted === null ? null : { key, done: this.#run(key, wanted.datasetId, wanted.query) };
	}

	/** What was found for exactly this: what was found for another draft says nothing of the rows of this one. */
	scanOf(datasetId: string | null, query: RowQuery | null): RowScan | null {
		const scan = this.scan;
		return this.#look?.key === keyOf(datasetId, query) ? scan : null;
	}

	/** Once what was asked for last is there, or has failed. */
	async settled(): Promise<void> {
		for (let look = this.#look; look !== null;) {
			await look.done;
			if (look === this.#look) return;
			look = this.#look;
		}
	}

	async #run(key: string, datasetId: string, query: RowQuery): Promise<void> {
		let found: RowScan | null = null;
		let failure: string | null = null;
		try {
			found = await this.#api.scanRows(datasetId, query);
		} catch (error) {
			failure = error instanceof Error ? error.message : String(error);
		}
		if (this.#look?.key !== key) return;
		this.looking = false;
		this.scan = found;
		this.failure = failure ?? (found === null ? 'the rows are no longer stored' : null);
	}
}

/** Empty where nothing is to be found out. */
const keyOf = (datasetId: string | null, query: RowQuery | null): string =>
	datasetId === null || query === null ? '' : `${datasetId} ${queryKey(query)}`;

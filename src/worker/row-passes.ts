import { queryKey, type RowQuery } from '#domain/row-scan.ts';
import type { Library } from '#storage/library.ts';
import { Recent } from '#storage/recent.ts';
import { passOver, type RowPass } from './row-pass.ts';

/** Of a million rows each holds up to 9 MB. */
const keptPasses = 3;

/** What looks through stored tables have found: a run that is started finds what its draft has looked for. */
export class RowPasses {
	readonly #library: Library;
	readonly #passes = new Recent<string, Promise<RowPass | null>>(keptPasses);

	constructor(library: Library) {
		this.#library = library;
	}

	/** Null where the table is not stored, or the look was called off. */
	async find(
		datasetId: string,
		query: RowQuery,
		signal = new AbortController().signal,
	): Promise<RowPass | null> {
		const key = `${datasetId} ${queryKey(query)}`;
		const known = await this.#passes.get(key)?.catch(() => null);
		if (known !== undefined && known !== null) return known;
		const finding = this.#look(datasetId, query, signal);
		this.#passes.set(key, finding);
		finding.then(
			(pass) => {
				if (pass === null) this.#passes.drop(key, finding);
			},
			() => {
				this.#passes.drop(key, finding);
			},
		);
		return finding;
	}

	async #look(datasetId: string, query: RowQuery, signal: AbortSignal): Promise<RowPass | null> {
		const dataset = await this.#library.getDataset(datasetId);
		if (dataset === null) return null;
		const { columns, rowCount } = dataset;
		const read = (first: number, count: number) => this.#library.readRows(datasetId, first, count);
		return passOver(query, { columns, rowCount, read }, signal);
	}
}

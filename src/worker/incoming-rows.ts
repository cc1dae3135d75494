import type { Dataset, DatasetMark } from '#domain/dataset.ts';
import type { Library } from '#storage/library.ts';
import type { Host } from './host.ts';
import { Refused } from './refused.ts';

export interface RowParts {
	readonly library: Library;
	readonly host: Host;
	/** Keeps a dataset from being cleaned away while this tab is open. */
	readonly hold: (datasetId: string) => Promise<void>;
}

type Writer = Awaited<ReturnType<Library['createDataset']>>;

/** The rows of a file on their way into a dataset: one that is stored already with the same rows is used in its place. */
export class IncomingRows {
	readonly #parts: RowParts;
	readonly #file: string;
	#writer: Writer | null = null;
	/** Finished, and of this file alone. */
	#own: string | null = null;
	/** As the run names them; null: it goes over none. */
	datasetId: string | null = null;

	constructor(parts: RowParts, file: string) {
		this.#parts = parts;
		this.#file = file;
	}

	async add(rows: readonly (readonly string[])[]): Promise<void> {
		this.#writer ??= await this.#begin();
		await this.#writer.append(rows);
	}

	/** They are known of, and are to be given to the run later, as after a loss. */
	leaveOut(): void {
		this.datasetId = this.#parts.host.newId();
	}

	async finish(data: DatasetMark, format: Dataset['format'] = 'table'): Promise<Dataset> {
		const { library, hold } = this.#parts;
		const writer = (this.#writer ??= await this.#begin());
		const digest = writer.digestUnder(data.columns);
		if (data.digest !== undefined && digest !== data.digest)
			throw new Refused('Its rows are not those of the run: their digest differs.');
		const known = await stored(library, data, digest);
		if (known !== null) {
			await hold(known.id);
			await writer.discard();
			this.#writer = null;
			this.datasetId = known.id;
			return known;
		}
		const dataset = await writer.finish({
			...{ ...data, files: [this.#file], notices: [] },
			...(format === 'table' ? {} : { format }),
		});
		this.#writer = null;
		this.#own = this.datasetId = dataset.id;
		return dataset;
	}

	async takeBack(): Promise<void> {
		const { library } = this.#parts;
		try {
			await this.#writer?.discard();
		} finally {
			if (this.#own !== null) await library.deleteDatasets([this.#own]);
		}
	}

	async #begin(): Promise<Writer> {
		const writer = await this.#parts.library.createDataset();
		await this.#parts.hold(writer.id);
		return writer;
	}
}

async function stored(
	library: Library,
	{ rowCount }: DatasetMark,
	digest: string,
): Promise<Dataset | null> {
	for (const { id, rowCount: rows } of await library.listDatasets()) {
		if (rows !== rowCount) continue;
		const dataset = await library.getDataset(id);
		if (dataset?.digest === digest) return dataset;
	}
	return null;
}

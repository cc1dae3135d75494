import type { EngineApi } from '#contract/engine-api.ts';
import type { DatasetSummary } from '#domain/dataset.ts';

/** The datasets that can be chosen, newest first. */
export class DatasetList {
	readonly #api: EngineApi;
	all = $state.raw<readonly DatasetSummary[]>([]);

	constructor(api: EngineApi) {
		this.#api = api;
	}

	async load(): Promise<void> {
		this.all = await this.#api.listDatasets();
	}
}

import type { EngineApi } from '#contract/engine-api.ts';
import type { ModelNote } from '#domain/model-note.ts';

/** What earlier runs have learned of the models being chosen. */
export class ModelNotesState {
	readonly #api: EngineApi;
	notes = $state.raw<readonly ModelNote[]>([]);
	#asked = 0;

	constructor(api: EngineApi) {
		this.#api = api;
	}

	/** An origin of null is none yet. */
	async look(origin: string | null, models: readonly string[]): Promise<void> {
		const asked = ++this.#asked;
		const notes = origin === null ? [] : await this.#api.modelNotes(origin, models);
		// Another model was chosen meanwhile.
		if (asked === this.#asked) this.notes = notes;
	}

	/** From now on its parameters are sent as they are set. */
	async forget({ origin, model }: ModelNote): Promise<void> {
		this.notes = this.notes.map((note) =>
			note.origin === origin && note.model === model ? { ...note, repairs: [] } : note,
		);
		await this.#api.forgetRepairs(origin, model);
	}
}

import type { EngineApi } from '#contract/engine-api.ts';
import type { Draft } from '#domain/draft.ts';
import type { PageClock } from './page-clock.ts';

const restMs = 400;

/** Saves the draft once the person rests, and at once when the page is about to go. */
export class DraftSaver {
	readonly #api: EngineApi;
	readonly #clock: PageClock;
	#unsaved: Draft | null = null;
	#cancel: (() => void) | null = null;

	constructor(api: EngineApi, clock: PageClock) {
		this.#api = api;
		this.#clock = clock;
	}

	soon(draft: Draft): void {
		this.#unsaved = draft;
		this.#cancel?.();
		this.#cancel = this.#clock.after(restMs, () => {
			void this.now();
		});
	}

	async now(): Promise<void> {
		this.#cancel?.();
		this.#cancel = null;
		const draft = this.#unsaved;
		this.#unsaved = null;
		if (draft !== null) await this.#api.saveDraft(draft);
	}
}

import type { EngineApi } from '#contract/engine-api.ts';
import type { Draft } from '#domain/draft.ts';
import { draftToStore } from '#domain/stored-draft.ts';
import type { PageClock } from './page-clock.ts';
import type { Remembered } from './remembered.ts';

const restMs = 400;

/** Saves the draft once the person rests, and at once when the page is about to go. */
export class DraftSaver {
	readonly #api: EngineApi;
	readonly #clock: PageClock;
	readonly #shelf: Remembered;
	/** The latest one, until the engine has said that it is stored. */
	#unsaved: Draft | null = null;
	#cancel: (() => void) | null = null;
	#stopped = false;

	constructor(api: EngineApi, clock: PageClock, shelf: Remembered) {
		this.#api = api;
		this.#clock = clock;
		this.#shelf = shelf;
	}

	soon(draft: Draft): void {
		if (this.#stopped) return;
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
		if (draft === null) return;
		await this.#api.saveDraft(draft);
		if (this.#unsaved !== draft) return;
		this.#unsaved = null;
		this.#shelf.write(null);
	}

	/** Whatever was kept is to be gone: from now on nothing is. */
	stop(): void {
		this.#stopped = true;
		this.#cancel?.();
		this.#unsaved = null;
	}

	/** The page goes, and the engine may go before it has heard: what is not stored yet is left where the next page looks. */
	leave(): void {
		const draft = this.#unsaved;
		if (draft === null) return;
		this.#shelf.write(JSON.stringify(draftToStore(draft)));
		void this.now();
	}

	/** What the page before left, which is later than what is stored. */
	left(): Draft | null {
		try {
			return JSON.parse(this.#shelf.read() ?? 'null') as Draft | null;
		} catch {
			return null;
		}
	}
}

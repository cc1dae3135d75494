import type { EngineApi } from '#contract/engine-api.ts';
import type { Draft } from '#domain/draft.ts';
import { draftToStore } from '#domain/stored-draft.ts';
import type { PageClock } from './page-clock.ts';
import type { Remembered } from './remembered.ts';

const restMs = 400;
/** Whoever writes on and on does not lose more than this when the tab is killed. */
const longestMs = 2_000;

/**
 * Saves the draft once the person rests, and leaves it for the next page of this tab when this one goes: the engine may go
 * before it has heard of the last letter, and what it has stored may be another tab's.
 */
export class DraftSaver {
	readonly #api: EngineApi;
	readonly #clock: PageClock;
	readonly #shelf: Remembered;
	#latest: Draft | null = null;
	#isSaved = true;
	/** When the first change was made that is not saved. */
	#since: number | null = null;
	#cancel: (() => void) | null = null;
	#stopped = false;

	constructor(api: EngineApi, clock: PageClock, shelf: Remembered) {
		this.#api = api;
		this.#clock = clock;
		this.#shelf = shelf;
	}

	soon(draft: Draft): void {
		if (this.#stopped) return;
		this.#latest = draft;
		this.#isSaved = false;
		this.#since ??= this.#clock.now();
		this.#cancel?.();
		const left = this.#since + longestMs - this.#clock.now();
		this.#cancel = this.#clock.after(Math.min(restMs, Math.max(0, left)), () => {
			void this.now();
		});
	}

	async now(): Promise<void> {
		this.#cancel?.();
		this.#cancel = null;
		this.#since = null;
		const draft = this.#latest;
		if (draft === null || this.#isSaved) return;
		await this.#api.saveDraft(draft);
		if (this.#latest !== draft) return;
		this.#isSaved = true;
		// Of a page that came back, or one that took what was left: what is stored is later.
		this.#shelf.write(null);
	}

	/** Whatever was kept is to be gone: from now on nothing is. */
	stop(): void {
		this.#stopped = true;
		this.#cancel?.();
		this.#latest = null;
	}

	/** The page goes. */
	leave(draft: Draft): void {
		if (this.#stopped) return;
		this.#shelf.write(JSON.stringify(draftToStore(draft)));
		void this.now();
	}

	/** What the page before left in this tab. */
	left(): Draft | null {
		try {
			return JSON.parse(this.#shelf.read() ?? 'null') as Draft | null;
		} catch {
			return null;
		}
	}
}

import type { EngineApi } from '#contract/engine-api.ts';
import type { RequestPreview } from '#domain/request-code.ts';
import type { RunSetup } from '#domain/run.ts';
import type { PageClock } from './page-clock.ts';

/** The request that is shown. `impossible`: problems stand in its way. `gone`: its rows are no longer stored. */
export type ShownRequest =
	| { readonly kind: 'asking' }
	| { readonly kind: 'impossible' }
	| { readonly kind: 'gone' }
	| { readonly kind: 'there'; readonly request: RequestPreview };

const restMs = 120;

/** Asks the worker for one request as it would leave, a moment after what it is made of has changed. */
export class RequestPreviewState {
	readonly #api: Pick<EngineApi, 'previewRequest'>;
	readonly #clock: PageClock;
	shown = $state.raw<ShownRequest>({ kind: 'asking' });
	/** Counts what was asked for, so that a late answer to something else is dropped. */
	#turn = 0;
	#cancel: (() => void) | null = null;

	constructor(api: Pick<EngineApi, 'previewRequest'>, clock: PageClock) {
		this.#api = api;
		this.#clock = clock;
	}

	/** What is shown stays until the new one is there. */
	show(setup: RunSetup | null, request: number): void {
		this.dispose();
		if (setup === null) {
			this.shown = { kind: 'impossible' };
			return;
		}
		const turn = this.#turn;
		this.#cancel = this.#clock.after(restMs, () => {
			void this.#ask(turn, setup, request);
		});
	}

	dispose(): void {
		this.#turn += 1;
		this.#cancel?.();
		this.#cancel = null;
	}

	async #ask(turn: number, setup: RunSetup, request: number): Promise<void> {
		const preview = await this.#api.previewRequest(setup, request);
		if (turn !== this.#turn) return;
		this.shown = preview === null ? { kind: 'gone' } : { kind: 'there', request: preview };
	}
}

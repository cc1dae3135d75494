import type { EngineApi, EngineEvent } from '#contract/engine-api.ts';
import type { PromptCheck } from '#domain/prompt-check.ts';
import { plannedRequests } from '#domain/plan.ts';
import { planSizeOf, type RunSetup } from '#domain/run.ts';
import type { PageClock } from './page-clock.ts';

/** Past so many requests a check is made only when it is asked for. */
const mostByItself = 50_000;
/** The person has come to rest. */
const restMs = 800;

/** How far a check is, from 0 to 1. */
export interface Checking {
	readonly exactly: boolean;
	readonly share: number;
}

/** The look at every prompt of the draft, before anything is sent. It never stands in anyone's way. */
export class PromptCheckState {
	readonly #api: EngineApi;
	readonly #clock: PageClock;
	#setup = $state.raw<RunSetup | null>(null);
	/** Of the draft as it stands now; null: not yet. */
	check = $state.raw<PromptCheck | null>(null);
	checking = $state.raw<Checking | null>(null);
	/** Too many to look at unasked, and not looked at yet. */
	readonly canBeAsked: boolean = $derived.by(
		() =>
			this.#setup !== null &&
			this.check === null &&
			this.checking === null &&
			!isSmall(this.#setup),
	);
	/** No prompt fits the window that was typed, however it is counted. */
	readonly noneFits: boolean = $derived.by(() => {
		const { check } = this;
		return (
			check !== null &&
			check.publishedOf === null &&
			check.prompts > 0 &&
			check.certainlyTooLong === check.prompts
		);
	});
	#key = '';
	#asked = 0;
	#cancelWait: (() => void) | null = null;

	constructor(api: EngineApi, clock: PageClock) {
		this.#api = api;
		this.#clock = clock;
	}

	/** What Start would run now; null while there is nothing that it could. */
	look(setup: RunSetup | null): void {
		const key = setup === null ? '' : keyOf(setup);
		if (key === this.#key) return;
		this.#key = key;
		this.#setup = setup;
		this.check = null;
		this.cancel();
		if (setup === null || !isSmall(setup)) return;
		this.#cancelWait = this.#clock.after(restMs, () => {
			void this.run();
		});
	}

	/** `exactly`: what is in doubt is counted. Of a check that is given up nothing is kept; what was known before stays. */
	async run(exactly = false): Promise<void> {
		const setup = this.#setup;
		if (setup === null) return;
		this.#cancelWait?.();
		const asked = ++this.#asked;
		this.checking = { exactly, share: 0 };
		try {
			const check = await this.#api.checkPrompts(setup, exactly);
			if (asked === this.#asked && check !== null) this.check = check;
		} finally {
			if (asked === this.#asked) this.checking = null;
		}
	}

	cancel(): void {
		this.#cancelWait?.();
		this.#cancelWait = null;
		if (this.checking === null) return;
		this.#asked += 1;
		this.checking = null;
		void this.#api.cancelPromptCheck();
	}

	/** The draft is off the screen, most often because its run has begun: a look that is not through begins anew when it is back. */
	leave(): void {
		this.cancel();
		if (this.check === null) this.#key = '';
	}

	receive(event: EngineEvent): void {
		if (event.kind === 'broken') this.checking = null;
		if (event.kind !== 'promptCheckProgress' || this.checking === null) return;
		this.checking = { ...this.checking, share: event.done / Math.max(1, event.total) };
	}
}

const isSmall = (setup: RunSetup): boolean => plannedRequests(planSizeOf(setup)) <= mostByItself;

/** Equal where a check would find the same. */
const keyOf = (setup: RunSetup): string =>
	JSON.stringify({ ...setup, name: '', connection: null, limits: null });

import type { RunFigures } from '#domain/run-figures.ts';
import { pageClock, type PageClock } from './page-clock.ts';

/** The least time between two looks at a run that goes. */
const refreshMs = 1_000;

/** What the summary asks of a run's page. */
export interface SummarySource {
	/** Null where it was cancelled, and where the run is gone. */
	readSummary(): Promise<RunFigures | null>;
	cancelSummary(): Promise<void>;
}

/** The figures of one run, as far as they are read: kept while another view of it is open. */
export class SummaryState {
	readonly #source: SummarySource;
	readonly #clock: PageClock;
	/** Null before they were read once. */
	figures = $state.raw<RunFigures | null>(null);
	reading = $state.raw(false);
	/** The reading was given up: the person asks for it again. */
	cancelled = $state.raw(false);
	/** Why it went wrong, in the browser's words: the person asks for it again too. */
	fault = $state.raw<string | null>(null);
	/** Whether it is read without being asked for. */
	readonly goesOn = $derived(!this.cancelled && this.fault === null);
	/** How the run stood when it was last asked for, and how it stands now. */
	#asked = '';
	#stands = '';
	#cancelWait: (() => void) | null = null;
	#disposed = false;

	constructor(source: SummarySource, clock: PageClock = pageClock) {
		this.#source = source;
		this.#clock = clock;
	}

	/** `stands`: how the run stands, equal only where nothing has changed. One that goes is looked at once a second. */
	look(stands: string, goes: boolean): void {
		this.#stands = stands;
		if (stands === this.#asked || !this.goesOn || this.reading) return;
		if (this.figures === null || !goes) {
			this.#cancelWait?.();
			this.#cancelWait = null;
			void this.#read();
		} else this.#readSoon();
	}

	/** The summary is off the screen. */
	leave(): void {
		this.#cancelWait?.();
		this.#cancelWait = null;
	}

	async readAgain(): Promise<void> {
		this.cancelled = false;
		this.fault = null;
		await this.#read();
	}

	async cancel(): Promise<void> {
		if (!this.reading) return;
		this.cancelled = true;
		await this.#source.cancelSummary();
	}

	dispose(): void {
		this.#disposed = true;
		this.leave();
		if (this.reading) void this.#source.cancelSummary();
	}

	#readSoon(): void {
		this.#cancelWait ??= this.#clock.after(refreshMs, () => {
			this.#cancelWait = null;
			void this.#read();
		});
	}

	/** One reading at a time: what has changed meanwhile is read after. */
	async #read(): Promise<void> {
		if (this.reading || this.#disposed) return;
		this.reading = true;
		this.#asked = this.#stands;
		try {
			const figures = await this.#source.readSummary();
			if (figures !== null) this.figures = figures;
		} catch (cause) {
			this.fault = cause instanceof Error ? cause.message : String(cause);
		} finally {
			this.reading = false;
		}
		if (this.#stands !== this.#asked && this.goesOn) this.#readSoon();
	}
}

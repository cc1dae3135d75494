import type { PageClock } from './page-clock.ts';

/** The least time between two readings of what is already on the screen. */
export const refreshMs = 700;

/** What follows a reading: nothing, the same again at its pace, or another at once. */
export type AfterReading = 'rest' | 'soon' | 'now';

/** Readings of what is on the screen: one at a time, and those of what is there already at a pace that they can keep. */
export class PacedReading {
	readonly #clock: PageClock;
	readonly #read: () => Promise<AfterReading> | null;
	#isReading = false;
	#readAgain = false;
	#isDisposed = false;
	#refreshAt = 0;
	#cancelRefresh: (() => void) | null = null;

	/** `read` gives back null where there is nothing to read. */
	constructor(clock: PageClock, read: () => Promise<AfterReading> | null) {
		this.#clock = clock;
		this.#read = read;
	}

	/** While a reading is under way, one more follows it, however often this is called. */
	now(): void {
		if (this.#isReading) this.#readAgain = true;
		else if (!this.#isDisposed) void this.#run();
	}

	soon(): void {
		if (this.#cancelRefresh !== null || this.#isDisposed) return;
		const waitMs = Math.max(0, this.#refreshAt - this.#clock.now());
		this.#cancelRefresh = this.#clock.after(waitMs, () => {
			this.#cancelRefresh = null;
			this.now();
		});
	}

	dispose(): void {
		this.#isDisposed = true;
		this.#cancelRefresh?.();
	}

	async #run(): Promise<void> {
		const startedAt = this.#clock.now();
		const reading = this.#read();
		if (reading === null) return;
		this.#isReading = true;
		this.#readAgain = false;
		let after: AfterReading;
		try {
			after = await reading;
		} finally {
			this.#isReading = false;
			// What takes its time over a large run is not asked for faster than it can be answered.
			const tookMs = this.#clock.now() - startedAt;
			this.#refreshAt = this.#clock.now() + Math.max(refreshMs, 3 * tookMs);
		}
		if (after === 'soon') this.soon();
		if (this.#readAgain || after === 'now') this.now();
	}
}

import type { Clock } from './ports.ts';

/** Lets one loop sleep until a time or until something happens, whichever is first; a wake before the wait is not lost. */
export class Wakeup {
	#woken = false;
	#sleep: AbortController | null = null;
	#resolve: (() => void) | null = null;

	wake(): void {
		this.#woken = true;
		this.#sleep?.abort();
		this.#resolve?.();
	}

	/** Null: only a wake ends it. */
	async wait(ms: number | null, clock: Clock): Promise<void> {
		if (!this.#woken) {
			if (ms === null) await new Promise<void>((resolve) => (this.#resolve = resolve));
			else {
				this.#sleep = new AbortController();
				await clock.sleep(ms, this.#sleep.signal);
			}
		}
		this.#woken = false;
		this.#sleep = null;
		this.#resolve = null;
	}
}

import type { SettledRequest } from '#domain/outcome.ts';
import type { RunStore } from '#storage/run-store.ts';

/** Waiting to be stored together; of long answers fewer. */
const mostRequests = 500;
const mostCharacters = 4_000_000;

/** Answers that come in faster than they are stored: so many wait, and the source with them. */
export class SettledInflow {
	readonly #store: RunStore;
	#waiting: Promise<void>[] = [];
	#characters = 0;

	constructor(store: RunStore) {
		this.#store = store;
	}

	/** Rejects where one of those before it could not be stored. */
	async add(settled: SettledRequest, characters: number): Promise<void> {
		const stored = this.#store.settle(settled);
		// It is held, perhaps for long, before anyone waits for it.
		stored.catch(() => undefined);
		this.#waiting.push(stored);
		this.#characters += characters;
		if (this.#waiting.length >= mostRequests || this.#characters >= mostCharacters)
			await this.idle();
	}

	/** All of them are stored; rejects where one could not be. */
	async idle(): Promise<void> {
		await Promise.all(this.#take());
	}

	/** Nothing is under way any more, whatever became of it. */
	async settled(): Promise<void> {
		await Promise.allSettled(this.#take());
	}

	#take(): readonly Promise<void>[] {
		const waiting = this.#waiting;
		this.#waiting = [];
		this.#characters = 0;
		return waiting;
	}
}

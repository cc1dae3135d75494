import type { Clock } from '#engine/ports.ts';

interface Sleeper {
	readonly at: number;
	readonly wake: () => void;
}

/** Time that passes only when every promise has come to rest and somebody sleeps: hours of backoff in milliseconds. */
export class VirtualClock implements Clock {
	#now = 0;
	#sleepers: Sleeper[] = [];
	readonly #rest: () => Promise<unknown>;

	/** `rest` comes back once nothing can go on without time passing. */
	constructor(rest: () => Promise<unknown> = settle) {
		this.#rest = rest;
	}

	now(): number {
		return this.#now;
	}

	epoch(): number {
		return 1_700_000_000_000 + this.#now;
	}

	sleep(ms: number, signal: AbortSignal): Promise<void> {
		return new Promise((resolve) => {
			if (signal.aborted) {
				resolve();
				return;
			}
			const sleeper = { at: this.#now + ms, wake: resolve };
			this.#sleepers.push(sleeper);
			signal.addEventListener('abort', () => {
				this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
				resolve();
			});
		});
	}

	/** Lets time pass until the promise settles. Fails where nothing sleeps and it still has not: a deadlock. */
	async until<T>(promise: Promise<T>): Promise<T> {
		let done = false;
		void promise.finally(() => (done = true)).catch(() => undefined);
		for (;;) {
			await this.#rest();
			if (done) return promise;
			this.#passToNext();
		}
	}

	/** Lets `ms` pass, waking whoever's time comes on the way. */
	async pass(ms: number): Promise<void> {
		const end = this.#now + ms;
		await this.#rest();
		while (Math.min(...this.#sleepers.map(({ at }) => at)) <= end) {
			this.#passToNext();
			await this.#rest();
		}
		this.#now = end;
		await this.#rest();
	}

	#passToNext(): void {
		const next = this.#sleepers.toSorted((a, b) => a.at - b.at)[0];
		if (next === undefined) throw new Error('Nothing sleeps and nothing happens: a deadlock');
		this.#sleepers = this.#sleepers.filter((other) => other !== next);
		this.#now = Math.max(this.#now, next.at);
		next.wake();
	}
}

/** Lets every promise that can go on go on: a macrotask comes only after all microtasks. */
const settle = async (): Promise<void> => {
	for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** Park and Miller's generator: the same numbers for the same seed. */
export function seededRandom(seed: number): () => number {
	let state = (seed % 2_147_483_646) + 1;
	return () => {
		state = (state * 48_271) % 2_147_483_647;
		return (state - 1) / 2_147_483_646;
	};
}

/**
 * The turns of the event loop, taken one at a time: fake-indexeddb does everything by `setImmediate`, so whoever hands
 * out its turns can stop the world in the middle of a transaction, and knows when it has come to rest.
 */
export class Turns {
	readonly #queue: (() => void)[] = [];
	readonly #real = globalThis.setImmediate;

	constructor() {
		const queued = (callBack: (...args: unknown[]) => void, ...args: unknown[]): void => {
			this.#queue.push(() => {
				callBack(...args);
			});
		};
		// Nobody here keeps what it gives back.
		globalThis.setImmediate = queued as unknown as typeof setImmediate;
	}

	/** Whether nothing can go on without time passing or somebody acting. */
	get isAtRest(): boolean {
		return this.#queue.length === 0;
	}

	/** Takes so many turns, fewer where the world comes to rest before. */
	async take(count: number): Promise<void> {
		await this.#microtasks();
		for (let taken = 0; taken < count; taken++) {
			const next = this.#queue.shift();
			if (next === undefined) return;
			next();
			await this.#microtasks();
		}
	}

	async rest(): Promise<void> {
		await this.take(most);
		if (!this.isAtRest) throw new Error('The world never comes to rest');
	}

	/** What a promise comes to without time passing; throws where it hangs. */
	async outcome<T>(promise: Promise<T>, what: string): Promise<T> {
		let isOpen = true;
		const closed = promise.finally(() => (isOpen = false));
		closed.catch(() => undefined);
		await this.rest();
		if (isOpen) throw new Error(`No answer ever came: ${what}`);
		return closed;
	}

	/** Gives the event loop back. */
	restore(): void {
		globalThis.setImmediate = this.#real;
		for (const next of this.#queue.splice(0)) this.#real(next);
	}

	/** A macrotask comes only after all microtasks. */
	#microtasks(): Promise<void> {
		return new Promise((resolve) => this.#real(resolve));
	}
}

const most = 50_000;

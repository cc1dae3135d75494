/** Holds answers back until a test lets them go, so that a run can be looked at half way without waiting for time to pass. */
export class Gate {
	#open: boolean;
	/** How many may still pass while it is closed. */
	#passes = 0;
	readonly #waiting = new Set<() => void>();

	constructor(open: boolean) {
		this.#open = open;
	}

	hold(): void {
		this.#open = false;
		this.#passes = 0;
	}

	release(): void {
		this.#open = true;
		for (const pass of [...this.#waiting]) pass();
	}

	/** The next `count` pass, those waiting first, in the order in which they came. */
	letThrough(count: number): void {
		this.#passes += count;
		for (const pass of [...this.#waiting].slice(0, this.#passes)) {
			this.#passes--;
			pass();
		}
	}

	/** Settles once the gate is open or `gone` is aborted; one who is gone takes nobody's pass. */
	passed(gone: AbortSignal): Promise<void> {
		if (this.#open || gone.aborted) return Promise.resolve();
		if (this.#passes > 0) {
			this.#passes--;
			return Promise.resolve();
		}
		return new Promise((resolve) => {
			const pass = (): void => {
				this.#waiting.delete(pass);
				gone.removeEventListener('abort', pass);
				resolve();
			};
			this.#waiting.add(pass);
			gone.addEventListener('abort', pass);
		});
	}
}

import type { EngineEvent } from '#contract/engine-api.ts';

const notLoaded: EngineEvent = {
	kind: 'broken',
	message:
		'Volley’s engine could not be loaded. Reload the page; if that does not help, a content blocker may be stopping it.',
};

/**
 * Whether the worker came to life: one that fails before it ever answered was not loaded, and no call to it will be
 * answered either. The faults of one that has answered are bugs, and a bug goes to the window.
 */
export class WorkerHealth {
	readonly #listeners = new Set<(event: EngineEvent) => void>();
	#answered = false;
	#failed = false;

	/** `report` is told what the browser itself does not report. */
	constructor(worker: EventTarget, report: (bug: Error) => void) {
		worker.addEventListener('message', () => (this.#answered = true), { once: true });
		worker.addEventListener('error', (event) => {
			if (this.#answered) return;
			// Said once, in words: the window need not report it as a bug as well.
			event.preventDefault();
			this.fail();
		});
		worker.addEventListener('messageerror', () => {
			if (this.#answered) report(new Error('An answer of the engine could not be read.'));
			else this.fail();
		});
	}

	fail(): void {
		if (this.#failed) return;
		this.#failed = true;
		for (const listener of this.#listeners) listener(notLoaded);
	}

	subscribe(listener: (event: EngineEvent) => void): void {
		this.#listeners.add(listener);
		if (this.#failed) listener(notLoaded);
	}
}

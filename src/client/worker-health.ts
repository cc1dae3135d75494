import type { EngineEvent } from '#contract/engine-api.ts';

const notLoaded: EngineEvent = {
	kind: 'broken',
	message:
		'Volley’s engine could not be loaded. Reload the page; if that does not help, a content blocker may be stopping it.',
};

/**
 * Whether the worker came to life: where it was not loaded, or its first answer cannot be read, no call to it will be
 * answered either. An answer that cannot be read later is a bug.
 */
export class WorkerHealth {
	readonly #listeners = new Set<(event: EngineEvent) => void>();
	#answered = false;
	#failed = false;

	/** `port` is where its answers come; `report` is told what the browser itself does not report. */
	constructor(port: EventTarget, report: (bug: Error) => void) {
		port.addEventListener('message', () => (this.#answered = true), { once: true });
		port.addEventListener('messageerror', () => {
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

import type { KeyRing } from './keys.svelte.ts';

/** The key being typed for a further connection. It stands here until the worker holds it, for the origin it was typed for. */
export class ShareKey {
	readonly #keys: KeyRing;
	typed = $state.raw('');
	/** Where requests would have gone when it was typed; null where that was not known yet. */
	#typedFor: string | null = null;

	constructor(keys: KeyRing) {
		this.#keys = keys;
	}

	type(text: string, origin: string | null): void {
		this.typed = text;
		this.#typedFor = origin;
	}

	/** Gives it to the worker, once it is known where it belongs. One that was typed for another origin is dropped instead. */
	async hold(origin: string | null): Promise<void> {
		if (origin === null) return;
		const key = this.typed.trim();
		const isMeant = this.#typedFor === null || this.#typedFor === origin;
		this.clear();
		if (key !== '' && isMeant) await this.#keys.give(origin, key);
	}

	clear(): void {
		this.typed = '';
		this.#typedFor = null;
	}
}

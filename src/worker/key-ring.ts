import type { HeldKey } from '#contract/engine-api.ts';
import { keyIn, keyProblem } from '#domain/api-key.ts';
import { Redactor } from '#openai/redact.ts';

/** The keys of this tab, in memory alone, each under the exact origin it was typed for. The one place that holds them. */
export class KeyRing {
	/** Knows every key that was ever held here. */
	readonly redactor = new Redactor();
	readonly #keys = new Map<string, string>();
	readonly #typedAt = new Map<string, number>();
	readonly #versions = new Map<string, number>();
	/** The version of each origin up to which its keys were forgotten. */
	readonly #forgotten = new Map<string, number>();

	/** `typedAt` in epoch milliseconds. Throws of what can be no key: the page asks for none such. */
	hold(origin: string, key: string, typedAt = 0): HeldKey {
		const secret = keyIn(key);
		const refused = keyProblem(secret);
		if (refused !== null) throw new RangeError(refused);
		// First: a key that could not be taken out of what comes back is not sent either.
		this.redactor.learn(secret);
		if (secret !== this.keyFor(origin)) this.#versions.set(origin, this.versionOf(origin) + 1);
		this.#keys.set(origin, secret);
		this.#typedAt.set(origin, typedAt);
		return shown(origin, secret);
	}

	forget(origin: string): void {
		this.#keys.delete(origin);
		this.#forgotten.set(origin, this.versionOf(origin));
	}

	/** Whether that version's key may no longer be sent; one that another key has only taken the place of still may. */
	isForgotten(origin: string, version: number): boolean {
		return version <= (this.#forgotten.get(origin) ?? -1);
	}

	/** Empty where none is held for exactly this origin. */
	keyFor(origin: string): string {
		return this.#keys.get(origin) ?? '';
	}

	/** When the key that is held for this origin was typed, here or in the tab that remembered it. */
	typedAt(origin: string): number {
		return this.#typedAt.get(origin) ?? 0;
	}

	/** Tells the keys of one origin apart without naming one. */
	versionOf(origin: string): number {
		return this.#versions.get(origin) ?? 0;
	}

	held(): readonly HeldKey[] {
		return [...this.#keys].map(([origin, key]) => shown(origin, key));
	}
}

/** The last four characters tell keys apart; of a short key they would be too much of it. */
const shown = (origin: string, key: string): HeldKey => ({
	origin,
	lastFour: key.length >= 12 ? key.slice(-4) : '',
});

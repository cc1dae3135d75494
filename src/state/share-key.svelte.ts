import { keyIn, keyProblem } from '#domain/api-key.ts';
import type { KeyRing } from './keys.svelte.ts';

/** The key being typed for a further connection. It stands here until the worker holds it, for the origin it was typed for. */
export class ShareKey {
	readonly #keys: KeyRing;
	readonly #onType: () => void;
	typed = $state.raw('');
	/** Where requests would have gone when it was typed; null where that was not known yet. */
	#typedFor: string | null = null;

	constructor(keys: KeyRing, onType: () => void = () => undefined) {
		this.#keys = keys;
		this.#onType = onType;
	}

	/** Why what is typed can be no key; null where it may be one, or nothing is. */
	get problem(): string | null {
		return keyProblem(this.typed);
	}

	type(text: string, origin: string | null): void {
		this.typed = text;
		this.#typedFor = origin;
		this.#onType();
	}

	/** Whoever typed a key before its address has now typed that too: the one is meant for the other. */
	addressed(origin: string | null): Promise<void> {
		this.#typedFor ??= origin;
		return this.hold(origin);
	}

	/**
	 * Gives it to the worker, once it is known where it belongs. One that was typed for another origin is dropped instead,
	 * and so is one that was typed for none: an address that came from elsewhere is not what it was meant for. What can be
	 * no key stays where it was typed, with why.
	 */
	async hold(origin: string | null): Promise<void> {
		if (origin === null) return;
		const key = keyIn(this.typed);
		const isMeant = this.#typedFor === origin;
		if (isMeant && this.problem !== null) return;
		this.clear();
		if (key !== '' && isMeant) await this.#keys.give(origin, key);
	}

	clear(): void {
		this.type('', null);
	}
}

/** The keys being typed for the further connections: each goes with its connection, wherever that stands in the list. */
export class ShareKeys {
	readonly #ring: KeyRing;
	readonly #keys: ShareKey[] = [];
	/** Counts what is typed: a key that comes to be while problems are looked for would not be watched itself. */
	#typed = $state.raw(0);

	constructor(ring: KeyRing) {
		this.#ring = ring;
	}

	/** Of the connection at this place among the further ones, from 0: always the same object. */
	at(place: number): ShareKey {
		const known = this.#keys[place];
		if (known !== undefined) return known;
		const key = new ShareKey(this.#ring, () => {
			this.#typed += 1;
		});
		this.#keys.push(key);
		return this.#keys.length > place ? key : this.at(place);
	}

	/** Why what is typed there can be no key; null where it may be one, or nothing is. */
	problemAt(place: number): string | null {
		return this.#typed === 0 ? null : (this.#keys[place]?.problem ?? null);
	}

	/** The connection at this place leaves the list. */
	remove(place: number): void {
		this.at(place).clear();
		this.#keys.splice(place, 1);
	}

	/** Other connections take the place of all of them. */
	clear(): void {
		for (const key of this.#keys) key.clear();
	}
}

import type { Draft } from '#domain/draft.ts';
import { keyProblem } from '#domain/api-key.ts';
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

	/** Why what is typed can be no key; null where it may be one, or nothing is. */
	get problem(): string | null {
		return keyProblem(this.typed);
	}

	type(text: string, origin: string | null): void {
		this.typed = text;
		this.#typedFor = origin;
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
		const key = this.typed.trim();
		const isMeant = this.#typedFor === origin;
		if (isMeant && this.problem !== null) return;
		this.clear();
		if (key !== '' && isMeant) await this.#keys.give(origin, key);
	}

	clear(): void {
		this.typed = '';
		this.#typedFor = null;
	}
}

/** The keys being typed for the further connections: each goes with its connection, wherever that stands in the list. */
export class ShareKeys {
	readonly #ring: KeyRing;
	readonly #keys: ShareKey[] = [];

	constructor(ring: KeyRing) {
		this.#ring = ring;
	}

	/** Of the connection at this place among the further ones, from 0: always the same object. */
	at(place: number): ShareKey {
		const known = this.#keys[place];
		if (known !== undefined) return known;
		const key = new ShareKey(this.#ring);
		this.#keys.push(key);
		return this.#keys.length > place ? key : this.at(place);
	}

	/** One for each connection, before they are looked at: what looks is not told of changes to what it makes itself. */
	makeFor({ shares = [] }: Draft): void {
		shares.forEach((_, place) => this.at(place));
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

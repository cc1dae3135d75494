import type { KeyRefusal, Unlocked } from '#contract/engine-api.ts';
import { keyProblem } from '#domain/api-key.ts';
import { leastPassphrase } from '#domain/passphrase.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { SealedKey } from '#storage/library-schema.ts';
import type { Library } from '#storage/library.ts';
import type { KeyRing } from './key-ring.ts';
import {
	deriveSeal,
	isSame,
	newParameters,
	openKey,
	sealKey,
	type Seal,
	type Sealing,
} from './key-seal.ts';

export interface RememberedKeysParts {
	readonly library: Library;
	readonly keys: KeyRing;
	readonly sealing: Sealing;
	/** Of one that is still stored: no more than until it is deleted. */
	readonly isForgotten: (origin: string) => boolean;
}

interface OpenedKey {
	/** As it was stored. */
	readonly record: SealedKey;
	readonly secret: string;
}

interface Opened {
	readonly seal: Seal;
	/** Those that the passphrase opens. */
	readonly keys: readonly OpenedKey[];
	/** The others. */
	readonly damaged: readonly string[];
}

/**
 * The keys that this device remembers, all under one passphrase. Without it they are what stands in the database; with it
 * they go to the key ring, and the key that seals stays in memory until the tab closes. Whoever has it sees to it that one
 * command comes after the other.
 */
export class RememberedKeys {
	readonly #parts: RememberedKeysParts;
	#seal: Seal | null = null;

	constructor(parts: RememberedKeysParts) {
		this.#parts = parts;
	}

	/** Whether these could be opened, and others sealed, without the passphrase being typed. */
	opens(stored: readonly SealedKey[]): boolean {
		const seal = this.#seal;
		return seal !== null && stored.some((one) => isSame(one, seal.parameters));
	}

	/** Seals the key that is held for this origin. `passphrase` null: the one that was typed in this session. */
	async remember(origin: string, passphrase: string | null): Promise<Result<null, KeyRefusal>> {
		const { library } = this.#parts;
		const stored = await library.sealedKeys();
		if (stored.length === 0) return this.#rememberFirst(origin, passphrase);
		if (!this.opens(stored)) {
			if (passphrase === null) return err({ kind: 'locked' });
			const unlocked = await this.#unlock(stored, passphrase);
			if (!unlocked.ok) return unlocked;
		}
		this.#meanHeld(origin, stored);
		return this.#sealHeld(origin, (now) => this.opens(now));
	}

	/** A key that has taken the place of a remembered one is remembered in its place. */
	async replaced(origin: string): Promise<void> {
		const stored = await this.#parts.library.sealedKeys();
		if (this.opens(stored)) await this.#sealOver(origin);
	}

	/** Another tab has written: what the passphrase of this session opens is held here too. */
	async refresh(): Promise<void> {
		const { library, keys } = this.#parts;
		const seal = this.#seal;
		if (seal === null) return;
		const stored = await library.sealedKeys();
		const opened = await this.#openWith(
			seal,
			stored.filter(({ origin }) => keys.keyFor(origin) === ''),
		);
		await this.#take(opened);
	}

	async unlock(passphrase: string): Promise<Result<Unlocked, KeyRefusal>> {
		return this.#unlock(await this.#parts.library.sealedKeys(), passphrase);
	}

	/** Nothing is changed before all of them are sealed anew. */
	async changePassphrase(before: string, after: string): Promise<Result<null, KeyRefusal>> {
		if (isTooShort(after)) return err({ kind: 'tooShort' });
		const { library, sealing } = this.#parts;
		const stored = await library.sealedKeys();
		const opened = await this.#open(stored, before);
		if (opened === null) return err({ kind: 'wrongPassphrase' });
		const seal = await this.#newSeal(after);
		const anew = await Promise.all(
			opened.keys.map(async ({ record, secret }) => ({
				record: await sealKey(sealing, seal, record.origin, secret, typedAtOf(record)),
				secret,
			})),
		);
		const changed = await library.changeSealedKeys((now) =>
			sameRecords(now, stored) ? { put: anew.map(({ record }) => record), delete: [] } : null,
		);
		if (!changed) return err({ kind: 'changedElsewhere' });
		this.#seal = seal;
		// A session that can open them holds them: what it did not hold would read as damaged.
		await this.#take(anew);
		return ok(null);
	}

	async #rememberFirst(
		origin: string,
		passphrase: string | null,
	): Promise<Result<null, KeyRefusal>> {
		if (passphrase === null) return err({ kind: 'locked' });
		if (isTooShort(passphrase)) return err({ kind: 'tooShort' });
		const before = this.#seal;
		this.#seal = await this.#newSeal(passphrase);
		// Another tab may have remembered one meanwhile, under a passphrase of its own.
		const sealed = await this.#sealHeld(origin, (now) => now.length === 0);
		if (!sealed.ok) this.#seal = before;
		return sealed;
	}

	/** Who has the held key remembered means it, also where one that was typed later in another tab is. */
	#meanHeld(origin: string, stored: readonly SealedKey[]): void {
		const { keys } = this.#parts;
		const held = keys.keyFor(origin);
		const remembered = stored.find((one) => one.origin === origin);
		if (held !== '' && remembered !== undefined && typedAtOf(remembered) > keys.typedAt(origin))
			keys.hold(origin, held, typedAtOf(remembered) + 1);
	}

	/** In the place of what is remembered of this origin; never of what was forgotten meanwhile. */
	#sealOver(origin: string): Promise<Result<null, KeyRefusal>> {
		return this.#sealHeld(
			origin,
			(now) => this.opens(now) && now.some((one) => one.origin === origin),
		);
	}

	/** `mayPut` sees what is stored, and nobody writes in between. */
	async #sealHeld(
		origin: string,
		mayPut: (stored: readonly SealedKey[]) => boolean,
	): Promise<Result<null, KeyRefusal>> {
		const { library, keys, sealing } = this.#parts;
		const seal = this.#seal;
		const secret = keys.keyFor(origin);
		if (seal === null || secret === '') return err({ kind: 'noKey' });
		const sealed = await sealKey(sealing, seal, origin, secret, keys.typedAt(origin));
		const isOlder = (stored: readonly SealedKey[]): boolean =>
			stored.some((one) => one.origin === origin && typedAtOf(one) > typedAtOf(sealed));
		const changed = await library.changeSealedKeys((stored) =>
			mayPut(stored) ? { put: isOlder(stored) ? [] : [sealed], delete: [] } : null,
		);
		return changed ? ok(null) : err({ kind: 'changedElsewhere' });
	}

	async #unlock(
		stored: readonly SealedKey[],
		passphrase: string,
	): Promise<Result<Unlocked, KeyRefusal>> {
		const opened = await this.#open(stored, passphrase);
		if (opened === null) return err({ kind: 'wrongPassphrase' });
		const before = this.#seal;
		this.#seal = opened.seal;
		if (await this.#take(opened.keys)) return ok({ damaged: opened.damaged });
		this.#seal = before;
		return err({ kind: 'changedElsewhere' });
	}

	/**
	 * Holds what was opened and is still stored: deriving takes a while, in which another tab can forget it. Of two keys for
	 * one origin the one that was typed last is held, and is remembered. False: none of them is stored any more.
	 */
	async #take(opened: readonly OpenedKey[]): Promise<boolean> {
		const { library, keys, isForgotten } = this.#parts;
		const now = await library.sealedKeys();
		const left = opened.filter(({ record }) => now.some((one) => isSameRecord(one, record)));
		const typedLater: string[] = [];
		// Without a wait in between: nothing is forgotten after it was looked for and before it is held.
		for (const { record, secret } of left) {
			const { origin } = record;
			if (isForgotten(origin)) continue;
			const held = keys.keyFor(origin);
			const typedAt = typedAtOf(record);
			if (held === '' || keys.typedAt(origin) <= typedAt) keys.hold(origin, secret, typedAt);
			else if (held !== secret) typedLater.push(origin);
		}
		for (const origin of typedLater) await this.#sealOver(origin);
		return left.length > 0;
	}

	/** Null where the passphrase opens none of them. */
	async #open(stored: readonly SealedKey[], passphrase: string): Promise<Opened | null> {
		const { sealing } = this.#parts;
		// All have the same parameters, but for what is damaged.
		const distinct = stored.filter(
			(one, i) => stored.findIndex((other) => isSame(other, one)) === i,
		);
		for (const { version, iterations, salt } of distinct) {
			const seal = await deriveSeal(sealing, passphrase, { version, iterations, salt });
			const keys = seal === null ? [] : await this.#openWith(seal, stored);
			if (seal === null || keys.length === 0) continue;
			const damaged = stored.filter((one) => !keys.some(({ record }) => record === one));
			return { seal, keys, damaged: damaged.map(({ origin }) => origin) };
		}
		return null;
	}

	/** Those that it opens. */
	async #openWith(seal: Seal, stored: readonly SealedKey[]): Promise<readonly OpenedKey[]> {
		const opened: OpenedKey[] = [];
		for (const record of stored) {
			if (!isSame(record, seal.parameters)) continue;
			const secret = await openKey(this.#parts.sealing, seal, record);
			if (secret !== null && keyProblem(secret) === null) opened.push({ record, secret });
		}
		return opened;
	}

	async #newSeal(passphrase: string): Promise<Seal> {
		const { sealing } = this.#parts;
		const seal = await deriveSeal(sealing, passphrase, newParameters(sealing));
		if (seal === null) throw new Error('Parameters of our own are known');
		return seal;
	}
}

const typedAtOf = ({ typedAt }: SealedKey): number => typedAt ?? 0;

const isTooShort = (passphrase: string): boolean => [...passphrase].length < leastPassphrase;

const isSameRecord = (a: SealedKey, b: SealedKey): boolean =>
	a.origin === b.origin && a.iv.every((byte, at) => byte === b.iv[at]);

const sameRecords = (a: readonly SealedKey[], b: readonly SealedKey[]): boolean =>
	a.length === b.length &&
	a.every((one, i) => {
		const other = b[i];
		return other !== undefined && isSameRecord(one, other);
	});

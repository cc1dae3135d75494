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
}

interface OpenedKey {
	readonly origin: string;
	readonly secret: string;
	readonly typedAt: number;
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
 * they go to the key ring, and the key that seals stays in memory until the tab closes. One command after the other.
 */
export class RememberedKeys {
	readonly #parts: RememberedKeysParts;
	#seal: Seal | null = null;
	#queue: Promise<unknown> = Promise.resolve();

	constructor(parts: RememberedKeysParts) {
		this.#parts = parts;
	}

	/** Whether these could be opened, and others sealed, without the passphrase being typed. */
	opens(stored: readonly SealedKey[]): boolean {
		const seal = this.#seal;
		return seal !== null && stored.some((one) => isSame(one, seal.parameters));
	}

	/** Seals the key that is held for this origin. `passphrase` null: the one that was typed in this session. */
	remember(origin: string, passphrase: string | null): Promise<Result<null, KeyRefusal>> {
		return this.#next(async () => {
			const { library } = this.#parts;
			const stored = await library.sealedKeys();
			if (stored.length === 0) return this.#rememberFirst(origin, passphrase);
			if (!this.opens(stored)) {
				if (passphrase === null) return err({ kind: 'locked' });
				const unlocked = await this.#unlock(stored, passphrase);
				if (!unlocked.ok) return unlocked;
			}
			return this.#sealHeld(origin, false);
		});
	}

	/** A key that has taken the place of a remembered one is remembered in its place. */
	replaced(origin: string): Promise<void> {
		return this.#next(async () => {
			const stored = await this.#parts.library.sealedKeys();
			if (this.opens(stored) && stored.some((one) => one.origin === origin))
				await this.#sealHeld(origin, false);
		});
	}

	/** Another tab has written: what the passphrase of this session opens is held here too. */
	refresh(): Promise<void> {
		return this.#next(async () => {
			const { library, keys, sealing } = this.#parts;
			const seal = this.#seal;
			if (seal === null) return;
			for (const one of await library.sealedKeys()) {
				const isOurs = keys.keyFor(one.origin) === '' && isSame(one, seal.parameters);
				const secret = isOurs ? await openKey(sealing, seal, one) : null;
				if (secret !== null && keyProblem(secret) === null)
					keys.hold(one.origin, secret, typedAtOf(one));
			}
		});
	}

	unlock(passphrase: string): Promise<Result<Unlocked, KeyRefusal>> {
		return this.#next(async () => this.#unlock(await this.#parts.library.sealedKeys(), passphrase));
	}

	/** Nothing is changed before all of them are sealed anew. */
	changePassphrase(before: string, after: string): Promise<Result<null, KeyRefusal>> {
		return this.#next(async () => {
			if (isTooShort(after)) return err({ kind: 'tooShort' });
			const { library, sealing } = this.#parts;
			const stored = await library.sealedKeys();
			const opened = await this.#open(stored, before);
			if (opened === null) return err({ kind: 'wrongPassphrase' });
			const seal = await this.#newSeal(after);
			const put = await Promise.all(
				opened.keys.map(({ origin, secret, typedAt }) =>
					sealKey(sealing, seal, origin, secret, typedAt),
				),
			);
			const changed = await library.changeSealedKeys((now) =>
				sameRecords(now, stored) ? { put, delete: [] } : null,
			);
			if (!changed) return err({ kind: 'changedElsewhere' });
			this.#seal = seal;
			// A session that can open them holds them: what it did not hold would read as damaged.
			await this.#take(opened.keys);
			return ok(null);
		});
	}

	async #rememberFirst(
		origin: string,
		passphrase: string | null,
	): Promise<Result<null, KeyRefusal>> {
		if (passphrase === null) return err({ kind: 'locked' });
		if (isTooShort(passphrase)) return err({ kind: 'tooShort' });
		const before = this.#seal;
		this.#seal = await this.#newSeal(passphrase);
		const sealed = await this.#sealHeld(origin, true);
		if (!sealed.ok) this.#seal = before;
		return sealed;
	}

	/** `isFirst`: another tab may have remembered one meanwhile, under a passphrase of its own. */
	async #sealHeld(origin: string, isFirst: boolean): Promise<Result<null, KeyRefusal>> {
		const { library, keys, sealing } = this.#parts;
		const seal = this.#seal;
		const secret = keys.keyFor(origin);
		if (seal === null || secret === '') return err({ kind: 'noKey' });
		const sealed = await sealKey(sealing, seal, origin, secret, keys.typedAt(origin));
		const changed = await library.changeSealedKeys((stored) =>
			isFirst
				? stored.length === 0
					? { put: [sealed], delete: [] }
					: null
				: this.opens(stored)
					? { put: [sealed], delete: [] }
					: null,
		);
		return changed ? ok(null) : err({ kind: 'changedElsewhere' });
	}

	async #unlock(
		stored: readonly SealedKey[],
		passphrase: string,
	): Promise<Result<Unlocked, KeyRefusal>> {
		const opened = await this.#open(stored, passphrase);
		if (opened === null) return err({ kind: 'wrongPassphrase' });
		this.#seal = opened.seal;
		await this.#take(opened.keys);
		return ok({ damaged: opened.damaged });
	}

	/** Holds what was opened. Of two keys for one origin the one that was typed last is held, and is remembered. */
	async #take(opened: readonly OpenedKey[]): Promise<void> {
		const { keys } = this.#parts;
		for (const { origin, secret, typedAt } of opened) {
			const held = keys.keyFor(origin);
			if (held === '' || keys.typedAt(origin) <= typedAt) keys.hold(origin, secret, typedAt);
			else if (held !== secret) await this.#sealHeld(origin, false);
		}
	}

	/** Null where the passphrase opens none of them. */
	async #open(stored: readonly SealedKey[], passphrase: string): Promise<Opened | null> {
		const { sealing } = this.#parts;
		let found: Seal | null = null;
		const keys: OpenedKey[] = [];
		// All have the same parameters, but for what is damaged.
		const distinct = stored.filter(
			(one, i) => stored.findIndex((other) => isSame(other, one)) === i,
		);
		for (const parameters of distinct) {
			const { version, iterations, salt } = parameters;
			const seal = await deriveSeal(sealing, passphrase, { version, iterations, salt });
			if (seal === null) continue;
			for (const one of stored) {
				const secret = isSame(one, parameters) ? await openKey(sealing, seal, one) : null;
				if (secret !== null && keyProblem(secret) === null)
					keys.push({ origin: one.origin, secret, typedAt: typedAtOf(one) });
			}
			if (keys.length > 0) {
				found = seal;
				break;
			}
		}
		const damaged = stored.flatMap(({ origin }) =>
			keys.some((key) => key.origin === origin) ? [] : [origin],
		);
		return found === null ? null : { seal: found, keys, damaged };
	}

	async #newSeal(passphrase: string): Promise<Seal> {
		const { sealing } = this.#parts;
		const seal = await deriveSeal(sealing, passphrase, newParameters(sealing));
		if (seal === null) throw new Error('Parameters of our own are known');
		return seal;
	}

	#next<T>(command: () => Promise<T>): Promise<T> {
		const done = this.#queue.then(command);
		this.#queue = done.catch(() => undefined);
		return done;
	}
}

const typedAtOf = ({ typedAt }: SealedKey): number => typedAt ?? 0;

const isTooShort = (passphrase: string): boolean => [...passphrase].length < leastPassphrase;

const sameRecords = (a: readonly SealedKey[], b: readonly SealedKey[]): boolean =>
	a.length === b.length &&
	a.every(({ origin, iv }, i) => {
		const other = b[i];
		return other?.origin === origin && iv.every((byte, at) => byte === other.iv[at]);
	});

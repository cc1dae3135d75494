import type {
	EngineEvent,
	HeldKey,
	KeyRefusal,
	RememberedKeys as Remembered,
	Unlocked,
} from '#contract/engine-api.ts';
import { err, type Result } from '#domain/result.ts';
import type { Library } from '#storage/library.ts';
import type { Host } from './host.ts';
import type { KeyRing } from './key-ring.ts';
import type { RememberedKeys } from './remembered-keys.ts';

/**
 * Keys that are held, and those that the device remembers beside. What seals and opens is fetched when it is first asked
 * for, as few sessions ask. One command after the other: what is forgotten while keys are sealed or unlocked is not
 * brought back by that.
 */
export class KeyKeeper {
	readonly #keys: KeyRing;
	readonly #host: Host;
	readonly #library: () => Promise<Library>;
	readonly #tellTabs: () => void;
	#vault: Promise<RememberedKeys> | null = null;
	/** The origins whose keys are to be forgotten as soon as it is their turn: no unlocking that is under way holds them. */
	readonly #forgetting = new Set<string>();
	#queue: Promise<unknown> = Promise.resolve();

	constructor(
		keys: KeyRing,
		host: Host,
		library: () => Promise<Library>,
		emit: (event: EngineEvent) => void,
	) {
		this.#keys = keys;
		this.#host = host;
		this.#library = library;
		this.#tellTabs = host.channel('volley-keys', () => {
			void this.#heard().then(() => {
				emit({ kind: 'keysChanged' });
			});
		});
	}

	async hold(origin: string, key: string): Promise<HeldKey> {
		const held = this.#keys.hold(origin, key, this.#host.clock.epoch());
		// Before it was unlocked nothing could be sealed; unlocking looks at what was typed before.
		if (this.#vault !== null)
			await this.#next(async () => (await this.#vault)?.replaced(origin)).catch(() => undefined);
		return held;
	}

	async forget(origin: string): Promise<void> {
		// At once, so that no more is sent with it.
		this.#keys.forget(origin);
		this.#forgetting.add(origin);
		await this.#next(() =>
			this.#delete((origins) => origins.filter((one) => one === origin)),
		).finally(() => this.#forgetting.delete(origin));
	}

	/** Where nothing can be stored nothing is remembered. */
	async remembered(): Promise<Remembered> {
		const stored = await this.#library().then(
			(library) => library.sealedKeys(),
			() => [],
		);
		// A key keeps the time it was typed at however often it is sealed anew.
		const typedFirst = stored.flatMap(({ origin, typedAt = 0 }) => {
			const isHeld = this.#keys.keyFor(origin) !== '';
			return isHeld ? [{ origin, by: this.#keys.typedAt(origin) - typedAt }] : [];
		});
		return {
			possible: this.#host.sealing !== null,
			origins: stored.map(({ origin }) => origin),
			earlier: typedFirst.flatMap(({ origin, by }) => (by > 0 ? [origin] : [])),
			later: typedFirst.flatMap(({ origin, by }) => (by < 0 ? [origin] : [])),
			unlocked: (await this.#vault?.catch(() => null))?.opens(stored) ?? false,
		};
	}

	remember(origin: string, passphrase: string | null): Promise<Result<null, KeyRefusal>> {
		return this.#change((vault) => vault.remember(origin, passphrase));
	}

	unlock(passphrase: string): Promise<Result<Unlocked, KeyRefusal>> {
		return this.#change((vault) => vault.unlock(passphrase));
	}

	changePassphrase(before: string, after: string): Promise<Result<null, KeyRefusal>> {
		return this.#change((vault) => vault.changePassphrase(before, after));
	}

	stopRemembering(origin: string | null): Promise<void> {
		return this.#next(async () => {
			if (origin !== null) {
				await this.#delete(() => [origin]);
				return;
			}
			await this.#delete((origins) => {
				// Nothing is sent with them any more, also where the browser does not delete them.
				for (const one of origins) this.#keys.forget(one);
				return origins;
			});
			// What could seal under the passphrase goes with them.
			this.#vault = null;
		});
	}

	/** Rejects where that cannot be told: a key that may still be stored is not forgotten. */
	async #delete(choose: (stored: readonly string[]) => readonly string[]): Promise<void> {
		const library = await this.#library();
		let deleted: readonly string[] = [];
		await library.changeSealedKeys((stored) => {
			deleted = choose(stored.map(({ origin }) => origin));
			return deleted.length === 0 ? null : { put: [], delete: deleted };
		});
		if (deleted.length > 0) this.#tellTabs();
	}

	/** Never rejects: what cannot be read now is read when it is asked for. */
	#heard(): Promise<void> {
		return this.#next(async () => (await this.#vault)?.refresh()).catch(() => undefined);
	}

	#next<T>(command: () => Promise<T>): Promise<T> {
		const done = this.#queue.then(command);
		this.#queue = done.catch(() => undefined);
		return done;
	}

	#change<T>(
		change: (vault: RememberedKeys) => Promise<Result<T, KeyRefusal>>,
	): Promise<Result<T, KeyRefusal>> {
		const changing = this.#next(async () => {
			const vault = await this.#fetched();
			if (vault === null) return err<KeyRefusal>({ kind: 'impossible' });
			const changed = await change(vault);
			if (changed.ok) this.#tellTabs();
			return changed;
		});
		return changing.catch((error: unknown) =>
			err({ kind: 'storage', message: error instanceof Error ? error.message : String(error) }),
		);
	}

	/** Null where the browser cannot encrypt. */
	async #fetched(): Promise<RememberedKeys | null> {
		const { sealing } = this.#host;
		if (sealing === null) return null;
		const fetching = (this.#vault ??= Promise.all([
			import('./remembered-keys.ts'),
			this.#library(),
		]).then(
			([{ RememberedKeys: Fetched }, library]) =>
				new Fetched({
					...{ library, keys: this.#keys, sealing },
					isForgotten: (origin) => this.#forgetting.has(origin),
				}),
		));
		// Asked for again once the page is online.
		fetching.catch(() => {
			this.#vault = null;
		});
		return fetching;
	}
}

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
 * for, as few sessions ask.
 */
export class KeyKeeper {
	readonly #keys: KeyRing;
	readonly #host: Host;
	readonly #library: () => Promise<Library>;
	readonly #tellTabs: () => void;
	#vault: Promise<RememberedKeys> | null = null;

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
		const vault = await this.#vault?.catch(() => null);
		await vault?.replaced(origin).catch(() => undefined);
		return held;
	}

	async forget(origin: string): Promise<void> {
		this.#keys.forget(origin);
		const { origins } = await this.remembered();
		if (origins.includes(origin)) await this.stopRemembering(origin);
	}

	/** Where nothing can be stored nothing is remembered. */
	async remembered(): Promise<Remembered> {
		const stored = await this.#library().then(
			(library) => library.sealedKeys(),
			() => [],
		);
		return {
			possible: this.#host.sealing !== null,
			origins: stored.map(({ origin }) => origin),
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

	async stopRemembering(origin: string | null): Promise<void> {
		const library = await this.#library();
		await library.changeSealedKeys((stored) => ({
			put: [],
			delete: origin === null ? stored.map((one) => one.origin) : [origin],
		}));
		// What could seal under the passphrase goes with it.
		if (origin === null) this.#vault = null;
		this.#tellTabs();
	}

	/** Never rejects: what cannot be read now is read when it is asked for. */
	async #heard(): Promise<void> {
		const vault = await this.#vault?.catch(() => null);
		await vault?.refresh().catch(() => undefined);
	}

	async #change<T>(
		change: (vault: RememberedKeys) => Promise<Result<T, KeyRefusal>>,
	): Promise<Result<T, KeyRefusal>> {
		try {
			const vault = await this.#fetched();
			if (vault === null) return err({ kind: 'impossible' });
			const changed = await change(vault);
			if (changed.ok) this.#tellTabs();
			return changed;
		} catch (error) {
			return err({
				kind: 'storage',
				message: error instanceof Error ? error.message : String(error),
			});
		}
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
				new Fetched({ library, keys: this.#keys, sealing }),
		));
		// Asked for again once the page is online.
		fetching.catch(() => {
			this.#vault = null;
		});
		return fetching;
	}
}

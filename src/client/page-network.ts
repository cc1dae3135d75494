import { transfer } from 'comlink';
import type { NetworkNews, NetworkUse, OpenedNetwork } from '#contract/network.ts';
import { isLockable } from '#domain/connection.ts';
import networkUrl from '../worker/network.worker.ts?worker&url';
import { configuredOrigins, type StoredConnections } from './configured-origins.ts';
import { confinedRealm, restrict } from './confined-realm.ts';
import { startWorker } from './start-worker.ts';

/** What the page can reach, and what was made of it. Nothing of it can be widened again before the page is reloaded. */
export class PageNetwork {
	readonly #stored: StoredConnections;
	readonly #listeners = new Set<(use: NetworkUse) => void>();
	/** Ends what looks at endpoints while the page is not locked. */
	readonly #endProbes = new AbortController();
	readonly #end = new AbortController();
	#use: NetworkUse = { lockedTo: null, sent: 0, blocked: 0, blockedAt: null };

	constructor(stored: StoredConnections) {
		this.#stored = stored;
		document.addEventListener('securitypolicyviolation', ({ blockedURI }) => {
			this.blocked(blockedURI);
		});
	}

	/** Resolves once what sends is there, or could not be loaded. */
	async open(origins: readonly string[]): Promise<OpenedNetwork | null> {
		let { lockedTo } = this.#use;
		if (lockedTo === null) {
			// What cannot be read now is left out: a reload brings it in.
			const also = await configuredOrigins(this.#stored).catch(() => []);
			lockedTo = [...new Set([...origins, ...also])].filter(isLockable);
			restrict(document, lockedTo);
			this.#endProbes.abort();
			this.#tell({ lockedTo });
		}
		const told = (sent: number): void => {
			this.#tell({ sent });
		};
		const port = await this.#startSender(globalThis, told, this.#end.signal);
		return port === null ? null : transfer({ lockedTo, port }, [port]);
	}

	/** What sends to this origin and nowhere else, until the page is locked. */
	async probe(origin: string): Promise<MessagePort | null> {
		const confined = await confinedRealm([origin].filter(isLockable));
		const { signal } = this.#endProbes;
		signal.addEventListener('abort', confined.remove);
		const ended = new Promise<null>((resolve) => {
			if (signal.aborted) resolve(null);
			signal.addEventListener('abort', () => {
				resolve(null);
			});
		});
		const sender = this.#startSender(confined.realm, () => undefined, signal);
		const port = await Promise.race([ended, sender]);
		return port === null ? null : transfer(port, [port]);
	}

	/** The browser refused something: counted where it would have gone somewhere. */
	blocked(where: string): void {
		if (!/^(https?|wss?):/.test(where)) return;
		this.#tell({ blocked: this.#use.blocked + 1, blockedAt: new URL(where).host });
	}

	/** Nothing is sent any more. */
	end(): void {
		this.#end.abort();
		this.#endProbes.abort();
	}

	subscribe(listener: (use: NetworkUse) => void): void {
		this.#listeners.add(listener);
		if (this.#use.lockedTo !== null || this.#use.blocked > 0) listener(this.#use);
	}

	#tell(change: Partial<NetworkUse>): void {
		this.#use = { ...this.#use, ...change };
		for (const listener of this.#listeners) listener(this.#use);
	}

	/** It is bound by the policy that its window has now. Null: it could not be loaded. */
	async #startSender(
		realm: typeof globalThis,
		onsent: (count: number) => void,
		end: AbortSignal,
	): Promise<MessagePort | null> {
		const worker = await startWorker(networkUrl, 'volley-network', realm).catch(() => null);
		if (worker === null) return null;
		const terminate = (): void => {
			worker.terminate();
		};
		if (end.aborted) terminate();
		end.addEventListener('abort', terminate);
		worker.addEventListener('message', ({ data }: MessageEvent<NetworkNews>) => {
			if (data.kind === 'sent') onsent(data.count);
			else this.blocked(data.where);
		});
		const { port1, port2 } = new MessageChannel();
		worker.postMessage(port2, [port2]);
		return port1;
	}
}

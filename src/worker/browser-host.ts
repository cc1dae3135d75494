import type { Host, LockOptions } from './host.ts';
import type { Network } from './network.ts';
import { opfsExports } from './opfs-exports.ts';
import { opfsFolder } from './opfs-folder.ts';

const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
	new Promise((resolve) => {
		if (signal.aborted) {
			resolve();
			return;
		}
		const timer = setTimeout(end, ms);
		function end(): void {
			clearTimeout(timer);
			signal.removeEventListener('abort', end);
			resolve();
		}
		signal.addEventListener('abort', end);
	});

/** Holds the lock for as long as the callback's promise is open: until the release function is called. */
const lock = (
	name: string,
	{ steal = false, onLost }: LockOptions = {},
): Promise<(() => void) | null> =>
	new Promise((resolve, reject) => {
		let isHeld = false;
		navigator.locks
			.request(name, steal ? { steal } : { ifAvailable: true }, (held) => {
				if (held === null) {
					resolve(null);
					return undefined;
				}
				isHeld = true;
				return new Promise<void>((release) => {
					resolve(release);
				});
			})
			.catch((cause: unknown) => {
				// The request of a holder is rejected for one reason: the lock was stolen.
				if (isHeld) onLost?.();
				else reject(cause instanceof Error ? cause : new Error(String(cause)));
			});
	});

export const browserHost = (network: Network): Host => ({
	clock: { now: () => performance.now(), epoch: () => Date.now(), sleep },
	random: Math.random,
	newId: () => crypto.randomUUID(),
	fetch: network.fetch,
	openNetwork: (origins) => network.open(origins),
	indexedDB,
	after: (ms, callBack) => {
		const timer = setTimeout(callBack, ms);
		return () => {
			clearTimeout(timer);
		};
	},
	lock,
	heldLocks: async () => {
		const { held } = await navigator.locks.query();
		return (held ?? []).flatMap(({ name }) => name ?? []);
	},
	journals: () => opfsFolder((ms) => sleep(ms, new AbortController().signal)),
	exports: opfsExports,
	// Typed as always there; a page of plain http has none.
	sealing:
		(crypto.subtle as SubtleCrypto | undefined) === undefined
			? null
			: {
					subtle: crypto.subtle,
					random: (length) => crypto.getRandomValues(new Uint8Array(length)),
				},
	channel: (name, hear) => {
		const channel = new BroadcastChannel(name);
		channel.addEventListener('message', hear);
		return () => {
			channel.postMessage(null);
		};
	},
	storageEstimate: async () => {
		const { usage, quota } = await navigator.storage.estimate();
		return { usage: usage ?? null, quota: quota ?? null };
	},
	storagePersisted: () => navigator.storage.persisted(),
});

import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { MemoryFolder } from './memory-folder.ts';
import type { ExportFolder } from '#worker/export-folder.ts';
import type { Fetch, Host } from '#worker/host.ts';

/** What outlives a tab: its database and the locks that other tabs may hold. */
export class FakeBrowser {
	indexedDB = new IDBFactory();
	/** Null: a browser that keeps no files. */
	journals: MemoryFolder | null = new MemoryFolder();
	/** Null: a browser that keeps no files. */
	exports: MemoryFolder | null = new MemoryFolder();
	/** Who hears what is said on a channel, by its name. */
	readonly channels = new Map<string, Set<() => void>>();
	/** What to call when a lock is taken from its holder, by the lock's name. */
	readonly locks = new Map<string, () => void>();
	#ids = 0;

	nextId(): string {
		return `id-${String(++this.#ids)}`;
	}
}

export interface Tab {
	readonly host: Host;
	/** As if the tab were killed: its requests break off and its locks are free. */
	kill(): void;
}

/** A tab's worker whose waits take no time; its fetches are real. */
export function openTab(browser: FakeBrowser, fetcher: Fetch = fetch): Tab {
	const killed = new AbortController();
	const held = new Map<string, () => void>();
	let ticks = 0;
	const host: Host = {
		clock: {
			// Every look at the clock is a millisecond later, so that waits end although nobody waits.
			now: () => ++ticks,
			epoch: () => 1_760_000_000_000 + ticks,
			sleep: (ms, signal) =>
				new Promise((resolve) => {
					ticks += ms;
					if (signal.aborted) resolve();
					else setImmediate(resolve);
				}),
		},
		random: () => 0.5,
		newId: () => browser.nextId(),
		openNetwork: () => Promise.resolve(null),
		indexedDB: browser.indexedDB,
		fetch: (input, init = {}) =>
			fetcher(input, {
				...init,
				signal: AbortSignal.any([killed.signal, ...(init.signal ? [init.signal] : [])]),
			}),
		// Progress is told at once; an attempt's timeout never comes, because no attempt lasts.
		after: (ms, callBack) => {
			if (ms > 1_000) return () => undefined;
			const timer = setImmediate(callBack);
			return () => {
				clearImmediate(timer);
			};
		},
		lock: (name, { steal = false, onLost = () => undefined } = {}) => {
			if (browser.locks.has(name) && !steal) return Promise.resolve(null);
			browser.locks.get(name)?.();
			const mine = (): void => {
				onLost();
			};
			browser.locks.set(name, mine);
			held.set(name, mine);
			return Promise.resolve(() => {
				if (browser.locks.get(name) === mine) browser.locks.delete(name);
				held.delete(name);
			});
		},
		heldLocks: () => Promise.resolve([...browser.locks.keys()]),
		journals: () => Promise.resolve(browser.journals),
		exports: () => Promise.resolve(browser.exports === null ? null : exportsIn(browser.exports)),
		sealing: {
			subtle: crypto.subtle,
			random: (length) => crypto.getRandomValues(new Uint8Array(length)),
		},
		channel: (name, hear) => {
			const hearers = browser.channels.get(name) ?? new Set();
			browser.channels.set(name, hearers.add(hear));
			killed.signal.addEventListener('abort', () => hearers.delete(hear));
			return () => {
				for (const other of hearers) if (other !== hear) other();
			};
		},
		storageEstimate: () => Promise.resolve({ usage: 1, quota: 2 }),
		storagePersisted: () => Promise.resolve(false),
	};
	return {
		host,
		kill: () => {
			killed.abort();
			browser.journals?.crash();
			browser.exports?.crash();
			for (const [name, mine] of held)
				if (browser.locks.get(name) === mine) browser.locks.delete(name);
		},
	};
}

const exportsIn = (folder: MemoryFolder): ExportFolder => ({
	create: async (name) => {
		const file = await folder.open(name);
		return {
			append: (bytes) => {
				file.write(bytes, file.size());
			},
			close: () => {
				file.close();
			},
		};
	},
	read: (name) => Promise.resolve(new Blob([folder.bytes(name)])),
	names: () => folder.names(),
	delete: (name) => folder.delete(name),
});

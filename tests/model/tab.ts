import type { EngineApi, EngineEvent } from '#contract/engine-api.ts';
import { createEngine } from '#worker/create-engine.ts';
import type { Host } from '#worker/host.ts';
import { seededRandom } from '../support/virtual-clock.ts';
import { Link, type Browser } from './browser.ts';

export interface TabPorts {
	readonly fetch: (
		tab: ModelTab,
		body: string,
		key: string,
		signal: AbortSignal,
	) => Promise<Response>;
	/** Called before the tab hears of it who has the lock now. */
	readonly onSteal: (name: string) => void;
	/** Gives back what is to be called once the lock is let go. */
	readonly onLock: (tab: ModelTab, name: string) => () => void;
	readonly onEvent: (tab: ModelTab, event: EngineEvent) => void;
}

/** A tab's worker: the whole engine over a browser that the test commands. */
export class ModelTab {
	readonly name: string;
	readonly link: Link;
	readonly api: EngineApi;
	/** Every key it has held since it was opened, the last one last; empty: none. */
	readonly keys: string[] = [''];

	constructor(name: string, browser: Browser, ports: TabPorts) {
		this.name = name;
		this.link = new Link(browser);
		this.api = createEngine(this.#host(browser, ports));
		void this.api.subscribe((event) => {
			if (!this.link.isCut) ports.onEvent(this, event);
		});
	}

	get key(): string {
		return this.keys.at(-1) ?? '';
	}

	#host(browser: Browser, ports: TabPorts): Host {
		const { link } = this;
		const { clock, folder } = browser;
		const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
			link.arrives(clock.sleep(ms, signal));
		return {
			clock: { now: () => clock.now(), epoch: () => clock.epoch() + browser.slept, sleep },
			random: seededRandom(1),
			newId: () => browser.newId(),
			fetch: (_, init = {}) => {
				const { body, headers, signal } = init;
				const key = new Headers(headers).get('authorization') ?? '';
				if (typeof body !== 'string' || !(signal instanceof AbortSignal))
					throw new Error('An attempt has a body of text and can be aborted.');
				if (link.isCut) return link.arrives(Promise.reject(new Error('gone')));
				return link.arrives(ports.fetch(this, body, key.replace(/^Bearer /, ''), signal));
			},
			openNetwork: () => Promise.resolve(null),
			indexedDB: link.factory(),
			after: (ms, callBack) => {
				const cancelled = new AbortController();
				void sleep(ms, cancelled.signal).then(() => {
					if (!cancelled.signal.aborted) callBack();
				});
				return () => {
					cancelled.abort();
				};
			},
			lock: async (name, options) => {
				if (options?.steal === true && !link.isCut) ports.onSteal(name);
				const release = await link.arrives(link.lock(name, options));
				if (release === null) return null;
				const released = ports.onLock(this, name);
				return () => {
					release();
					released();
				};
			},
			// No key is remembered there.
			sealing: null,
			channel: () => () => undefined,
			heldLocks: () => link.arrives(Promise.resolve([...browser.locks.keys()])),
			journals: () => Promise.resolve(folder === null ? null : link.folder(folder)),
			exports: () => Promise.resolve(null),
			storageEstimate: () => Promise.resolve({ usage: null, quota: null }),
			storagePersisted: () => Promise.resolve(null),
		};
	}
}

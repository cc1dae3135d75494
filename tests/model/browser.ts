import 'fake-indexeddb/auto';
import { forceCloseDatabase, IDBFactory } from 'fake-indexeddb';
import type { JournalFile, JournalFolder } from '#storage/journal-folder.ts';
import type { LockOptions } from '#worker/host.ts';
import { MemoryFolder } from '../support/memory-folder.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { transactionsOf } from './peek.ts';
import { Turns } from './turns.ts';

export type StoreFault = 'full' | 'unknown' | 'closed';

/** All that outlives a tab, and the time that all tabs share. */
export class Browser {
	readonly turns = new Turns();
	readonly clock = new VirtualClock(() => this.turns.rest());
	factory = new IDBFactory();
	/** Null: a browser that keeps no files. */
	readonly folder: MemoryFolder | null;
	/** Which tab holds a lock. */
	readonly locks = new Map<string, Token>();
	/** What the next write to the database meets. */
	fault: StoreFault | null = null;
	isStoreFull = false;
	/** Milliseconds that the computer has slept: only the wall clock knows. */
	slept = 0;
	/** When the computer, or a tab, last came back from sleep, by the clock. */
	wokeAt = -Infinity;
	#ids = 0;

	constructor(keepsFiles: boolean) {
		this.folder = keepsFiles ? new MemoryFolder() : null;
	}

	newId(): string {
		return `id-${String(++this.#ids)}`;
	}

	/** True of a write that is about to fail; what fails once is used up. */
	takeFault(): StoreFault | null {
		const { fault } = this;
		this.fault = null;
		return this.isStoreFull ? 'full' : fault;
	}
}

/** One holding of a lock. */
interface Token {
	/** Another has taken it. */
	readonly lost: () => void;
}

const never = <T>(): Promise<T> => new Promise(() => undefined);

/** One tab's way to what the browser keeps: it can be cut off from one moment to the next, and held up. */
export class Link {
	readonly files = new Set<string>();
	readonly held = new Map<string, Token>();
	readonly #browser: Browser;
	readonly #connections = new Set<IDBDatabase>();
	#isCut = false;
	#thaw: { readonly whole: Promise<void>; readonly end: () => void } | null = null;

	constructor(browser: Browser) {
		this.#browser = browser;
	}

	get isCut(): boolean {
		return this.#isCut;
	}

	get isFrozen(): boolean {
		return this.#thaw !== null;
	}

	/** Nothing reaches the tab any more until `thaw`. */
	freeze(): void {
		if (this.#thaw !== null) return;
		let end = (): void => undefined;
		const whole = new Promise<void>((resolve) => (end = resolve));
		this.#thaw = { whole, end };
	}

	thaw(): void {
		if (this.#thaw !== null) this.#browser.wokeAt = this.#browser.clock.now();
		this.#thaw?.end();
		this.#thaw = null;
	}

	/** What comes to the tab comes when it can run; to a dead one, never. */
	async arrives<T>(coming: Promise<T>): Promise<T> {
		const [outcome] = await Promise.allSettled([coming]);
		if (this.#thaw !== null) await this.#thaw.whole;
		if (this.#isCut) return never();
		if (outcome.status === 'rejected') throw outcome.reason;
		return outcome.value;
	}

	/** The tab is gone: it writes nothing more, hears nothing more and holds nothing. */
	cut(): void {
		this.#isCut = true;
		this.thaw();
		for (const connection of this.#connections) {
			for (const transaction of transactionsOf(connection)) transaction._abort('AbortError');
			connection.close();
		}
		this.losesLocks();
	}

	/** The browser takes locks and files from a tab that it takes for dead. */
	losesLocks(): void {
		const { folder, locks } = this.#browser;
		folder?.crash(this.files);
		this.files.clear();
		for (const [name, token] of this.held) if (locks.get(name) === token) locks.delete(name);
		this.held.clear();
	}

	lock(name: string, { steal = false, onLost }: LockOptions = {}): Promise<(() => void) | null> {
		const { locks } = this.#browser;
		if (this.#isCut) return never();
		if (locks.has(name) && !steal) return Promise.resolve(null);
		locks.get(name)?.lost();
		const token: Token = {
			lost: () => {
				void this.arrives(Promise.resolve()).then(() => onLost?.());
			},
		};
		locks.set(name, token);
		this.held.set(name, token);
		return Promise.resolve(() => {
			if (locks.get(name) === token) locks.delete(name);
			if (this.held.get(name) === token) this.held.delete(name);
		});
	}

	folder(folder: MemoryFolder): JournalFolder {
		return {
			open: async (name) => {
				if (this.#isCut) return never();
				const file = await folder.open(name);
				this.files.add(name);
				return this.#file(name, file);
			},
			names: () => (this.#isCut ? never() : folder.names()),
			size: (name) => (this.#isCut ? never() : folder.size(name)),
			delete: (name) => (this.#isCut ? never() : folder.delete(name)),
			later: (callBack) => {
				folder.later(() => {
					void this.arrives(Promise.resolve()).then(callBack);
				});
			},
		};
	}

	#file(name: string, file: JournalFile): JournalFile {
		return {
			...file,
			close: () => {
				file.close();
				if (!this.#isCut) this.files.delete(name);
			},
		};
	}

	factory(): IDBFactory {
		const real = this.#browser.factory;
		const cut = (): boolean => this.#isCut;
		const adopt = (connection: IDBDatabase): void => {
			this.#adopt(connection);
		};
		return new Proxy(real, {
			get: (target, property) => {
				if (property !== 'open' && property !== 'deleteDatabase')
					return Reflect.get(target, property) as unknown;
				return (name: string, version?: number): IDBOpenDBRequest => {
					// A request that nobody answers.
					if (cut()) return new IDBOpenDBRequest();
					if (property === 'deleteDatabase') return target.deleteDatabase(name);
					const request = target.open(name, version);
					const opened = (): void => {
						adopt(request.result);
					};
					request.addEventListener('upgradeneeded', opened);
					request.addEventListener('success', opened);
					return request;
				};
			},
		});
	}

	#adopt(connection: IDBDatabase): void {
		if (this.#connections.has(connection)) return;
		if (this.#isCut) {
			connection.close();
			return;
		}
		this.#connections.add(connection);
		const begin = connection.transaction.bind(connection);
		connection.transaction = (names, mode, options) => {
			if (this.#isCut) throw new DOMException('The tab is gone.', 'InvalidStateError');
			const transaction = begin(names, mode, options);
			const fault = mode === 'readwrite' ? this.#browser.takeFault() : null;
			if (fault !== null)
				setImmediate(() => {
					this.#fail(connection, fault);
				});
			return transaction;
		};
	}

	#fail(connection: IDBDatabase, fault: StoreFault): void {
		const name = { full: 'QuotaExceededError', unknown: 'UnknownError', closed: 'AbortError' }[
			fault
		];
		for (const transaction of transactionsOf(connection))
			if ((transaction as unknown as IDBTransaction).mode === 'readwrite') transaction._abort(name);
		// Its type is that of the package's own class, which is what the connection is.
		if (fault === 'closed')
			forceCloseDatabase(connection as unknown as Parameters<typeof forceCloseDatabase>[0]);
	}
}

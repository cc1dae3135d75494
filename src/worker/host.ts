import type { Clock } from '#engine/ports.ts';
import type { JournalFolder } from '#storage/journal-folder.ts';
import type { ExportFolder } from './export-folder.ts';
import type { Sealing } from './key-seal.ts';

export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export interface LockOptions {
	/** Takes it from whoever has it. Default: no. */
	readonly steal?: boolean;
	/** Another tab has taken it from us: at once, or when this one wakes. */
	readonly onLost?: () => void;
}

/** What the browser gives the worker; tests give the same things in their own way. */
export interface Host {
	readonly clock: Clock;
	readonly random: () => number;
	readonly newId: () => string;
	readonly fetch: Fetch;
	/** Locks the tab, unless it is locked. Null where these origins can then be reached; else those that can. */
	readonly openNetwork: (origins: readonly string[]) => Promise<readonly string[] | null>;
	readonly indexedDB: IDBFactory;
	/** Calls back after `ms` unless the returned function is called first. */
	readonly after: (ms: number, callBack: () => void) => () => void;
	/** Takes the named lock of this origin; null where another tab has it. The returned function lets it go. */
	readonly lock: (name: string, options?: LockOptions) => Promise<(() => void) | null>;
	/** The names of the locks that any tab of this origin holds. */
	readonly heldLocks: () => Promise<readonly string[]>;
	/** Null where the browser keeps no files for this origin. */
	readonly journals: () => Promise<JournalFolder | null>;
	/** Null where the browser keeps no files for this origin. */
	readonly exports: () => Promise<ExportFolder | null>;
	/** Null where the browser encrypts nothing for this page: one that came over plain http. */
	readonly sealing: Sealing | null;
	/** Hears what other tabs say on this channel; what it returns says something to them. */
	readonly channel: (name: string, hear: () => void) => () => void;
	readonly storageEstimate: () => Promise<{ usage: number | null; quota: number | null }>;
	readonly storagePersisted: () => Promise<boolean | null>;
}

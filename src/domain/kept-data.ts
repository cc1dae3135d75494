import type { SiteUpdates } from './app-version.ts';

export type KeptPlace = 'databases' | 'files' | 'entries' | 'copies';

/** What of Volley's is in this browser, by name. */
export interface KeptData extends Readonly<Record<KeptPlace, readonly string[]>> {
	readonly databases: readonly string[];
	/** Folders and files of the origin's private file system. */
	readonly files: readonly string[];
	/** Keys of what is remembered of the looks of the page. */
	readonly entries: readonly string[];
	/** Copies of the site's own files. */
	readonly copies: readonly string[];
	/** Where the browser would not let anybody look: what is there is not known. */
	readonly unread: readonly KeptPlace[];
}

/** The site itself, apart from its engine: its versions, and all that it keeps. */
export interface SiteApi {
	readonly updates: SiteUpdates;
	/** Calls back when another tab erases everything: nothing is stored or read any more. */
	readonly onErased: (listener: () => void) => void;
	/** Read from the browser itself. */
	readonly keptData: () => Promise<KeptData>;
	/** Ends the engine, deletes everything in every tab, and resolves with what is left when it is looked for afterwards. */
	readonly erase: () => Promise<KeptData>;
}

export const isEmptyOf = (kept: KeptData): boolean =>
	Object.values(kept).every((names: readonly string[]) => names.length === 0);

/** All that is Volley's is named so; other sites of the same origin have what they have. */
export const isOurs = (name: string): boolean => /^volley(?![a-z])/.test(name);

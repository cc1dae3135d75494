/** A file that one worker alone writes to. Offsets and sizes in bytes; what was not flushed may not outlive a power cut. */
export interface JournalFile {
	size(): number;
	/** Fills `into` from `at` on; gives back how many bytes there were. */
	read(into: Uint8Array, at: number): number;
	/** All of the bytes, or it throws. */
	write(bytes: Uint8Array, at: number): void;
	flush(): void;
	truncate(size: number): void;
	close(): void;
}

/** Calls back in a later turn of the event loop: the next, where nothing else waits for one. */
export type Later = (callBack: () => void) => void;

/** Where journals are kept: outside IndexedDB, so that what takes the one does not take the other. */
export interface JournalFolder {
	/** Creates the file where there is none. Some browsers reject while another worker has it open. */
	open(name: string): Promise<JournalFile>;
	names(): Promise<readonly string[]>;
	/** Also while it is open; null where there is no such file. */
	size(name: string): Promise<number | null>;
	/** Deleting what is not there is no failure. */
	delete(name: string): Promise<void>;
	readonly later: Later;
}

const journalSuffix = '.journal';

export const journalName = (runId: string): string => `${runId}${journalSuffix}`;
export const countName = (runId: string): string => `${runId}.count`;

/** The run whose journal the file is; null of another file. */
export const runOfJournal = (name: string): string | null =>
	name.endsWith(journalSuffix) ? name.slice(0, -journalSuffix.length) : null;

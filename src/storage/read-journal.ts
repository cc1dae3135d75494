import type { JournalFile } from './journal-folder.ts';
import { decodeEntry, journalFormat, newline, type JournalEntry } from './journal-line.ts';
import { StorageError } from './storage-error.ts';

export interface JournalLine {
	readonly entry: JournalEntry;
	/** Where the next line begins. */
	readonly end: number;
	/** Lines before this one that could not be read. */
	readonly damaged: number;
}

const chunkSize = 256 * 1024;

/**
 * The lines that can be read from `from` on, one chunk in memory at a time; a damaged one is passed over. Throws at the first
 * line of a journal of another format.
 */
export function* journalLines(file: JournalFile, from: number): Generator<JournalLine> {
	let buffer = new Uint8Array(chunkSize);
	let base = from;
	let filled = 0;
	let damaged = 0;
	for (;;) {
		const got = file.read(buffer.subarray(filled), base + filled);
		if (got === 0) return;
		const searched = filled;
		filled += got;
		let start = 0;
		let end = buffer.subarray(0, filled).indexOf(newline, searched);
		while (end !== -1) {
			const entry = decodeEntry(buffer.subarray(start, end));
			if (entry === null) damaged++;
			else yield { entry: known(entry), end: base + end + 1, damaged };
			start = end + 1;
			end = buffer.subarray(0, filled).indexOf(newline, start);
		}
		buffer.copyWithin(0, start, filled);
		base += start;
		filled -= start;
		if (filled === buffer.length) {
			// One answer longer than the chunk.
			const larger = new Uint8Array(2 * buffer.length);
			larger.set(buffer);
			buffer = larger;
		}
	}
}

function known(entry: JournalEntry): JournalEntry {
	if (entry.kind === 'run' && entry.format !== journalFormat)
		throw new StorageError('closed', 'Another version of this page wrote the journal of this run.');
	return entry;
}

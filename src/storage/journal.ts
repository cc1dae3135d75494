import type { SettledRequest } from '#domain/outcome.ts';
import type { RunRevision } from '#domain/revision.ts';
import type { RunPhase } from '#domain/run.ts';
import type { JournalFile } from './journal-folder.ts';
import { encodeEntry, joined, type JournalEntry } from './journal-line.ts';
import { StorageError, toStorageError } from './storage-error.ts';

/**
 * The end of one run's journal, where its owner writes. What could not be written whole is taken back. A file that has
 * grown meanwhile has another owner, and nothing is written over it.
 */
export class Journal {
	readonly #file: JournalFile;
	#end: number;
	/** As this worker left it: past the end only where a torn line could not be cut off. */
	#size: number;
	/** Requests in flight, or answered and not stored yet, and where their lines begin: the oldest first. */
	readonly #open = new Map<number, number>();

	constructor(file: JournalFile, end: number) {
		this.#file = file;
		this.#end = end;
		this.#size = end;
	}

	/** Once these are stored, whoever reads from here on misses nothing that is in flight or not stored. */
	safePoint(stored: ReadonlySet<number> = new Set()): number {
		for (const [request, at] of this.#open) if (!stored.has(request)) return at;
		return this.#end;
	}

	/** Not flushed: a killed browser leaves it all the same, and the next commit takes it along. */
	sent(...requests: readonly number[]): void {
		const at = this.#end;
		this.append(requests.map((request) => ({ kind: 'sent', request })));
		for (const request of requests) {
			this.#open.delete(request);
			this.#open.set(request, at);
		}
	}

	back(...requests: readonly number[]): void {
		const open = requests.filter((request) => this.#open.delete(request));
		if (open.length > 0) this.append(open.map((request) => ({ kind: 'back', request })));
	}

	/** As `back`, where nobody knows whether they were paid for; `paidTwice` had been the sum of all that may be, until them. */
	doubted(paidTwice: number, ...requests: readonly number[]): void {
		for (const request of requests) this.#open.delete(request);
		this.append(
			requests.map((request, i) => ({
				kind: 'doubted',
				request,
				paidTwice: paidTwice + i + 1,
			})),
		);
	}

	/** At once, so that a killed browser pays for no answer twice that had come; the commit that stores it flushes first. */
	settled(settled: SettledRequest): void {
		const at = this.#end;
		this.append([{ kind: 'settled', settled }]);
		if (!this.#open.has(settled.request)) this.#open.set(settled.request, at);
	}

	stored(requests: Iterable<number>): void {
		for (const request of requests) this.#open.delete(request);
	}

	freed(requests: readonly number[]): void {
		if (requests.length === 0) return;
		this.append([{ kind: 'freed', requests }]);
		this.flush();
	}

	reopened(requests: readonly number[], revision: number): void {
		if (requests.length === 0) return;
		this.append([{ kind: 'reopened', requests, revision }]);
		this.flush();
	}

	revised(number: number, revision: RunRevision): void {
		this.append([{ kind: 'revised', number, revision }]);
		this.flush();
	}

	named(name: string): void {
		this.append([{ kind: 'named', name }]);
		this.flush();
	}

	phase(phase: RunPhase): void {
		this.append([{ kind: 'phase', phase }]);
		this.flush();
	}

	/** Another worker has the run: what this one still had in flight must not read as come back. */
	disown(): void {
		this.#size = -1;
	}

	append(entries: readonly JournalEntry[]): void {
		const bytes = joined(entries.map(encodeEntry));
		if (this.#sizeNow() !== this.#size)
			throw new StorageError('fenced', 'Another tab has taken this run up.');
		try {
			this.#file.write(bytes, this.#end);
		} catch (cause) {
			this.#takeBack();
			throw toStorageError(cause);
		}
		this.#end += bytes.length;
		this.#size = Math.max(this.#size, this.#end);
	}

	flush(): void {
		try {
			this.#file.flush();
		} catch (cause) {
			throw toStorageError(cause);
		}
	}

	close(): void {
		this.#file.close();
	}

	#sizeNow(): number {
		try {
			return this.#file.size();
		} catch (cause) {
			throw toStorageError(cause);
		}
	}

	#takeBack(): void {
		try {
			this.#file.truncate(this.#end);
		} catch {
			// The next write goes over it, and a reader passes over a line without its checksum.
		}
		this.#size = this.#sizeNow();
	}
}

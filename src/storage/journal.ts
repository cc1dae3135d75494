import type { SettledRequest } from '#domain/outcome.ts';
import type { RunRevision } from '#domain/revision.ts';
import type { RunPhase } from '#domain/run.ts';
import type { JournalFile, Later } from './journal-folder.ts';
import { encodeEntry, joined, type JournalEntry } from './journal-line.ts';
import { StorageError, toStorageError } from './storage-error.ts';

interface Queued {
	readonly entry: JournalEntry;
	/** Of what is not done where its line cannot be written; what has happened keeps its line for the next write. */
	readonly refuse?: (cause: unknown) => void;
	readonly written?: () => void;
}

/**
 * The end of one run's journal, where its owner writes. What could not be written whole is taken back. A file that has
 * grown meanwhile has another owner, and nothing is written over it.
 *
 * A write costs the browser many times what its lines do, so those of requests that leave and come back wait for the next
 * turn of the event loop and are written as one.
 */
export class Journal {
	readonly #file: JournalFile;
	readonly #later: Later;
	#end: number;
	/** As this worker left it: past the end only where a torn line could not be cut off. */
	#size: number;
	/** Requests in flight, or answered and not stored yet, and where their lines begin: the oldest first. */
	readonly #open = new Map<number, number>();
	#queue: Queued[] = [];
	#isDue = false;

	constructor(file: JournalFile, end: number, later: Later) {
		this.#file = file;
		this.#later = later;
		this.#end = end;
		this.#size = end;
	}

	/** Once these are stored, whoever reads from here on misses nothing that is in flight or not stored. */
	safePoint(stored: ReadonlySet<number> = new Set()): number {
		for (const [request, at] of this.#open) if (!stored.has(request)) return at;
		return this.#end;
	}

	/**
	 * Resolves once they may leave, rejects where that cannot be noted. Not flushed: a killed browser leaves the lines all
	 * the same, and the next commit takes them along.
	 */
	sent(...requests: readonly number[]): Promise<void> {
		return new Promise((resolve, reject) => {
			requests.forEach((request, i) => {
				const isLast = i === requests.length - 1;
				this.#enqueue({
					entry: { kind: 'sent', request },
					refuse: reject,
					...(isLast ? { written: resolve } : {}),
				});
			});
		});
	}

	back(...requests: readonly number[]): void {
		for (const request of requests)
			if (this.#open.has(request)) this.#enqueue({ entry: { kind: 'back', request } });
	}

	/** As `back`, where nobody knows whether they were paid for; `paidTwice` had been the sum of all that may be, until them. */
	doubted(paidTwice: number, ...requests: readonly number[]): void {
		requests.forEach((request, i) => {
			this.#enqueue({ entry: { kind: 'doubted', request, paidTwice: paidTwice + i + 1 } });
		});
	}

	/**
	 * Written in the next turn, so that a killed browser pays for no answer twice that had come; the commit that stores it
	 * flushes first, and hears of it where it could not be written.
	 */
	settled(settled: SettledRequest): void {
		this.#enqueue({ entry: { kind: 'settled', settled } });
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
		this.#writeWith(entries.map((entry) => ({ entry })));
	}

	flush(): void {
		this.#writeQueue();
		try {
			this.#file.flush();
		} catch (cause) {
			throw toStorageError(cause);
		}
	}

	/** Before the file is closed. */
	end(): void {
		this.#tryQueue();
	}

	#enqueue(queued: Queued): void {
		this.#queue.push(queued);
		if (this.#isDue) return;
		this.#isDue = true;
		this.#later(() => {
			this.#isDue = false;
			this.#tryQueue();
		});
	}

	#tryQueue(): void {
		try {
			this.#writeQueue();
		} catch {
			// Who sends has been told; the commit that stores the answers tries again, and says what is wrong.
		}
	}

	#writeQueue(): void {
		if (this.#queue.length > 0) this.#writeWith([]);
	}

	/** What is queued comes first. */
	#writeWith(further: readonly Queued[]): void {
		const all = [...this.#queue, ...further];
		const lines = all.map(({ entry }) => encodeEntry(entry));
		const start = this.#end;
		try {
			this.#write(joined(lines));
		} catch (cause) {
			this.#queue = this.#queue.filter(({ refuse }) => refuse === undefined);
			for (const { refuse } of all) refuse?.(cause);
			throw cause;
		}
		this.#queue = [];
		let at = start;
		for (const [i, { entry, written }] of all.entries()) {
			this.#note(entry, at);
			at += lines[i]?.length ?? 0;
			written?.();
		}
	}

	#note(entry: JournalEntry, at: number): void {
		if (entry.kind === 'sent') {
			this.#open.delete(entry.request);
			this.#open.set(entry.request, at);
		} else if (entry.kind === 'back' || entry.kind === 'doubted') this.#open.delete(entry.request);
		else if (entry.kind === 'settled' && !this.#open.has(entry.settled.request))
			this.#open.set(entry.settled.request, at);
	}

	#write(bytes: Uint8Array): void {
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

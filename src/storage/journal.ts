import type { SettledRequest } from '#domain/outcome.ts';
import type { RunRevision } from '#domain/revision.ts';
import type { RunPhase } from '#domain/run.ts';
import type { JournalFile } from './journal-folder.ts';
import { encodeEntry, joined, type JournalEntry } from './journal-line.ts';
import { toStorageError } from './storage-error.ts';

/** The end of one run's journal, where its owner writes. What could not be written whole is taken back. */
export class Journal {
	readonly #file: JournalFile;
	#end: number;
	#unstored = Infinity;
	/** Requests in flight and where their lines begin, the oldest first. */
	readonly #open = new Map<number, number>();

	constructor(file: JournalFile, end: number) {
		this.#file = file;
		this.#end = end;
	}

	/**
	 * Whoever reads from here on misses nothing that is in flight, and nothing that was appended after what the store
	 * holds by then.
	 */
	get safePoint(): number {
		const [oldest] = this.#open.values();
		return Math.min(oldest ?? this.#end, this.#unstored);
	}

	/** What was appended from `point` on did not come into the store, whatever follows. */
	holdBack(point: number): void {
		this.#unstored = Math.min(this.#unstored, point);
	}

	/** Not flushed: a killed browser leaves it all the same, and the next commit takes it along. */
	sent(request: number): void {
		const at = this.#end;
		this.append([{ kind: 'sent', request }]);
		this.#open.delete(request);
		this.#open.set(request, at);
	}

	back(request: number): void {
		if (!this.#open.delete(request)) return;
		this.append([{ kind: 'back', request }]);
	}

	/** One write and one flush, however many they are. */
	settled(settled: readonly SettledRequest[]): void {
		this.append(settled.map((one) => ({ kind: 'settled', settled: one })));
		this.flush();
		for (const { request } of settled) this.#open.delete(request);
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

	phase(phase: RunPhase): void {
		this.append([{ kind: 'phase', phase }]);
		this.flush();
	}

	append(entries: readonly JournalEntry[]): void {
		const bytes = joined(entries.map(encodeEntry));
		try {
			this.#file.write(bytes, this.#end);
		} catch (cause) {
			this.#takeBack();
			throw toStorageError(cause);
		}
		this.#end += bytes.length;
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

	#takeBack(): void {
		try {
			this.#file.truncate(this.#end);
		} catch {
			// The next write goes over it, and a reader passes over a line without its checksum.
		}
	}
}

import type { JournalFile, JournalFolder } from '#storage/journal-folder.ts';

interface Stored {
	bytes: Uint8Array;
	flushed: Uint8Array;
	/** Handles that are open. */
	open: number;
}

/** Journals as a disk keeps them: what was not flushed can go, a last write can be torn, and the disk can be full. */
export class MemoryFolder implements JournalFolder {
	readonly files = new Map<string, Stored>();
	/** Writes beyond it are refused. */
	capacity = Infinity;
	/** As browsers that let one worker alone open a file. */
	exclusive = false;
	flushes = 0;
	writes = 0;

	open(name: string): Promise<JournalFile> {
		const stored = this.files.get(name) ?? {
			bytes: new Uint8Array(),
			flushed: new Uint8Array(),
			open: 0,
		};
		if (stored.open > 0 && this.exclusive)
			return Promise.reject(new DOMException('held', 'NoModificationAllowedError'));
		stored.open++;
		let isOpen = true;
		this.files.set(name, stored);
		// After a crash the handle of the earlier life has nothing to write to.
		const own = (): Stored => {
			if (this.files.get(name) !== stored || !isOpen)
				throw new DOMException('closed', 'InvalidStateError');
			return stored;
		};
		return Promise.resolve({
			size: () => own().bytes.length,
			read: (into, at) => {
				const part = own().bytes.subarray(at, at + into.length);
				into.set(part);
				return part.length;
			},
			write: (bytes, at) => {
				const file = own();
				this.writes++;
				if (at + bytes.length > this.capacity) throw new DOMException('full', 'QuotaExceededError');
				const next = new Uint8Array(Math.max(file.bytes.length, at + bytes.length));
				next.set(file.bytes);
				next.set(bytes, at);
				file.bytes = next;
			},
			flush: () => {
				const file = own();
				this.flushes++;
				file.flushed = file.bytes;
			},
			truncate: (size) => {
				const file = own();
				file.bytes = file.bytes.slice(0, size);
			},
			close: () => {
				if (isOpen) stored.open--;
				isOpen = false;
			},
		});
	}

	names(): Promise<readonly string[]> {
		return Promise.resolve([...this.files.keys()]);
	}

	size(name: string): Promise<number | null> {
		return Promise.resolve(this.files.get(name)?.bytes.length ?? null);
	}

	delete(name: string): Promise<void> {
		if ((this.files.get(name)?.open ?? 0) > 0)
			return Promise.reject(new DOMException('held', 'NoModificationAllowedError'));
		this.files.delete(name);
		return Promise.resolve();
	}

	later(callBack: () => void): void {
		setImmediate(callBack);
	}

	/** As if every worker were killed, or those that have the named files open: handles are free, and the bytes stay as the system has them. */
	crash(names: Iterable<string> = [...this.files.keys()]): void {
		for (const name of names) {
			const stored = this.files.get(name);
			if (stored !== undefined) this.files.set(name, { ...stored, open: 0 });
		}
	}

	/** As `crash`, and what was not flushed is gone. */
	powerCut(): void {
		for (const [name, { flushed }] of this.files)
			this.files.set(name, { bytes: flushed, flushed, open: 0 });
	}

	/** Changes a file's bytes behind everybody's back. */
	change(name: string, to: (bytes: Uint8Array) => Uint8Array): void {
		const stored = this.files.get(name);
		if (stored === undefined) throw new Error(`There is no ${name}`);
		stored.bytes = to(stored.bytes);
	}

	bytes(name: string): Uint8Array<ArrayBuffer> {
		const stored = this.files.get(name);
		if (stored === undefined) throw new DOMException(`There is no ${name}`, 'NotFoundError');
		return Uint8Array.from(stored.bytes);
	}

	text(name: string): string {
		return new TextDecoder().decode(this.files.get(name)?.bytes);
	}
}

import { lockOfExport } from './export-files.ts';
import type { ExportFolder } from './export-folder.ts';
import type { Host } from './host.ts';

/** Where the bytes of an export go. */
export interface ExportSink {
	write(bytes: Uint8Array<ArrayBuffer>): void | Promise<void>;
	/** Null: they stand in the file that a person picked. */
	finish(): Promise<Blob | null>;
	/** Nothing of it is left. Never rejects. */
	discard(): Promise<void>;
}

/** What the place of an export said, told apart from what its source says. */
export class SinkError extends Error {
	override readonly name = 'SinkError';
	readonly isFull: boolean;
	/** About what the whole would take, in bytes; null: it cannot be told yet. */
	readonly needed: number | null;

	constructor(cause: unknown, needed: number | null) {
		super(cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause), { cause });
		this.needed = needed;
		this.isFull = cause instanceof Error && cause.name === 'QuotaExceededError';
	}
}

/** How long a finished file is kept: the browser reads it after the click, at a time it does not tell. */
const keptMs = 900_000;

/** A file of the origin's own, which the browser then downloads: next to nothing of it is ever in memory. */
export async function folderSink(
	host: Host,
	folder: ExportFolder,
	type: string,
): Promise<ExportSink> {
	const name = host.newId();
	// Before the file is there: a tab that starts deletes those that nobody has.
	const release = await host.lock(lockOfExport(name));
	const remove = async (): Promise<void> => {
		// What cannot be deleted now is deleted at another start.
		await folder.delete(name).catch(() => undefined);
		release?.();
	};
	try {
		const file = await folder.create(name);
		return {
			write: (bytes) => {
				file.append(bytes);
			},
			finish: async () => {
				file.close();
				const blob = await folder.read(name);
				host.after(keptMs, () => void remove());
				return blob.slice(0, blob.size, type);
			},
			discard: async () => {
				file.close();
				await remove();
			},
		};
	} catch (cause) {
		await remove();
		throw cause;
	}
}

/**
 * A Blob of Blobs: each part leaves the heap as it is made, and there is never one string, which could not hold more than
 * half a gigabyte. Beyond `most` bytes the disk counts as full.
 */
export function blobSink(type: string, most: number): ExportSink {
	let parts: Blob[] = [];
	let bytes = 0;
	return {
		write: (part) => {
			bytes += part.length;
			if (bytes > most)
				throw new DOMException('Too large to be kept in memory.', 'QuotaExceededError');
			parts.push(new Blob([part]));
		},
		finish: async () => {
			const blob = new Blob(parts, { type });
			parts = [];
			try {
				// One that the browser had no room for says so only when it is read.
				await blob.slice(-1).arrayBuffer();
			} catch {
				throw new DOMException('The browser had no room for it.', 'QuotaExceededError');
			}
			return blob;
		},
		discard: () => {
			parts = [];
			return Promise.resolve();
		},
	};
}

/** The file that a person picked: it keeps what it held until all is written. */
export async function pickedSink(file: FileSystemFileHandle): Promise<ExportSink> {
	const writable = await file.createWritable();
	return {
		write: (bytes) => writable.write(bytes),
		finish: async () => {
			await writable.close();
			return null;
		},
		discard: async () => {
			await writable.abort().catch(() => undefined);
		},
	};
}

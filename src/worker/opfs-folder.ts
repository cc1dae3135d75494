import type { JournalFile, JournalFolder } from '#storage/journal-folder.ts';

/**
 * Who may write is decided by the run's lock and its epoch. A tab that hangs keeps its file open: another must be able to
 * write all the same. Browsers that do not know the mode keep the file for one tab.
 */
const shared = { mode: 'readwrite-unsafe' } as const;

/** TypeScript's own type has no modes yet. */
type OpenShared = (options: typeof shared) => Promise<FileSystemSyncAccessHandle>;

/** There a killed tab's files come free a moment after its locks do. */
const opensAtMost = 20;
const betweenOpensMs = 100;

/** The folder of journals in the origin's private file system; null where the browser has none, or refuses it. */
export async function opfsFolder(
	pause: (ms: number) => Promise<void>,
): Promise<JournalFolder | null> {
	try {
		if (!('createSyncAccessHandle' in FileSystemFileHandle.prototype)) return null;
		const root = await navigator.storage.getDirectory();
		const folder = await root.getDirectoryHandle('journals', { create: true });
		return folderOver(folder, pause);
	} catch {
		// No such interface, or a private window that keeps no files.
		return null;
	}
}

function folderOver(
	folder: FileSystemDirectoryHandle,
	pause: (ms: number) => Promise<void>,
): JournalFolder {
	return {
		open: async (name) => {
			const handle = await folder.getFileHandle(name, { create: true });
			const openShared = handle.createSyncAccessHandle.bind(handle) as OpenShared;
			for (let left = opensAtMost; ; left--) {
				try {
					return fileOver(await openShared(shared));
				} catch (cause) {
					if (left <= 1 || !isNamed(cause, 'NoModificationAllowedError')) throw cause;
				}
				await pause(betweenOpensMs);
			}
		},
		later: (callBack) => {
			void pause(0).then(callBack);
		},
		names: async () => {
			const names: string[] = [];
			for await (const name of folder.keys()) names.push(name);
			return names;
		},
		size: async (name) => {
			try {
				return (await (await folder.getFileHandle(name)).getFile()).size;
			} catch (cause) {
				// A file that is being written to may be another one by now.
				if (isNamed(cause, 'NotFoundError') || isNamed(cause, 'NotReadableError')) return null;
				throw cause;
			}
		},
		delete: async (name) => {
			try {
				await folder.removeEntry(name);
			} catch (cause) {
				if (!isNamed(cause, 'NotFoundError')) throw cause;
			}
		},
	};
}

export const isNamed = (cause: unknown, name: string): boolean =>
	cause instanceof DOMException && cause.name === name;

const fileOver = (handle: FileSystemSyncAccessHandle): JournalFile => ({
	size: () => handle.getSize(),
	read: (into, at) => handle.read(plain(into), { at }),
	write: (bytes, at) => {
		const written = handle.write(plain(bytes), { at });
		if (written !== bytes.length)
			throw new DOMException('The disk took only a part of it.', 'QuotaExceededError');
	},
	flush: () => {
		handle.flush();
	},
	truncate: (size) => {
		handle.truncate(size);
	},
	close: () => {
		handle.close();
	},
});

/** Nothing here is shared between threads, which is all that the handle's type asks. */
export const plain = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
	bytes as Uint8Array<ArrayBuffer>;

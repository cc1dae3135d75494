import type { ExportFolder, NewFile } from './export-folder.ts';
import { isNamed, plain } from './opfs-folder.ts';

/** The folder of exports in the origin's private file system; null where the browser has none, or refuses it. */
export async function opfsExports(): Promise<ExportFolder | null> {
	try {
		if (!('createSyncAccessHandle' in FileSystemFileHandle.prototype)) return null;
		const root = await navigator.storage.getDirectory();
		return folderOver(await root.getDirectoryHandle('exports', { create: true }));
	} catch {
		// No such interface, or a private window that keeps no files.
		return null;
	}
}

const folderOver = (folder: FileSystemDirectoryHandle): ExportFolder => ({
	create: async (name) => {
		const file = await folder.getFileHandle(name, { create: true });
		const handle = await file.createSyncAccessHandle();
		handle.truncate(0);
		return appendingTo(handle);
	},
	read: async (name) => (await folder.getFileHandle(name)).getFile(),
	names: async () => {
		const names: string[] = [];
		for await (const name of folder.keys()) names.push(name);
		return names;
	},
	delete: async (name) => {
		try {
			await folder.removeEntry(name);
		} catch (cause) {
			if (!isNamed(cause, 'NotFoundError')) throw cause;
		}
	},
});

function appendingTo(handle: FileSystemSyncAccessHandle): NewFile {
	let at = 0;
	return {
		append: (bytes) => {
			const written = handle.write(plain(bytes), { at });
			at += written;
			if (written !== bytes.length)
				throw new DOMException('The disk took only a part of it.', 'QuotaExceededError');
		},
		close: () => {
			handle.close();
		},
	};
}

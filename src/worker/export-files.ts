import type { ExportFolder } from './export-folder.ts';
import type { Host } from './host.ts';

const prefix = 'volley-export-';

/** A file of an export belongs to the tab that has this lock. */
export const lockOfExport = (name: string): string => prefix + name;

/** Deletes the files that no tab has any use for. Never rejects. */
export async function deleteOldExports(host: Host, folder: ExportFolder | null): Promise<void> {
	try {
		const names = (await folder?.names()) ?? [];
		// After the names: whoever makes a file has its lock first.
		const held = new Set(await host.heldLocks());
		for (const name of names) if (!held.has(lockOfExport(name))) await folder?.delete(name);
	} catch {
		// What cannot be deleted now is deleted at another start.
	}
}

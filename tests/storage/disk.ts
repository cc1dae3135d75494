import { IDBFactory } from 'fake-indexeddb';
import type { Library } from '#storage/library.ts';
import type { RunStore } from '#storage/run-store.ts';
import { MemoryFolder } from '../support/memory-folder.ts';
import { newWorld, openedRun, type World } from './world.ts';

/** A browser whose two stores can be lost one by one. */
export class Disk {
	readonly journals = new MemoryFolder();
	world: World = newWorld();
	factory = this.world.factory;

	open(): Promise<Library> {
		return this.world.open({ indexedDB: this.factory, journals: this.journals });
	}

	/** The worker is killed and another opens the run. */
	async reopened(id: string): Promise<RunStore> {
		this.journals.crash();
		const store = await (await this.open()).openRun(id);
		if (store === null) throw new Error('The run has gone.');
		return store;
	}

	lose(what: 'database' | 'journal' | 'nothing'): void {
		if (what === 'database') this.factory = new IDBFactory();
		if (what === 'journal') this.journals.files.clear();
	}

	async started(requests: number): Promise<{ readonly id: string; readonly store: RunStore }> {
		const opened = await openedRun(await this.open(), requests);
		await opened.store.takeUp();
		return opened;
	}
}

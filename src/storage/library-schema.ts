import type { DBSchema } from 'idb';
import type { Dataset, DatasetMark } from '#domain/dataset.ts';
import type { Draft } from '#domain/draft.ts';
import type { ModelNote } from '#domain/model-note.ts';
import type { RunSetup, RunSummary } from '#domain/run.ts';
import { listedOf } from '#domain/run-list.ts';
import type { SavedConnection } from '#domain/saved-connection.ts';
import type { Migration } from './open-database.ts';

export type DatasetRecord =
	/** Rows are still being appended; of an earlier life, if nobody is at it. */
	| { readonly id: string; readonly createdAt: number; readonly state: 'writing' }
	| {
			readonly id: string;
			readonly createdAt: number;
			readonly state: 'ready';
			readonly dataset: Dataset;
	  };

/** A line of the list of runs: its counts may trail those of the run's own database by a second. */
export interface RunRecord extends RunSummary {
	readonly datasetId: string | null;
	/** Taken out of the list then, and to be deleted unless that is undone; epoch milliseconds. Left out: it is listed. */
	readonly discardedAt?: number;
}

/** Apart from the list, because templates can be large. Its name is the one the run began with. */
export interface SetupRecord {
	readonly id: string;
	readonly setup: RunSetup;
	/** Null without rows; lacking in a run that an older version stored. */
	readonly data?: DatasetMark | null;
}

/** A database that nothing names any more. Noted with the removal of its last mention, so that a crash between cannot leak it. */
export interface DoomedRecord {
	readonly database: string;
}

/** A remembered key, encrypted; with all that it takes, beside the passphrase, to open it. */
export interface SealedKey {
	/** The only origin that it may be sent to, which it was also sealed with. */
	readonly origin: string;
	/** How it was sealed. */
	readonly version: number;
	/** Of PBKDF2. */
	readonly iterations: number;
	readonly salt: Uint8Array<ArrayBuffer>;
	readonly iv: Uint8Array<ArrayBuffer>;
	readonly sealed: Uint8Array<ArrayBuffer>;
	/** When the key was typed, in epoch milliseconds. Of an earlier version there is none: before all that has one. */
	readonly typedAt?: number;
}

/** The small database: what there is, and where. */
export interface LibrarySchema extends DBSchema {
	datasets: { key: string; value: DatasetRecord };
	runs: { key: string; value: RunRecord };
	setups: { key: string; value: SetupRecord };
	drafts: { key: string; value: Draft };
	doomed: { key: string; value: DoomedRecord };
	/** By origin and model. */
	modelNotes: { key: [string, string]; value: ModelNote };
	connections: { key: string; value: SavedConnection };
	/** By origin. */
	sealedKeys: { key: string; value: SealedKey };
}

export const libraryMigrations: readonly Migration[] = [
	(db) => {
		db.createObjectStore('datasets', { keyPath: 'id' });
		db.createObjectStore('runs', { keyPath: 'id' });
		db.createObjectStore('setups', { keyPath: 'id' });
		db.createObjectStore('drafts');
		db.createObjectStore('doomed', { keyPath: 'database' });
	},
	(db) => {
		db.createObjectStore('modelNotes', { keyPath: ['origin', 'model'] });
	},
	(db) => {
		db.createObjectStore('connections', { keyPath: 'id' });
	},
	// Also keeps pages of before from listing a run that is discarded: they cannot open a newer version.
	async (_, tx) => {
		const runs = tx.objectStore('runs');
		for (const id of await runs.getAllKeys()) {
			const [run, stored] = await Promise.all([
				runs.get(id) as Promise<RunRecord | undefined>,
				tx.objectStore('setups').get(id) as Promise<SetupRecord | undefined>,
			]);
			if (run !== undefined && stored !== undefined)
				await runs.put({ ...run, ...listedOf(stored.setup) });
		}
	},
	(db) => {
		db.createObjectStore('sealedKeys', { keyPath: 'origin' });
	},
];

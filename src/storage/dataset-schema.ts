import type { DBSchema } from 'idb';
import type { Row } from '#domain/dataset.ts';
import type { Migration } from './open-database.ts';

/** Consecutive rows: one record for hundreds, because a record costs far more than a row. */
export interface Chunk {
	/** The number of its first row. */
	readonly first: number;
	readonly rows: readonly Row[];
}

export interface DatasetSchema extends DBSchema {
	chunks: { key: number; value: Chunk };
}

export const datasetMigrations: readonly Migration[] = [
	(db) => {
		db.createObjectStore('chunks', { keyPath: 'first' });
	},
];

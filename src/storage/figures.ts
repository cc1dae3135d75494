import type { IDBPDatabase } from 'idb';
import type { RunFigures } from '#domain/run-figures.ts';
import type { FiguresRecord, RunSchema } from './run-schema.ts';
import { readFrom, writeTo } from './transact.ts';

/** Null where none is kept, or that of another state of the run. */
export const readFigures = (db: IDBPDatabase<RunSchema>, key: string): Promise<RunFigures | null> =>
	readFrom(db, ['figures'], async (tx) => {
		const kept = await tx.objectStore('figures').get('current');
		return kept?.key === key ? kept.figures : null;
	});

export const writeFigures = (db: IDBPDatabase<RunSchema>, record: FiguresRecord): Promise<void> =>
	writeTo(db, ['figures'], 'relaxed', async (tx) => {
		await tx.objectStore('figures').put(record, 'current');
	});

import type { DatasetMark } from '#domain/dataset.ts';
import { listedOf } from '#domain/run-list.ts';
import {
	emptyCounters,
	planSizeOf,
	settledCount,
	type RunCounters,
	type RunSetup,
} from '#domain/run.ts';
import { journalFormat } from './journal-line.ts';
import type { RunRecord } from './library-schema.ts';
import { runMigrations, type RunSchema } from './run-schema.ts';
import { RunStore } from './run-store.ts';
import type { Shelf } from './shelf.ts';
import { toStorageError } from './storage-error.ts';
import { makeAll, writeTo } from './transact.ts';

/** A run from elsewhere, as it is known before its answers. */
export interface Incoming {
	/** The caller holds the lock of this run until it is published or discarded. */
	readonly id: string;
	readonly createdAt: number;
	/** When it last settled anything. */
	readonly updatedAt: number;
	readonly setup: RunSetup;
	readonly data: DatasetMark | null;
}

export interface IncomingRun {
	readonly id: string;
	readonly name: string;
	/** To be settled into: the journal first, then the database, as of any run. */
	readonly store: RunStore;
	/** It is whole: it stands in the list, at rest. */
	readonly publish: () => Promise<RunCounters>;
	/** Nothing is left of it. */
	readonly discard: () => Promise<void>;
}

/** The name by which a journal is known that outlives everything else before its run is whole. */
const unfinished = (name: string): string => `${name} (not all of it was opened)`;

/**
 * Its database and its journal are noted as doomed before there is anything in them, and freed of that in the transaction
 * that lists the run: whatever breaks off between leaves nothing behind.
 */
export async function receiveRun(shelf: Shelf, incoming: Incoming): Promise<IncomingRun> {
	const { id, createdAt, updatedAt, setup, data } = incoming;
	const { now, journals, onProblem, name } = shelf.options;
	const names = shelf.namesOfRun(id);
	await shelf.library.use((db) =>
		writeTo(db, ['doomed'], 'strict', (tx) =>
			makeAll(names.map((database) => () => tx.objectStore('doomed').put({ database }))),
		),
	);
	const own = { ...setup, name: unfinished(setup.name) };
	const discard = async (store: RunStore | null): Promise<void> => {
		store?.abandon('The run was not taken in.');
		await shelf.erase(names);
	};
	let store: RunStore | null = null;
	try {
		store = await RunStore.open({
			database: shelf.database<RunSchema>('run', id, runMigrations),
			fresh: emptyCounters(planSizeOf(setup)),
			now,
			// It has no row yet.
			saveRow: () => Promise.resolve(),
			onRowFailed: (message) => {
				onProblem({ kind: 'failed', database: name, message });
			},
			onClosed: () => undefined,
			runId: id,
			journals,
			name: own.name,
			header: { kind: 'run', format: journalFormat, id, setup: own, createdAt, data },
		});
		await store.takeUp();
	} catch (cause) {
		await discard(store);
		throw toStorageError(cause);
	}
	const taken = store;
	return {
		id,
		name: setup.name,
		store: taken,
		discard: () => discard(taken),
		publish: async () => {
			const { counters } = taken;
			const { planned, succeeded, failed } = counters;
			const phase = {
				name: settledCount(counters) === planned ? 'finished' : 'stopped',
			} as const;
			await taken.setPhase(phase);
			taken.rename(setup.name);
			await taken.close();
			const record: RunRecord = {
				...{ id, name: setup.name, createdAt, updatedAt, phase },
				...{ planned, succeeded, failed, datasetId: setup.datasetId },
				...listedOf(setup),
			};
			await shelf.library.use((db) =>
				writeTo(db, ['runs', 'setups', 'doomed'], 'strict', (tx) =>
					makeAll([
						() => tx.objectStore('runs').put(record),
						() => tx.objectStore('setups').put({ id, setup, data }),
						...names.map((database) => () => tx.objectStore('doomed').delete(database)),
					]),
				),
			);
			return counters;
		},
	};
}

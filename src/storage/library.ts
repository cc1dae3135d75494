import {
	markOfDataset,
	type Dataset,
	type DatasetMark,
	type DatasetSummary,
	type Row,
} from '#domain/dataset.ts';
import type { Draft } from '#domain/draft.ts';
import type { ModelNote } from '#domain/model-note.ts';
import type { DiscardedRun, Run, RunSetup, RunSummary } from '#domain/run.ts';
import type { SavedConnection } from '#domain/saved-connection.ts';
import type { Incoming, IncomingRun } from './incoming-run.ts';
import type { JournalFolder } from './journal-folder.ts';
import type { DatasetWriter } from './dataset-writer.ts';
import { Datasets } from './datasets.ts';
import { readModelNotes, saveModelNote, type NoteChange } from './model-notes.ts';
import type { RunStore } from './run-store.ts';
import { Runs, type LiveRuns } from './runs.ts';
import { readConnections, removeConnection, writeConnection } from './saved-connections.ts';
import type { SealedKey } from './library-schema.ts';
import { changeSealedKeys, readSealedKeys, type SealedKeyChange } from './sealed-keys.ts';
import { Shelf } from './shelf.ts';
import type { OnProblem } from './storage-problem.ts';
import { readFrom, writeTo } from './transact.ts';

export interface LibraryOptions {
	/** Default `volley`. */
	readonly name?: string;
	/** Default: the browser's. */
	readonly indexedDB?: IDBFactory;
	/** Epoch milliseconds. */
	readonly now: () => number;
	readonly newId: () => string;
	/** The runs whose stored phase is true, because a worker is at them; default: none, so that they read as interrupted. */
	readonly liveRuns?: LiveRuns;
	readonly onProblem: OnProblem;
	/** Default: none, so that IndexedDB alone holds what settled. */
	readonly journals?: JournalFolder | null;
}

/** All that the browser keeps. Every rejection is a StorageError. */
export interface Library {
	/** `id`: of one that was lost, to be written anew for the runs that name it. */
	createDataset(id?: string): Promise<DatasetWriter>;
	getDataset(id: string): Promise<Dataset | null>;
	/** Those that are finished, newest first. */
	listDatasets(): Promise<readonly DatasetSummary[]>;
	/** The rows [first, first + count), as far as there are any; none of an unknown dataset. */
	readRows(id: string, first: number, count: number): Promise<readonly Row[]>;
	/**
	 * Deletes the datasets that no run and no draft uses, and half-written ones, but those in `keep` and those that this
	 * library is writing. `createdBefore` (epoch milliseconds) spares what another tab may just have read in.
	 */
	deleteUnusedDatasets(keep: Iterable<string>, createdBefore?: number): Promise<void>;

	/** Those that no run and no draft uses, but those in `keep`, with what their rows come to, about, in bytes. */
	unusedDatasets(
		keep: Iterable<string>,
	): Promise<readonly (DatasetSummary & { readonly bytes: number })[]>;

	/** Deletes those of them that no run and no draft uses. */
	deleteIfUnused(ids: Iterable<string>): Promise<void>;

	/** Deletes those of them that no run uses; a draft that names one is about to name another. */
	deleteDatasets(ids: Iterable<string>): Promise<void>;

	saveDraft(draft: Draft): Promise<void>;
	loadDraft(): Promise<Draft | null>;

	/** Its phase is `running`: a crash right after reads as interrupted. */
	createRun(setup: RunSetup): Promise<Run>;
	/** A run from elsewhere, which is listed once it is published. */
	receiveRun(incoming: Incoming): Promise<IncomingRun>;
	/** Newest first. */
	listRuns(): Promise<readonly RunSummary[]>;
	getRun(id: string): Promise<Run | null>;
	/** What is known of the rows that the run goes over, whether they are stored or not; null where nothing is. */
	datasetOfRun(id: string): Promise<DatasetMark | null>;
	renameRun(id: string, name: string): Promise<void>;
	/** Takes the run out of the list until that is undone: nobody finds or opens it. What is being settled is stored first. */
	discardRun(id: string): Promise<void>;
	/** False where the run is deleted by now. */
	undoDiscard(id: string): Promise<boolean>;
	/** Latest first. */
	discardedRuns(): Promise<readonly DiscardedRun[]>;
	/**
	 * Never waits for another tab. Settles of this run that are not stored yet are rejected. `ifDiscarded`: only where it is
	 * still out of the list, else nothing happens.
	 */
	deleteRun(id: string, ifDiscarded?: boolean): Promise<void>;
	/** What each of them takes, about, with its journal; null of one that is not listed. */
	bytesOfRuns(ids: readonly string[]): Promise<readonly (number | null)[]>;
	/** The one store of this run, shared by all who open it until somebody closes it; null where there is no such run. */
	openRun(id: string): Promise<RunStore | null>;

	/** What earlier runs have learned of these models at this origin; none of those of which nothing is known. */
	modelNotes(origin: string, models: readonly string[]): Promise<readonly ModelNote[]>;
	saveModelNote(origin: string, model: string, change: NoteChange): Promise<void>;

	/** By name. */
	connections(): Promise<readonly SavedConnection[]>;
	/** In the place of the one with this id, if there is one. */
	saveConnection(saved: SavedConnection): Promise<void>;
	deleteConnection(id: string): Promise<void>;

	/** By origin. */
	sealedKeys(): Promise<readonly SealedKey[]>;
	/** In one transaction; false where `decide` decided for null, and then nothing is changed. */
	changeSealedKeys(
		decide: (stored: readonly SealedKey[]) => SealedKeyChange | null,
	): Promise<boolean>;

	/** The runs that were found only as journals when the library was opened. */
	readonly restoredRuns: number;

	/** Waits for what is being settled. */
	close(): Promise<void>;
}

export async function openLibrary(options: LibraryOptions): Promise<Library> {
	const shelf = new Shelf({
		name: options.name ?? 'volley',
		factory: options.indexedDB ?? indexedDB,
		now: options.now,
		newId: options.newId,
		onProblem: options.onProblem,
		journals: options.journals ?? null,
	});
	const datasets = new Datasets(shelf);
	const liveRuns = options.liveRuns ?? (() => new Set<string>());
	const runs = new Runs(shelf, liveRuns);
	await shelf.eraseDoomed(liveRuns);
	const restoredRuns = await runs.restore();

	return {
		restoredRuns,
		createDataset: (id) => datasets.create(id),
		getDataset: (id) => datasets.get(id),
		listDatasets: () => datasets.list(),
		readRows: (id, first, count) => datasets.readRows(id, first, count),
		deleteUnusedDatasets: (keep, createdBefore = Infinity) =>
			datasets.deleteUnused(new Set(keep), createdBefore),
		unusedDatasets: (keep) => datasets.unused(new Set(keep)),
		deleteIfUnused: (ids) => datasets.deleteIfUnused(new Set(ids)),
		deleteDatasets: (ids) => datasets.delete(new Set(ids)),

		saveDraft: async (draft) => {
			await shelf.library.use((db) =>
				writeTo(db, ['drafts'], 'relaxed', (tx) => tx.objectStore('drafts').put(draft, 'current')),
			);
		},
		loadDraft: async () => {
			const draft = await shelf.library.use((db) =>
				readFrom(db, ['drafts'], (tx) => tx.objectStore('drafts').get('current')),
			);
			return draft ?? null;
		},

		createRun: async (setup) => {
			const dataset = setup.datasetId === null ? null : await datasets.get(setup.datasetId);
			return runs.create(setup, dataset === null ? null : markOfDataset(dataset));
		},
		// Few sessions take one in.
		receiveRun: async (incoming) => (await import('./incoming-run.ts')).receiveRun(shelf, incoming),
		datasetOfRun: (id) => runs.datasetOf(id),
		listRuns: () => runs.list(),
		getRun: (id) => runs.get(id),
		renameRun: (id, name) => runs.rename(id, name),
		discardRun: (id) => runs.discard(id),
		undoDiscard: (id) => runs.undoDiscard(id),
		discardedRuns: () => runs.discarded(),
		deleteRun: (id, ifDiscarded) => runs.delete(id, ifDiscarded),
		bytesOfRuns: (ids) => runs.sizes(ids),
		openRun: (id) => runs.open(id),

		modelNotes: (origin, models) => readModelNotes(shelf.library, origin, models),
		saveModelNote: (origin, model, change) => saveModelNote(shelf.library, origin, model, change),

		connections: () => readConnections(shelf.library),
		saveConnection: (saved) => writeConnection(shelf.library, saved),
		deleteConnection: (id) => removeConnection(shelf.library, id),

		sealedKeys: () => readSealedKeys(shelf.library),
		changeSealedKeys: (decide) => changeSealedKeys(shelf.library, decide),

		close: async () => {
			await runs.close();
			await datasets.end('The library is closed.');
			shelf.library.end('The library is closed.');
		},
	};
}

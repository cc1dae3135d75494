import type { Dataset, DatasetMark, DatasetSummary, Row } from '#domain/dataset.ts';
import type { Draft } from '#domain/draft.ts';
import type { Failure, FailureKind } from '#domain/failure.ts';
import type { ModelNote } from '#domain/model-note.ts';
import type { Problem } from '#domain/problem.ts';
import type { ReadingOptions } from '#domain/reading-options.ts';
import type { Repair } from '#domain/repair.ts';
import type { Result } from '#domain/result.ts';
import type { ResultItem, ResultRow } from '#domain/result-item.ts';
import type { Run, RunProgress, RunSetup, RunSummary } from '#domain/run.ts';

/** A key that the worker holds; the key itself never comes back. */
export interface HeldKey {
	readonly origin: string;
	readonly lastFour: string;
}

export type ShowFilter = 'all' | 'succeeded' | 'failed';

export interface ResultQuery {
	readonly runId: string;
	readonly show: ShowFilter;
	/** Text to look for in the cells, the answers and the errors, whatever its case; empty: everything. */
	readonly search: string;
	/** The first line wanted, from 0, and how many. */
	readonly offset: number;
	readonly limit: number;
}

export interface ResultPage {
	/** Lines that match in all: of `all`, each planned request stands in n lines whether settled or not. */
	readonly total: number;
	readonly offset: number;
	readonly rows: readonly ResultRow[];
}

/** Failed requests of one kind. */
export interface FailureGroup {
	readonly kind: FailureKind;
	readonly count: number;
	/** The first of them in plan order. */
	readonly example: Failure;
	/** The ids of the first few rows. */
	readonly ids: readonly string[];
}

export const exportFormats = ['json', 'jsonl', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportFile {
	readonly blob: Blob;
	readonly name: string;
}

/** In bytes; null where the browser does not tell. */
export interface StorageUse {
	readonly usage: number | null;
	readonly quota: number | null;
	/** Whether the browser has promised not to evict; null before it was asked. */
	readonly persisted: boolean | null;
}

/** Why a command about a run was not carried out. */
export type RunRefusal =
	| { readonly kind: 'missing' }
	/** The rows that the run goes over are no longer stored. */
	| { readonly kind: 'dataMissing' }
	/** The key for this origin is not held: it must be typed again. */
	| { readonly kind: 'needsKey'; readonly origin: string }
	/** Another tab is at it. */
	| { readonly kind: 'ownedElsewhere' }
	/** It is going: what is asked for can be begun only while it rests. */
	| { readonly kind: 'going' }
	| { readonly kind: 'storage'; readonly message: string };

export type EngineEvent =
	| { readonly kind: 'progress'; readonly progress: RunProgress }
	/** The list of runs has changed: one was added, renamed, deleted, or changed its phase. */
	| { readonly kind: 'runsChanged' }
	| {
			readonly kind: 'importProgress';
			readonly bytesRead: number;
			readonly bytesTotal: number;
			readonly rows: number;
	  }
	| {
			readonly kind: 'exportProgress';
			readonly runId: string;
			readonly done: number;
			readonly total: number;
	  }
	/** Something about the store that a person should know, in words. */
	| { readonly kind: 'notice'; readonly message: string }
	/** Nothing works any more, and why, in words: the engine could not be loaded, or nothing can be stored here. */
	| { readonly kind: 'broken'; readonly message: string };

/**
 * All that the page can ask of the worker. Commands name things by id; everything that crosses is plain data, a File or
 * a Blob. Expected failures are values; a rejected promise is a bug.
 */
export interface EngineApi {
	/**
	 * Reads the files: rows of those with the same columns are stacked. Of several datasets it gives back the first, and
	 * the others are listed with it. Refused whole on a problem. `replaces`: a dataset of the same files read otherwise,
	 * which goes with those that came with it, as far as no run and no other tab uses them.
	 */
	importFiles(
		files: readonly File[],
		options: ReadingOptions,
		replaces?: string,
	): Promise<Result<Dataset, readonly Problem[]>>;
	cancelImport(): Promise<void>;
	getDataset(datasetId: string): Promise<Dataset | null>;
	/** Those that can be chosen, newest first. */
	listDatasets(): Promise<readonly DatasetSummary[]>;
	readRows(datasetId: string, first: number, count: number): Promise<readonly Row[]>;

	loadDraft(): Promise<Draft | null>;
	saveDraft(draft: Draft): Promise<void>;

	/** Keeps the key in the worker's memory, for requests to exactly this origin, until the tab closes. */
	holdKey(origin: string, key: string): Promise<HeldKey>;
	forgetKey(origin: string): Promise<void>;
	heldKeys(): Promise<readonly HeldKey[]>;

	/** Stores the run and starts it; gives back its id. */
	startRun(setup: RunSetup): Promise<Result<string, RunRefusal>>;
	/** What is in flight finishes, nothing new leaves. */
	pauseRun(runId: string): Promise<Result<null, RunRefusal>>;
	/** Goes on with what waits, after a pause, a stop, a restart or a mended failure. */
	resumeRun(runId: string): Promise<Result<null, RunRefusal>>;
	/** As `resumeRun`, also where another tab is at it, asleep or hanging: from then on that one sends and stores nothing. */
	takeOverRun(runId: string): Promise<Result<null, RunRefusal>>;
	/** Aborts what is in flight; those requests wait again. */
	stopRun(runId: string): Promise<Result<null, RunRefusal>>;
	/** Every failed request waits again, and the run goes on. */
	retryFailed(runId: string): Promise<Result<null, RunRefusal>>;

	/** A refused parameter is sent to its model as repaired, in this run and in later ones, and the run goes on. */
	repairRun(runId: string, repair: Repair): Promise<Result<null, RunRefusal>>;
	/** Every answer cut off by the limit is asked for again with this one (null: the model's own); it stands until then. */
	retryTruncated(runId: string, maxTokens: number | null): Promise<Result<null, RunRefusal>>;

	/** What earlier runs have learned of these models at this origin; none of those of which nothing is known. */
	modelNotes(origin: string, models: readonly string[]): Promise<readonly ModelNote[]>;
	forgetRepairs(origin: string, model: string): Promise<void>;

	listRuns(): Promise<readonly RunSummary[]>;
	getRun(runId: string): Promise<Run | null>;
	/** The present snapshot, also of a run that no worker is at. */
	getProgress(runId: string): Promise<RunProgress | null>;
	renameRun(runId: string, name: string): Promise<void>;
	deleteRun(runId: string): Promise<void>;

	/** What is known of the rows that this run goes over, where they are no longer stored; null where they are. */
	missingData(runId: string): Promise<DatasetMark | null>;
	/** Gives a run its lost rows again: refused unless the files hold the same columns and rows. */
	attachFiles(runId: string, files: readonly File[]): Promise<Result<null, readonly Problem[]>>;

	readResults(query: ResultQuery): Promise<ResultPage>;
	/** A settled request as the results file holds it, all its choices; empty while it waits. */
	readItems(runId: string, request: number): Promise<readonly ResultItem[]>;
	readFailures(runId: string): Promise<readonly FailureGroup[]>;
	exportRun(runId: string, format: ExportFormat): Promise<ExportFile>;

	storageUse(): Promise<StorageUse>;

	subscribe(listener: (event: EngineEvent) => void): Promise<void>;
}

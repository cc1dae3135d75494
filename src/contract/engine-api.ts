import type { ComparedRow } from '#domain/comparison.ts';
import type { Connection } from '#domain/connection.ts';
import type { Column, Dataset, DatasetMark, DatasetSummary, Row } from '#domain/dataset.ts';
import type { Draft } from '#domain/draft.ts';
import type { ExportChoice } from '#domain/export-choice.ts';
import type { FailureCause } from '#domain/failure-causes.ts';
import type { Failure, FailureKind } from '#domain/failure.ts';
import type { ConnectionTest } from '#domain/model-list.ts';
import type { ModelNote } from '#domain/model-note.ts';
import type { PlanPlace } from '#domain/plan.ts';
import type { Problem } from '#domain/problem.ts';
import type { PromptCheck } from '#domain/prompt-check.ts';
import type { ReadingOptions } from '#domain/reading-options.ts';
import type { Repair } from '#domain/repair.ts';
import type { RequestPreview, RequestReplay } from '#domain/request-code.ts';
import type { Result } from '#domain/result.ts';
import type { ResultFilter } from '#domain/result-filter.ts';
import type { ResultItem, ResultRow } from '#domain/result-item.ts';
import type { RowQuery, RowScan } from '#domain/row-scan.ts';
import type { RunFigures } from '#domain/run-figures.ts';
import type { DiscardedRun, Run, RunProgress, RunSetup, RunSummary } from '#domain/run.ts';
import type { SavedConnection } from '#domain/saved-connection.ts';
import type { RunStatement } from '#domain/statement.ts';
import type { NetworkGate, NetworkUse } from './network.ts';

/** A key that the worker holds; the key itself never comes back. */
export interface HeldKey {
	readonly origin: string;
	readonly lastFour: string;
}

/** The keys that this device remembers, encrypted; none of them ever comes back. */
export interface RememberedKeys {
	/** False: this browser encrypts nothing for this page, so none can be remembered. */
	readonly possible: boolean;
	readonly origins: readonly string[];
	/** Of these origins: where the key that this tab holds is another, and was typed later than the remembered one. */
	readonly earlier: readonly string[];
	/** As `earlier`, where the remembered one was typed later. */
	readonly later: readonly string[];
	/** The passphrase was typed in this session: more can be remembered without it. */
	readonly unlocked: boolean;
}

/** Why keys were not remembered, or not unlocked. Nothing is changed. */
export type KeyRefusal =
	/** It opens none of them. */
	| { readonly kind: 'wrongPassphrase' }
	/** The passphrase is needed first. */
	| { readonly kind: 'locked' }
	| { readonly kind: 'tooShort' }
	/** None is held for this origin. */
	| { readonly kind: 'noKey' }
	/** Another tab has remembered, forgotten or sealed them anew meanwhile. */
	| { readonly kind: 'changedElsewhere' }
	| { readonly kind: 'impossible' }
	| { readonly kind: 'storage'; readonly message: string };

/** Keys that a passphrase has opened are held from then on. */
export interface Unlocked {
	/** The origins of those that could not be opened with the others: what is stored of them is damaged. */
	readonly damaged: readonly string[];
}

export interface ResultQuery extends ResultFilter {
	readonly runId: string;
	/** The first line wanted, from 0, and how many. */
	readonly offset: number;
	readonly limit: number;
	/** Lines that belong before ones shown already wait, so that nothing on the screen moves; left out: they come. */
	readonly hold?: boolean;
	/** Whether each line tells the prompt that was sent; left out: no. */
	readonly withPrompts?: boolean;
}

/** How far the lines that a filter means have been looked for. */
export interface Looking {
	readonly done: number;
	readonly total: number;
	/** What was found until then stands, and is a part. */
	readonly cancelled: boolean;
}

export interface ResultPage {
	/** Lines that match in all: of `all`, each planned request stands in n lines whether settled or not. */
	readonly total: number;
	readonly offset: number;
	readonly rows: readonly ResultRow[];
	/** Left out: everything was looked at. */
	readonly looking?: Looking;
	/** Lines that were held back; left out: none. */
	readonly held?: number;
}

/** Rows beside each other, with what the templates and models of the run made of them. */
export interface ComparisonQuery {
	readonly runId: string;
	/** The first row of the plan wanted, from 0, and how many. */
	readonly offset: number;
	readonly limit: number;
	/** The first series wanted, as `requestsOf` (domain) counts them, and how many. */
	readonly firstSeries: number;
	readonly seriesLimit: number;
}

export interface ComparisonPage {
	/** Rows of the plan, settled or not. */
	readonly total: number;
	readonly offset: number;
	readonly rows: readonly ComparedRow[];
}

/** A failed request by its row. A row of several templates, models or repeats can fail several times. */
export interface FailedRow {
	readonly request: number;
	readonly id: string;
	readonly place: PlanPlace;
	readonly model: string;
}

/** Failed requests of one kind. */
export interface FailureGroup {
	readonly kind: FailureKind;
	readonly count: number;
	/** How many of them the rest was read from: of very many only the first in plan order are looked at. */
	readonly lookedAt: number;
	/** The first of them in plan order; null where none of them was looked at. */
	readonly example: Failure | null;
	/** What they say, the most frequent first. */
	readonly causes: readonly FailureCause[];
	/** How many of those looked at say something else. */
	readonly otherCauses: number;
	/** The first few, in plan order. */
	readonly rows: readonly FailedRow[];
}

export interface ExportFile {
	readonly blob: Blob;
	readonly name: string;
}

/** What an export came to. */
export type ExportEnd =
	/** `blob` null: it stands in the file that the person picked. `lines`: of CSV without its header, else items. */
	| {
			readonly kind: 'written';
			readonly blob: Blob | null;
			readonly name: string;
			readonly lines: number;
			readonly bytes: number;
	  }
	/** Nothing is left of it; a picked file is as it was. */
	| { readonly kind: 'cancelled' }
	/** Another export of this run is being written, or is appending to this file. */
	| { readonly kind: 'busy' }
	/** In bytes, as far as they can be told: what it would take, and what is free. */
	| { readonly kind: 'full'; readonly needed: number | null; readonly free: number | null }
	/** The picked file cannot be written: the browser's own words. */
	| { readonly kind: 'unwritable'; readonly message: string };

/** A file on disk that each result of a run goes to as it comes. */
export interface AppendState {
	readonly runId: string;
	readonly fileName: string;
	/** Items that can be read in the file by now. */
	readonly written: number;
	/** Requests that have settled and are not in it yet. */
	readonly behind: number;
	/** Ended for good: why, in words; null: it was asked to, or goes on. */
	readonly ended: null | { readonly problem: string | null };
}

export interface SetupExport {
	/** What the file is called after. */
	readonly name: string;
	readonly withData: boolean;
	/** Whether organization and project go with it. */
	readonly withIds: boolean;
}

/** A draft that came as a file. */
export interface OpenedSetup {
	readonly draft: Draft;
	/** The rows that came with it, stored by now; null: none did. */
	readonly dataset: Dataset | null;
}

/** In bytes; null where the browser does not tell. */
export interface StorageUse {
	readonly usage: number | null;
	readonly quota: number | null;
	/** Whether the browser has promised not to evict; null before it was asked. */
	readonly persisted: boolean | null;
}

/** What the browser keeps, in bytes, about: what a database takes no browser tells. */
export interface StoredSizes {
	readonly runs: readonly { readonly id: string; readonly bytes: number }[];
	/** Tables that no run, no draft and no open tab uses. */
	readonly datasets: readonly (DatasetSummary & { readonly bytes: number })[];
}

/** Why a command about a run was not carried out. */
export type RunRefusal =
	| { readonly kind: 'missing' }
	/** The rows that the run goes over are no longer stored. */
	| { readonly kind: 'dataMissing' }
	/** The rows are others than the page had counted: its plan would leave some out, or name some that are not there. */
	| { readonly kind: 'rowsDiffer'; readonly counted: number; readonly found: number }
	/** The key for this origin is not held: it must be typed again. */
	| { readonly kind: 'needsKey'; readonly origin: string }
	/** This tab is locked to others than these until it is reloaded. */
	| {
			readonly kind: 'lockedOut';
			readonly origins: readonly string[];
			readonly lockedTo: readonly string[];
	  }
	/** Another tab is at it. */
	| { readonly kind: 'ownedElsewhere' }
	/** It is going: what is asked for can be begun only while it rests. */
	| { readonly kind: 'going' }
	/** The connection that was to be left out is the only one there still is. */
	| { readonly kind: 'lastConnection' }
	/** It was read from results, and nothing of it is ever sent. */
	| { readonly kind: 'readOnly' }
	| { readonly kind: 'storage'; readonly message: string };

/** Why a file was neither written nor taken in. Nothing is left of what was begun. */
export type DoorRefusal =
	| { readonly kind: 'cancelled' }
	/** In words. */
	| { readonly kind: 'refused'; readonly problems: readonly string[] };

/** What a file was found to be, by its content, and what became of it. */
export type OpenedFile =
	/** A run with all its answers, stored by now. */
	| {
			readonly kind: 'run';
			readonly runId: string;
			readonly name: string;
			readonly settled: number;
			readonly waiting: number;
	  }
	/** Of the run that it names. */
	| { readonly kind: 'batch'; readonly batch: BatchImport }
	/** For the page to open. */
	| { readonly kind: 'setup' }
	| { readonly kind: 'table' };

/** What of a run's plan is handed over to the Batch API, in files of one model each that it takes. */
export interface BatchExport {
	readonly files: readonly (ExportFile & { readonly model: string; readonly requests: number })[];
}

/** What files that the Batch API gave back have brought. */
export interface BatchImport {
	readonly runId: string;
	readonly name: string;
	readonly succeeded: number;
	readonly failed: number;
	/** Answers to requests that had settled before, or from before those were asked for again: dropped. */
	readonly duplicates: number;
	/** Lines whose `custom_id` is none of this run, and the first of those. */
	readonly unknown: number;
	readonly unknownIds: readonly string[];
	/** Requests that still wait, and the `custom_id`s of the first. */
	readonly missing: number;
	readonly missingIds: readonly string[];
}

/** A table that is read without being stored. */
export interface SmallTable {
	readonly columns: readonly Column[];
	readonly rows: readonly Row[];
}

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
	| {
			readonly kind: 'summaryProgress' | 'statementProgress';
			readonly runId: string;
			readonly done: number;
			readonly total: number;
	  }
	| { readonly kind: 'append'; readonly append: AppendState }
	/** Another tab has remembered or forgotten keys. */
	| { readonly kind: 'keysChanged' }
	| { readonly kind: 'network'; readonly network: NetworkUse }
	/** Of the file being written or taken in: bytes or requests. */
	| { readonly kind: 'doorProgress'; readonly done: number; readonly total: number }
	| { readonly kind: 'promptCheckProgress'; readonly done: number; readonly total: number }
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
	/** A table of at most so many rows, whole, for the page to pick from. */
	readSmallTable(file: File, mostRows: number): Promise<Result<SmallTable, readonly Problem[]>>;
	/** Those that can be chosen, newest first. */
	listDatasets(): Promise<readonly DatasetSummary[]>;
	readRows(datasetId: string, first: number, count: number): Promise<readonly Row[]>;

	/** One look through the rows of a dataset; it ends the one before. Null where it was ended, or nothing is stored. */
	scanRows(datasetId: string, query: RowQuery): Promise<RowScan | null>;
	cancelScan(): Promise<void>;

	loadDraft(): Promise<Draft | null>;
	saveDraft(draft: Draft): Promise<void>;

	/** The draft as a file to share; an error in words where it cannot be one. Never holds a key. */
	exportSetup(draft: Draft, choice: SetupExport): Promise<Result<ExportFile, string>>;
	/** Reads such a file; what is wrong with it, in words, where it is none. The stored draft stays as it is. */
	openSetup(file: File): Promise<Result<OpenedSetup, readonly string[]>>;

	/** Looks at every prompt of a setup before anything is sent; a new check ends the one before. Null: it was ended. */
	checkPrompts(setup: RunSetup, exactly: boolean): Promise<PromptCheck | null>;
	cancelPromptCheck(): Promise<void>;

	/**
	 * Keeps the key in the worker's memory, for requests to exactly this origin, until the tab closes. Where this device
	 * remembers one for that origin and is unlocked, it remembers this one in its place. Rejects of what can be no key
	 * (`keyProblem`).
	 */
	holdKey(origin: string, key: string): Promise<HeldKey>;
	/** Also what is remembered of it; rejects where that could not be deleted. */
	forgetKey(origin: string): Promise<void>;
	heldKeys(): Promise<readonly HeldKey[]>;

	rememberedKeys(): Promise<RememberedKeys>;
	/** Encrypts the key that is held for this origin. `passphrase` null: the one that was typed in this session. */
	rememberKey(origin: string, passphrase: string | null): Promise<Result<null, KeyRefusal>>;
	/** Holds all remembered keys, each for its own origin; one that was typed later here keeps its place. */
	unlockKeys(passphrase: string): Promise<Result<Unlocked, KeyRefusal>>;
	/**
	 * What this tab holds for that origin it goes on to hold. Null: forgets all of them with the passphrase, as `forgetKey`
	 * does each; a key that was never remembered stays. Rejects where they could not be deleted.
	 */
	stopRemembering(origin: string | null): Promise<void>;
	changePassphrase(before: string, after: string): Promise<Result<null, KeyRefusal>>;

	/** One request of a run as it would leave if the run were started now; null where its rows are no longer stored. */
	previewRequest(setup: RunSetup, request: number): Promise<RequestPreview | null>;

	/** Asks the endpoint for its models, with the key that is held for it: no model is called, so it costs nothing. */
	testConnection(connection: Connection): Promise<ConnectionTest>;
	/** As last heard in this tab; asks only where nothing was. */
	listModels(connection: Connection): Promise<ConnectionTest>;

	/** By name. */
	connections(): Promise<readonly SavedConnection[]>;
	/** `id` null: a new one; else in the place of that one. */
	saveConnection(id: string | null, saved: Omit<SavedConnection, 'id'>): Promise<SavedConnection>;
	deleteConnection(id: string): Promise<void>;

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
	/** Every failed request waits again, or those that failed in one of these kinds, and the run goes on. */
	retryFailed(runId: string, kinds?: readonly FailureKind[]): Promise<Result<null, RunRefusal>>;

	/** A refused parameter is sent to its model as repaired, in this run and in later ones, and the run goes on. */
	repairRun(runId: string, repair: Repair): Promise<Result<null, RunRefusal>>;
	/** To the connection of this name nothing more is sent: its share goes to the others, and the run goes on. */
	leaveOutConnection(runId: string, name: string): Promise<Result<null, RunRefusal>>;
	/** Every answer cut off by the limit is asked for again with this one (null: the model's own); it stands until then. */
	retryTruncated(runId: string, maxTokens: number | null): Promise<Result<null, RunRefusal>>;
	/** Every answer without any text is asked for again as it was; it stands until then. */
	retryEmpty(runId: string): Promise<Result<null, RunRefusal>>;

	/** What earlier runs have learned of these models at this origin; none of those of which nothing is known. */
	modelNotes(origin: string, models: readonly string[]): Promise<readonly ModelNote[]>;
	forgetRepairs(origin: string, model: string): Promise<void>;

	listRuns(): Promise<readonly RunSummary[]>;
	getRun(runId: string): Promise<Run | null>;
	/** Of the runs begun here that are not done, or could retry what failed; none of them is opened. */
	unfinishedSetups(): Promise<readonly RunSetup[]>;
	/** The present snapshot, also of a run that no worker is at. */
	getProgress(runId: string): Promise<RunProgress | null>;
	renameRun(runId: string, name: string): Promise<void>;
	/** Takes the run out of the list, stopped, for every tab; within `undoMs` it can be brought back. */
	discardRun(runId: string): Promise<void>;
	/** The run is listed again; false where it is deleted by now. */
	undoDiscard(runId: string): Promise<boolean>;
	/** Discarded in a tab that has gone since: those that can still be brought back. The others are deleted. */
	discardedRuns(): Promise<readonly DiscardedRun[]>;
	/** For good, whether it was discarded or not. */
	deleteRun(runId: string): Promise<void>;

	/** What is known of the rows that this run goes over, where they are no longer stored; null where they are. */
	missingData(runId: string): Promise<DatasetMark | null>;
	/** Gives a run its lost rows again: refused unless the files hold the same columns and rows. */
	attachFiles(runId: string, files: readonly File[]): Promise<Result<null, readonly Problem[]>>;

	/** What is looked for with a filter goes on between two pages; another filter ends it. */
	readResults(query: ResultQuery): Promise<ResultPage>;
	/** Looks for no more lines of the filter last asked for; what was found stays. */
	cancelSearch(runId: string): Promise<void>;
	/** Looks for the rest after all. */
	continueSearch(runId: string): Promise<void>;
	readComparison(query: ComparisonQuery): Promise<ComparisonPage>;
	/** A settled request as the results file holds it, all its choices; empty while it waits. */
	readItems(runId: string, request: number): Promise<readonly ResultItem[]>;
	/** A request of a run as it was sent, or, while it waits, as it would be; null where its row is no longer stored. */
	replayRequest(runId: string, request: number): Promise<RequestReplay | null>;
	readFailures(runId: string): Promise<readonly FailureGroup[]>;
	/**
	 * What the answers of a run come to. The first look at it reads all of them; `settled` says how many it is made of, which
	 * may be fewer than have settled by now. Null where the reading was cancelled, and where there is no such run.
	 */
	readSummary(runId: string): Promise<RunFigures | null>;
	cancelSummary(runId: string): Promise<void>;
	/**
	 * Counts a run that rests again from its stored answers, and hashes what it was made of; a new one ends the one before.
	 * Null where it was ended, and where the run is gone, goes, or went on meanwhile.
	 */
	makeStatement(runId: string): Promise<RunStatement | null>;
	cancelStatement(): Promise<void>;
	/** What has settled by the time it is read, into the file that was picked, or as one to download. */
	exportRun(
		runId: string,
		choice: ExportChoice,
		into: FileSystemFileHandle | null,
	): Promise<ExportEnd>;
	cancelExport(runId: string): Promise<void>;

	/** Writes everything that has settled into the file as JSONL, then each result as it comes, until it is stopped. */
	startAppend(runId: string, into: FileSystemFileHandle): Promise<Result<AppendState, RunRefusal>>;
	/** Resolves once the file holds everything that had settled. */
	stopAppend(runId: string): Promise<void>;
	/** Null: there is none in this tab. */
	getAppend(runId: string): Promise<AppendState | null>;

	/** The whole run as one file, to go on elsewhere: setup, rows and answers, and no key. It has to rest. */
	saveRun(runId: string): Promise<Result<ExportFile, DoorRefusal>>;
	/** Finds out what a file is, and takes it in where it holds a run. */
	openFile(file: File): Promise<Result<OpenedFile, DoorRefusal>>;
	/** What waits of a run at rest, as the Batch API takes it; nothing is sent, and it goes on waiting. */
	exportBatch(runId: string): Promise<Result<BatchExport, DoorRefusal>>;
	/** Takes in what the Batch API gave back for what waits of this run: its files of output, of errors, or both. */
	importBatch(runId: string, files: readonly File[]): Promise<Result<BatchImport, DoorRefusal>>;
	/** Ends the file that is being written or taken in. */
	cancelDoor(): Promise<void>;

	storageUse(): Promise<StorageUse>;
	/** Looks at the files of every run: asked for, not polled. */
	storedSizes(): Promise<StoredSizes>;
	/** About what this run takes; null where it is not listed. */
	bytesOfRun(runId: string): Promise<number | null>;
	/** Deletes these runs for good, and these tables and those of the runs where nothing else uses them. */
	freeSpace(runIds: readonly string[], datasetIds: readonly string[]): Promise<void>;

	subscribe(listener: (event: EngineEvent) => void): Promise<void>;
}

/** What the worker itself answers to. */
export interface EngineWorker extends EngineApi {
	/** Gives it its way out: before that nothing leaves. */
	connectNetwork(gate: NetworkGate): Promise<void>;
}

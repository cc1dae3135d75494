import type { EngineApi, EngineEvent } from '#contract/engine-api.ts';
import { optionsOf } from '#domain/dataset.ts';
import { problem } from '#domain/problem.ts';
import { err, ok } from '#domain/result.ts';
import { draftToStore } from '#domain/stored-draft.ts';
import { createDemoFetch } from '#demo/demo-fetch.ts';
import { openLibrary, type Library } from '#storage/library.ts';
import { readSmallTable } from '#tabular/read-small-table.ts';
import { deleteOldExports } from './export-files.ts';
import type { Host } from './host.ts';
import { importFiles } from './import-files.ts';
import { LazyDoors } from './lazy-doors.ts';
import { KeyKeeper } from './key-keeper.ts';
import { KeyRing } from './key-ring.ts';
import { ModelLists } from './model-lists.ts';
import { previewRequest } from './preview-request.ts';
import { PromptChecks } from './prompt-checks.ts';
import { RowPasses } from './row-passes.ts';
import { ReplacedDatasets } from './replaced-datasets.ts';
import { DiscardedRuns } from './discarded-runs.ts';
import { runOfLock, Runs, type RunSource } from './runs.ts';
import { exportSetup, openSetup } from './setup-files.ts';
import { Statements } from './statements.ts';
import type { Summaries } from './summaries.ts';
import { unfinishedSetups } from './unfinished-setups.ts';
import { attachFiles, missingData, refusalOf } from './attach-files.ts';
import { datasetHolder, datasetOfLock } from './dataset-locks.ts';

/** How long a dataset that nothing uses is kept. */
const sparedMs = 3_600_000;

/** The engine behind the page: introduces the rooms to each other and answers as one `EngineApi`. */
export function createEngine(host: Host): EngineApi {
	const listeners = new Set<(event: EngineEvent) => void>();
	/** What is found while the library opens, before the page listens. */
	const unheard: EngineEvent[] = [];
	const emit = (event: EngineEvent): void => {
		if (listeners.size === 0 && event.kind === 'notice') unheard.push(event);
		for (const listener of listeners) listener(event);
	};
	const keys = new KeyRing();
	const demoFetch = createDemoFetch({
		sleep: (ms, signal) => host.clock.sleep(ms, signal),
		now: () => host.clock.epoch(),
	});
	const keeper = new KeyKeeper(keys, host, async () => (await rooms).library, emit);
	const modelLists = new ModelLists({ keys, host, demoFetch });
	const holdDataset = datasetHolder(host);
	const opened = host.journals().then((journals) =>
		openLibrary({
			journals,
			indexedDB: host.indexedDB,
			now: () => host.clock.epoch(),
			newId: host.newId,
			liveRuns: async () => new Set((await host.heldLocks()).flatMap(runOfLock)),
			onProblem: ({ message }) => {
				emit({ kind: 'notice', message });
			},
		}),
	);
	const rooms = opened.then((library) => {
		void cleanUp(library, host);
		void host.exports().then((folder) => deleteOldExports(host, folder));
		if (library.restoredRuns > 0) emit({ kind: 'notice', message: restored(library.restoredRuns) });
		const passes = new RowPasses(library);
		const runs = new Runs({ library, passes, keys, host, demoFetch, emit });
		const erase = async (runId: string, ifDiscarded = false): Promise<void> => {
			await runs.delete(runId, ifDiscarded);
			await cleanUp(library, host);
		};
		return {
			library,
			passes,
			runs,
			discarded: new DiscardedRuns({ library, runs, host, emit, erase }),
			doors: new LazyDoors({
				...{ library, passes, runs, host, emit },
				...{ redactor: keys.redactor, hold: holdDataset },
			}),
			checks: new PromptChecks(library, passes, host, emit),
			statements: new Statements(
				async (runId) => {
					const resting = await runs.atRest(runId);
					return resting.ok ? resting.value : null;
				},
				host,
				emit,
			),
		};
	});
	let loading: Promise<Summaries | null> | null = null;
	/** Fetched by the first who looks at a summary; null where it could not be. */
	const summaries = (): Promise<Summaries | null> => {
		loading ??= import('./summaries.ts').then(
			(loaded) => new loaded.Summaries(host, emit),
			() => {
				loading = null;
				emit({ kind: 'notice', message: summaryNotLoaded });
				return null;
			},
		);
		return loading;
	};
	// Loaded at once, so that a site that is replaced meanwhile takes no export with it.
	const writing = import('./written-files.ts');
	const source = async (runId: string): Promise<RunSource | null> =>
		(await rooms).runs.source(runId);
	const exports = writing.then(({ Exports }) => new Exports({ host, emit, source }));
	const appends = writing.then(
		({ LiveAppends }) =>
			new LiveAppends({
				...{ host, emit, source },
				listen: (listener) => listeners.add(listener),
				isElsewhere: async (runId) => (await rooms).runs.isElsewhere(runId),
			}),
	);
	for (const part of [exports, appends]) part.catch(() => undefined);
	let broken: string | null = null;
	opened.catch((error: unknown) => {
		broken = `This browser does not let Volley store anything here (a private window, or blocked site data), so no run can start. It says: ${error instanceof Error ? error.message : String(error)}`;
		emit({ kind: 'broken', message: broken });
	});
	let importing: AbortController | null = null;
	let scanning: AbortController | null = null;
	let attaching: Promise<unknown> = Promise.resolve();
	const replaced = new ReplacedDatasets(host, async (ids) =>
		(await rooms).library.deleteDatasets(ids),
	);

	return {
		importFiles: async (files, options, replaces) => {
			importing?.abort();
			const controller = new AbortController();
			importing = controller;
			const { library } = await rooms;
			const read = await importFiles(library, files, options, controller.signal, host, emit);
			if (!read.ok) return read;
			// All of them, before another tab could clean one away.
			for (const { id } of read.value) await holdDataset(id);
			await replaced.by(
				read.value.map(({ id }) => id),
				replaces,
			);
			return ok(read.value[0]);
		},
		cancelImport: () => {
			importing?.abort();
			return Promise.resolve();
		},
		getDataset: async (datasetId) => {
			const dataset = await (await rooms).library.getDataset(datasetId);
			if (dataset !== null) await holdDataset(datasetId);
			return dataset;
		},
		readSmallTable: (file, mostRows) => readSmallTable(file, mostRows),
		listDatasets: async () => (await rooms).library.listDatasets(),
		readRows: async (datasetId, first, count) =>
			(await rooms).library.readRows(datasetId, first, count),

		scanRows: async (datasetId, query) => {
			scanning?.abort();
			const controller = new AbortController();
			scanning = controller;
			const { passes } = await rooms;
			return (await passes.find(datasetId, query, controller.signal))?.scan ?? null;
		},
		cancelScan: () => {
			scanning?.abort();
			return Promise.resolve();
		},

		loadDraft: async () => (await rooms).library.loadDraft(),
		saveDraft: async (draft) => (await rooms).library.saveDraft(draftToStore(draft)),

		exportSetup: async (draft, choice) => exportSetup((await rooms).library, draft, choice),
		openSetup: async (file) => {
			const opened = await openSetup((await rooms).library, file).catch((error: unknown) =>
				err([
					`Its rows could not be stored: ${error instanceof Error ? error.message : String(error)}.`,
				]),
			);
			if (opened.ok && opened.value.dataset !== null) await holdDataset(opened.value.dataset.id);
			return opened;
		},

		checkPrompts: async (setup, exactly) => (await rooms).checks.check(setup, exactly),
		cancelPromptCheck: async () => {
			(await rooms).checks.cancel();
		},

		holdKey: (origin, key) => keeper.hold(origin, key),
		forgetKey: (origin) => keeper.forget(origin),
		heldKeys: () => Promise.resolve(keys.held()),
		rememberedKeys: () => keeper.remembered(),
		rememberKey: (origin, passphrase) => keeper.remember(origin, passphrase),
		unlockKeys: (passphrase) => keeper.unlock(passphrase),
		stopRemembering: (origin) => keeper.stopRemembering(origin),
		changePassphrase: (before, after) => keeper.changePassphrase(before, after),

		previewRequest: async (setup, request) => {
			const { library, passes } = await rooms;
			return previewRequest(library, keys, passes, setup, request);
		},

		testConnection: (connection) => modelLists.test(connection),
		listModels: (connection) => modelLists.list(connection),

		connections: async () => (await rooms).library.connections(),
		saveConnection: async (id, saved) => {
			const connection = { ...saved, id: id ?? host.newId() };
			await (await rooms).library.saveConnection(connection);
			return connection;
		},
		deleteConnection: async (id) => {
			await (await rooms).library.deleteConnection(id);
		},

		startRun: async (setup) => (await rooms).runs.start(setup),
		pauseRun: async (runId) => (await rooms).runs.pause(runId),
		resumeRun: async (runId) => (await rooms).runs.resume(runId),
		takeOverRun: async (runId) => (await rooms).runs.takeOver(runId),
		stopRun: async (runId) => (await rooms).runs.stop(runId),
		retryFailed: async (runId, kinds) => (await rooms).runs.retryFailed(runId, kinds),

		repairRun: async (runId, repair) => (await rooms).runs.repair(runId, repair),
		leaveOutConnection: async (runId, name) => (await rooms).runs.leaveOut(runId, name),
		retryTruncated: async (runId, maxTokens) => (await rooms).runs.retryTruncated(runId, maxTokens),
		retryEmpty: async (runId) => (await rooms).runs.retryEmpty(runId),

		modelNotes: async (origin, models) => (await rooms).library.modelNotes(origin, models),
		forgetRepairs: async (origin, model) =>
			(await rooms).library.saveModelNote(origin, model, { repairs: [] }),

		listRuns: async () => (await rooms).library.listRuns(),
		getRun: async (runId) => (await rooms).runs.get(runId),
		unfinishedSetups: async () => unfinishedSetups((await rooms).library),
		getProgress: async (runId) => (await rooms).runs.progress(runId),
		renameRun: async (runId, name) => {
			await (await rooms).runs.rename(runId, name);
		},
		discardRun: async (runId) => (await rooms).discarded.discard(runId),
		undoDiscard: async (runId) => (await rooms).discarded.undo(runId),
		discardedRuns: async () => (await rooms).discarded.leftBehind(),
		deleteRun: async (runId) => (await rooms).discarded.delete(runId),

		missingData: async (runId) => missingData((await rooms).library, runId),
		attachFiles: async (runId, files) => {
			const { library, runs } = await rooms;
			importing?.abort();
			await attaching;
			const reading = attachFiles(library, runId, async (mark, datasetId) => {
				// Two tabs that read the same table in would each throw away what the other has stored.
				const release = await host.lock(`volley-attach-${datasetId}`);
				if (release === null) return err([readElsewhere]);
				const controller = new AbortController();
				importing = controller;
				const into = { datasetId, refuse: refusalOf(mark) };
				const { signal } = controller;
				const options = optionsOf(mark);
				const read = await importFiles(library, files, options, signal, host, emit, into).finally(
					release,
				);
				return read.ok ? ok(read.value[0]) : read;
			});
			attaching = reading.catch(() => undefined);
			const attached = await reading;
			if (!attached.ok) return attached;
			await holdDataset(attached.value.id);
			await runs.dataCame(attached.value.id);
			return ok(null);
		},

		readResults: async (query) => {
			const reader = await (await rooms).runs.reader(query.runId);
			return reader === null ? { total: 0, offset: 0, rows: [] } : reader.read(query);
		},
		cancelSearch: async (runId) => (await (await rooms).runs.reader(runId))?.cancelSearch(),
		continueSearch: async (runId) => (await (await rooms).runs.reader(runId))?.continueSearch(),
		readComparison: async (query) => {
			const reader = await (await rooms).runs.reader(query.runId);
			return reader === null ? { total: 0, offset: 0, rows: [] } : reader.compare(query);
		},
		readItems: async (runId, request) =>
			(await (await rooms).runs.reader(runId))?.items(request) ?? [],
		replayRequest: async (runId, request) => (await rooms).runs.replay(runId, request),
		readFailures: async (runId) => (await (await rooms).runs.reader(runId))?.failures() ?? [],
		readSummary: async (runId) => {
			const run = await (await rooms).runs.stored(runId);
			return run === null ? null : ((await summaries())?.read(run) ?? null);
		},
		cancelSummary: async (runId) => {
			(await summaries())?.cancel(runId);
		},
		exportRun: async (runId, choice, into) => (await exports).write(runId, choice, into),
		cancelExport: async (runId) => {
			(await exports).cancel(runId);
		},
		startAppend: async (runId, into) => (await appends).start(runId, into),
		stopAppend: async (runId) => (await appends).stop(runId),
		getAppend: async (runId) => (await appends).state(runId),

		makeStatement: async (runId) => (await rooms).statements.make(runId),
		cancelStatement: async () => {
			(await rooms).statements.cancel();
		},

		saveRun: async (runId) => (await rooms).doors.saveRun(runId),
		openFile: async (file) => (await rooms).doors.open(file),
		exportBatch: async (runId) => (await rooms).doors.exportBatch(runId),
		importBatch: async (runId, files) => (await rooms).doors.importBatch(runId, files),
		cancelDoor: async () => {
			(await rooms).doors.cancel();
		},

		storageUse: async () => ({
			...(await host.storageEstimate()),
			persisted: await host.storagePersisted(),
		}),
		storedSizes: async () => {
			const { library } = await rooms;
			return (await import('./free-space.ts')).storedSizes(library, host);
		},
		bytesOfRun: async (runId) => (await (await rooms).library.bytesOfRuns([runId]))[0] ?? null,
		freeSpace: async (runIds, datasetIds) => {
			const { library, discarded } = await rooms;
			const erase = (runId: string): Promise<void> => discarded.delete(runId);
			const { freeSpace } = await import('./free-space.ts');
			await freeSpace(library, host, erase, runIds, datasetIds);
		},

		subscribe: (listener) => {
			listeners.add(listener);
			if (broken !== null) listener({ kind: 'broken', message: broken });
			for (const event of unheard.splice(0)) listener(event);
			return Promise.resolve();
		},
	};
}

const restored = (runs: number): string =>
	`This browser lost its stored data. ${runs === 1 ? 'One run was' : `${String(runs)} runs were`} restored with all answers; the tables are gone.`;

const summaryNotLoaded =
	'The part of Volley that makes summaries could not be loaded. Open Summary again once you are online.';

const readElsewhere = problem('dataFiles', 'Another tab is reading these rows in.');

/** Frees the datasets that no run, no draft and no open tab uses. Never rejects. */
async function cleanUp(library: Library, host: Host): Promise<void> {
	try {
		const open = (await host.heldLocks()).flatMap(datasetOfLock);
		// The hour spares what a tab has read in but not yet taken into use.
		await library.deleteUnusedDatasets(open, host.clock.epoch() - sparedMs);
	} catch {
		// A store that cannot be written to now is cleaned up another time.
	}
}

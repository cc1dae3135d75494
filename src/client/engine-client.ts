import { proxy, wrap } from 'comlink';
import type { EngineApi, EngineWorker } from '#contract/engine-api.ts';
import engineUrl from '../worker/engine.worker.ts?worker&url';
import { confinedRealm } from './confined-realm.ts';
import { startWorker } from './start-worker.ts';
import { WorkerHealth } from './worker-health.ts';

/**
 * Starts the worker. Its `api` is a plain `EngineApi`: neither the page nor a test can tell that a worker is there. `end`
 * stops it wherever it is, and nothing is answered any more.
 */
export function startEngine(): { readonly api: EngineApi; readonly end: () => void } {
	// What is asked before the worker is there waits in the port.
	const { port1, port2 } = new MessageChannel();
	const health = new WorkerHealth(port1, reportError);
	const remote = wrap<EngineWorker>(port1);
	const ended = new AbortController();
	startEngineWorker(ended.signal).then(
		(worker) => {
			worker.postMessage(port2, [port2]);
			// The window that it was started in is not the one that reports bugs.
			worker.addEventListener('error', (event) => {
				event.preventDefault();
				reportError(event.error ?? new Error(event.message));
			});
		},
		() => {
			health.fail();
		},
	);
	// The first page paints without it; it is there before anything can be sent.
	const network = import('./page-network.ts').then(
		({ PageNetwork }) => new PageNetwork(remote),
		() => null,
	);
	void remote.connectNetwork(
		proxy({
			open: async (origins) => (await network)?.open(origins) ?? null,
			probe: async (origin) => (await network)?.probe(origin) ?? null,
			blocked: async (where) => (await network)?.blocked(where),
		}),
	);
	const api: EngineApi = {
		importFiles: (files, options, replaces) => remote.importFiles(files, options, replaces),
		cancelImport: () => remote.cancelImport(),
		getDataset: (datasetId) => remote.getDataset(datasetId),
		readSmallTable: (file, mostRows) => remote.readSmallTable(file, mostRows),
		listDatasets: () => remote.listDatasets(),
		readRows: (datasetId, first, count) => remote.readRows(datasetId, first, count),
		scanRows: (datasetId, query) => remote.scanRows(datasetId, query),
		cancelScan: () => remote.cancelScan(),
		loadDraft: () => remote.loadDraft(),
		saveDraft: (draft) => remote.saveDraft(draft),
		exportSetup: (draft, choice) => remote.exportSetup(draft, choice),
		openSetup: (file) => remote.openSetup(file),
		checkPrompts: (setup, exactly) => remote.checkPrompts(setup, exactly),
		cancelPromptCheck: () => remote.cancelPromptCheck(),
		holdKey: (origin, key) => remote.holdKey(origin, key),
		forgetKey: (origin) => remote.forgetKey(origin),
		heldKeys: () => remote.heldKeys(),
		rememberedKeys: () => remote.rememberedKeys(),
		rememberKey: (origin, passphrase) => remote.rememberKey(origin, passphrase),
		unlockKeys: (passphrase) => remote.unlockKeys(passphrase),
		stopRemembering: (origin) => remote.stopRemembering(origin),
		changePassphrase: (before, after) => remote.changePassphrase(before, after),
		previewRequest: (setup, request) => remote.previewRequest(setup, request),
		testConnection: (connection) => remote.testConnection(connection),
		listModels: (connection) => remote.listModels(connection),
		connections: () => remote.connections(),
		saveConnection: (id, saved) => remote.saveConnection(id, saved),
		deleteConnection: (id) => remote.deleteConnection(id),
		startRun: (setup) => {
			askToPersist();
			return remote.startRun(setup);
		},
		pauseRun: (runId) => remote.pauseRun(runId),
		resumeRun: (runId) => remote.resumeRun(runId),
		takeOverRun: (runId) => remote.takeOverRun(runId),
		stopRun: (runId) => remote.stopRun(runId),
		retryFailed: (runId, kinds) => remote.retryFailed(runId, kinds),
		repairRun: (runId, repair) => remote.repairRun(runId, repair),
		leaveOutConnection: (runId, name) => remote.leaveOutConnection(runId, name),
		retryTruncated: (runId, maxTokens) => remote.retryTruncated(runId, maxTokens),
		retryEmpty: (runId) => remote.retryEmpty(runId),

		modelNotes: (origin, models) => remote.modelNotes(origin, models),
		forgetRepairs: (origin, model) => remote.forgetRepairs(origin, model),
		listRuns: () => remote.listRuns(),
		getRun: (runId) => remote.getRun(runId),
		unfinishedSetups: () => remote.unfinishedSetups(),
		getProgress: (runId) => remote.getProgress(runId),
		renameRun: (runId, name) => remote.renameRun(runId, name),
		discardRun: (runId) => remote.discardRun(runId),
		undoDiscard: (runId) => remote.undoDiscard(runId),
		discardedRuns: () => remote.discardedRuns(),
		deleteRun: (runId) => remote.deleteRun(runId),
		missingData: (runId) => remote.missingData(runId),
		attachFiles: (runId, files) => remote.attachFiles(runId, files),
		readResults: (query) => remote.readResults(query),
		cancelSearch: (runId) => remote.cancelSearch(runId),
		continueSearch: (runId) => remote.continueSearch(runId),
		readComparison: (query) => remote.readComparison(query),
		readItems: (runId, request) => remote.readItems(runId, request),
		replayRequest: (runId, request) => remote.replayRequest(runId, request),
		readFailures: (runId) => remote.readFailures(runId),
		readSummary: (runId) => remote.readSummary(runId),
		cancelSummary: (runId) => remote.cancelSummary(runId),
		makeStatement: (runId) => remote.makeStatement(runId),
		cancelStatement: () => remote.cancelStatement(),
		exportRun: (runId, choice, into) => remote.exportRun(runId, choice, into),
		cancelExport: (runId) => remote.cancelExport(runId),
		startAppend: (runId, into) => remote.startAppend(runId, into),
		stopAppend: (runId) => remote.stopAppend(runId),
		getAppend: (runId) => remote.getAppend(runId),
		saveRun: (runId) => remote.saveRun(runId),
		openFile: (file) => remote.openFile(file),
		exportBatch: (runId) => remote.exportBatch(runId),
		importBatch: (runId, files) => remote.importBatch(runId, files),
		cancelDoor: () => remote.cancelDoor(),
		storageUse: () => remote.storageUse(),
		storedSizes: () => remote.storedSizes(),
		bytesOfRun: (runId) => remote.bytesOfRun(runId),
		freeSpace: (runIds, datasetIds) => remote.freeSpace(runIds, datasetIds),
		subscribe: (listener) => {
			health.subscribe(listener);
			void network.then((loaded) =>
				loaded?.subscribe((use) => {
					listener({ kind: 'network', network: use });
				}),
			);
			return remote.subscribe(proxy(listener));
		},
	};
	return {
		api,
		end: () => {
			ended.abort();
			void network.then((loaded) => loaded?.end());
		},
	};
}

/** Rejects where none can be loaded. */
async function startEngineWorker(ended: AbortSignal): Promise<Worker> {
	const { realm } = await confinedRealm([]);
	const start = async (where: typeof globalThis): Promise<Worker> => {
		const worker = await startWorker(engineUrl, 'volley-engine', where);
		if (ended.aborted) worker.terminate();
		ended.addEventListener('abort', () => {
			worker.terminate();
		});
		return worker;
	};
	// Where no service worker answers for that window, the host may lack the file that this page was kept with.
	return start(realm).catch(() => start(globalThis));
}

/** Only a page may ask the browser not to evict what is stored; a worker can only read the answer. */
function askToPersist(): void {
	// Refused or impossible: the answer stands in the storage line of the page.
	navigator.storage.persist().catch(() => undefined);
}

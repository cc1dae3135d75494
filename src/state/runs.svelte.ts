import type { EngineApi, EngineEvent, StoredSizes, StorageUse } from '#contract/engine-api.ts';
import {
	isActive,
	type DiscardedRun,
	type RunProgress,
	type RunSetup,
	type RunSummary,
} from '#domain/run.ts';
import { setupInForce } from '#domain/setup-in-force.ts';
import { withProgress } from './live-summary.ts';

/** The list of runs, kept up to date while runs go on, and the room they take. */
export class RunsState {
	readonly #api: EngineApi;
	#stored = $state.raw<readonly RunSummary[]>([]);
	#live = $state.raw<Readonly<Record<string, RunProgress>>>({});
	/** On their way out of the list: they are gone at once, whatever is read meanwhile. */
	#leaving = $state.raw<readonly string[]>([]);
	/** False until the list was read for the first time: an empty list is not yet "no runs". */
	loaded = $state.raw(false);
	storage = $state.raw<StorageUse | null>(null);
	readonly list: readonly RunSummary[] = $derived(
		this.#stored
			.filter(({ id }) => !this.#leaving.includes(id))
			.map((run) => withProgress(run, this.#live[run.id] ?? null)),
	);
	/** Whether this tab holds what would be lost with it: requests under way, or answers that are not stored. */
	readonly holdsThePage: boolean = $derived(Object.values(this.#live).some(isHeldHere));
	/** Whether a run goes in this tab. */
	readonly goesHere: boolean = $derived(Object.values(this.#live).some(isGoingHere));
	#reading: Promise<void> | null = null;
	#changedWhileReading = false;

	constructor(api: EngineApi) {
		this.#api = api;
	}

	/** Reads the list; asked again meanwhile, it reads once more at the end, however often it was asked. */
	load(): Promise<void> {
		if (this.#reading !== null) {
			this.#changedWhileReading = true;
			return this.#reading;
		}
		this.#reading = this.#read().finally(() => {
			this.#reading = null;
		});
		return this.#reading;
	}

	receive(event: EngineEvent): void {
		if (event.kind === 'progress')
			this.#live = { ...this.#live, [event.progress.runId]: event.progress };
		else if (event.kind === 'runsChanged') void this.load();
	}

	async rename(runId: string, typed: string): Promise<void> {
		const name = typed.trim();
		const before = this.#stored.find(({ id }) => id === runId);
		if (before === undefined || name === '' || name === before.name) return;
		this.#stored = this.#stored.map((run) => (run.id === runId ? { ...run, name } : run));
		await this.#api.renameRun(runId, name);
	}

	/** Takes it out of the list; listed again where that is refused. */
	discard(runId: string): Promise<void> {
		return this.#without(runId, () => this.#api.discardRun(runId));
	}

	/** Brings it back; false where it is deleted by now. */
	async undoDiscard(runId: string): Promise<boolean> {
		const isBack = await this.#api.undoDiscard(runId);
		await this.load();
		return isBack;
	}

	/** For good. */
	delete(runId: string): Promise<void> {
		return this.#without(runId, () => this.#api.deleteRun(runId));
	}

	/** Taken out in a tab that has gone since; they can still be brought back. */
	discardedEarlier(): Promise<readonly DiscardedRun[]> {
		return this.#api.discardedRuns();
	}

	storedSizes(): Promise<StoredSizes> {
		return this.#api.storedSizes();
	}

	bytesOfRun(runId: string): Promise<number | null> {
		return this.#api.bytesOfRun(runId);
	}

	/** Deletes for good. */
	async freeSpace(runIds: readonly string[], datasetIds: readonly string[]): Promise<void> {
		try {
			await this.#api.freeSpace(runIds, datasetIds);
		} finally {
			// Broken off in the middle, some of them are gone.
			await this.load();
		}
	}

	/** What a copy of the run starts from; null where the run is gone. */
	async setupOf(runId: string): Promise<RunSetup | null> {
		const run = await this.#api.getRun(runId);
		return run === null ? null : setupInForce(run);
	}

	async refreshStorage(): Promise<void> {
		this.storage = await this.#api.storageUse();
	}

	async #without(runId: string, take: () => Promise<void>): Promise<void> {
		this.#leaving = [...this.#leaving, runId];
		try {
			await take();
			this.#stored = this.#stored.filter(({ id }) => id !== runId);
			await this.load();
		} finally {
			this.#leaving = this.#leaving.filter((id) => id !== runId);
		}
	}

	async #read(): Promise<void> {
		do {
			this.#changedWhileReading = false;
			this.#stored = await this.#api.listRuns();
			this.#live = Object.fromEntries(
				this.#stored.flatMap(({ id }) => {
					const progress = this.#live[id];
					return progress === undefined ? [] : [[id, progress] as const];
				}),
			);
			this.loaded = true;
			await this.refreshStorage();
		} while (this.#changedWhileReading);
	}
}

const isGoingHere = ({ phase, inFlight, elsewhere }: RunProgress): boolean =>
	!elsewhere && (isActive(phase) || inFlight > 0);

const isHeldHere = (progress: RunProgress): boolean =>
	isGoingHere(progress) || (!progress.elsewhere && progress.unsaved > 0);

import type {
	BatchExport,
	BatchImport,
	DoorRefusal,
	EngineApi,
	EngineEvent,
	ExportFile,
	OpenedFile,
} from '#contract/engine-api.ts';
import type { Result } from '#domain/result.ts';
import { isBatchName, isRunFileName } from '#domain/run-file-name.ts';

/** What a file is being made of, or taken in for. */
export type DoorWork = 'save' | 'open' | 'exportBatch' | 'importBatch';

export type DoorPhase =
	| { readonly name: 'idle' }
	| {
			readonly name: 'working';
			readonly work: DoorWork;
			/** The file; null: of several, or of one that is being made. */
			readonly file: string | null;
			readonly done: number;
			/** 0: not known yet. */
			readonly total: number;
	  }
	| {
			readonly name: 'refused';
			readonly work: DoorWork;
			readonly file: string | null;
			readonly problems: readonly string[];
	  }
	| { readonly name: 'batchFiles'; readonly made: BatchExport }
	| { readonly name: 'batchRead'; readonly read: BatchImport };

/** Runs as files, in and out: one at a time. */
export class DoorsState {
	readonly #api: EngineApi;
	phase = $state.raw<DoorPhase>({ name: 'idle' });

	constructor(api: EngineApi) {
		this.#api = api;
	}

	receive(event: EngineEvent): void {
		if (event.kind !== 'doorProgress' || this.phase.name !== 'working') return;
		this.phase = { ...this.phase, done: event.done, total: event.total };
	}

	/** The one that a drop is for; null: they are for the page to read. Over a run, output of the Batch API is no table. */
	wanted(files: readonly File[], overRun: boolean): File | null {
		const isWanted = (name: string): boolean =>
			isRunFileName(name) || (overRun && isBatchName(name));
		return files.find(({ name }) => isWanted(name)) ?? null;
	}

	/** Null where it was cancelled, or refused, which the phase then says. */
	save(runId: string): Promise<ExportFile | null> {
		return this.#walk('save', null, this.#api.saveRun(runId));
	}

	/** As `save`. */
	open(file: File): Promise<OpenedFile | null> {
		return this.#walk('open', file.name, this.#api.openFile(file));
	}

	async exportBatch(runId: string): Promise<void> {
		const made = await this.#walk('exportBatch', null, this.#api.exportBatch(runId));
		if (made !== null) this.phase = { name: 'batchFiles', made };
	}

	async importBatch(runId: string, files: readonly File[]): Promise<void> {
		const name = files.length === 1 ? (files[0]?.name ?? null) : null;
		const read = await this.#walk('importBatch', name, this.#api.importBatch(runId, files));
		if (read !== null) this.tell(read);
	}

	tell(read: BatchImport): void {
		this.phase = { name: 'batchRead', read };
	}

	cancel(): void {
		void this.#api.cancelDoor();
	}

	/** What is under way goes on to its end only where nobody closed it. */
	close(): void {
		if (this.phase.name === 'working') this.cancel();
		this.phase = { name: 'idle' };
	}

	async #walk<T>(
		work: DoorWork,
		file: string | null,
		walking: Promise<Result<T, DoorRefusal>>,
	): Promise<T | null> {
		const mine: DoorPhase = { name: 'working', work, file, done: 0, total: 0 };
		this.phase = mine;
		const gone = await walking;
		if (gone.ok) {
			this.phase = { name: 'idle' };
			return gone.value;
		}
		const { error } = gone;
		this.phase =
			error.kind === 'cancelled'
				? { name: 'idle' }
				: { name: 'refused', work, file, problems: error.problems };
		return null;
	}
}

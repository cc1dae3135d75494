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
			/** Whether it went wrong half-way: then nobody knows what was changed. */
			readonly broke: boolean;
	  }
	| { readonly name: 'batchFiles'; readonly made: BatchExport }
	| { readonly name: 'batchRead'; readonly read: BatchImport };

/** Runs as files, in and out: one at a time. */
export class DoorsState {
	readonly #api: EngineApi;
	phase = $state.raw<DoorPhase>({ name: 'idle' });
	/** The last one begun, until it is closed: no other touches the phase. */
	#current: object | null = null;

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

	/** Null where it was cancelled, or another took its place, or refused, which the phase then says. */
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
		this.#current = null;
		this.phase = { name: 'idle' };
	}

	async #walk<T>(
		work: DoorWork,
		file: string | null,
		walking: Promise<Result<T, DoorRefusal>>,
	): Promise<T | null> {
		const mine = {};
		this.#current = mine;
		this.phase = { name: 'working', work, file, done: 0, total: 0 };
		const gone = await walking.catch((cause: unknown): Gone => ({
			ok: false,
			broke: textOf(cause),
		}));
		// What came of one that was closed, or that another took the place of, is for nobody.
		if (this.#current !== mine) return null;
		this.#current = null;
		this.phase = { name: 'idle' };
		if (gone.ok) return gone.value;
		if ('broke' in gone)
			this.phase = { name: 'refused', work, file, problems: [gone.broke], broke: true };
		else if (gone.error.kind === 'refused')
			this.phase = { name: 'refused', work, file, problems: gone.error.problems, broke: false };
		return null;
	}
}

interface Gone {
	readonly ok: false;
	readonly broke: string;
}

const textOf = (cause: unknown): string =>
	`Volley itself went wrong: ${cause instanceof Error ? cause.message : String(cause)}`;

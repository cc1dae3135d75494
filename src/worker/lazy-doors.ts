import type {
	BatchExport,
	BatchImport,
	DoorRefusal,
	ExportFile,
	OpenedFile,
} from '#contract/engine-api.ts';
import { err, type Result } from '#domain/result.ts';
import type { DoorParts, Walk } from './door.ts';
import type { Doors } from './doors.ts';
import { paced } from './paced.ts';

/**
 * Runs as files, in and out: one at a time, each ended by the next. What does it is fetched when it is first asked for, as few
 * sessions ask.
 */
export class LazyDoors {
	readonly #parts: DoorParts;
	#doors: Promise<Doors> | null = null;
	#walking: AbortController | null = null;

	constructor(parts: DoorParts) {
		this.#parts = parts;
	}

	saveRun(runId: string): Promise<Result<ExportFile, DoorRefusal>> {
		return this.#walk((doors, walk) => doors.saveRun(runId, walk));
	}

	open(file: File): Promise<Result<OpenedFile, DoorRefusal>> {
		return this.#walk((doors, walk) => doors.open(file, walk));
	}

	exportBatch(runId: string): Promise<Result<BatchExport, DoorRefusal>> {
		return this.#walk((doors, walk) => doors.exportBatch(runId, walk));
	}

	importBatch(runId: string, files: readonly File[]): Promise<Result<BatchImport, DoorRefusal>> {
		return this.#walk((doors, walk) => doors.importBatch(runId, files, walk));
	}

	cancel(): void {
		this.#walking?.abort();
	}

	async #walk<T>(
		through: (doors: Doors, walk: Walk) => Promise<Result<T, readonly string[]>>,
	): Promise<Result<T, DoorRefusal>> {
		this.cancel();
		const controller = new AbortController();
		const { signal } = controller;
		this.#walking = controller;
		const { host, emit } = this.#parts;
		let seen = { done: 0, total: 0 };
		const telling = paced(100, host, () => {
			if (this.#walking === controller) emit({ kind: 'doorProgress', ...seen });
		});
		const progress: Walk['progress'] = (done, total) => {
			seen = { done, total };
			telling.changed();
		};
		try {
			const gone = await through(await this.#fetched(), { signal, progress });
			if (gone.ok) return gone;
			return err({ kind: 'refused', problems: gone.error });
		} catch (error) {
			if (signal.aborted) return err({ kind: 'cancelled' });
			return err({ kind: 'refused', problems: [messageOf(error)] });
		} finally {
			telling.flush();
			if (this.#walking === controller) this.#walking = null;
		}
	}

	#fetched(): Promise<Doors> {
		const fetching = (this.#doors ??= import('./doors.ts').then(
			({ Doors: Fetched }) => new Fetched(this.#parts),
		));
		// Asked for again once the page is online.
		fetching.catch(() => {
			this.#doors = null;
		});
		return fetching;
	}
}

function messageOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	if (error.name === 'StorageError') return `It could not be stored here: ${error.message}.`;
	return error.message;
}

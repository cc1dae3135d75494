import type { EngineEvent, ExportEnd } from '#contract/engine-api.ts';
import type { ExportChoice, ExportFormat } from '#domain/export-choice.ts';
import type { ExportFolder } from './export-folder.ts';
import { writeRun } from './export-run.ts';
import { blobSink, folderSink, pickedSink, SinkError, type ExportSink } from './export-sinks.ts';
import { fileNameOf } from '#domain/file-name.ts';
import type { Host } from './host.ts';
import { paced } from './paced.ts';
import type { RunSource } from './runs.ts';
import { TextSink } from './text-sink.ts';

const contentTypes: Readonly<Record<ExportFormat, string>> = {
	json: 'application/json',
	jsonl: 'application/jsonl',
	csv: 'text/csv',
};

const progressEveryMs = 200;
/** Of an export for which the origin's own files have no room: Blobs take twice that of memory. */
const mostInMemory = 256_000_000;

export interface ExportsParts {
	readonly host: Host;
	readonly emit: (event: EngineEvent) => void;
	readonly source: (runId: string) => Promise<RunSource | null>;
}

interface Written {
	readonly blob: Blob | null;
	readonly lines: number;
	readonly bytes: number;
}

/** The exports of this tab's runs: one at a time for each. */
export class Exports {
	readonly #parts: ExportsParts;
	readonly #going = new Map<string, AbortController>();
	#folder: Promise<ExportFolder | null> | null = null;

	constructor(parts: ExportsParts) {
		this.#parts = parts;
	}

	async write(
		runId: string,
		choice: ExportChoice,
		into: FileSystemFileHandle | null,
	): Promise<ExportEnd> {
		if (this.#going.has(runId)) return { kind: 'busy' };
		const controller = new AbortController();
		this.#going.set(runId, controller);
		const { signal } = controller;
		try {
			const source = await this.#parts.source(runId);
			if (source === null) throw new Error(`There is no run ${runId}`);
			const { name } = source.run.setup;
			const attempt = new Attempt(this.#parts, source, choice, signal);
			const written = await (into === null
				? this.#toDownload(attempt)
				: attempt.into(() => pickedSink(into)));
			return {
				kind: 'written',
				...written,
				name: into?.name ?? `${fileNameOf(name)}-results.${choice.format}`,
			};
		} catch (error) {
			if (signal.aborted) return { kind: 'cancelled' };
			if (!(error instanceof SinkError)) throw error;
			return error.isFull
				? await this.#full(error)
				: { kind: 'unwritable', message: error.message };
		} finally {
			this.#going.delete(runId);
		}
	}

	cancel(runId: string): void {
		this.#going.get(runId)?.abort();
	}

	/** Into a file of the origin's own; where it has none, or no room for it, into memory, as far as that is wise. */
	async #toDownload(attempt: Attempt): Promise<Written> {
		const { host } = this.#parts;
		const type = contentTypes[attempt.choice.format];
		this.#folder ??= host.exports();
		const folder = await this.#folder;
		if (folder === null) return attempt.into(() => blobSink(type, Infinity));
		try {
			return await attempt.into(() => folderSink(host, folder, type));
		} catch (error) {
			if (!(error instanceof SinkError)) throw error;
			if ((attempt.expectedBytes ?? 0) > mostInMemory) throw error;
			return attempt.into(() => blobSink(type, mostInMemory));
		}
	}

	async #full({ needed }: SinkError): Promise<ExportEnd> {
		const { usage, quota } = await this.#parts.host.storageEstimate();
		return {
			kind: 'full',
			needed,
			free: usage === null || quota === null ? null : Math.max(0, quota - usage),
		};
	}
}

/** One export, which may be begun again elsewhere where its first place has no room for it. */
class Attempt {
	readonly choice: ExportChoice;
	readonly #parts: ExportsParts;
	readonly #source: RunSource;
	readonly #signal: AbortSignal;
	#text: TextSink | null = null;
	#done = 0;
	#total = 0;

	constructor(parts: ExportsParts, source: RunSource, choice: ExportChoice, signal: AbortSignal) {
		this.#parts = parts;
		this.#source = source;
		this.choice = choice;
		this.#signal = signal;
	}

	/** Of the whole file, going by what is written; null before anything is. */
	get expectedBytes(): number | null {
		if (this.#done === 0 || this.#text === null) return null;
		return Math.ceil((this.#text.bytes * this.#total) / this.#done);
	}

	async into(open: () => ExportSink | Promise<ExportSink>): Promise<Written> {
		const { emit, host } = this.#parts;
		const { id: runId } = this.#source.run;
		const progress = paced(progressEveryMs, host, () => {
			emit({ kind: 'exportProgress', runId, done: this.#done, total: this.#total });
		});
		[this.#text, this.#done, this.#total] = [null, 0, 0];
		const sink = await this.#at(open);
		try {
			const text = new TextSink((bytes) => this.#at(() => sink.write(bytes)));
			this.#text = text;
			const lines = await writeRun(this.#source, this.choice, {
				put: (piece) => text.put(piece),
				onDone: (done, total) => {
					[this.#done, this.#total] = [done, total];
					progress.changed();
				},
				signal: this.#signal,
			});
			await text.flush();
			this.#signal.throwIfAborted();
			const blob = await this.#at(() => sink.finish());
			return { blob, lines, bytes: text.bytes };
		} catch (error) {
			await sink.discard();
			throw error;
		} finally {
			progress.flush();
		}
	}

	/** What goes wrong there is the place's fault, not that of what is written. */
	async #at<T>(act: () => T | Promise<T>): Promise<T> {
		try {
			return await act();
		} catch (cause) {
			throw new SinkError(cause, this.expectedBytes);
		}
	}
}

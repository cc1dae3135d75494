import type { AppendState, EngineApi, EngineEvent, ExportEnd } from '#contract/engine-api.ts';
import { wholeExport, type ExportChoice, type ExportFormat } from '#domain/export-choice.ts';

export interface Exporting {
	readonly format: ExportFormat;
	readonly done: number;
	/** 0: not known yet. */
	readonly total: number;
}

/** The run as these files need it. */
export interface FilesRun {
	readonly runId: string;
	/** Tells of every event until what it returns is called. */
	listen(listener: (event: EngineEvent) => void): () => void;
	ask<T>(ask: (api: EngineApi) => Promise<T>): Promise<T | null>;
}

/** What a tab remembers of a run's append, so that a reload can say that it stopped. */
export interface AppendMemory {
	get(runId: string): string | null;
	set(runId: string, fileName: string | null): void;
}

const prefix = 'volley-append-';

/** Lasts as long as the tab; where nothing may be kept, nothing is remembered. */
export const tabMemory: AppendMemory = {
	get: (runId) => {
		try {
			return sessionStorage.getItem(prefix + runId);
		} catch {
			return null;
		}
	},
	set: (runId, fileName) => {
		try {
			if (fileName === null) sessionStorage.removeItem(prefix + runId);
			else sessionStorage.setItem(prefix + runId, fileName);
		} catch {
			// Only the word that it stopped is lost.
		}
	},
};

/** The files that a run's results go to: exports, one at a time, and one that is appended to live. */
export class RunFiles {
	#run: FilesRun;
	#stopListening: () => void;
	readonly #memory: AppendMemory;
	exporting = $state.raw<Exporting | null>(null);
	/** What the last export came to. */
	end = $state.raw<ExportEnd | null>(null);
	append = $state.raw<AppendState | null>(null);
	/** Why appending could not begin. */
	appendRefused = $state.raw<string | null>(null);
	/** The file that was appended to before the page was loaded anew. */
	lostAppend = $state.raw<string | null>(null);
	/** As chosen last. */
	choice = $state.raw<ExportChoice>(wholeExport('json'));

	constructor(run: FilesRun, memory: AppendMemory = tabMemory) {
		this.#run = run;
		this.#memory = memory;
		this.#stopListening = this.#listen();
		void this.#load();
	}

	get runId(): string {
		return this.#run.runId;
	}

	/** Goes on where the run is opened again. */
	follow(run: FilesRun): void {
		this.leave();
		this.#run = run;
		this.#stopListening = this.#listen();
		this.append = null;
		void this.#load();
	}

	/** Hears nothing more; an export that is being written goes on. */
	leave(): void {
		this.#stopListening();
	}

	/** The file to save, where it is one to download. */
	async write(
		choice: ExportChoice,
		into: FileSystemFileHandle | null = null,
	): Promise<{ readonly blob: Blob; readonly name: string } | null> {
		if (this.exporting !== null) return null;
		this.exporting = { format: choice.format, done: 0, total: 0 };
		this.end = null;
		try {
			const { runId } = this.#run;
			const end = await this.#run.ask((api) => api.exportRun(runId, choice, into));
			if (end === null) return null;
			// The file itself is handed on: what is kept here would keep it in memory.
			this.end = end.kind === 'written' ? { ...end, blob: null } : end;
			if (end.kind !== 'written' || end.blob === null) return null;
			return { blob: end.blob, name: end.name };
		} finally {
			this.exporting = null;
		}
	}

	async cancel(): Promise<void> {
		await this.#run.ask((api) => api.cancelExport(this.#run.runId));
	}

	async startAppend(into: FileSystemFileHandle): Promise<void> {
		const { runId } = this.#run;
		this.lostAppend = null;
		this.appendRefused = null;
		const started = await this.#run.ask((api) => api.startAppend(runId, into));
		if (started === null) return;
		if (!started.ok) {
			this.appendRefused =
				started.error.kind === 'ownedElsewhere'
					? 'Another tab is at this run: append there, where its results come in.'
					: 'This run is not here any more.';
			return;
		}
		this.#take(started.value);
	}

	async stopAppend(): Promise<void> {
		await this.#run.ask((api) => api.stopAppend(this.#run.runId));
	}

	forgetLostAppend(): void {
		this.lostAppend = null;
		this.#memory.set(this.#run.runId, null);
	}

	#listen(): () => void {
		return this.#run.listen((event) => {
			this.#receive(event);
		});
	}

	async #load(): Promise<void> {
		const { runId } = this.#run;
		const append = await this.#run.ask((api) => api.getAppend(runId));
		if (append === null) this.lostAppend = this.#memory.get(runId);
		else if (this.append === null) this.#take(append);
	}

	#take(append: AppendState): void {
		this.append = append;
		this.#memory.set(append.runId, append.ended === null ? append.fileName : null);
	}

	#receive(event: EngineEvent): void {
		const { runId } = this.#run;
		if (event.kind === 'append' && event.append.runId === runId) this.#take(event.append);
		if (event.kind !== 'exportProgress' || event.runId !== runId || this.exporting === null) return;
		this.exporting = { ...this.exporting, done: event.done, total: event.total };
	}
}

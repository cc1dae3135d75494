import { RunFiles, type AppendMemory, type FilesRun } from './run-files.svelte.ts';

/** The files of runs that were left while an export of theirs was being written: it is shown again when they are opened. */
export class LeftFiles {
	readonly #left = new Map<string, RunFiles>();

	of(run: FilesRun, memory?: AppendMemory): RunFiles {
		const left = this.#left.get(run.runId);
		if (left === undefined) return new RunFiles(run, memory);
		this.#left.delete(run.runId);
		left.follow(run);
		return left;
	}

	leave(files: RunFiles): void {
		files.leave();
		if (files.exporting !== null) this.#left.set(files.runId, files);
	}
}

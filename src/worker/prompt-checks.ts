import type { EngineEvent } from '#contract/engine-api.ts';
import type { PromptCheck } from '#domain/prompt-check.ts';
import { plannedRequests } from '#domain/plan.ts';
import type { RunSetup } from '#domain/run.ts';
import type { Library } from '#storage/library.ts';
import { checkPrompts } from './check-prompts.ts';
import type { Host } from './host.ts';
import { paced } from './paced.ts';
import { planRowsOf } from './plan-rows.ts';
import type { RowPasses } from './row-passes.ts';
import { RunPlan } from './run-plan.ts';

/** A check works for so long at a time; between, the runs of this worker have their turn. */
const turnMs = 12;

/** Checks of setups that are being composed: a new one ends the one before. */
export class PromptChecks {
	readonly #library: Library;
	readonly #passes: RowPasses;
	readonly #host: Host;
	readonly #emit: (event: EngineEvent) => void;
	#checking: AbortController | null = null;

	constructor(library: Library, passes: RowPasses, host: Host, emit: (event: EngineEvent) => void) {
		this.#library = library;
		this.#passes = passes;
		this.#host = host;
		this.#emit = emit;
	}

	/** Null where it was cancelled, or the rows are no longer stored. */
	async check(setup: RunSetup, exactly: boolean): Promise<PromptCheck | null> {
		this.cancel();
		const controller = new AbortController();
		this.#checking = controller;
		const { signal } = controller;
		const plan = await this.#planOf(setup);
		if (plan === null) return null;
		let done = 0;
		const total = plannedRequests(plan.size);
		const progress = paced(200, this.#host, () => {
			if (!signal.aborted) this.#emit({ kind: 'promptCheckProgress', done, total });
		});
		const check = await checkPrompts(setup, plan, {
			exactly,
			signal,
			pause: this.#turns(signal),
			onProgress: (through) => {
				done = through;
				progress.changed();
			},
		});
		if (check !== null) progress.flush();
		return check;
	}

	cancel(): void {
		this.#checking?.abort();
	}

	#turns(signal: AbortSignal): () => Promise<void> {
		const { clock } = this.#host;
		let since = clock.now();
		return async () => {
			if (clock.now() - since < turnMs) return;
			await clock.sleep(0, signal);
			since = clock.now();
		};
	}

	async #planOf(setup: RunSetup): Promise<RunPlan | null> {
		const { datasetId } = setup;
		if (datasetId === null) return new RunPlan(setup, [], () => Promise.resolve([]));
		const dataset = await this.#library.getDataset(datasetId);
		if (dataset === null) return null;
		const readRow = async (row: number) => {
			const [found] = await this.#library.readRows(datasetId, row, 1);
			if (found === undefined) throw new Error(`Row ${String(row + 1)} is no longer stored.`);
			return found;
		};
		const rows = await planRowsOf(setup, dataset, this.#passes);
		return new RunPlan(setup, dataset.columns, readRow, () => [], rows);
	}
}

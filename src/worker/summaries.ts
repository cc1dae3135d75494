import type { EngineEvent } from '#contract/engine-api.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { plannedRequests } from '#domain/plan.ts';
import { RunAnalysis } from '#domain/run-analysis.ts';
import type { RunFigures } from '#domain/run-figures.ts';
import { settledCount, type RunSetup } from '#domain/run.ts';
import type { RunStore } from '#storage/run-store.ts';
import type { Host } from './host.ts';
import { paced } from './paced.ts';
import type { RunPlan } from './run-plan.ts';

/** All that is stored of a run, for whoever reads it through. */
export interface StoredRun {
	readonly runId: string;
	readonly setup: RunSetup;
	readonly plan: RunPlan;
	readonly store: RunStore;
	/** False: its rows are gone, so that what they alone could tell is not known. */
	readonly hasData: boolean;
	/** Some tab is at it. */
	readonly isGoing: boolean;
}

/** Raised when figures are counted otherwise or hold other things: those that were kept are then made anew. */
const version = 2;
/** A pass works for so long at a time; between, the runs of this worker have their turn. */
const turnMs = 12;
const progressEveryMs = 200;
/** While the run goes, so many times a pass's own length lie between two of them: a twentieth of the time goes to them. */
const restPerPass = 19;

/** What of a run was read through once and is kept up with since. */
interface Analysed {
	readonly runId: string;
	readonly plan: RunPlan;
	readonly figures: () => RunFigures;
	/** What was counted has changed since: only another pass can tell. */
	isStale: boolean;
	/** Not before then, while the run goes. */
	readonly nextPassAt: number;
	/** Ends the keeping up. */
	readonly end: () => void;
}

interface Pass {
	readonly runId: string;
	readonly controller: AbortController;
	readonly figures: Promise<RunFigures | null>;
}

/**
 * The figures of runs. The first look reads everything that has settled; from then on each answer of this tab is counted as
 * it is stored, so that a run that goes is not read again. Figures of a run at rest are kept in its database.
 */
export class Summaries {
	readonly #host: Host;
	readonly #emit: (event: EngineEvent) => void;
	/** Of one run, the last that was asked for. */
	#analysed: Analysed | null = null;
	#pass: Pass | null = null;
	/** The figures that were kept last, by what they tell of. */
	#kept: { readonly runId: string; readonly key: string } | null = null;

	constructor(host: Host, emit: (event: EngineEvent) => void) {
		this.#host = host;
		this.#emit = emit;
	}

	/** Null where it was cancelled. Figures may be older than the run where reading all of it again so soon would slow it down. */
	async read(run: StoredRun): Promise<RunFigures | null> {
		const { runId, plan, isGoing } = run;
		if (this.#pass?.runId === runId) return this.#pass.figures;
		const known =
			this.#analysed?.runId === runId && this.#analysed.plan === plan ? this.#analysed : null;
		if (known?.isStale === false) {
			const figures = known.figures();
			if (!isGoing) await this.#keep(run, figures);
			return figures;
		}
		if (known !== null && isGoing && this.#host.clock.now() < known.nextPassAt)
			return known.figures();
		if (!isGoing) {
			// Kept figures that cannot be read are made anew.
			const kept = await run.store.readFigures(keyOf(run)).catch(() => null);
			if (kept !== null) return kept;
		}
		return this.#begin(run);
	}

	/** Gives up the reading of this run; what was counted of it is forgotten. */
	cancel(runId: string): void {
		if (this.#pass?.runId === runId) this.#pass.controller.abort();
	}

	#begin(run: StoredRun): Promise<RunFigures | null> {
		this.#pass?.controller.abort();
		this.#analysed?.end();
		this.#analysed = null;
		const controller = new AbortController();
		const figures = this.#through(run, controller.signal).finally(() => {
			if (this.#pass?.controller === controller) this.#pass = null;
		});
		this.#pass = { runId: run.runId, controller, figures };
		return figures;
	}

	async #through(run: StoredRun, signal: AbortSignal): Promise<RunFigures | null> {
		const { runId, plan, store, isGoing } = run;
		const { clock } = this.#host;
		const startedAt = clock.now();
		const analysis = analysisOf(run);
		const once = countOnce(plannedRequests(plan.size), (settled) => {
			analysis.add(settled);
		});
		let isStale = false;
		const end = store.subscribe(({ settled, isAltered }) => {
			if (isAltered) {
				isStale = true;
				if (this.#analysed?.end === end) this.#analysed.isStale = true;
			} else settled.forEach(once);
		});
		const key = keyOf(run);
		const total = settledCount(store.counters);
		const progress = paced(progressEveryMs, this.#host, () => {
			if (signal.aborted) return;
			this.#emit({ kind: 'summaryProgress', runId, done: analysis.settled, total });
		});
		try {
			let since = startedAt;
			for await (const settled of store.eachSettled()) {
				if (signal.aborted) break;
				once(settled);
				if (clock.now() - since < turnMs) continue;
				progress.changed();
				await clock.sleep(0, signal);
				since = clock.now();
			}
		} catch (error) {
			end();
			throw error;
		}
		if (signal.aborted) {
			end();
			return null;
		}
		progress.flush();
		const now = clock.now();
		this.#analysed = {
			runId,
			plan,
			figures: () => analysis.figures,
			isStale,
			nextPassAt: now + restPerPass * (now - startedAt),
			end,
		};
		const { figures } = analysis;
		if (!isGoing && !isStale && keyOf(run) === key) await this.#keep(run, figures);
		return figures;
	}

	/** A help: where they cannot be stored they are made anew. */
	async #keep(run: StoredRun, figures: RunFigures): Promise<void> {
		const key = keyOf(run);
		if (this.#kept?.runId === run.runId && this.#kept.key === key) return;
		await run.store.keepFigures({ key, figures }).then(
			() => {
				this.#kept = { runId: run.runId, key };
			},
			() => undefined,
		);
	}
}

/** Equal only where nothing has settled or been paid for in between. */
function keyOf({ store, hasData }: StoredRun): string {
	const { succeeded, failed, choices, attempts, promptTokens, completionTokens } = store.counters;
	const answers = [succeeded, failed, choices, attempts];
	return [version, hasData, ...answers, promptTokens, completionTokens].join(' ');
}

const analysisOf = ({ plan, setup }: StoredRun): RunAnalysis =>
	new RunAnalysis({
		size: plan.size,
		choicesPerRequest: setup.parameters.completionsPerPrompt,
		models: setup.models.length,
		placeOf: (request) => plan.place(request),
	});

/** What is stored while all of it is read comes twice, or once: a bit for each request tells. */
function countOnce(
	planned: number,
	count: (settled: SettledRequest) => void,
): (settled: SettledRequest) => void {
	const counted = new Uint8Array(Math.ceil(planned / 8));
	return (settled) => {
		const at = Math.floor(settled.request / 8);
		const bit = 1 << (settled.request % 8);
		if (((counted[at] ?? 0) & bit) !== 0) return;
		counted[at] = (counted[at] ?? 0) | bit;
		count(settled);
	};
}

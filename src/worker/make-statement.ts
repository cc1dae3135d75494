import { canonicalJson } from '#domain/canonical-json.ts';
import { choiceText } from '#domain/completion.ts';
import { cellAt } from '#domain/dataset.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { requestAt, type PlanPlace } from '#domain/plan.ts';
import { choiceIndexOf } from '#domain/result-item.ts';
import { settledCount, waitingCount, type Run } from '#domain/run.ts';
import {
	isoOf,
	Recount,
	statedSettings,
	statedTemplates,
	type RunStatement,
} from '#domain/statement.ts';
import type { RunStore } from '#storage/run-store.ts';
import { BlockDigest, digestOf } from './block-digest.ts';
import type { RunPlan } from './run-plan.ts';

/** A run that nobody is at. */
export interface RunAtRest {
	readonly run: Run;
	readonly store: Pick<RunStore, 'counters' | 'paidTwice' | 'eachSettled' | 'waiting'>;
	readonly plan: RunPlan;
	/** False: the table that it goes over is no longer stored. */
	readonly hasData: boolean;
}

/** Lines are hashed so many at a time. */
const batchSize = 500;

/**
 * Counts a run again from its stored answers, and hashes what it was made of and what it came to. `onDone` is told how many
 * rows and requests are through. Null where `signal` ended it.
 */
export async function makeStatement(
	{ run, store, plan, hasData }: RunAtRest,
	now: number,
	onDone: (done: number, total: number) => void,
	signal: AbortSignal,
): Promise<RunStatement | null> {
	const { setup, revisions } = run;
	const { counters } = store;
	const settings = statedSettings(setup, revisions);
	const hasTable = setup.datasetId !== null;
	const rowCount = hasTable && hasData ? setup.rowCount : 0;
	const total = rowCount + settledCount(counters);
	let done = 0;
	const step = (): boolean => {
		onDone(++done, total);
		return !signal.aborted;
	};

	const rows = new Lines();
	if (rowCount > 0) {
		await rows.add(plan.columns.map(({ name }) => name));
		for (let position = 0; position < rowCount; position++) {
			const row = await plan.row(plan.place(firstRequestOf(position, plan)));
			await rows.add(plan.columns.map((_, i) => cellAt(row, i)));
			if (!step()) return null;
		}
	}

	const recount = new Recount(setup);
	const results = new Lines();
	const knowsIds = !hasTable || hasData;
	const waiting = store.waiting(0)[Symbol.asyncIterator]();
	let next = await waiting.next();
	for await (const settled of store.eachSettled()) {
		// Both walk the plan in its order. One that is in both is asked for again.
		for (; next.done !== true && next.value < settled.request; next = await waiting.next())
			recount.waiting++;
		const isAskedAgain = next.done !== true && next.value === settled.request;
		const place = plan.place(settled.request);
		recount.add(settled, plan.model(place), isAskedAgain);
		if (knowsIds) {
			const id = plan.id(place, await plan.row(place));
			for (const line of resultLines(settled, place, id)) await results.add(line);
		}
		if (!step()) return null;
	}
	for (; next.done !== true; next = await waiting.next()) recount.waiting++;

	const { tokens, ...figures } = recount.figures;
	return {
		volley_statement: 1,
		made_at: isoOf(now),
		run: {
			...{ id: run.id, name: setup.name, state: run.phase.name },
			started_at: isoOf(run.createdAt),
		},
		requests: {
			planned: counters.planned,
			waiting: waitingCount(counters, 0),
			// It rests: what was in flight has settled or waits.
			in_flight: 0,
			succeeded: counters.succeeded,
			failed: counters.failed,
		},
		choices: {
			count: counters.choices,
			kinds: counters.marks,
			finish_reasons: counters.finishReasons,
		},
		failures: counters.failures,
		attempts: counters.attempts,
		possibly_paid_twice: store.paidTwice,
		differences: recount.differences(counters),
		tokens: {
			paid: { prompt: counters.promptTokens, completion: counters.completionTokens },
			in_results: tokens,
		},
		...figures,
		settings,
		hashes: {
			algorithm: 'SHA-256',
			rows: rowCount > 0 ? { count: rowCount, digest: await rows.digest() } : null,
			templates: await digestOf(canonicalJson(statedTemplates(setup.templates))),
			settings: await digestOf(canonicalJson(settings)),
			results: knowsIds ? { count: results.count, digest: await results.digest() } : null,
		},
	};
}

/** The request that goes over the row at this position among those chosen, of the first template and model. */
function firstRequestOf(position: number, { size }: RunPlan): number {
	return requestAt({ promptIndex: 0, rowIndex: position, modelIndex: 0 }, size);
}

/** One for each item of the results file, in its order. */
function resultLines(
	{ outcome }: SettledRequest,
	place: PlanPlace,
	id: string,
): readonly (readonly unknown[])[] {
	const { promptIndex, rowIndex, modelIndex } = place;
	const where = [id, promptIndex, rowIndex, modelIndex];
	if (!outcome.ok) return [[...where, null, null, outcome.error.kind]];
	return outcome.value.choices.map((choice, i) => [
		...where,
		choiceIndexOf(place, i),
		choiceText(choice),
		null,
	]);
}

/** A digest of JSON lines. */
class Lines {
	readonly #digest = new BlockDigest();
	#batch: string[] = [];
	count = 0;

	async add(line: unknown): Promise<void> {
		this.#batch.push(`${JSON.stringify(line)}\n`);
		this.count++;
		if (this.#batch.length >= batchSize) await this.#write();
	}

	async digest(): Promise<string> {
		await this.#write();
		return this.#digest.digest();
	}

	async #write(): Promise<void> {
		const text = this.#batch.join('');
		this.#batch = [];
		await this.#digest.add(text);
	}
}

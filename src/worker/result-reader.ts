import type { FailureGroup, ResultPage, ResultQuery } from '#contract/engine-api.ts';
import { choiceText, finishReasonOf, markOf, usageOf } from '#domain/completion.ts';
import type { Column, Row } from '#domain/dataset.ts';
import { plannedRequests } from '#domain/plan.ts';
import type { ResultItem, ResultRow } from '#domain/result-item.ts';
import type { Failure, FailureKind } from '#domain/failure.ts';
import type { Clock } from '#engine/ports.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import type { RunStore } from '#storage/run-store.ts';
import type { OutcomeName } from '#storage/run-schema.ts';
import type { RunPlan } from './run-plan.ts';

/** What the table shows of a long text; the whole stands in the detail. */
const cellLimit = 200;
const responseLimit = 600;
/** A filtered view of a run that is going is found again at most this often. */
const viewAgeMs = 1_000;
/** Row ids named for each kind of failure. */
const shownIds = 10;

interface View {
	readonly key: string;
	readonly settled: number;
	readonly foundAt: number;
	/** Ascending. */
	readonly requests: readonly number[];
}

/** Pages of one run's results for the page, which never holds a whole run. */
export class ResultReader {
	readonly #store: RunStore;
	readonly #plan: RunPlan;
	readonly columns: readonly Column[];
	readonly #choicesPerRequest: number;
	readonly #clock: Clock;
	#view: View | null = null;
	/** The view being looked for: pages of one view share it, another view ends it. */
	#finding: { readonly key: string; readonly requests: Promise<readonly number[]> } | null = null;

	constructor(store: RunStore, plan: RunPlan, choicesPerRequest: number, clock: Clock) {
		this.#store = store;
		this.#plan = plan;
		this.columns = plan.columns;
		this.#choicesPerRequest = choicesPerRequest;
		this.#clock = clock;
	}

	/** Each request stands in as many lines as it was asked for choices, settled or not, so that no line ever moves. */
	async read(query: ResultQuery): Promise<ResultPage> {
		const n = this.#choicesPerRequest;
		const everything = query.show === 'all' && query.search.trim() === '';
		const found = everything ? null : await this.#find(query);
		const total = (found?.length ?? plannedRequests(this.#plan.size)) * n;
		const offset = Math.max(0, Math.min(query.offset, total));
		const end = Math.min(total, offset + query.limit);
		if (end <= offset) return { total, offset, rows: [] };

		const first = Math.floor(offset / n);
		const last = Math.ceil(end / n);
		const numbers =
			found?.slice(first, last) ?? Array.from({ length: last - first }, (_, i) => first + i);
		const settled = new Map(
			(found === null
				? await this.#store.readSettled(first, last - first)
				: await this.#store.readSettledMany(numbers)
			).map((stored) => [stored.request, stored]),
		);
		const lines: ResultRow[] = [];
		for (const request of numbers)
			lines.push(...(await this.#lines(request, settled.get(request))));
		return { total, offset, rows: lines.slice(offset - first * n, end - first * n) };
	}

	async items(request: number): Promise<readonly ResultItem[]> {
		const [stored] = await this.#store.readSettledMany([request]);
		return stored === undefined ? [] : this.#plan.items(stored);
	}

	/** Every item of the results file in plan order; `onRequest` is told how many settled requests are through. */
	async *allItems(onRequest: (done: number) => void): AsyncGenerator<ResultItem> {
		let done = 0;
		for await (const stored of this.#store.eachSettled()) {
			yield* await this.#plan.items(stored);
			onRequest(++done);
		}
	}

	async failures(): Promise<readonly FailureGroup[]> {
		const counts = this.#store.counters.failures;
		const groups = new Map<FailureKind, { readonly example: Failure; readonly ids: string[] }>();
		for await (const { request, outcome } of this.#store.eachSettled({ outcome: 'failed' })) {
			if (outcome.ok) continue;
			const group = groups.get(outcome.error.kind) ?? { example: outcome.error, ids: [] };
			groups.set(outcome.error.kind, group);
			if (group.ids.length < shownIds) group.ids.push(await this.#idOf(request));
			const enough = [...groups].every(
				([kind, { ids }]) => ids.length >= Math.min(shownIds, counts[kind] ?? 0),
			);
			if (enough && groups.size >= Object.keys(counts).length) break;
		}
		return [...groups].map(([kind, { example, ids }]) => ({
			kind,
			count: counts[kind] ?? ids.length,
			example,
			ids,
		}));
	}

	async #idOf(request: number): Promise<string> {
		const place = this.#plan.place(request);
		return this.#plan.id(place, await this.#plan.row(place));
	}

	async #find({ show, search }: ResultQuery): Promise<readonly number[]> {
		const text = search.trim();
		const key = `${show}\n${text}`;
		const settled = this.#store.counters.succeeded + this.#store.counters.failed;
		const view = this.#view;
		const age = this.#clock.now() - (view?.foundAt ?? 0);
		if (view?.key === key && (view.settled === settled || age < viewAgeMs)) return view.requests;
		if (this.#finding?.key === key) return this.#finding.requests;
		const requests =
			text === '' && show !== 'all'
				? this.#store.settledNumbers(outcomeOf(show))
				: this.#search(text, show, () => this.#finding?.key !== key);
		const finding = { key, requests };
		this.#finding = finding;
		try {
			const found = await requests;
			// One that was ended has not looked at everything.
			if (this.#finding === finding)
				this.#view = { key, settled, foundAt: this.#clock.now(), requests: found };
			return found;
		} finally {
			if (this.#finding === finding) this.#finding = null;
		}
	}

	async #search(
		text: string,
		show: ResultQuery['show'],
		isEnded: () => boolean,
	): Promise<readonly number[]> {
		const wanted = text.toLowerCase();
		const found: number[] = [];
		const options = show === 'all' ? {} : { outcome: outcomeOf(show) };
		// The first look comes after the caller has noted this search as the one under way.
		await Promise.resolve();
		for await (const stored of this.#store.eachSettled(options)) {
			if (isEnded()) break;
			if (await this.#matches(stored, wanted)) found.push(stored.request);
		}
		return found;
	}

	async #matches({ request, outcome }: SettledRequest, wanted: string): Promise<boolean> {
		const has = (text: string | null): boolean => text?.toLowerCase().includes(wanted) ?? false;
		const answers = outcome.ok ? outcome.value.choices.map(choiceText) : [outcome.error.message];
		return answers.some(has) || (await this.#plan.row(this.#plan.place(request))).some(has);
	}

	async #lines(request: number, settled: SettledRequest | undefined): Promise<ResultRow[]> {
		const place = this.#plan.place(request);
		const row = await this.#plan.row(place);
		const completion = settled?.outcome.ok === true ? settled.outcome.value : null;
		const isOwn = completion !== null && settled?.call === undefined;
		const usage = isOwn ? usageOf(completion.rest) : null;
		return Array.from({ length: this.#choicesPerRequest }, (_, position) => {
			const choice = completion?.choices[position];
			const text = choice === undefined ? null : choiceText(choice);
			return {
				request,
				choice: position,
				id: this.#plan.id(place, row),
				place,
				model: this.#plan.model(place),
				cells: clampedCells(row, this.#plan.columns.length),
				state: settled === undefined ? 'waiting' : settled.outcome.ok ? 'succeeded' : 'failed',
				given: completion?.choices.length ?? 0,
				response: text === null ? null : clamped(text, responseLimit),
				mark: choice === undefined ? null : markOf(choice),
				finishReason: choice === undefined ? null : finishReasonOf(choice),
				promptTokens: usage?.promptTokens ?? null,
				completionTokens: usage?.completionTokens ?? null,
				latencyMs: settled?.latencyMs ?? null,
				attempts: settled?.attempts ?? 0,
				failure: settled?.outcome.ok === false ? settled.outcome.error : null,
			};
		});
	}
}

const outcomeOf = (show: ResultQuery['show']): OutcomeName =>
	show === 'failed' ? 'failed' : 'succeeded';

const clamped = (text: string, limit: number): string =>
	text.length > limit ? `${text.slice(0, limit)}…` : text;

const clampedCells = (row: Row, columns: number): string[] =>
	Array.from({ length: columns }, (_, i) => clamped(row[i] ?? '', cellLimit));

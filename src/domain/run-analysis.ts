import { Agreement, mostCompared } from './agreement.ts';
import { usageDetails } from './answer-parts.ts';
import { AnswerTable } from './answer-table.ts';
import { choiceText, finishReasonOf, markOf, usageOf, type ChoiceMark } from './completion.ts';
import type { FailureKind } from './failure.ts';
import type { JsonObject } from './json.ts';
import { LogHistogram, type Distribution } from './log-histogram.ts';
import type { SettledRequest } from './outcome.ts';
import type { PlanSize } from './plan.ts';
import type { AnswerFigure, CellFigures, NumberFigures, RunFigures } from './run-figures.ts';
import { textHash } from './text-hash.ts';
import { Timeline } from './timeline.ts';

/** A longer answer is hardly ever given twice. */
export const longestCounted = 200;
/** So many of the most frequent answers are told. */
const mostTold = 50;
/** So many finish reasons; the rest are one. */
const mostReasons = 30;

/** What the requests of a run are made of. */
export interface AnalysedPlan {
	/** Of the plan that its requests are counted through. */
	readonly size: PlanSize;
	readonly choicesPerRequest: number;
	/** Of the run: where rows name their models, more than the plan has. */
	readonly models: number;
	/** Of the request with this number; -1: not known any more. */
	placeOf(request: number): { readonly promptIndex: number; readonly modelIndex: number };
}

/** Sums up what a run has settled, request by request in any order. Its memory does not grow with their number, but for a few bytes of each. */
export class RunAnalysis {
	readonly #plan: AnalysedPlan;
	readonly #templates: number;
	/** None where there are too many. */
	readonly #cells: readonly Cell[];
	readonly #hasTooManyCells: boolean;
	readonly #all = new Cell();
	readonly #table: AnswerTable;
	/** Of texts that did not come trimmed: as they came. */
	readonly #untrimmed = new Map<string, string>();
	readonly #agreement: Agreement;
	readonly #time = new Timeline();
	readonly #lengths = new LogHistogram();
	readonly #promptTokens = new LogHistogram();
	readonly #reasoning = new LogHistogram();
	readonly #cached = new LogHistogram();
	readonly #queue = new LogHistogram();
	readonly #backoff = new LogHistogram();
	readonly #lost = new LogHistogram();
	#settled = 0;
	#long = 0;
	#calls = 0;

	constructor(plan: AnalysedPlan) {
		const { size, models } = plan;
		this.#plan = plan;
		this.#templates = size.paired === true ? 1 : size.templates;
		const cells = this.#templates * models;
		this.#hasTooManyCells = cells > mostCompared;
		this.#cells =
			cells > 1 && !this.#hasTooManyCells ? Array.from({ length: cells }, () => new Cell()) : [];
		this.#table = new AnswerTable(this.#cells.length + 1);
		this.#agreement = new Agreement(size, plan.choicesPerRequest, this.#cells.length);
	}

	get settled(): number {
		return this.#settled;
	}

	/** A request has to be added but once. */
	add(settled: SettledRequest): void {
		const at = this.#cellAt(settled.request);
		const cells = [this.#all, ...(this.#cells[at] === undefined ? [] : [this.#cells[at]])];
		this.#settled += 1;
		const { outcome, startedAt, latencyMs } = settled;
		this.#time.add(startedAt + latencyMs, outcome.ok);
		this.#waits(settled);
		// Nobody measured one that was never sent, or that a batch has brought.
		if (settled.attempts > 0 && latencyMs > 0)
			for (const cell of cells) cell.latency.add(latencyMs);
		if (!outcome.ok) {
			for (const cell of cells) cell.fail(outcome.error.kind);
			return;
		}
		const { rest, choices } = outcome.value;
		const { call } = settled;
		// Every completion of a call tells what the whole call cost.
		if (call === undefined || call.position === 0) this.#tokens(rest, cells);
		for (const cell of cells) cell.succeeded += 1;
		const hashes: number[] = [];
		for (const choice of choices) {
			const mark = markOf(choice);
			for (const cell of cells) cell.choice(mark, finishReasonOf(choice));
			if (mark !== 'complete') continue;
			const response = choiceText(choice) ?? '';
			const text = response.trim();
			if (text === '') {
				this.#calls += 1;
				continue;
			}
			hashes.push(textHash(text) || 1);
			this.#lengths.add(text.length);
			this.#countText(text, response, at, cells);
		}
		this.#agreement.add(settled.request, hashes, at);
	}

	get figures(): RunFigures {
		const { isExact, size } = this.#table;
		const median = this.#medians();
		const { models } = this.#plan;
		return {
			settled: this.#settled,
			all: this.#all.figures(null, null, median(null), null),
			cells: this.#cells.map((cell, i) =>
				cell.figures(Math.floor(i / models), i % models, median(i), this.#agreement.accordOf(i)),
			),
			hasTooManyCells: this.#hasTooManyCells,
			answers: {
				top: this.#table.top(mostTold).map((counted): AnswerFigure => ({
					...counted,
					response: this.#untrimmed.get(counted.text) ?? counted.text,
				})),
				complete: this.#all.marks.complete,
				different: size,
				isExact,
				long: this.#long,
				calls: this.#calls,
				lengths: this.#lengths.distribution,
			},
			latency: {
				answer: this.#all.latency.distribution,
				queue: whereMeasured(this.#queue),
				backoff: whereMeasured(this.#backoff),
				lost: whereMeasured(this.#lost),
			},
			tokens: {
				prompt: this.#promptTokens.distribution,
				completion: this.#all.completionTokens.distribution,
				reasoning: whereMeasured(this.#reasoning),
				cached: whereMeasured(this.#cached),
			},
			time: this.#time.figures,
			agreement: this.#agreement.figures,
		};
	}

	/** -1: it is not known, or not told apart. */
	#cellAt(request: number): number {
		if (this.#cells.length === 0) return -1;
		const { promptIndex, modelIndex } = this.#plan.placeOf(request);
		if (modelIndex < 0) return -1;
		return (this.#templates === 1 ? 0 : promptIndex) * this.#plan.models + modelIndex;
	}

	/** Only what was measured is counted: a run of an earlier version kept neither. */
	#waits({ queuedMs, past }: SettledRequest): void {
		if (queuedMs === undefined && past === undefined) return;
		if (queuedMs !== undefined) this.#queue.add(queuedMs);
		const others = past ?? [];
		// After one that had settled the request it waited for a person.
		const waits = others.filter(({ settled }) => settled !== true);
		this.#backoff.add(waits.reduce((sum, { waitedMs }) => sum + waitedMs, 0));
		this.#lost.add(others.reduce((sum, { latencyMs }) => sum + latencyMs, 0));
	}

	#tokens(rest: JsonObject, cells: readonly Cell[]): void {
		const { promptTokens, completionTokens } = usageOf(rest);
		const { reasoningTokens, cachedTokens } = usageDetails(rest);
		if (promptTokens !== null) this.#promptTokens.add(promptTokens);
		if (completionTokens !== null)
			for (const cell of cells) cell.completionTokens.add(completionTokens);
		if (reasoningTokens !== null) this.#reasoning.add(reasoningTokens);
		if (cachedTokens !== null) this.#cached.add(cachedTokens);
	}

	#countText(text: string, response: string, at: number, cells: readonly Cell[]): void {
		if (text.length > longestCounted) {
			this.#long += 1;
			return;
		}
		const number = numberIn(text);
		if (number !== null) for (const cell of cells) cell.number(number);
		const isNew = !this.#table.has(text);
		this.#table.add(text, at < 0 ? this.#cells.length : at);
		const isShort = response.length <= 2 * longestCounted;
		if (isNew && isShort && response !== text && this.#untrimmed.size < mostUntrimmed)
			this.#untrimmed.set(text, response);
	}

	/** Of the numbers of a cell, or of all (null); what it gives is null where not every text is counted. */
	#medians(): (cell: number | null) => number | null {
		if (!this.#table.isExact || this.#all.numbers === 0) return () => null;
		const counted = [...this.#table.all()]
			.flatMap(({ text, count, cells }) => {
				const number = numberIn(text);
				return number === null ? [] : [{ number, count, cells }];
			})
			.sort((a, b) => a.number - b.number);
		return (cell) => {
			const times = counted.map(({ count, cells }) => (cell === null ? count : (cells[cell] ?? 0)));
			const total = times.reduce((sum, one) => sum + one, 0);
			const at = (rank: number): number => {
				let through = 0;
				return counted[times.findIndex((one) => (through += one) > rank)]?.number ?? 0;
			};
			if (total === 0) return null;
			return (at(Math.floor((total - 1) / 2)) + at(Math.floor(total / 2))) / 2;
		};
	}
}

/** As many as there are texts counted. */
const mostUntrimmed = 10_000;

/** The number that an answer is, written as numbers are: "4", "-0.5", "1,200"; null where it is none. */
export function numberIn(text: string): number | null {
	if (text.length > 24 || !/^[-+]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/.test(text)) return null;
	return Number(text.replaceAll(',', ''));
}

const whereMeasured = (histogram: LogHistogram): Distribution | null => {
	const { distribution } = histogram;
	return distribution.count === 0 ? null : distribution;
};

class Cell {
	succeeded = 0;
	numbers = 0;
	readonly marks: Record<ChoiceMark, number> = {
		complete: 0,
		truncated: 0,
		refused: 0,
		filtered: 0,
		empty: 0,
	};
	readonly latency = new LogHistogram();
	readonly completionTokens = new LogHistogram();
	readonly #failures = new Map<FailureKind, number>();
	readonly #reasons = new Map<string, number>();
	#sum = 0;
	#min = Infinity;
	#max = -Infinity;

	fail(kind: FailureKind): void {
		this.#failures.set(kind, (this.#failures.get(kind) ?? 0) + 1);
	}

	choice(mark: ChoiceMark, finishReason: string | null): void {
		this.marks[mark] += 1;
		const own = finishReason?.slice(0, 60) ?? 'none';
		const hasPlace = this.#reasons.has(own) || this.#reasons.size < mostReasons;
		const reason = hasPlace ? own : 'other';
		this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1);
	}

	number(value: number): void {
		this.numbers += 1;
		this.#sum += value;
		this.#min = Math.min(this.#min, value);
		this.#max = Math.max(this.#max, value);
	}

	figures(
		template: number | null,
		model: number | null,
		median: number | null,
		accord: CellFigures['accord'],
	): CellFigures {
		return {
			template,
			model,
			succeeded: this.succeeded,
			failed: [...this.#failures.values()].reduce((sum, count) => sum + count, 0),
			marks: { ...this.marks },
			finishReasons: Object.fromEntries(this.#reasons),
			failures: Object.fromEntries(this.#failures),
			numbers: this.#numberFigures(median),
			latency: this.latency.distribution,
			completionTokens: this.completionTokens.distribution,
			accord,
		};
	}

	#numberFigures(median: number | null): NumberFigures | null {
		if (this.numbers === 0) return null;
		return {
			count: this.numbers,
			mean: this.#sum / this.numbers,
			median,
			min: this.#min,
			max: this.#max,
		};
	}
}

import type {
	ComparisonPage,
	ComparisonQuery,
	FailureGroup,
	ResultPage,
	ResultQuery,
} from '#contract/engine-api.ts';
import type { Column } from '#domain/dataset.ts';
import { plannedRequests } from '#domain/plan.ts';
import type { ResultItem, ResultRow } from '#domain/result-item.ts';
import type { Clock } from '#engine/ports.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import type { RunStore } from '#storage/run-store.ts';
import { filterKey, isEverything } from './line-filter.ts';
import type { LineView } from './line-view.ts';
import { resultLines } from './result-lines.ts';
import type { RunPlan } from './run-plan.ts';

/** Pages of one run's results for the page, which never holds a whole run. */
export class ResultReader {
	readonly #store: RunStore;
	readonly #plan: RunPlan;
	readonly columns: readonly Column[];
	readonly #choicesPerRequest: number;
	readonly #clock: Clock;
	#view: { readonly key: string; readonly view: LineView } | null = null;

	constructor(store: RunStore, plan: RunPlan, choicesPerRequest: number, clock: Clock) {
		this.#store = store;
		this.#plan = plan;
		this.columns = plan.columns;
		this.#choicesPerRequest = choicesPerRequest;
		this.#clock = clock;
	}

	/** Each request stands in as many lines as it was asked for choices, settled or not, so that no line ever moves. */
	async read(query: ResultQuery): Promise<ResultPage> {
		if (!isEverything(query)) return this.#readMeant(query);
		const n = this.#choicesPerRequest;
		const total = plannedRequests(this.#plan.size) * n;
		const offset = Math.max(0, Math.min(query.offset, total));
		const end = Math.min(total, offset + query.limit);
		if (end <= offset) return { total, offset, rows: [] };
		const first = Math.floor(offset / n);
		const last = Math.ceil(end / n);
		const settled = await this.#store.readSettled(first, last - first);
		const lines = Array.from({ length: end - offset }, (_, i) => offset + i);
		return { total, offset, rows: await this.#rows(lines, settled, query) };
	}

	cancelSearch(): void {
		this.#view?.view.cancel();
	}

	continueSearch(): void {
		this.#view?.view.goOn();
	}

	async #readMeant(query: ResultQuery): Promise<ResultPage> {
		const view = await this.#viewOf(query);
		const offset = Math.max(0, query.offset);
		const { lines, total, looking, held } = await view.page(
			offset,
			query.limit,
			query.hold ?? false,
		);
		const n = this.#choicesPerRequest;
		const numbers = [...new Set(lines.map((line) => Math.floor(line / n)))];
		return {
			total,
			offset: Math.min(offset, total),
			rows: await this.#rows(lines, await this.#store.readSettledMany(numbers), query),
			...(looking === null ? {} : { looking }),
			...(held === 0 ? {} : { held }),
		};
	}

	/** The one view that is kept: pages of one filter share it, another filter ends it. */
	async #viewOf({ show, search, answer, failure }: ResultQuery): Promise<LineView> {
		const { LineView } = await import('./line-view.ts');
		const filter = {
			...{ show, search },
			...(answer === undefined ? {} : { answer }),
			...(failure === undefined ? {} : { failure }),
		};
		const key = filterKey(filter);
		if (this.#view?.key === key) return this.#view.view;
		this.#view?.view.end();
		const view = new LineView({
			...{ store: this.#store, filter, n: this.#choicesPerRequest, clock: this.#clock },
			row: (request) => this.#plan.row(this.#plan.place(request)),
		});
		this.#view = { key, view };
		return view;
	}

	/** By number of the plan; those of one request stand together. */
	async #rows(
		lines: readonly number[],
		settled: readonly SettledRequest[],
		query: ResultQuery,
	): Promise<readonly ResultRow[]> {
		const n = this.#choicesPerRequest;
		const known = new Map(settled.map((stored) => [stored.request, stored]));
		const rows: ResultRow[] = [];
		let [last, own]: [number, readonly ResultRow[]] = [-1, []];
		for (const line of lines) {
			const request = Math.floor(line / n);
			if (request !== last) {
				last = request;
				own = await this.#lines(request, known.get(request), query);
			}
			rows.push(...own.slice(line % n, (line % n) + 1));
		}
		return rows;
	}

	async compare(query: ComparisonQuery): Promise<ComparisonPage> {
		const { readComparison } = await import('./compare-reader.ts');
		return readComparison(this.#store, this.#plan, this.#choicesPerRequest, query);
	}

	async items(request: number): Promise<readonly ResultItem[]> {
		const [stored] = await this.#store.readSettledMany([request]);
		return stored === undefined ? [] : this.#plan.items(stored);
	}

	async failures(): Promise<readonly FailureGroup[]> {
		// Most runs are never asked for it: a worker starts without it.
		const { failureGroups } = await import('./failure-groups.ts');
		return failureGroups(this.#store, this.#plan);
	}

	#lines(
		request: number,
		settled: SettledRequest | undefined,
		{ withPrompts = false }: ResultQuery,
	): Promise<ResultRow[]> {
		const asked = { choices: this.#choicesPerRequest, withPrompts };
		return resultLines(this.#plan, request, settled, asked);
	}
}

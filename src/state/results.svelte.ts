import type { EngineApi, ShowFilter } from '#contract/engine-api.ts';
import type { ResultItem, ResultRow } from '#domain/result-item.ts';
import type { PageClock } from './page-clock.ts';
import {
	allStale,
	isMissing,
	isStale,
	noPages,
	pageSize,
	pagesOf,
	rowIn,
	staleWhereOpen,
	withPage,
	type ResultPages,
} from './result-pages.ts';

const debounceMs = 250;
/** The least time between two readings of lines that are already on the screen. */
export const refreshMs = 700;

/** What the list asks the worker. */
export type ResultSource = Pick<EngineApi, 'readResults' | 'readItems'>;

/** The lines of a run's results table: a window of pages over all of them, however many there are. */
export class ResultList {
	readonly #api: ResultSource;
	readonly #runId: string;
	readonly #clock: PageClock;

	/** Lines that match; null before the first answer. */
	total = $state.raw<number | null>(null);
	show = $state.raw<ShowFilter>('all');
	/** The search as typed; the query follows it a moment later. */
	search = $state.raw('');
	/** What the lines that are held were asked with. */
	searched = $state.raw('');
	shown = $state.raw<ShowFilter>('all');
	opened = $state.raw<{ readonly line: number; readonly row: ResultRow } | null>(null);
	/** The opened request in full; null while it is read. */
	items = $state.raw<readonly ResultItem[] | null>(null);
	#pages = $state.raw<ResultPages>(noPages);

	#first = 0;
	#count = 0;
	/** Grows with each change of the query: an answer to an older one is dropped. */
	#query = 0;
	#reading = false;
	#readAgain = false;
	#disposed = false;
	#refreshAt = 0;
	#cancelRefresh: (() => void) | null = null;
	#cancelSearch: (() => void) | null = null;

	constructor(api: ResultSource, runId: string, clock: PageClock) {
		this.#api = api;
		this.#runId = runId;
		this.#clock = clock;
	}

	rowAt(line: number): ResultRow | null {
		return rowIn(this.#pages, line);
	}

	/** Which lines are on the screen. */
	look(first: number, count: number): void {
		this.#first = first;
		this.#count = count;
		const pages = pagesOf(first, count);
		if (pages.some((page) => isMissing(this.#pages, page))) void this.#read();
		else if (pages.some((page) => isStale(this.#pages, page))) this.#refreshSoon();
	}

	setShow(show: ShowFilter): void {
		this.show = show;
		this.#ask();
	}

	setSearch(text: string): void {
		this.search = text;
		this.#cancelSearch?.();
		this.#cancelSearch = this.#clock.after(debounceMs, () => {
			this.#ask();
		});
	}

	/** The run went on: lines that were waiting may have their answer. */
	progressed(): void {
		this.#pages = staleWhereOpen(this.#pages);
		this.#refreshSoon();
	}

	/** Lines that had settled may be waiting again. */
	reopened(): void {
		this.#pages = allStale(this.#pages);
		this.#refreshSoon();
	}

	async open(line: number): Promise<void> {
		const row = this.rowAt(line) ?? (await this.#readRow(line));
		if (row === null) return;
		this.items = null;
		await this.#show(line, row);
	}

	async #show(line: number, row: ResultRow): Promise<void> {
		this.opened = { line, row };
		const items = await this.#api.readItems(this.#runId, row.request);
		if (this.opened.row === row) this.items = items;
	}

	close(): void {
		this.opened = null;
		this.items = null;
	}

	dispose(): void {
		this.#disposed = true;
		this.#cancelRefresh?.();
		this.#cancelSearch?.();
	}

	async #readRow(line: number): Promise<ResultRow | null> {
		const query = { runId: this.#runId, show: this.shown, search: this.searched };
		const { rows } = await this.#api.readResults({ ...query, offset: line, limit: 1 });
		return rows[0] ?? null;
	}

	/** An opened line that was waiting is read again once it has settled; what is shown of it stands until then. */
	#followOpened(): void {
		if (this.opened === null) return;
		const { line, row } = this.opened;
		const now = this.rowAt(line);
		if (now?.request === row.request && now.state !== row.state) void this.#show(line, now);
	}

	/** Starts over for a changed query; the old lines stand until the new ones are there. */
	#ask(): void {
		this.#query += 1;
		this.#pages = allStale(this.#pages);
		void this.#read();
	}

	#refreshSoon(): void {
		if (this.#cancelRefresh !== null || this.#disposed) return;
		this.#cancelRefresh = this.#clock.after(
			Math.max(0, this.#refreshAt - this.#clock.now()),
			() => {
				this.#cancelRefresh = null;
				void this.#read();
			},
		);
	}

	/** One reading at a time: while one is under way, only the latest window is remembered. */
	async #read(): Promise<void> {
		if (this.#reading) {
			this.#readAgain = true;
			return;
		}
		const wanted = pagesOf(this.#first, this.#count).filter((page) => isStale(this.#pages, page));
		if (wanted.length === 0 || this.#disposed) return;
		this.#reading = true;
		this.#readAgain = false;
		const query = this.#query;
		const [show, search] = [this.show, this.search.trim()];
		const startedAt = this.#clock.now();
		try {
			const answers = await Promise.all(
				wanted.map((page) =>
					this.#api.readResults({
						runId: this.#runId,
						show,
						search,
						offset: page * pageSize,
						limit: pageSize,
					}),
				),
			);
			if (query === this.#query) {
				const settles = show === 'all' && search === '';
				const changed = search !== this.searched || show !== this.shown;
				let pages = changed ? noPages : this.#pages;
				answers.forEach(({ rows }, i) => {
					pages = withPage(pages, wanted[i] ?? 0, rows, settles);
				});
				this.#pages = pages;
				this.total = answers[0]?.total ?? 0;
				this.searched = search;
				this.shown = show;
				this.#followOpened();
			}
		} finally {
			this.#reading = false;
			// A search over a large run takes its time: it is not repeated faster than it can be answered.
			const tookMs = this.#clock.now() - startedAt;
			this.#refreshAt = this.#clock.now() + Math.max(refreshMs, 3 * tookMs);
		}
		if (this.#readAgain || query !== this.#query) await this.#read();
	}
}

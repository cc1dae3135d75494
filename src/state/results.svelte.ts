import type { EngineApi, Looking } from '#contract/engine-api.ts';
import type { ResultFilter, ShowFilter } from '#domain/result-filter.ts';
import type { RequestReplay } from '#domain/request-code.ts';
import type { ResultItem, ResultRow } from '#domain/result-item.ts';
import type { PageClock } from './page-clock.ts';
import { PacedReading, type AfterReading } from './paced-reading.ts';
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
/** Found lines are read out no more often than this, so that a screen reader can finish a sentence. */
const tellMs = 5_000;

/** What the list asks the worker. */
export type ResultSource = Pick<
	EngineApi,
	'readResults' | 'readItems' | 'replayRequest' | 'cancelSearch' | 'continueSearch'
>;

/** How many lines a filter has brought so far. */
export interface Found {
	readonly total: number;
	/** Null: everything was looked at. */
	readonly looking: Looking | null;
}

const everything: ResultFilter = { show: 'all', search: '' };

const isSame = (a: ResultFilter, b: ResultFilter): boolean =>
	a.show === b.show && a.search === b.search && a.answer === b.answer && a.failure === b.failure;

/** The lines of a run's results table: a window of pages over all of them, however many there are. */
export class ResultList {
	readonly #api: ResultSource;
	readonly #runId: string;
	readonly #clock: PageClock;
	readonly #reading: PacedReading;

	/** Lines that match; null before the first answer. */
	total = $state.raw<number | null>(null);
	/** What is asked for; a search that is being typed follows a moment later. */
	filter = $state.raw<ResultFilter>(everything);
	/** The search as typed. */
	search = $state.raw('');
	/** What the lines that are held were asked with; another object for each filter. */
	asked = $state.raw<ResultFilter>(everything);
	readonly show = $derived(this.filter.show);
	readonly shown = $derived(this.asked.show);
	readonly searched = $derived(this.asked.search);
	readonly filtered = $derived(!isSame(this.asked, everything));
	/** Null: everything was looked at. */
	looking = $state.raw<Looking | null>(null);
	/** Lines found before those on the screen: they wait, so that nothing moves. */
	held = $state.raw(0);
	/** What was last read out of a filter's lines; null: none is on. */
	told = $state.raw<Found | null>(null);
	/** Whether the lines tell the prompts that were sent. */
	#withPrompts = false;
	opened = $state.raw<{ readonly line: number; readonly row: ResultRow } | null>(null);
	/** The opened request in full; null while it is read. */
	items = $state.raw<readonly ResultItem[] | null>(null);
	#pages = $state.raw<ResultPages>(noPages);

	#first = 0;
	#count = 0;
	#isAtTop = true;
	/** Grows with each line opened or closed: one that has to be read first may come too late. */
	#opening = 0;
	/** Grows with each change of the query: an answer to an older one is dropped. */
	#query = 0;
	#cancelSearch: (() => void) | null = null;
	#cancelTell: (() => void) | null = null;
	/** The next reading takes the lines that wait, wherever the table is scrolled to. */
	#release = false;

	constructor(api: ResultSource, runId: string, clock: PageClock) {
		this.#api = api;
		this.#runId = runId;
		this.#clock = clock;
		this.#reading = new PacedReading(clock, () => this.#read());
	}

	/** A request as it was sent; null where its row is no longer stored. */
	replay(request: number): Promise<RequestReplay | null> {
		return this.#api.replayRequest(this.#runId, request);
	}

	rowAt(line: number): ResultRow | null {
		return rowIn(this.#pages, line);
	}

	/** Which lines stand in the table, and the first of them that is seen. */
	look(first: number, count: number, top = first): void {
		this.#first = first;
		this.#count = count;
		this.#isAtTop = top === 0;
		// At the top nothing is above that could move what is read.
		if (this.#isAtTop && this.held > 0) {
			this.#pages = allStale(this.#pages);
			this.#reading.soon();
		}
		const pages = pagesOf(first, count);
		if (pages.some((page) => isMissing(this.#pages, page))) this.#reading.now();
		else if (pages.some((page) => isStale(this.#pages, page))) this.#reading.soon();
	}

	setShow(show: ShowFilter): void {
		this.#ask({ ...this.filter, show, search: this.search.trim() });
	}

	setSearch(text: string): void {
		this.search = text;
		this.#cancelSearch?.();
		this.#cancelSearch = this.#clock.after(debounceMs, () => {
			this.#ask({ ...this.filter, search: this.search.trim() });
		});
	}

	setWithPrompts(withPrompts: boolean): void {
		if (this.#withPrompts === withPrompts) return;
		this.#withPrompts = withPrompts;
		// The lines that are held tell none; where they are no longer wanted, those stay as they are.
		if (!withPrompts) return;
		this.#query += 1;
		this.#readAnew();
	}

	/** Shows these lines and no others: whatever is left out is as without a filter. */
	setFilter(filter: Partial<ResultFilter>): void {
		const whole = { ...everything, ...filter };
		this.search = whole.search;
		this.#ask({ ...whole, search: whole.search.trim() });
	}

	/** Looks for no more lines; those found stay. */
	async cancelSearch(): Promise<void> {
		await this.#api.cancelSearch(this.#runId);
		this.#readAnew();
	}

	/** Looks for the rest after all. */
	async continueSearch(): Promise<void> {
		await this.#api.continueSearch(this.#runId);
		this.#readAnew();
	}

	/** Takes in the lines that wait. */
	showHeld(): void {
		this.#release = true;
		this.#readAnew();
	}

	#readAnew(): void {
		this.#pages = allStale(this.#pages);
		this.#reading.now();
	}

	/** The run went on: lines that were waiting may have their answer. */
	progressed(): void {
		this.#pages = staleWhereOpen(this.#pages);
		this.#reading.soon();
	}

	/** Lines that had settled may be waiting again. */
	reopened(): void {
		this.#pages = allStale(this.#pages);
		this.#reading.soon();
	}

	async open(line: number): Promise<void> {
		const opening = ++this.#opening;
		const row = this.rowAt(line) ?? (await this.#readRow(line));
		if (row === null || opening !== this.#opening) return;
		this.items = null;
		await this.#show(line, row);
	}

	async #show(line: number, row: ResultRow): Promise<void> {
		this.opened = { line, row };
		const items = await this.#api.readItems(this.#runId, row.request);
		if (this.#isOpen(row)) this.items = items;
	}

	#isOpen(row: ResultRow): boolean {
		return this.opened?.row === row;
	}

	close(): void {
		this.#opening += 1;
		this.opened = null;
		this.items = null;
	}

	dispose(): void {
		this.#reading.dispose();
		this.#cancelSearch?.();
		this.#cancelTell?.();
	}

	async #readRow(line: number): Promise<ResultRow | null> {
		const query = { runId: this.#runId, ...this.asked, ...(this.filtered ? { hold: true } : {}) };
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
	#ask(filter: ResultFilter): void {
		this.#cancelSearch?.();
		if (isSame(filter, this.filter)) return;
		this.filter = filter;
		this.#query += 1;
		this.#readAnew();
	}

	/** A change of the filter and the end of the looking at once, what lies between now and then. */
	#tell(found: Found | null): void {
		const { told } = this;
		if (
			found === null ||
			told === null ||
			(found.looking === null) !== (told.looking === null) ||
			found.looking?.cancelled !== told.looking?.cancelled
		) {
			this.#cancelTell?.();
			this.#cancelTell = null;
			this.told = found;
			return;
		}
		if (found.total === told.total && found.looking?.done === told.looking?.done) return;
		this.#cancelTell ??= this.#clock.after(tellMs, () => {
			this.#cancelTell = null;
			this.told = this.filtered ? { total: this.total ?? 0, looking: this.looking } : null;
		});
	}

	#read(): Promise<AfterReading> | null {
		const wanted = pagesOf(this.#first, this.#count).filter((page) => isStale(this.#pages, page));
		return wanted.length === 0 ? null : this.#readPages(wanted);
	}

	async #readPages(wanted: readonly number[]): Promise<AfterReading> {
		const query = this.#query;
		const filter = this.filter;
		const isPlain = isSame(filter, everything);
		const changed = filter !== this.asked;
		const releases = this.#release || changed || this.#isAtTop;
		this.#release = false;
		const withPrompts = this.#withPrompts;
		const answers = await Promise.all(
			wanted.map((page) =>
				this.#api.readResults({
					runId: this.#runId,
					...filter,
					offset: page * pageSize,
					limit: pageSize,
					...(isPlain || releases ? {} : { hold: true }),
					...(withPrompts ? { withPrompts } : {}),
				}),
			),
		);
		if (query !== this.#query) return 'now';
		let pages = changed ? noPages : this.#pages;
		answers.forEach(({ rows }, i) => {
			pages = withPage(pages, wanted[i] ?? 0, rows, isPlain);
		});
		const last = answers.at(-1);
		this.total = last?.total ?? 0;
		this.looking = last?.looking ?? null;
		this.held = last?.held ?? 0;
		this.asked = filter;
		if (changed) this.#tell(null);
		if (!isPlain) this.#tell({ total: this.total, looking: this.looking });
		this.#pages = pages;
		this.#followOpened();
		if (this.looking?.cancelled !== false) return 'rest';
		this.#pages = allStale(pages);
		return 'soon';
	}
}

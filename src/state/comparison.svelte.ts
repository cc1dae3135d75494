import type { ComparisonPage, ComparisonQuery } from '#contract/engine-api.ts';
import type { ComparedRow } from '#domain/comparison.ts';
import { noComparison, staleAfter, withRead, type ComparisonPages } from './comparison-pages.ts';
import type { PageClock } from './page-clock.ts';
import { PacedReading, type AfterReading } from './paced-reading.ts';

/** Rows asked for at once. */
const pageSize = 20;
/** Series that stand beside each other. */
export const seriesShown = 12;

/** Null: the run is gone. */
export type ReadComparison = (query: ComparisonQuery) => Promise<ComparisonPage | null>;

/** The rows of a run with the answers of its templates and models side by side: a window of pages over all of them. */
export class Comparison {
	readonly #read: ReadComparison;
	readonly #runId: string;
	readonly #reading: PacedReading;

	/** Rows of the plan; null before the first answer. */
	total = $state.raw<number | null>(null);
	/** The first of the series that are shown. */
	firstSeries = $state.raw(0);
	#pages = $state.raw<ComparisonPages>(noComparison);

	#first = 0;
	#count = 0;
	/** Grows with each change of the series: an answer for others is dropped. */
	#query = 0;

	constructor(read: ReadComparison, runId: string, clock: PageClock) {
		this.#read = read;
		this.#runId = runId;
		this.#reading = new PacedReading(clock, () => this.#readPages());
	}

	/** Null while it is read. */
	rowAt(line: number): ComparedRow | null {
		return this.#pages.get(Math.floor(line / pageSize))?.rows[line % pageSize] ?? null;
	}

	/** Which rows are on the screen. */
	look(first: number, count: number): void {
		this.#first = first;
		this.#count = count;
		const pages = this.#wanted();
		if (pages.some((page) => !this.#pages.has(page))) this.#reading.now();
		else if (pages.length > 0) this.#reading.soon();
	}

	showSeries(first: number): void {
		this.firstSeries = first;
		this.#query += 1;
		this.#pages = noComparison;
		this.#reading.now();
	}

	/** The run went on. Where it did not only go on, what had settled may wait again. */
	progressed(onlyOn: boolean): void {
		this.#pages = staleAfter(this.#pages, onlyOn);
		this.#reading.soon();
	}

	dispose(): void {
		this.#reading.dispose();
	}

	/** The pages on the screen that are to be read; before the first answer, the one it begins with. */
	#wanted(): readonly number[] {
		const from = Math.floor(this.#first / pageSize);
		const to = Math.floor(Math.max(this.#first, this.#first + this.#count - 1) / pageSize);
		return Array.from({ length: to - from + 1 }, (_, i) => from + i).filter(
			(page) => this.#pages.get(page)?.stale !== false,
		);
	}

	#readPages(): Promise<AfterReading> | null {
		const wanted = this.#wanted();
		return wanted.length === 0 ? null : this.#readWanted(wanted);
	}

	async #readWanted(wanted: readonly number[]): Promise<AfterReading> {
		const query = this.#query;
		const answers = await Promise.all(
			wanted.map((page) =>
				this.#read({
					runId: this.#runId,
					offset: page * pageSize,
					limit: pageSize,
					firstSeries: this.firstSeries,
					seriesLimit: seriesShown,
				}),
			),
		);
		if (query !== this.#query) return 'now';
		this.#take(wanted, answers);
		return 'rest';
	}

	#take(pages: readonly number[], answers: readonly (ComparisonPage | null)[]): void {
		const read = answers.flatMap((answer, i) =>
			answer === null ? [] : [{ answer, page: pages[i] ?? 0 }],
		);
		this.total = read.at(-1)?.answer.total ?? this.total;
		this.#pages = withRead(
			this.#pages,
			read.map(({ answer, page }) => [page, answer.rows] as const),
			pages[0] ?? 0,
		);
	}
}

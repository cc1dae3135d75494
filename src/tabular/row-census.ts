import { type Column, type ImportNotice, type Row } from '#domain/dataset.ts';
import { counted, listed, quoted } from './wording.ts';
import type { SplitRow } from './row-splitter.ts';

const most = 100;

/** Numbers of the rows of one kind: how many, and the first of them. */
class RowNumbers {
	readonly first: number[] = [];
	count = 0;

	add(row: number): void {
		this.count++;
		if (this.first.length < most) this.first.push(row);
	}

	get text(): string {
		return listed(
			this.first.map((row) => row.toLocaleString('en-US')),
			10,
			this.count,
		);
	}
}

/** What is out of the ordinary in the rows of one file. */
export class RowCensus {
	readonly #columns: readonly Column[];
	readonly #short = new RowNumbers();
	readonly #long = new RowNumbers();
	readonly #malformed = new RowNumbers();
	readonly #empty = new RowNumbers();
	#isHeaderMalformed = false;
	#blankLines = 0;
	#rows = 0;
	#width: number;
	#unreadable: string | null = null;

	constructor(columns: readonly Column[]) {
		this.#columns = columns;
		this.#width = columns.length;
	}

	get rows(): number {
		return this.#rows;
	}

	/** Of the widest row, the header included. */
	get width(): number {
		return this.#width;
	}

	addHeader({ cells, isMalformed }: SplitRow): void {
		this.#noteUnreadable('the header', cells);
		this.#isHeaderMalformed = isMalformed;
	}

	addRow({ cells, isMalformed, blankLinesBefore }: SplitRow): void {
		const row = ++this.#rows;
		if (cells.length < this.#columns.length) this.#short.add(row);
		if (cells.length > this.#columns.length) this.#long.add(row);
		if (isMalformed) this.#malformed.add(row);
		if (cells.every((cell) => cell.trim() === '')) this.#empty.add(row);
		this.#blankLines += blankLinesBefore;
		this.#width = Math.max(this.#width, cells.length);
		this.#noteUnreadable(`row ${row.toLocaleString('en-US')}`, cells);
	}

	/** Where the replacement character first stands, in words; null where it does not. */
	get unreadable(): string | null {
		return this.#unreadable;
	}

	#noteUnreadable(place: string, cells: Row): void {
		if (this.#unreadable !== null) return;
		const column = cells.findIndex((cell) => cell.includes('\ufffd'));
		if (column === -1) return;
		const name = this.#columns[column]?.name;
		this.#unreadable = name === undefined ? place : `${place}, column ${quoted(name)}`;
	}

	get #malformedPlaces(): string {
		const { count, text } = this.#malformed;
		const rows = `${counted(count, 'row', 'rows')}: ${text}`;
		if (!this.#isHeaderMalformed) return rows;
		return count === 0 ? 'the header' : `the header and in ${rows}`;
	}

	notices(file: string, extra: readonly Column[]): readonly ImportNotice[] {
		const notices: ImportNotice[] = [];
		const add = (kind: ImportNotice['kind'], message: string, rows: RowNumbers | null): void => {
			notices.push({ kind, message: `${file}: ${message}`, rows: rows?.first ?? [] });
		};
		if (this.#short.count > 0)
			add(
				'raggedRows',
				`${counted(this.#short.count, 'row has', 'rows have')} fewer cells than the header: ${this.#short.text}. The missing cells are read as empty.`,
				this.#short,
			);
		if (this.#long.count > 0)
			add(
				'raggedRows',
				`${counted(this.#long.count, 'row has', 'rows have')} more cells than the header: ${this.#long.text}. The cells beyond it are in ${listed(extra.map(({ name }) => quoted(name)))}.`,
				this.#long,
			);
		if (this.#malformed.count > 0 || this.#isHeaderMalformed)
			add(
				'malformedQuotes',
				`a quote (") stands where it should be doubled ("") in ${this.#malformedPlaces}. Look whether those cells end where they should.`,
				this.#malformed,
			);
		if (this.#empty.count > 0)
			add(
				'blankLines',
				`${counted(this.#empty.count, 'row has', 'rows have')} only empty cells: ${this.#empty.text}.`,
				this.#empty,
			);
		if (this.#blankLines > 0)
			add(
				'blankLines',
				`${counted(this.#blankLines, 'blank line was', 'blank lines were')} skipped.`,
				null,
			);
		return notices;
	}
}

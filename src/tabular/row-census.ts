import type { Column, ImportNotice, OddRow, Row } from '#domain/dataset.ts';
import { ownText } from './own-text.ts';
import { counted, listed, quoted } from './wording.ts';

const most = 100;
/** Longer rows are nothing to look at, and a hundred of them nothing to keep. */
const textCharacters = 4_000;

/** Rows of one kind: how many, and the first of them. */
class RowNumbers {
	readonly #inFile: number[] = [];
	/** As the dataset counts them: what was skipped, and the files before, make a difference. */
	readonly inDataset: number[] = [];
	count = 0;

	add(inFile: number, inDataset: number): void {
		this.count++;
		if (this.#inFile.length === most) return;
		this.#inFile.push(inFile);
		this.inDataset.push(inDataset);
	}

	get text(): string {
		return listed(
			this.#inFile.map((row) => row.toLocaleString('en-US')),
			10,
			this.count,
		);
	}
}

export interface CensusOptions {
	/** Which of the files, from 0. */
	readonly file: number;
	readonly fileName: string;
	readonly columns: readonly Column[];
	readonly hasHeader: boolean;
	/** Rows of the files before it. */
	readonly rowsBefore: number;
	readonly skipsOdd: boolean;
}

/** What is out of the ordinary in the rows of one file, and which of them are kept. */
export class RowCensus {
	readonly #options: CensusOptions;
	readonly #wanted: number;
	readonly #short = new RowNumbers();
	readonly #long = new RowNumbers();
	readonly #malformed = new RowNumbers();
	readonly #skipped = new RowNumbers();
	readonly #empty = new RowNumbers();
	readonly #odd: OddRow[] = [];
	#oddCount = 0;
	#isHeaderMalformed = false;
	#blankLines = 0;
	#rows = 0;
	#width: number;
	#unreadable: string | null = null;
	#mayBeUnreadable = false;

	constructor(options: CensusOptions) {
		this.#options = options;
		this.#wanted = options.columns.length;
		this.#width = this.#wanted;
	}

	/** How many are kept. */
	get rows(): number {
		return this.#rows;
	}

	/** Of the widest row that is kept, the header included. */
	get width(): number {
		return this.#width;
	}

	get odd(): { readonly count: number; readonly first: readonly OddRow[] } {
		return { count: this.#oddCount, first: this.#odd };
	}

	addHeader(cells: Row, isMalformed: boolean): void {
		this.#noteUnreadable(() => 'the header', cells);
		this.#isHeaderMalformed = isMalformed;
	}

	addBlankLines(count: number): void {
		this.#blankLines += count;
	}

	/** Whether the row is kept. `number`: in the file, from 1. */
	addRow(cells: Row, isMalformed: boolean, number: number, text: () => string): boolean {
		const isOdd = isMalformed || cells.length !== this.#wanted;
		if (isOdd) this.#addOdd(cells, isMalformed, number, text());
		if (isOdd && this.#options.skipsOdd) {
			this.#skipped.add(number, 0);
			return false;
		}
		const inDataset = this.#options.rowsBefore + ++this.#rows;
		if (cells.length < this.#wanted) this.#short.add(number, inDataset);
		if (cells.length > this.#wanted) this.#long.add(number, inDataset);
		if (isMalformed) this.#malformed.add(number, inDataset);
		if (isEmpty(cells)) this.#empty.add(number, inDataset);
		this.#width = Math.max(this.#width, cells.length);
		if (this.#mayBeUnreadable)
			this.#noteUnreadable(() => `row ${number.toLocaleString('en-US')}`, cells);
		return true;
	}

	/** Text whose rows come from now on: only where it holds a replacement character are their cells searched for it. */
	announce(text: string): void {
		this.#mayBeUnreadable ||= text.includes('\ufffd');
	}

	/** Where the replacement character first stands, in words; null where it does not. */
	get unreadable(): string | null {
		return this.#unreadable;
	}

	#addOdd(cells: Row, isMisquoted: boolean, number: number, text: string): void {
		this.#oddCount++;
		if (this.#odd.length === most) return;
		this.#odd.push({
			file: this.#options.file,
			fileName: this.#options.fileName,
			row: number,
			cells: cells.length,
			wanted: this.#wanted,
			isMisquoted,
			text: text.length > textCharacters ? null : ownText(text),
		});
	}

	#noteUnreadable(place: () => string, cells: Row): void {
		if (!this.#mayBeUnreadable || this.#unreadable !== null) return;
		const column = cells.findIndex((cell) => cell.includes('\ufffd'));
		if (column === -1) return;
		const name = this.#options.columns[column]?.name;
		this.#unreadable = name === undefined ? place() : `${place()}, column ${quoted(name)}`;
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
			notices.push({ kind, message: `${file}: ${message}`, rows: rows?.inDataset ?? [] });
		};
		const first = this.#options.hasHeader ? 'the header' : 'the first row';
		if (this.#skipped.count > 0)
			add(
				'skippedRows',
				`${counted(this.#skipped.count, 'row that does not fit was', 'rows that do not fit were')} skipped: ${this.#skipped.text}.`,
				null,
			);
		if (this.#short.count > 0)
			add(
				'raggedRows',
				`${counted(this.#short.count, 'row has', 'rows have')} fewer cells than ${first}: ${this.#short.text}. The missing cells are read as empty.`,
				this.#short,
			);
		if (this.#long.count > 0)
			add(
				'raggedRows',
				`${counted(this.#long.count, 'row has', 'rows have')} more cells than ${first}: ${this.#long.text}. The cells beyond it are in ${listed(extra.map(({ name }) => quoted(name)))}.`,
				this.#long,
			);
		if (this.#malformed.count > 0 || this.#isHeaderMalformed)
			add(
				'malformedQuotes',
				`a quote (") stands where it should be doubled (""), or is never closed, in ${this.#malformedPlaces}. Look whether those cells end where they should.`,
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

/** The first cell of most rows holds something: the others need no look then. */
const isEmpty = (cells: Row): boolean => cells.every((cell) => cell === '' || cell.trim() === '');

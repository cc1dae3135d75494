import Papa from 'papaparse';
import type { ParseError, ParseResult, ParseStepResult } from 'papaparse';
import type { Row } from '#domain/dataset.ts';
import type { LineEnd } from './line-end.ts';
import type { TableLimits } from './limits.ts';
import { delimiterOf, parserOptions, type TableFormat } from './table-format.ts';

export interface SplitRows {
	readonly rows: readonly Row[];
	/** One for each of them, null of those that are as wide as the first and have nothing to them; null where none has one. */
	readonly marks: readonly (RowMark | null)[] | null;
}

export interface RowMark {
	/** A quote stands where it should have been doubled, or is never closed. */
	readonly isMalformed: boolean;
	/** Blank lines passed over since the row before. */
	readonly blankLinesBefore: number;
	/** Where it stands in the text that was parsed with it. */
	readonly text: string;
	readonly start: number;
	readonly end: number;
}

export interface SplitFault {
	readonly kind: 'unclosedQuote' | 'cellTooLong' | 'rowTooLong' | 'tooManyColumns';
	/** Which row that is not blank, from 0: a header is 0. */
	readonly row: number;
	/** From 0. */
	readonly column: number;
}

const pushesByStep = 16;

const noRows: SplitRows = { rows: [], marks: null };

interface Split extends SplitRows {
	/** Where the text goes on that is no whole row yet. */
	readonly end: number;
	/** Where, in the row that begins there, a quote stands that is never closed; null: no such row. */
	readonly open: number | null;
}

/** Whole rows out of text that arrives in pieces. Blank lines are passed over. After a fault it must not be used. */
export class RowSplitter {
	readonly #format: TableFormat;
	readonly #delimiter: string;
	readonly #lineEnd: LineEnd;
	readonly #limits: TableLimits;
	#fault: SplitFault | null = null;
	#held = '';
	/** Characters above the first row that are still to come. */
	#toSkip: number;
	/** Held text is parsed again only once it has doubled: a long row costs linear time, however small the pieces. */
	#parseFrom = 0;
	#rows = 0;
	#inVain = 0;
	/** How often to look at each row in its place before all at once are tried again. */
	#plainIn = 0;
	/** Cells of the first row. */
	#width: number | null = null;
	#blankLines = 0;

	/** `above`: characters that stand above the first row and are none of it. */
	constructor(format: TableFormat, limits: TableLimits, above: number) {
		this.#format = format;
		this.#toSkip = above;
		this.#delimiter = delimiterOf(format);
		this.#lineEnd = format.lineEnd;
		this.#limits = limits;
	}

	get fault(): SplitFault | null {
		return this.#fault;
	}

	push(text: string): SplitRows {
		const skipped = Math.min(this.#toSkip, text.length);
		this.#toSkip -= skipped;
		this.#held += skipped === 0 ? text : text.slice(skipped);
		if (this.#held.length < this.#parseFrom) return noRows;
		const split = this.#splitHeld(true);
		this.#parseFrom = this.#held.length * 2;
		return split;
	}

	/** The last row, which no line end need follow. */
	finish(): SplitRows {
		if (this.#held === '') return noRows;
		// Without a line end, blanks or a `\r` after the last closing quote would count as a quote never closed.
		this.#held += this.#lineEnd;
		return this.#splitHeld(false);
	}

	/** What is held is split as far as it goes; a row in which a quote is never closed ends with its line. */
	#splitHeld(isOpenEnded: boolean): SplitRows {
		let split: SplitRows = noRows;
		for (;;) {
			const { end, open, ...found } = this.#parse(this.#held, isOpenEnded);
			split = joined(split, found);
			this.#held = this.#held.slice(end);
			const isLong = this.#held.length > this.#limits.cellCharacters;
			const quote =
				open ?? (isOpenEnded && isLong && this.#fault === null ? this.#checkHeld() : null);
			if (quote === null || this.#fault !== null) return split;
			if (isOpenEnded && !this.#held.includes(this.#lineEnd, quote)) {
				// The end of its line is still to come, unless the row is too long already.
				this.#fault = this.#faultOf([], this.#held.length, false);
				return split;
			}
			const line = this.#lineOf(quote);
			if (line === null) return split;
			split = joined(split, line);
		}
	}

	/** The quote is text like any other, to the end of its line. Null: that is beyond a limit, or was so too often. */
	#lineOf(at: number): SplitRows | null {
		const text = this.#held;
		const found = text.indexOf(this.#lineEnd, at);
		const end = found === -1 ? text.length : found + 1;
		// What is before it ends with a delimiter, and so with a cell that is none.
		const before = at === 0 ? [] : this.#firstOf(text.slice(0, at)).cells.slice(0, -1);
		const rest = withoutEnd(text.slice(at, end)).split(this.#delimiter);
		const cells = [...before, ...rest];
		const isTooMuch = !this.#mayLookBack(text);
		this.#inVain += text.length;
		this.#fault = this.#faultOf(cells, end, isTooMuch);
		if (this.#fault !== null) return null;
		this.#held = text.slice(end);
		this.#width ??= cells.length;
		this.#rows++;
		const blankLinesBefore = this.#blankLines;
		this.#blankLines = 0;
		return {
			rows: [cells],
			marks: [{ isMalformed: true, blankLinesBefore, text, start: 0, end }],
		};
	}

	/** What stands behind such a quote is parsed again, all that is held: a file may be full of them. */
	#mayLookBack(text: string): boolean {
		return this.#inVain + text.length <= 4 * this.#limits.rowCharacters;
	}

	#parse(text: string, isOpenEnded: boolean): Split {
		if (this.#plainIn-- > 0 || this.#blankLines > 0) return this.#parseByStep(text, isOpenEnded);
		const plain = this.#parsePlain(text, isOpenEnded);
		if (plain !== null) return plain;
		// Where one row is out of the ordinary, others will be: trying in vain would cost a parse each time.
		this.#plainIn = pushesByStep;
		return this.#parseByStep(text, isOpenEnded);
	}

	/**
	 * All rows at once, which takes half the time; null where one of them is not as wide as the first, misquoted, blank or
	 * too long, so that each must be looked at in its place.
	 */
	#parsePlain(text: string, isOpenEnded: boolean): Split | null {
		if (text.length > this.#limits.rowCharacters) return null;
		const parser = new Papa.Parser(parserOptions(this.#format));
		// The typings leave a direct parse untyped; rows are arrays of text as no header is asked for.
		const parsed = parser.parse(text, 0, isOpenEnded) as ParseResult<string[]>;
		if (parsed.errors.length > 0) return null;
		const width = this.#width ?? parsed.data[0]?.length ?? 0;
		if (width > this.#limits.columns) return null;
		let mayStrip = false;
		for (const cells of parsed.data) {
			if (cells.length !== width || this.#isLongOrBlank(cells)) return null;
			const last = cells[width - 1] ?? '';
			if (this.#lineEnd === '\r' || !last.endsWith('\r')) continue;
			// A cell in quotes that ends in a `\r` of its own cannot be told from another here.
			mayStrip ||= !text.includes('\r"');
			if (!mayStrip) return null;
			cells[width - 1] = last.slice(0, -1);
		}
		if (parsed.data.length > 0) this.#width = width;
		this.#rows += parsed.data.length;
		return { rows: parsed.data, marks: null, end: parsed.meta.cursor, open: null };
	}

	#isLongOrBlank(cells: readonly string[]): boolean {
		if (cells.length === 1 && cells[0]?.trim() === '') return true;
		for (const cell of cells) if (cell.length > this.#limits.cellCharacters) return true;
		return false;
	}

	#parseByStep(text: string, isOpenEnded: boolean): Split {
		const rows: Row[] = [];
		const marks: RowMark[] = [];
		let open: number | null = null;
		let start = 0;
		const parser = new Papa.Parser({
			...parserOptions(this.#format),
			step: ({ data, errors, meta }: ParseStepResult<readonly (readonly string[])[]>) => {
				const from = start;
				start = meta.cursor;
				const row = this.#rowAt(text, from, start, data[0] ?? []);
				if (row === null) this.#blankLines++;
				else {
					open = this.#openQuote(text, from, start, errors);
					if (open === null) this.#fault = this.#faultOf(row, start - from, false);
					if (open !== null || this.#fault !== null) {
						start = from;
						parser.abort();
						return;
					}
					rows.push(row);
					marks.push({
						isMalformed: errors.length > 0,
						blankLinesBefore: this.#blankLines,
						text,
						start: from,
						end: start,
					});
					this.#width ??= row.length;
					this.#rows++;
					this.#blankLines = 0;
				}
			},
		});
		parser.parse(text, 0, isOpenEnded);
		return { rows, marks, end: start, open };
	}

	/** The row's cells without the `\r` of its line end; null for a blank line. */
	#rowAt(
		text: string,
		start: number,
		end: number,
		cells: readonly string[],
	): readonly string[] | null {
		if (cells.length === 1 && text.slice(start, end).trim() === '') return null;
		const last = cells.at(-1) ?? '';
		if (this.#lineEnd === '\r' || !last.endsWith('\r')) return cells;
		// A quoted cell may end in a `\r` of its own: the sign of an unquoted one is that it stands in the text as it is,
		// right behind a delimiter or the start of the row.
		const from = (text[end - 1] === '\n' ? end - 1 : end) - last.length;
		const before = from - this.#delimiter.length;
		const isUnquoted =
			text.startsWith(last, from) &&
			(cells.length === 1 ? from === start : text.startsWith(this.#delimiter, before));
		return isUnquoted ? [...cells.slice(0, -1), last.slice(0, -1)] : cells;
	}

	#faultOf(cells: readonly string[], characters: number, isOpen: boolean): SplitFault | null {
		const fault = (kind: SplitFault['kind'], column: number): SplitFault => ({
			kind,
			row: this.#rows,
			column,
		});
		if (cells.length > this.#limits.columns) return fault('tooManyColumns', this.#limits.columns);
		if (isOpen) return fault('unclosedQuote', cells.length - 1);
		const long = cells.findIndex((cell) => cell.length > this.#limits.cellCharacters);
		if (long !== -1) return fault('cellTooLong', long);
		return characters > this.#limits.rowCharacters ? fault('rowTooLong', 0) : null;
	}

	/**
	 * Judges a row of which only a beginning is there: the rest need not be read once it is beyond a limit. Gives back where
	 * in it a quote was opened and never closed, if its cell is longer than a cell may be.
	 */
	#checkHeld(): number | null {
		const { cells, errors } = this.#firstOf(this.#held);
		const isLong = (cells.at(-1)?.length ?? 0) > this.#limits.cellCharacters;
		const open = isLong ? this.#openQuote(this.#held, 0, this.#held.length, errors) : null;
		if (open === null) this.#fault = this.#faultOf(cells, this.#held.length, false);
		return open;
	}

	#firstOf(text: string): { readonly cells: Row; readonly errors: readonly ParseError[] } {
		const parser = new Papa.Parser(parserOptions(this.#format));
		// The typings leave a direct parse untyped; rows are arrays of text as no header is asked for.
		const { data, errors } = parser.parse(text, 0, false) as ParseResult<readonly string[]>;
		return { cells: data[0] ?? [], errors };
	}

	/**
	 * Where in a row a quote stands that is never closed, or only by chance: its cell goes on past the end of its line, where
	 * quotes open other cells.
	 */
	#openQuote(
		text: string,
		start: number,
		end: number,
		errors: readonly ParseError[],
	): number | null {
		const [error] = errors;
		// A quote's error names the place behind the one that opened the cell.
		if (error?.index === undefined) return null;
		const at = error.index - 1 - start;
		if (errors.some(({ code }) => code === 'MissingQuotes')) return at;
		const lineEnd = text.indexOf(this.#lineEnd, start + at);
		if (lineEnd === -1 || lineEnd + 1 >= end || !this.#mayLookBack(text)) return null;
		return this.#opensCell(text.slice(lineEnd, end)) ? at : null;
	}

	/** Whether a quote stands where one opens a cell. */
	#opensCell(text: string): boolean {
		for (let quote = text.indexOf('"'); quote !== -1; quote = text.indexOf('"', quote + 1)) {
			const isFirst = /[\r\n]/.test(text.charAt(quote - 1));
			const isBehind = text.startsWith(this.#delimiter, quote - this.#delimiter.length);
			if ((isFirst || isBehind) && text[quote + 1] !== '"') return true;
		}
		return false;
	}
}

/** A row as the file has it, without its line end. */
export const textOf = ({ text, start, end }: RowMark): string => withoutEnd(text.slice(start, end));

const withoutEnd = (line: string): string => line.replace(/[\r\n]+$/, '');

function joined(a: SplitRows, b: SplitRows): SplitRows {
	if (a.rows.length === 0) return b;
	if (b.rows.length === 0) return a;
	const marksOf = ({ rows, marks }: SplitRows): readonly (RowMark | null)[] =>
		marks ?? rows.map(() => null);
	const marks = a.marks === null && b.marks === null ? null : [...marksOf(a), ...marksOf(b)];
	return { rows: [...a.rows, ...b.rows], marks };
}

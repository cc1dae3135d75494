import type { Row } from '#domain/dataset.ts';
import { JsonRows, type JsonRow } from './json-rows.ts';
import type { DelimitedLayout } from './open-delimited.ts';
import type { JsonLayout } from './open-json.ts';
import type { OpenTable } from './open-table.ts';
import type { ReadContext } from './reading.ts';
import type { RowCensus } from './row-census.ts';
import { RowSplitter, textOf, type RowMark, type SplitRows } from './row-splitter.ts';
import { faultText } from './table-problems.ts';

/** The rows that are kept of a file whose text arrives in pieces, in the order of its columns. */
export interface RowSource {
	/** Why it cannot be read on, in words. */
	readonly fault: string | null;
	push(text: string): readonly Row[];
	finish(): readonly Row[];
}

export function rowSource(table: OpenTable, census: RowCensus, context: ReadContext): RowSource {
	const { layout } = table;
	return layout.kind === 'json'
		? new JsonSource(table, layout, census, context)
		: new DelimitedSource(table, layout, census, context);
}

class JsonSource implements RowSource {
	readonly #file: string;
	readonly #names: readonly string[];
	readonly #census: RowCensus;
	readonly #rows: JsonRows;

	constructor({ file }: OpenTable, layout: JsonLayout, census: RowCensus, context: ReadContext) {
		this.#file = file.name;
		this.#names = layout.names;
		this.#census = census;
		this.#rows = new JsonRows(layout.form, context.limits, true);
	}

	get fault(): string | null {
		return this.#rows.fault === null ? null : `${this.#file}, ${this.#rows.fault}`;
	}

	push(text: string): readonly Row[] {
		return this.#take(this.#rows.push(text));
	}

	finish(): readonly Row[] {
		return this.#take(this.#rows.finish());
	}

	#take(found: readonly JsonRow[]): readonly Row[] {
		return found.map(({ members, text }) => {
			const cells = this.#names.map((name) => members.get(name) ?? '');
			const number = this.#census.rows + 1;
			this.#census.addRow(cells, false, number, () => text);
			return cells;
		});
	}
}

class DelimitedSource implements RowSource {
	readonly #table: OpenTable;
	readonly #layout: DelimitedLayout;
	readonly #census: RowCensus;
	readonly #context: ReadContext;
	readonly #splitter: RowSplitter;
	/** What stands instead of a row, by the row's number. */
	readonly #edits: ReadonlyMap<number, string>;
	#isHeaderRead: boolean;
	#number = 0;
	/** Of the row that is looked at. One function tells its text: one for each row would cost more than the rest of it. */
	#mark: RowMark | null = null;
	readonly #textOfRow = (): string => (this.#mark === null ? '' : textOf(this.#mark));

	constructor(table: OpenTable, layout: DelimitedLayout, census: RowCensus, context: ReadContext) {
		this.#table = table;
		this.#layout = layout;
		this.#census = census;
		this.#context = context;
		this.#splitter = new RowSplitter(layout.format, context.limits, layout.above);
		const edits = (context.edits ?? []).filter(({ file }) => file === table.index);
		this.#edits = new Map(edits.map(({ row, text }) => [row, text]));
		this.#isHeaderRead = !layout.hasHeader;
	}

	get fault(): string | null {
		const { fault } = this.#splitter;
		if (fault === null) return null;
		const { file, columns } = this.#table;
		return faultText(file.name, fault, columns, this.#layout.hasHeader, this.#context.limits);
	}

	push(text: string): readonly Row[] {
		return this.#take(this.#splitter.push(text));
	}

	finish(): readonly Row[] {
		return this.#take(this.#splitter.finish());
	}

	#take({ rows: found, marks }: SplitRows): readonly Row[] {
		const rows: Row[] = [];
		for (const [i, cells] of found.entries()) {
			const mark = marks?.[i] ?? null;
			if (!this.#isHeaderRead) {
				this.#census.addHeader(cells, mark?.isMalformed ?? false);
				this.#isHeaderRead = true;
				continue;
			}
			if (mark !== null) this.#census.addBlankLines(mark.blankLinesBefore);
			const edit = this.#edits.get(++this.#number);
			this.#mark = mark;
			if (edit === undefined) this.#keep(cells, mark?.isMalformed ?? false, this.#textOfRow, rows);
			else this.#keepEdit(edit, rows);
		}
		return rows;
	}

	#keep(cells: Row, isMalformed: boolean, text: () => string, rows: Row[]): void {
		if (this.#census.addRow(cells, isMalformed, this.#number, text)) rows.push(cells);
	}

	/** What was written by hand ends where it ends: a quote that it opens cannot swallow the rows behind it. */
	#keepEdit(text: string, rows: Row[]): void {
		const { format } = this.#layout;
		const splitter = new RowSplitter(format, this.#context.limits, 0);
		const split = [splitter.push(text), splitter.finish()];
		if (splitter.fault !== null) {
			this.#keep(text.split(format.delimiter || '\n'), true, () => text, rows);
			return;
		}
		for (const { rows: found, marks } of split)
			for (const [i, cells] of found.entries())
				this.#keep(cells, marks?.[i]?.isMalformed ?? false, () => text, rows);
	}
}

import type { ReadingOptions } from './reading-options.ts';
import type { TextEncoding } from './text-encoding.ts';

/** The cells of one row by column position. A row may be shorter than the columns: the rest is empty text. */
export type Row = readonly string[];

export interface Column {
	/** Unique within the dataset; what a template variable names. */
	readonly name: string;
	/** The header as the file has it: differs from the name where it was empty, repeated or padded. */
	readonly header: string;
}

/** Something a person should know about a file that was read all the same. */
export interface ImportNotice {
	readonly kind:
		| 'raggedRows'
		| 'renamedColumns'
		| 'malformedQuotes'
		| 'skippedRows'
		| 'noHeader'
		| 'ownTable'
		| 'encoding'
		| 'blankLines'
		| 'other';
	/** A sentence that names the file, and the rows or columns. */
	readonly message: string;
	/** Row numbers of the dataset from 1, at most the first 100. Of rows that do not fit none: `OddRows` has them. */
	readonly rows: readonly number[];
}

/** A row of a file with fewer or more cells than the others, or with a quote out of place or never closed. */
export interface OddRow {
	/** Which of the files that were read with it, from 0: some may have become other datasets. */
	readonly file: number;
	readonly fileName: string;
	/** Its number in that file, from 1; the header does not count. */
	readonly row: number;
	readonly cells: number;
	/** How many cells fit. */
	readonly wanted: number;
	readonly isMisquoted: boolean;
	/** As the file has it; null where it is too long to be looked at. */
	readonly text: string | null;
}

export interface OddRows {
	readonly count: number;
	/** The first hundred. */
	readonly first: readonly OddRow[];
}

export interface Dataset {
	readonly id: string;
	/** The file's name, or the names of the files stacked. */
	readonly name: string;
	readonly files: readonly string[];
	/** Epoch milliseconds. */
	readonly createdAt: number;
	readonly columns: readonly Column[];
	readonly rowCount: number;
	readonly encoding: TextEncoding;
	readonly delimiter: string;
	readonly notices: readonly ImportNotice[];
	/** Equal where columns and rows are equal; lacking in a dataset that an older version stored. */
	readonly digest?: string;
	/** What its first file is; left out: a table. JSON has no delimiter and no header. */
	readonly format?: 'table' | 'json';
	/** Whether the first row named the columns; left out: it did. */
	readonly hasHeader?: boolean;
	/** How it was asked to be read; left out: only the encoding and the delimiter were ever anything but found out. */
	readonly options?: ReadingOptions;
	/** Left out: none. */
	readonly oddRows?: OddRows;
}

/** What a list of datasets shows of one. */
export type DatasetSummary = Pick<Dataset, 'id' | 'name' | 'createdAt' | 'rowCount'>;

/** What a run remembers of its dataset, so that the same file can be told from another one when the rows are gone. */
export type DatasetMark = Pick<
	Dataset,
	'name' | 'columns' | 'rowCount' | 'encoding' | 'delimiter' | 'digest' | 'options'
>;

export const markOfDataset = ({
	name,
	columns,
	rowCount,
	encoding,
	delimiter,
	digest,
	options,
}: Dataset): DatasetMark => ({
	...{ name, columns, rowCount, encoding, delimiter },
	...(digest === undefined ? {} : { digest }),
	...(options === undefined ? {} : { options }),
});

/** How its files were read, so that they can be read the same again. */
export const optionsOf = ({ options, encoding, delimiter }: DatasetMark): ReadingOptions =>
	options ?? { encoding, delimiter };

export const cellAt = (row: Row, column: number): string => row[column] ?? '';

/** Where each column stands, by name. A Map, so that `__proto__` is a name like any other. */
export const columnPositions = (columns: readonly Column[]): ReadonlyMap<string, number> =>
	new Map(columns.map((column, position) => [column.name, position]));

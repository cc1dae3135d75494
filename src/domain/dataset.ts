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
		'raggedRows' | 'renamedColumns' | 'malformedQuotes' | 'encoding' | 'blankLines' | 'other';
	/** A sentence that names the file, and the rows or columns. */
	readonly message: string;
	/** Data row numbers from 1 (the header does not count), at most the first 100. */
	readonly rows: readonly number[];
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
}

/** What a run remembers of its dataset, so that the same file can be told from another one when the rows are gone. */
export type DatasetMark = Pick<
	Dataset,
	'name' | 'columns' | 'rowCount' | 'encoding' | 'delimiter' | 'digest'
>;

export const markOfDataset = ({
	name,
	columns,
	rowCount,
	encoding,
	delimiter,
	digest,
}: Dataset): DatasetMark => ({
	...{ name, columns, rowCount, encoding, delimiter },
	...(digest === undefined ? {} : { digest }),
});

export const textEncodings = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type TextEncoding = (typeof textEncodings)[number];

export const cellAt = (row: Row, column: number): string => row[column] ?? '';

/** Where each column stands, by name. A Map, so that `__proto__` is a name like any other. */
export const columnPositions = (columns: readonly Column[]): ReadonlyMap<string, number> =>
	new Map(columns.map((column, position) => [column.name, position]));

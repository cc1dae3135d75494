import type { TextEncoding } from './text-encoding.ts';

/** A row put right by hand. */
export interface RowEdit {
	/** Which of the files, from 0. */
	readonly file: number;
	/** Which row of that file, from 1; its header does not count. */
	readonly row: number;
	/** What stands there instead, read as the file is: one row, several, or none where it is blank. */
	readonly text: string;
}

/** How files are to be read. Null: found out. */
export interface ReadingOptions {
	readonly encoding: TextEncoding | null;
	/** One character, or empty text for a table of one column. */
	readonly delimiter: string | null;
	/** Whether the first row names the columns; left out: found out. */
	readonly header?: boolean | null;
	/** Whether quotes enclose cells, or are text like any other; left out: they enclose. */
	readonly quotes?: 'enclose' | 'text';
	/** What becomes of rows that do not fit; left out: they are kept. */
	readonly oddRows?: 'keep' | 'skip';
	/** Left out: none. They hold only for the files, and the other options, that they were made under. */
	readonly edits?: readonly RowEdit[];
}

export const foundOut: ReadingOptions = { encoding: null, delimiter: null };

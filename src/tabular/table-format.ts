import type { LineEnd } from './line-end.ts';

/** What a table of one column has for a delimiter. */
export const noDelimiter = '';

/** Two high surrogates in a row: decoded text never holds them, so nothing is split. */
const neverThere = '\ud800\ud800';

/** How a file's text is cut into rows and cells. */
export interface TableFormat {
	/** One character, or `noDelimiter`. */
	readonly delimiter: string;
	readonly lineEnd: LineEnd;
	/** Whether quotes enclose cells; else they are text like any other. */
	readonly quotesEnclose: boolean;
}

export const isDelimiter = (text: string): boolean =>
	text === noDelimiter || (text.length === 1 && !/["\r\n\ufeff]/.test(text));

/** What papaparse splits at. */
export const delimiterOf = ({ delimiter }: TableFormat): string =>
	delimiter === noDelimiter ? neverThere : delimiter;

export const parserOptions = (format: TableFormat) => ({
	delimiter: delimiterOf(format),
	newline: format.lineEnd,
	// The mode that looks for no quotes; left out, papaparse chooses it where the text holds none.
	...(format.quotesEnclose ? {} : { fastMode: true }),
});

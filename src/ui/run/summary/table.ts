/** A picture's numbers, as rows of text. */
export interface FigureTable {
	readonly head: readonly string[];
	/** The first cell of each names it. */
	readonly rows: readonly (readonly string[])[];
}

/** As spreadsheets take it from the clipboard: what would end a cell is a blank. */
export const toTsv = ({ head, rows }: FigureTable): string =>
	[head, ...rows]
		.map((cells) => cells.map((cell) => cell.replaceAll(/[\t\r\n]+/g, ' ')).join('\t'))
		.join('\n');

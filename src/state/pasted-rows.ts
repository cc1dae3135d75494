import { foundOut, type ReadingOptions } from '#domain/reading-options.ts';

export interface PastedRows {
	readonly file: File;
	readonly options: ReadingOptions;
}

/**
 * Pasted text as a file. `fromSheet`: it was copied in a spreadsheet, which writes cells with tabs between and quotes only
 * those that hold a tab or a line end; a quote at the start of any other is the person's own.
 */
export function pastedRows(text: string, fromSheet: boolean): PastedRows {
	const fileOf = (content: string): File => new File([content], 'Pasted rows');
	if (!fromSheet) return { file: fileOf(text), options: foundOut };
	const isWide = text.includes('\t');
	return {
		file: fileOf(
			sheetRows(text)
				.map((cells) => cells.map(quoted).join('\t'))
				.join('\n'),
		),
		options: { ...foundOut, delimiter: isWide ? '\t' : '' },
	};
}

/** Cells of nothing but quotes and blanks are quoted too, so that a blank cell is not taken for a blank line. */
const quoted = (cell: string): string =>
	/["\t\r\n]/.test(cell) || cell.trim() === '' ? `"${cell.replaceAll('"', '""')}"` : cell;

function sheetRows(text: string): string[][] {
	const rows: string[][] = [];
	let row: string[] = [];
	let at = 0;
	while (at < text.length) {
		const { cell, end } = cellAt(text, at);
		row.push(cell);
		if (text[end] === '\t') {
			at = end + 1;
			if (at < text.length) continue;
			row.push('');
		}
		rows.push(row);
		row = [];
		at = text.startsWith('\r\n', end) ? end + 2 : end + 1;
	}
	return rows;
}

function cellAt(text: string, start: number): { readonly cell: string; readonly end: number } {
	const enclosed = text[start] === '"' ? enclosedAt(text, start) : null;
	if (enclosed !== null) return enclosed;
	const length = text.slice(start).search(/[\t\r\n]/);
	const end = length === -1 ? text.length : start + length;
	return { cell: text.slice(start, end), end };
}

/** Null where the quotes are the cell's own: they enclose nothing that would need it. */
function enclosedAt(
	text: string,
	start: number,
): { readonly cell: string; readonly end: number } | null {
	for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
		if (text[at + 1] === '"') {
			at++;
			continue;
		}
		const end = at + 1;
		const cell = text.slice(start + 1, at);
		const closes = end === text.length || /[\t\r\n]/.test(text.charAt(end));
		return closes && /[\t\r\n]/.test(cell) ? { cell: cell.replaceAll('""', '"'), end } : null;
	}
	return null;
}

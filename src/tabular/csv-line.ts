import type { CsvForm } from '#domain/export-choice.ts';
import { endsBehindAnotherDelimiter, guardFormulas } from './formula-guard.ts';

export type CsvCell = string | number | null;

/** Makes a line of cells; null is an empty one. */
export function csvLine({
	guardFormulas: guards,
	delimiter,
}: Pick<CsvForm, 'guardFormulas' | 'delimiter'>): (values: readonly CsvCell[]) => string {
	const cellText = (value: CsvCell, opensAnotherCell: boolean): string => {
		if (value === null) return '';
		const text = value.toString();
		return quotedCell(guards ? guardFormulas(text, delimiter, opensAnotherCell) : text);
	};
	return (values) => {
		let opensAnotherCell = true;
		const cells = values.map((value) => {
			const text = cellText(value, opensAnotherCell);
			opensAnotherCell = endsBehindAnotherDelimiter(text, delimiter, opensAnotherCell);
			return text;
		});
		return `${cells.join(delimiter)}\r\n`;
	};
}

/** Quoted for every delimiter: a spreadsheet may expect another than the one that was written. */
const quotedCell = (text: string): string =>
	/[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

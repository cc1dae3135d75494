import type { CsvForm } from '#domain/export-choice.ts';
import { guardFormulas } from './formula-guard.ts';

export type CsvCell = string | number | null;

/** Makes a line of cells; null is an empty one. */
export function csvLine({
	guardFormulas: guards,
	delimiter,
}: Pick<CsvForm, 'guardFormulas' | 'delimiter'>): (values: readonly CsvCell[]) => string {
	const cellText = (value: CsvCell): string => {
		if (value === null) return '';
		if (typeof value === 'number') return value.toString();
		return quotedCell(guards ? guardFormulas(value, delimiter) : value);
	};
	return (values) => `${values.map(cellText).join(delimiter)}\r\n`;
}

/** Quoted for every delimiter: a spreadsheet may expect another than the one that was written. */
const quotedCell = (text: string): string =>
	/[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

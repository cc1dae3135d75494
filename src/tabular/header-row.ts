import { cellAt, type Row } from '#domain/dataset.ts';

/** Values that hardly ever name a column. */
const values: readonly RegExp[] = [
	/^[+-]?(\d+([.,]\d+)*|[.,]\d+)(e[+-]?\d+)?\s?%?$/i,
	/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?$/,
	/^https?:\/\/\S+$/i,
	/^[^\s@,;]+@[^\s@,;]+\.[a-z]{2,}$/i,
	/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
];

const kindOf = (cell: string): number => values.findIndex((value) => value.test(cell.trim()));

/**
 * Whether the first of these rows names the columns. Told from columns that are all numbers, dates, addresses or the like:
 * a name stands out there, another value does not. Where nothing tells, it does: few tables have no header.
 */
export function hasHeader(rows: readonly Row[]): boolean {
	const [head = [], ...below] = rows;
	if (isCount(head)) return true;
	const verdicts = head.map((cell, column) => {
		const cells = below.map((row) => cellAt(row, column)).filter((text) => text.trim() !== '');
		const kind = cells[0] === undefined ? -1 : kindOf(cells[0]);
		if (kind === -1 || !cells.every((text) => kindOf(text) === kind)) return null;
		return cell.trim() === '' ? null : kindOf(cell) !== kind || isYear(cell);
	});
	return verdicts.includes(true) || !verdicts.includes(false);
}

/** Years are told over columns of numbers. */
const isYear = (cell: string): boolean => /^(19|20)\d\d$/.test(cell.trim());

/** Columns that were numbered by whatever wrote the file. */
function isCount(head: readonly string[]): boolean {
	const numbers = head.filter((cell) => cell.trim() !== '').map(Number);
	const [first] = numbers;
	return (
		numbers.length > 1 &&
		(first === 0 || first === 1) &&
		numbers.every((number, i) => number === first + i)
	);
}

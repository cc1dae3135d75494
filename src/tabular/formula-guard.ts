/** White space and invisible characters, then what opens a formula, in Latin or full width. */
const opensFormula = /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]/u;

const plainNumber = /^\s*[+-]?(\d+([.,]\d+)*|[.,]\d+)(e[+-]?\d+)?(\s*%)?\s*$/i;

const guardLine = (line: string): string =>
	opensFormula.test(line) && !plainNumber.test(line) ? `'${line}` : line;

/**
 * An apostrophe before whatever a spreadsheet would take for a formula (OWASP, CSV injection). Each line of a cell is
 * looked at: a spreadsheet that expects another delimiter takes a line within quotes for a row. Plain numbers stay.
 */
export function guardFormulas(cell: string): string {
	const guarded = cell.replace(/[^\r\n]+/g, guardLine);
	return /^[\t\r]/.test(guarded) ? `'${guarded}` : guarded;
}

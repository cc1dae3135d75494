/** White space and invisible characters, then what opens a formula, in Latin or full width. */
const opensFormula = /^[\s\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]/u;

/**
 * The same behind a line end or a delimiter within a cell. Quotes there are read as closed at once, and what follows them as
 * text; `-)` is half of a smile and opens no formula.
 */
const opensFormulaWithin = /^["\s\p{Cc}\p{Cf}]*(?:[=+@＝＋－＠]|-(?!\)))/u;

const plainNumber = /^\s*[+-]?(\d+([.,]\d+)*|[.,]\d+)(e[+-]?\d+)?(\s*%)?\s*$/i;

/** What lies between the signs at which a spreadsheet may part a cell, by the one that it expects beside line ends. */
const partsBetween: Readonly<Record<string, RegExp>> = {
	',': /[^\r\n,]+/g,
	';': /[^\r\n;]+/g,
	'\t': /[^\r\n\t]+/g,
};

const guardWithin = (part: string, at: number): string =>
	at > 0 && opensFormulaWithin.test(part) && !plainNumber.test(part) ? `'${part}` : part;

/**
 * An apostrophe before whatever a spreadsheet would take for a formula (OWASP, CSV injection). Each line of a cell is looked
 * at, and what stands behind a delimiter other than the one written: a spreadsheet that expects that one reads over the
 * quotes, and takes it for a cell. Plain numbers stay.
 */
export function guardFormulas(cell: string, delimiter: string): string {
	const opens = /^[\t\r]/.test(cell) || (opensFormula.test(cell) && !plainNumber.test(cell));
	let guarded = cell.replace(/[^\r\n]+/g, guardWithin);
	for (const [other, parts] of Object.entries(partsBetween))
		if (other !== delimiter && guarded.includes(other))
			guarded = guarded.replace(parts, guardWithin);
	return opens ? `'${guarded}` : guarded;
}

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
 * quotes, and takes it for a cell. Plain numbers stay, but for one that opens such a cell: the cells behind it would go on as
 * its formula, as in `-1,5*x`.
 */
export function guardFormulas(cell: string, delimiter: string, opensAnotherCell = false): string {
	const opens =
		/^[\t\r]/.test(cell) ||
		(opensFormula.test(cell) && (opensAnotherCell || !plainNumber.test(cell)));
	let guarded = cell.replace(/[^\r\n]+/g, guardWithin);
	for (const [other, parts] of Object.entries(partsBetween))
		if (other !== delimiter && guarded.includes(other))
			guarded = guarded.replace(parts, guardWithin);
	return opens ? `'${guarded}` : guarded;
}

/** Quotes and what is not seen: a spreadsheet reads over them to what opens a cell. */
const readOver = /["\s\p{Cc}\p{Cf}]/u;

/** Whether what is written behind this text may open a cell to a spreadsheet that expects another delimiter than this. */
export function endsBehindAnotherDelimiter(
	text: string,
	delimiter: string,
	before: boolean,
): boolean {
	for (let at = text.length - 1; at >= 0; at -= 1) {
		const sign = text.charAt(at);
		if (sign === '\r' || sign === '\n') return true;
		if (sign !== delimiter && sign in partsBetween) return true;
		if (!readOver.test(sign)) return false;
	}
	return before;
}

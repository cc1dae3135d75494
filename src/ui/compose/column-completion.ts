import { isVariableName } from '#domain/template.ts';

/** A brace that stands open before the caret, and what was typed behind it. */
export interface OpenBrace {
	/** The offset behind the brace. */
	readonly from: number;
	readonly query: string;
}

/** No name of a column that is typed by hand is longer. */
const longestLook = 200;

/** Of braces in a row, two and two are pairs that send one: only an odd one opens a variable. */
export function openBraceBefore(text: string, caret: number): OpenBrace | null {
	const before = text.slice(Math.max(0, caret - longestLook), caret);
	const open = before.lastIndexOf('{');
	if (open === -1) return null;
	const behind = before.slice(open + 1);
	const braces = /\{+$/.exec(before.slice(0, open + 1))?.[0].length ?? 0;
	const query = behind.replace(/^[ \t]+/, '');
	if (braces % 2 === 0 || (query !== '' && !isVariableName(query))) return null;
	return { from: caret - behind.length, query };
}

/** The columns that a name being typed may come to, likeliest first: those that begin so, then those that hold it. */
export function columnsLike(
	query: string,
	columns: readonly string[],
	most: number,
): readonly string[] {
	const wanted = query.toLowerCase();
	const matching = columns.filter(
		(name) => isVariableName(name) && name.toLowerCase().includes(wanted),
	);
	const begins = (name: string): boolean => name.toLowerCase().startsWith(wanted);
	return [...matching.filter(begins), ...matching.filter((name) => !begins(name))].slice(0, most);
}

/** A stretch of the text and what takes its place. */
export interface Replacement {
	readonly from: number;
	readonly to: number;
	readonly text: string;
}

/** The name takes the place of what was typed, and of the rest of a name that goes on behind the caret to its brace. */
export function completed(
	text: string,
	caret: number,
	{ from }: OpenBrace,
	name: string,
): Replacement {
	const after = text.slice(caret, caret + longestLook);
	const rest = /^([\p{L}\p{M}\p{N}_\-.]*)(\}+)/u.exec(after);
	// An even row of braces closes pairs that were opened before: none of them is this one's.
	const closes = rest !== null && (rest[2] ?? '').length % 2 === 1;
	const to = closes ? caret + (rest[1] ?? '').length + 1 : caret;
	return { from, to, text: `${name}}` };
}

import { endOfText } from '#domain/json-text.ts';

/**
 * The members of an object in valid JSON, each value as a cell: texts as they are, nothing for null, and all else as it is
 * written, so that a long number keeps its digits. Of a repeated name the last counts, as JSON has it.
 */
export function membersOf(object: string): ReadonlyMap<string, string> {
	const members = new Map<string, string>();
	let at = nextMark(object, 1);
	while (object[at] === '"') {
		const nameEnd = endOfText(object, at + 1) + 1;
		const name = textOf(object.slice(at, nameEnd));
		// Past the colon.
		const start = nextMark(object, nextMark(object, nameEnd) + 1);
		const end = endOfValue(object, start);
		members.set(name, cellOf(object.slice(start, end)));
		at = nextMark(object, end);
		if (object[at] === ',') at = nextMark(object, at + 1);
	}
	return members;
}

function nextMark(text: string, from: number): number {
	let at = from;
	while (text.charCodeAt(at) <= 0x20) at++;
	return at;
}

function endOfValue(text: string, start: number): number {
	if (text[start] === '"') return endOfText(text, start + 1) + 1;
	let depth = 0;
	for (let at = start; ; at++) {
		const mark = text[at];
		if (mark === '"') at = endOfText(text, at + 1);
		else if (mark === '{' || mark === '[') depth++;
		else if (mark === '}' || mark === ']') {
			if (depth === 0) return at;
			if (--depth === 0) return at + 1;
		} else if ((mark === ',' && depth === 0) || mark === undefined) return at;
	}
}

function cellOf(written: string): string {
	const value = written.trimEnd();
	if (value === 'null') return '';
	if (value.startsWith('"')) return textOf(value);
	return /\s/.test(value) ? withoutBlanks(value) : value;
}

function textOf(written: string): string {
	if (!written.includes('\\')) return written.slice(1, -1);
	// The text of a valid literal is a string.
	return JSON.parse(written) as string;
}

/** Between the parts, not within texts. */
const withoutBlanks = (value: string): string =>
	value.replace(/"(?:[^"\\]+|\\.)*"|\s+/g, (part) => (part.startsWith('"') ? part : ''));

/** Where a text stops being JSON, and what is wrong there; both counted from 1. */
export interface JsonFault {
	readonly line: number;
	readonly column: number;
	/** A part of a sentence: “a comma is missing before this”. */
	readonly message: string;
}

type Expected = 'value' | 'valueOrEnd' | 'name' | 'nameOrEnd' | 'colon' | 'commaOrEnd' | 'end';

const literals = ['true', 'false', 'null'];
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /[\p{L}_$][\p{L}\p{N}_$]*/uy;

const matchAt = (pattern: RegExp, source: string, at: number): string | null => {
	pattern.lastIndex = at;
	return pattern.exec(source)?.[0] ?? null;
};

/**
 * The first fault of a text that should be JSON; null where it is JSON. Browsers word theirs each in its own way, and
 * some without a place.
 */
export function jsonFault(source: string): JsonFault | null {
	const open: ('{' | '[')[] = [];
	let expected: Expected = 'value';
	let at = 0;
	const fault = (message: string, where = at): JsonFault => placed(source, where, message);
	const close = (): void => {
		open.pop();
		expected = open.length === 0 ? 'end' : 'commaOrEnd';
		at += 1;
	};

	for (;;) {
		while (' \t\n\r'.includes(source[at] ?? 'x')) at += 1;
		const char = source[at];
		if (char === undefined) {
			if (expected === 'end') return null;
			const last = open.at(-1);
			return fault(
				last === undefined
					? 'a value is missing'
					: `it ends here, but a closing ${last === '{' ? '}' : ']'} is missing`,
			);
		}
		switch (expected) {
			case 'end':
				return fault('nothing may follow the end of the value');
			case 'commaOrEnd':
				if (char === (open.at(-1) === '{' ? '}' : ']')) close();
				else if (char === ',') {
					at += 1;
					expected = open.at(-1) === '{' ? 'name' : 'value';
				} else if (char === '}' || char === ']')
					return fault(`${char} does not close the ${String(open.at(-1))} before it`);
				else return fault('a comma is missing before this');
				break;
			case 'colon':
				if (char !== ':') return fault('a colon is missing between the name and its value');
				at += 1;
				expected = 'value';
				break;
			case 'name':
			case 'nameOrEnd': {
				if (char === '}') {
					if (expected === 'name') return fault('there is a comma too many before the }');
					close();
					break;
				}
				if (char !== '"')
					return fault(
						char === ','
							? 'there is a comma too many'
							: `a name must stand in straight double quotes, such as "top_p"`,
					);
				const name = readText(source, at);
				if (typeof name !== 'number') return name;
				at = name;
				expected = 'colon';
				break;
			}
			case 'value':
			case 'valueOrEnd': {
				if (char === ']' && open.at(-1) === '[') {
					if (expected === 'value') return fault('there is a comma too many before the ]');
					close();
					break;
				}
				if (char === '{' || char === '[') {
					open.push(char);
					at += 1;
					expected = char === '{' ? 'nameOrEnd' : 'valueOrEnd';
					break;
				}
				const end = readScalar(source, at, char);
				if (typeof end !== 'number') return end;
				at = end;
				expected = open.length === 0 ? 'end' : 'commaOrEnd';
			}
		}
	}
}

/** “line 2, column 5: a comma is missing before this”. */
export const faultWords = ({ line, column, message }: JsonFault): string =>
	`line ${String(line)}, column ${String(column)}: ${message}`;

/** Why a text is no JSON: the rest of a sentence that begins with what it is, without its full stop. */
export function notJson(source: string, isOneLine = false): string {
	const fault = jsonFault(source);
	if (fault === null) return 'is not valid JSON';
	const words = isOneLine ? `column ${String(fault.column)}: ${fault.message}` : faultWords(fault);
	return `is not valid JSON, ${words}`;
}

function placed(source: string, at: number, message: string): JsonFault {
	// Counted, not split: a hundred million lines as a list would take all memory.
	let line = 1;
	let column = 1;
	for (let i = 0; i < at; i++) {
		const char = source[i];
		if (char === '\n' || (char === '\r' && source[i + 1] !== '\n')) {
			line++;
			column = 1;
		} else if (char !== '\r') {
			column++;
			// A pair of surrogates is one character.
			if ((source.codePointAt(i) ?? 0) > 0xffff) i++;
		}
	}
	return { line, column, message };
}

const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** The place behind a text in quotes, or its fault. A loop, because a pattern would run out of stack on a long text. */
function readText(source: string, start: number): number | JsonFault {
	for (let at = start + 1; ; at++) {
		const char = source[at];
		if (char === undefined) return placed(source, start, 'this text has no closing quote');
		if (char === '"') return at + 1;
		if (char === '\n' || char === '\r')
			return placed(
				source,
				start,
				'this text goes over the end of its line: write \\n for a new line',
			);
		if (char < ' ')
			return placed(source, at, 'a tab or control character must be written as \\t or \\u0000');
		if (char !== '\\') continue;
		const escaped = matchAt(escape, source, at);
		if (escaped === null) return placed(source, at, 'a backslash must be written twice: \\\\');
		at += escaped.length - 1;
	}
}

function readScalar(source: string, at: number, char: string): number | JsonFault {
	if (char === '"') return readText(source, at);
	const found =
		literals.find((literal) => source.startsWith(literal, at)) ?? matchAt(number, source, at);
	return found === null ? valueFault(source, at, char) : at + found.length;
}

const python = new Map([
	['True', 'true'],
	['False', 'false'],
	['None', 'null'],
]);

function valueFault(source: string, at: number, char: string): JsonFault {
	if (char === "'" || char === '“' || char === '‘' || char === '”')
		return placed(source, at, 'text must stand in straight double quotes');
	if (char === ',') return placed(source, at, 'a value is missing before the comma');
	if (char === '}' || char === ']')
		return placed(source, at, `a value is missing before the ${char}`);
	const found = matchAt(word, source, at);
	if (found === null) return placed(source, at, 'no value starts like this');
	const meant = python.get(found);
	return placed(
		source,
		at,
		meant === undefined
			? `“${found.slice(0, 30)}” must stand in straight double quotes if it is text`
			: `${found} is written ${meant} in JSON`,
	);
}

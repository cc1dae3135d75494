const escapes: Readonly<Record<string, string>> = {
	'"': '"',
	'\\': '\\',
	b: '\b',
	f: '\f',
	n: '\n',
	r: '\r',
	t: '\t',
};

const words: ReadonlyMap<string, unknown> = new Map([
	['None', null],
	['True', true],
	['False', false],
]);

/** Reads a literal as Python does: None, True, False, numbers, double-quoted texts, lists and dicts with trailing commas. */
export function readPythonLiteral(source: string): unknown {
	let at = 0;
	const fail = (what: string): never => {
		throw new Error(`${what} at ${String(at)}: ${source.slice(at, at + 40)}`);
	};
	const skip = (): void => {
		while (/[ \n]/.test(source[at] ?? '')) at++;
	};
	const take = (char: string): boolean => {
		skip();
		if (source[at] !== char) return false;
		at++;
		return true;
	};
	const text = (): string => {
		let read = '';
		for (; source[at] !== '"'; at++) {
			const char = source[at];
			if (char === undefined || char === '\n' || char === '\r') return fail('an open text');
			if (char !== '\\') {
				read += char;
				continue;
			}
			const mark = source[++at] ?? '';
			if (mark === 'u') {
				const digits = /^[0-9a-f]{4}/i.exec(source.slice(at + 1))?.[0] ?? fail('a bad escape');
				read += String.fromCharCode(parseInt(digits, 16));
				at += 4;
			} else read += escapes[mark] ?? fail('an unknown escape');
		}
		at++;
		return read;
	};
	const value = (): unknown => {
		if (take('"')) return text();
		if (take('[')) {
			const list: unknown[] = [];
			while (!take(']')) {
				list.push(value());
				if (!take(',')) fail('no comma');
			}
			return list;
		}
		if (take('{')) {
			const entries: [string, unknown][] = [];
			while (!take('}')) {
				if (!take('"')) fail('no key');
				const key = text();
				if (!take(':')) fail('no colon');
				entries.push([key, value()]);
				if (!take(',')) fail('no comma');
			}
			return Object.fromEntries(entries);
		}
		const word = /^[A-Za-z]+|^-?\d+(\.\d+)?(e[+-]?\d+)?/.exec(source.slice(at, at + 40))?.[0];
		if (word === undefined) return fail('no value');
		at += word.length;
		if (words.has(word)) return words.get(word);
		return Number.isNaN(Number(word)) ? fail('an unknown word') : Number(word);
	};
	const read = value();
	skip();
	if (at < source.length) fail('more than one value');
	return read;
}

/** Of a longer key (a token of a cloud) encodings are looked for of its end, without which the rest opens nothing. */
export const mostEncoded = 256;
const windowLength = 6;

/** One way to write a key down. */
interface Form {
	readonly text: string;
	/** Whether an upper case letter is another one: in base64. */
	readonly isExact: boolean;
	readonly hasRest: boolean;
	/** How many characters of it a piece of the key with so many has, wherever in the key it begins. */
	readonly least: (pieceLength: number) => number;
}

interface Place {
	readonly form: Form;
	readonly at: number;
}

/** Where in which form each few characters stand, in lower case. */
export type Pieces = ReadonlyMap<string, readonly Place[]>;

const bytesOf = (text: string): readonly number[] => [...new TextEncoder().encode(text)];
export const inHex = (text: string): readonly string[] =>
	bytesOf(text).map((byte) => byte.toString(16).padStart(2, '0'));

export interface InBase64 {
	readonly text: string;
	/** Whether a part of its last byte is in the character behind. */
	readonly hasRest: boolean;
}

/**
 * What is the same in base64 of every text that holds the secret, for each of the three places where it can begin: of its
 * ends a few bits belong to what stands beside it.
 */
export function inBase64(secret: string): readonly InBase64[] {
	const bytes = bytesOf(secret);
	return [0, 1, 2].map((before) => {
		const binary = String.fromCharCode(...Array<number>(before).fill(0), ...bytes);
		const bits = (before + bytes.length) * 8;
		const text = btoa(binary).slice(Math.ceil((before * 8) / 6), Math.floor(bits / 6));
		return { text, hasRest: bits % 6 !== 0 };
	});
}

const inUrl = (base64: string): string => base64.replace(/\+/g, '-').replace(/\//g, '_');

/** In lower case, each character where it stood. */
function lower(text: string): string {
	const low = text.toLowerCase();
	return low.length === text.length ? low : text.replace(/[A-Z]/g, (one) => one.toLowerCase());
}

/** What pieces of a secret are known by; of one whose pieces could be words, nothing. */
export function piecesOf(secret: string): Pieces {
	const low = lower(secret);
	const end = secret.slice(-mostEncoded);
	const folded = (text: string, perCharacter: number): Form => ({
		...{ text, isExact: false, hasRest: false },
		least: (length) => perCharacter * length,
	});
	const exact = (text: string, hasRest: boolean): Form => ({
		...{ text, isExact: true, hasRest },
		least: (length) => Math.floor((8 * length - 4) / 6),
	});
	const forms: readonly Form[] = [
		folded(low, 1),
		folded([...low].reverse().join(''), 1),
		folded(inHex(end).join(''), 2),
		...inBase64(end).flatMap(({ text, hasRest }) =>
			[...new Set([text, inUrl(text)])].map((one) => exact(one, hasRest)),
		),
	];
	const windows = new Map<string, Place[]>();
	for (const form of forms) {
		const known = lower(form.text);
		for (let at = 0; at + windowLength <= known.length; at++) {
			const window = known.slice(at, at + windowLength);
			const places = windows.get(window);
			if (places === undefined) windows.set(window, [{ form, at }]);
			else places.push({ form, at });
		}
	}
	return windows;
}

/** Of characters, in HTML. */
export const names: ReadonlyMap<string, string> = new Map([
	['quot', '"'],
	['amp', '&'],
	['apos', "'"],
	['lt', '<'],
	['gt', '>'],
	['plus', '+'],
	['equals', '='],
	['sol', '/'],
	['lowbar', '_'],
	['period', '.'],
]);

const spelling =
	/%(?:25)*([\da-fA-F]{2})|\\+(?:u([\da-fA-F]{4})|u\{0*([\da-fA-F]{1,6})\}|x([\da-fA-F]{2})|([nrt])|(["\\/]))|&(?:amp;)*(?:#[xX]0*([\da-fA-F]{1,6})|#0*(\d{1,7})|([a-z]{2,6}));?/g;
const spacing = new RegExp(`${spelling.source}|[\\s:,]+(?:0x)?`, 'g');
const spelled = /%[\da-fA-F]{2}|\\[\\uxnrt"/]|&[#a-z]/;
const spaced = /(?:^|[\s:,])(?:(?:0x)?[^\s:,]{1,2}[\s:,]+){7}/;

/** A text as it reads with its escapes undone, and where in it as it came each character begins. */
interface Reading {
	readonly text: string;
	readonly at: readonly number[];
}

/** Two backslashes and a letter are a break of the line that was escaped twice, or a backslash that was escaped. */
const doubled = /\\\\[nrt]/;

/** Null where it reads as it came. `breaks`: as what two backslashes and a letter are read. */
function reading(text: string, breaks: boolean): Reading | null {
	const isSpaced = spaced.test(text);
	if (!isSpaced && !spelled.test(text)) return null;
	let read = '';
	const at: number[] = [];
	let done = 0;
	const take = (some: string, from: number, isOne: boolean): void => {
		for (let i = 0; i < some.length; i++) at.push(isOne ? from : from + i);
		read += some;
	};
	for (const match of text.matchAll(isSpaced ? spacing : spelling)) {
		take(text.slice(done, match.index), done, false);
		done = match.index + match[0].length;
		const [all, byte, four, braced, two, control, itself, hex, decimal, name] = match;
		const code = byte ?? four ?? braced ?? two ?? hex;
		const number = code === undefined ? Number(decimal) : Number.parseInt(code, 16);
		if (code !== undefined || decimal !== undefined)
			take(number > 0x10_ffff ? '' : String.fromCodePoint(number), match.index, true);
		else if (control !== undefined) take(breaks ? '\n' : `\\${control}`, match.index, true);
		else if (itself !== undefined) take(itself, match.index, true);
		else if (name !== undefined) {
			const named = names.get(name);
			take(named ?? all, match.index, named !== undefined);
		}
	}
	take(text.slice(done), done, false);
	return { text: read, at: [...at, text.length] };
}

/** Behind a break of the line and what it is indented by: encoders break lines after 64 or 76 characters. */
function nextOf(text: string, i: number): number {
	if (text[i] !== '\n' && text[i] !== '\r') return i;
	let next = i;
	while (next < text.length && (text[next] ?? '') <= ' ') next++;
	return next;
}

/** As `nextOf`, to the front. */
function lastOf(text: string, i: number): number {
	let last = i;
	let isBroken = false;
	while (last >= 0 && (text[last] ?? '') <= ' ')
		isBroken = /[\r\n]/.test(text[last--] ?? '') || isBroken;
	return isBroken ? last : i;
}

interface Range {
	readonly start: number;
	readonly end: number;
	/** Line breaks aside. */
	readonly length: number;
}

/** As far as the text goes on as the form does, around `i`; not to the front of `from`. */
function grown(text: string, i: number, from: number, { form, at }: Place): Range {
	let end = i;
	let to = at;
	while (to < form.text.length) {
		const next = end === i ? i : nextOf(text, end);
		if (text[next] !== form.text[to]) break;
		end = next + 1;
		to++;
	}
	let start = i;
	let first = at;
	while (first > 0) {
		const last = lastOf(text, start - 1);
		if (last < from || text[last] !== form.text[first - 1]) break;
		start = last;
		first--;
	}
	// The rest of its last byte.
	if (form.hasRest && to === form.text.length && /[\w+/-]/.test(text[end] ?? '')) end++;
	return { start, end, length: to - first };
}

/** The pieces in it that have at least so many characters of the key. */
function found(text: string, pieces: Pieces, least: number): readonly Range[] {
	const low = lower(text);
	const ranges: Range[] = [];
	let done = 0;
	// One window at least of a piece that is long enough begins at one of these places.
	const step = least - windowLength + 1;
	for (let i = 0; i + windowLength <= text.length; i += step) {
		let longest: Range | null = null;
		for (const place of pieces.get(low.slice(i, i + windowLength)) ?? []) {
			const range = grown(place.form.isExact ? text : low, i, done, place);
			const isLong = range.length >= place.form.least(least);
			if (isLong && range.end - range.start > (longest === null ? 0 : longest.end - longest.start))
				longest = range;
		}
		if (longest === null) continue;
		ranges.push(longest);
		done = longest.end;
		i = Math.max(i, done - step);
	}
	return ranges;
}

/** Each of them but once, where they lie over each other. */
function cut(text: string, ranges: readonly Range[], mark: string): string {
	let clean = '';
	let done = 0;
	for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
		if (start >= done) clean += text.slice(done, start) + mark;
		done = Math.max(done, end);
	}
	return done === 0 ? text : clean + text.slice(done);
}

/** Takes out pieces of the key, however they are written: an endpoint may cut it in two, or show most of it. */
export function withoutPieces(text: string, pieces: Pieces, least: number, mark: string): string {
	if (pieces.size === 0 || text.length < windowLength) return text;
	const ranges = [...found(text, pieces, least)];
	for (const breaks of doubled.test(text) ? [true, false] : [true]) {
		const read = reading(text, breaks);
		if (read === null) break;
		const place = (i: number): number => read.at[i] ?? text.length;
		for (const { start, end, length } of found(read.text, pieces, least))
			ranges.push({ start: place(start), end: place(end), length });
	}
	return ranges.length === 0 ? text : cut(text, ranges, mark);
}

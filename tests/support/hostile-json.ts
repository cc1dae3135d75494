import fc from 'fast-check';

export type Json =
	string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Path = readonly (string | number)[];

const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** As JSON writes them: some of them no value could be written as. */
const hostileValues: readonly string[] = [
	'null',
	'true',
	'-1',
	'0.5',
	'1e400',
	'-1e400',
	'9007199254740993',
	'1e21',
	'""',
	'"__proto__"',
	'"\\ud800\\udfff\\u0000\\u202e"',
	JSON.stringify('x'.repeat(100_000)),
	'[]',
	'{}',
	'[null]',
	'{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
	nested(230),
	nested(5_000),
];

function isObject(value: Json): value is { readonly [key: string]: Json } {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every place of a value: of each list the first entry alone. */
export function placesOf(value: Json, at: Path = []): readonly Path[] {
	const inside = Array.isArray(value)
		? (value as readonly Json[]).slice(0, 1).flatMap((one) => placesOf(one, [...at, 0]))
		: isObject(value)
			? Object.entries(value).flatMap(([key, one]) => placesOf(one, [...at, key]))
			: [];
	return at.length === 0 ? inside : [at, ...inside];
}

/** The value as JSON, with other text at one place. */
export function withText(value: Json, [key, ...rest]: Path, text: string): string {
	if (key === undefined) return text;
	if (Array.isArray(value))
		return `[${(value as readonly Json[]).map((one, i) => (i === key ? withText(one, rest, text) : JSON.stringify(one))).join(',')}]`;
	if (!isObject(value)) throw new Error('There is no such place.');
	return `{${Object.entries(value)
		.map(
			([name, one]) =>
				`${JSON.stringify(name)}:${name === key ? withText(one, rest, text) : JSON.stringify(one)}`,
		)
		.join(',')}}`;
}

export interface Spoiled {
	readonly kind: string;
	readonly text: string;
}

/** The value as JSON, with each of its places spoiled in `each` ways. */
export function spoiledPlaces(value: Json, each: number, seed: number): readonly Spoiled[] {
	return placesOf(value).flatMap((place, i) =>
		fc
			.sample(fc.shuffledSubarray([...hostileValues], { minLength: each, maxLength: each }), {
				numRuns: 1,
				seed: seed + i,
			})
			.flat()
			.map((put) => ({
				kind: `${place.join(' › ')} is ${put.slice(0, 40)}`,
				text: withText(value, place, put),
			})),
	);
}

/** What becomes of any file on a bad way, or in bad hands. */
export function spoiledTexts(text: string, seed: number): readonly Spoiled[] {
	const cuts = fc.sample(fc.integer({ min: 1, max: text.length - 1 }), { numRuns: 8, seed });
	const opener = text.indexOf('{') + 1;
	return [
		...cuts.map((at) => ({ kind: `cut off at ${String(at)}`, text: text.slice(0, at) })),
		...cuts.map((at) => ({
			kind: `a NUL at ${String(at)}`,
			text: `${text.slice(0, at)}\0${text.slice(at)}`,
		})),
		{ kind: 'nothing', text: '' },
		{ kind: 'blanks', text: ' \n'.repeat(5_000) },
		{ kind: 'a byte order mark', text: `\ufeff${text}` },
		{ kind: 'two byte order marks', text: `\ufeff\ufeff${text}` },
		{ kind: 'more behind its end', text: `${text}]}` },
		{ kind: 'itself twice', text: text + text },
		{ kind: 'a list around it', text: `[${text}]` },
		{
			kind: '__proto__ as its first name',
			text: `${text.slice(0, opener)}"__proto__":{"polluted":true},${text.slice(opener)}`,
		},
		{
			kind: 'a name twice',
			text: `${text.slice(0, opener)}"version":99,"setup":null,"version":1,${text.slice(opener)}`,
		},
		{ kind: 'brackets without end', text: text.slice(0, opener) + '"a":' + '['.repeat(200_000) },
		{ kind: 'comments', text: `/* hello */ ${text}` },
		{ kind: 'NaN for a value', text: text.replace(/:\s*(null|\d+)/, ':NaN') },
		{ kind: 'single quotes', text: text.replaceAll('"', "'") },
	];
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
	doubledColumns,
	isVariableName,
	nearestName,
	parseTemplate,
	renderTemplate,
	unnameableColumns,
} from '#domain/template.ts';

/** Renders with each variable standing as ‹name›, so that a case shows both what is a variable and what is sent. */
const sent = (source: string): string =>
	renderTemplate(parseTemplate(source), (name) => `‹${name}›`);

describe('the template grammar', () => {
	test.each([
		// Variables
		['I like {food}', 'I like ‹food›'],
		['{a}{b}', '‹a›‹b›'],
		['{ review }', '‹review›'],
		['{first review}', '‹first review›'],
		['{_id}', '‹_id›'],
		['{a-b.c_d1}', '‹a-b.c_d1›'],
		['{отзыв} {レビュー} {हिन्दी}', '‹отзыв› ‹レビュー› ‹हिन्दी›'],
		['{__proto__} {constructor}', '‹__proto__› ‹constructor›'],
		['${name}', '$‹name›'],
		// Literal braces
		['{}', '{}'],
		['[{}]', '[{}]'],
		['{1st}', '{1st}'],
		['{a:b}', '{a:b}'],
		['{a, b}', '{a, b}'],
		['{"a": {"b": 1}}', '{"a": {"b": 1}}'],
		['{"a":{"b":{}}}', '{"a":{"b":{}}}'],
		['{"label": "{label}"}', '{"label": "‹label›"}'],
		['{"a": {b}}', '{"a": ‹b›}'],
		['\\frac{1}{2}', '\\frac{1}{2}'],
		['if (x) { return {a: 1}; }', 'if (x) { return {a: 1}; }'],
		['{\nname\n}', '{\nname\n}'],
		['{', '{'],
		['}', '}'],
		['}}', '}}'],
		['{{', '{{'],
		['a } b { c', 'a } b { c'],
		['{open', '{open'],
		['{{open', '{{open'],
		['{{never closed {x}', '{{never closed ‹x›'],
		// Doubled pairs, as in Python's format
		['{{}}', '{}'],
		['{{name}}', '{name}'],
		['{{"key": "{value}"}}', '{"key": "‹value›"}'],
		['{{{value}}}', '{‹value›}'],
		['{{{{x}}}}', '{{x}}'],
		['{{"a": {{"b": {c}}}}}', '{"a": {"b": ‹c›}}'],
		['{{"a": {"b": 1}}}', '{"a": {"b": 1}}'],
		['\\frac{{a}}{{b}}', '\\frac{a}{b}'],
		['{ {{x}}}', '{ {x}}'],
		// Two opened, one closed: they were single
		['{{a}', '{‹a›'],
		['{{a}, {b}}', '{‹a›, ‹b›}'],
		['{{"a": 1}, 2}', '{{"a": 1}, 2}'],
	])('%j sends %j', (source, expected) => {
		expect(sent(source)).toBe(expected);
	});

	test('a value is put in once and never scanned again', () => {
		const values: Record<string, string> = { a: '{b} {{c}} }{', b: 'no' };
		expect(renderTemplate(parseTemplate('{a}|{b}'), (name) => values[name] ?? '')).toBe(
			'{b} {{c}} }{|no',
		);
	});

	test('variables are named once each, in order of first use', () => {
		expect(parseTemplate('{b} {a} { b } {{c}}').variables).toEqual(['b', 'a']);
	});

	test('the segments cover the source without gap or overlap', () => {
		fc.assert(
			fc.property(fc.string({ unit: fc.constantFrom('{', '}', 'a', ' ', '"') }), (source) => {
				let at = 0;
				for (const segment of parseTemplate(source).segments) {
					expect(segment.start).toBe(at);
					expect(segment.end).toBeGreaterThan(segment.start);
					at = segment.end;
				}
				expect(at).toBe(source.length);
			}),
			{ numRuns: 2_000 },
		);
	});

	test('text without braces, and any text with its braces doubled, is sent as it was', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (text) => {
				const plain = text.replace(/[{}]/g, '');
				expect(sent(plain)).toBe(plain);
				const balanced = `{${plain}}{{${plain}}}`;
				expect(sent(balanced.replace(/[{}]/g, '$&$&'))).toBe(balanced);
			}),
			{ numRuns: 1_000 },
		);
	});

	test.each(['{', '}', '{{', '{a', '{}', '{{}', '{a}', '{{a}}', ' ', `{a${' '.repeat(400_000)}b}`])(
		'a megabyte of %j is parsed',
		(piece) => {
			const source = piece.repeat(Math.floor(1_000_000 / piece.length));
			const { segments } = parseTemplate(source);
			expect(segments.at(-1)?.end).toBe(source.length);
		},
	);
});

describe('properties of the scanner', () => {
	const braces = fc.string({
		unit: fc.constantFrom('{', '}', 'a', 'b', ' ', '"', '\n'),
		maxLength: 40,
	});

	/** A part of a template, and what it sends; variables are `a` and `b`. */
	interface Part {
		readonly source: string;
		readonly sends: (values: ReadonlyMap<string, string>) => string;
	}
	const plain: fc.Arbitrary<Part> = fc
		.string({ unit: 'binary', maxLength: 8 })
		.map((text) => text.replace(/[{}]/g, ''))
		.map((source) => ({ source, sends: () => source }));
	const variable: fc.Arbitrary<Part> = fc
		.constantFrom('a', 'b')
		.map((name) => ({ source: `{${name}}`, sends: (values) => values.get(name) ?? '' }));
	const { parts } = fc.letrec<{ parts: readonly Part[]; doubled: Part }>((tie) => ({
		parts: fc.array(fc.oneof({ depthSize: 'small' }, plain, variable, tie('doubled')), {
			maxLength: 6,
		}),
		doubled: tie('parts').map((inner): Part => ({
			source: `{{${inner.map(({ source }) => source).join('')}}}`,
			sends: (values) => `{${inner.map(({ sends }) => sends(values)).join('')}}`,
		})),
	}));
	const sourceOf = (list: readonly Part[]): string => list.map(({ source }) => source).join('');
	const valued = fc.tuple(braces, braces).map(
		([a, b]): ReadonlyMap<string, string> =>
			new Map([
				['a', a],
				['b', b],
			]),
	);
	const render = (source: string, values: ReadonlyMap<string, string>): string =>
		renderTemplate(parseTemplate(source), (name) => values.get(name) ?? `‹${name}›`);

	test('a value stands in what is sent as it is, whatever braces it holds and stands between', () => {
		fc.assert(
			fc.property(parts, valued, (list, values) => {
				expect(render(sourceOf(list), values)).toBe(
					list.map(({ sends }) => sends(values)).join(''),
				);
			}),
			{ numRuns: 2_000 },
		);
	});

	test('which variables there are does not hang on their values', () => {
		fc.assert(
			fc.property(braces, valued, (source, values) => {
				const { segments } = parseTemplate(source);
				const expected = segments
					.map((part) =>
						part.kind === 'variable' ? (values.get(part.name) ?? `‹${part.name}›`) : part.text,
					)
					.join('');
				expect(render(source, values)).toBe(expected);
			}),
			{ numRuns: 2_000 },
		);
	});

	test('a text of balanced braces, each doubled, is sent as it was', () => {
		const balanced = fc.letrec<{ text: string; nested: string }>((tie) => ({
			text: fc
				.array(
					fc.oneof({ depthSize: 'small' }, fc.constantFrom('a', '"b": ', '\n', ''), tie('nested')),
					{
						maxLength: 5,
					},
				)
				.map((list) => list.join('')),
			nested: tie('text').map((inner) => `{${inner}}`),
		})).text;
		fc.assert(
			fc.property(balanced, (text) => {
				expect(render(text.replace(/[{}]/g, '$&$&'), new Map())).toBe(text);
			}),
			{ numRuns: 2_000 },
		);
	});

	/** Python's `str.format` with plain fields alone: from left to right, null where it raises. */
	function pythonFormat(source: string, values: ReadonlyMap<string, string>): string | null {
		let text = '';
		for (let i = 0; i < source.length; i++) {
			const char = source[i] ?? '';
			if (char !== '{' && char !== '}') text += char;
			else if (source[i + 1] === char) {
				text += char;
				i++;
			} else {
				const end = source.indexOf('}', i);
				const value = char === '{' && end !== -1 ? values.get(source.slice(i + 1, end)) : undefined;
				if (value === undefined) return null;
				text += value;
				i = end;
			}
		}
		return text;
	}

	test('a template of Python with its braces in pairs means the same here', () => {
		fc.assert(
			fc.property(parts, valued, (list, values) => {
				const source = sourceOf(list);
				expect(render(source, values)).toBe(pythonFormat(source, values));
			}),
			{ numRuns: 2_000 },
		);
	});

	test.each([
		['{{"key": "{a}"}}', '{"key": "1"}'],
		['{{{a}}}', '{1}'],
		['{{{{a}}}}', '{{a}}'],
		['{a}{{}}{b}', '1{}2'],
	])('%j is one that Python reads so too', (source, expected) => {
		const values = new Map([
			['a', '1'],
			['b', '2'],
		]);
		expect(pythonFormat(source, values)).toBe(expected);
		expect(render(source, values)).toBe(expected);
	});

	/** The characters that a parse looks at, each time that it does. */
	function looksAt(source: string): number {
		let looks = 0;
		const watched = new Proxy(Object(source) as object, {
			get: (_, key) => {
				if (key === 'slice')
					return (from: number, to?: number): string => {
						const taken = source.slice(from, to);
						looks += taken.length;
						return taken;
					};
				if (typeof key === 'string' && /^\d+$/.test(key)) {
					looks += 1;
					return source[Number(key)];
				}
				if (key === 'length') return source.length;
				throw new Error(`The scanner uses ${String(key)}, which is not counted`);
			},
		});
		// It takes the source for a text: what it does with it is what is counted.
		parseTemplate(watched as unknown as string);
		return looks;
	}

	const manyTimes = [
		'{',
		'}',
		'{{',
		'}}',
		'{a',
		'a}',
		'{}',
		'{{}',
		'{}}',
		'{a}',
		'{{a}}',
		'{{a}',
		'{ a b ',
		'} {',
	];
	const shapes: readonly (readonly [string, (length: number) => string])[] = [
		...manyTimes.map(
			(piece) =>
				[
					`${piece} again and again`,
					(length: number) => piece.repeat(length / piece.length),
				] as const,
		),
		['nested braces', (length) => '{'.repeat(length / 2) + '}'.repeat(length / 2)],
		['nested braces, set apart', (length) => '{ '.repeat(length / 4) + ' }'.repeat(length / 4)],
		['nested names', (length) => '{a'.repeat(length / 4) + 'a}'.repeat(length / 4)],
		[
			'doubled braces that close singly',
			(length) => '{{a'.repeat(length / 6) + '} '.repeat(length / 6),
		],
	];

	test.each(shapes)('twice as much of %s takes twice as many looks', (_, ofLength) => {
		const [half, whole] = [ofLength(100_000), ofLength(200_000)];
		const looks = looksAt(whole);
		expect(looks).toBeLessThanOrEqual(2 * looksAt(half) + 40);
		expect(looks).toBeLessThanOrEqual(4 * whole.length);
	});

	test('any text is looked at no more than four times in all', () => {
		fc.assert(
			fc.property(
				fc.string({ unit: fc.constantFrom('{', '}', 'a', ' '), maxLength: 400 }),
				(source) => {
					expect(looksAt(source)).toBeLessThanOrEqual(4 * source.length + 4);
				},
			),
			{ numRuns: 1_000 },
		);
	});
});

test.each([
	['review', true],
	['_', true],
	['a b', true],
	['Ünï', true],
	['1a', false],
	['-a', false],
	['a$', false],
	['a\nb', false],
	['', false],
])('%j as a variable name: %s', (name, expected) => {
	expect(isVariableName(name)).toBe(expected);
});

describe('hints', () => {
	const isColumn = (name: string): boolean => ['review', 'Price ($)', '1st'].includes(name);
	test.each([
		['{{review}}', ['review']],
		['{{ review }} {{review}}', ['review']],
		['{review}', []],
		['{{"a": "{review}"}}', []],
		['{{other}}', []],
	])('doubled columns in %j: %j', (source, expected) => {
		expect(doubledColumns(parseTemplate(source), isColumn)).toEqual(expected);
	});
	test.each([
		['{Price ($)} {1st} {review} {x y!}', ['Price ($)', '1st']],
		['{ "a": {} }', []],
	])('columns that no variable can name in %j: %j', (source, expected) => {
		expect(unnameableColumns(parseTemplate(source), isColumn)).toEqual(expected);
	});
});

test.each([
	['reveiw', 'review'],
	['Review', 'review'],
	['reviews', 'review'],
	['star', 'stars'],
	['price', null],
	['first_reviw', 'first_review'],
])('the name nearest to %j is %j', (name, expected) => {
	expect(nearestName(name, ['id', 'review', 'stars', 'first_review'])).toBe(expected);
});

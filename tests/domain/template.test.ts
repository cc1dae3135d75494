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

	// Counted, not timed: twice the source must not take more than about twice the segments' worth of work.
	test.each(['{', '}', '{{', '{a', '{}', '{{}', '{a}', '{{a}}', ' ', `{a${' '.repeat(400_000)}b}`])(
		'a megabyte of %j is parsed',
		(piece) => {
			const source = piece.repeat(Math.floor(1_000_000 / piece.length));
			const { segments } = parseTemplate(source);
			expect(segments.at(-1)?.end).toBe(source.length);
		},
	);
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

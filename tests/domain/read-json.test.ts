import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readJson } from '#domain/read-json.ts';
import { jsonFault } from '#domain/json-fault.ts';

const long = 70_000;
const spaces = ' '.repeat(long);

test.each<[string, string, RegExp]>([
	['brackets without end', '['.repeat(50_000_000), /^is nested more than 250 levels deep$/],
	[
		'objects within objects',
		`${'{"a":'.repeat(300)}1${'}'.repeat(300)}${spaces}`,
		/^is nested more than 250 levels deep$/,
	],
	[
		'empty objects',
		`[${'{},'.repeat(4_100_000)}{}]`,
		/^holds more than 4,000,000 objects, lists and named values$/,
	],
	['names', `{${'"a":0,'.repeat(4_100_000)}"b":0}`, /^holds more than 4,000,000 objects/],
	['a text without its end', `"${'\\"'.repeat(long)}`, /^is not valid JSON, line 1, column 1: /],
	['a comma too many', `${spaces}[1,]`, /^is not valid JSON, line 1, column 70004: /],
	['nothing', '', /^is not valid JSON, line 1, column 1: a value is missing$/],
])('%s is refused before it takes the memory', (_, text, words) => {
	const read = readJson(text);
	expect(!read.ok && read.error).toMatch(words);
});

test.each<[string, string]>([
	['200 levels', `${spaces}${'['.repeat(200)}${']'.repeat(200)}`],
	['brackets that stand in texts', `${spaces}["${'[{:'.repeat(2_000_000)}", "\\\\", "\\"[[["]`],
	['a million cells', `[${'"",'.repeat(1_000_000)}""]`],
	['a name twice, of which the last counts', `{"a":1,${spaces}"a":2}`],
])('%s are read', (_, text) => {
	expect(readJson(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
});

test('of any text, long or short, it says what JSON.parse makes of it', () => {
	const text = fc.oneof(
		fc.json(),
		fc.string({ unit: 'binary' }),
		fc.tuple(fc.json(), fc.nat(200)).map(([json, at]) => json.slice(0, at)),
	);
	fc.assert(
		fc.property(text, fc.boolean(), (short, isLong) => {
			const source = isLong ? short + spaces : short;
			let value: unknown;
			let isJson = true;
			try {
				value = JSON.parse(source);
			} catch {
				isJson = false;
			}
			const read = readJson(source);
			expect(read.ok).toBe(isJson);
			if (read.ok) expect(read.value).toEqual(value);
			else expect(read.error).toMatch(/^is not valid JSON, line \d+, column \d+: ./);
		}),
		{ numRuns: 500 },
	);
});

test('the place of a fault behind ten million lines costs no list of them', () => {
	expect(jsonFault(`${'\r\n'.repeat(5_000_000)}${'\n'.repeat(5_000_000)}é😀x`)).toMatchObject({
		line: 10_000_001,
		column: 1,
	});
	expect(jsonFault('["😀\t"]')).toMatchObject({ line: 1, column: 4 });
	expect(jsonFault('\r\r\n\n[1 2]')).toMatchObject({ line: 4, column: 4 });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultWords, jsonFault } from '#domain/json-fault.ts';

const parses = (text: string): boolean => {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
};

describe('the place where a text stops being JSON', () => {
	test.each([
		['{top_p: 1}', 'line 1, column 2: a name must stand in straight double quotes'],
		["{'top_p': 1}", 'line 1, column 2: a name must stand in straight double quotes'],
		['{“top_p”: 1}', 'line 1, column 2: a name must stand in straight double quotes'],
		['{"a": 1,\n "b": 2,\n}', 'line 3, column 1: there is a comma too many before the }'],
		['{"a": [1, 2,]}', 'line 1, column 13: there is a comma too many before the ]'],
		['{"a": 1\n "b": 2}', 'line 2, column 2: a comma is missing before this'],
		['{"a" 1}', 'line 1, column 6: a colon is missing'],
		['{"a": True}', 'line 1, column 7: True is written true in JSON'],
		['{"a": None}', 'line 1, column 7: None is written null in JSON'],
		['{"a": \'x\'}', 'line 1, column 7: text must stand in straight double quotes'],
		['{"a": low}', 'line 1, column 7: “low” must stand in straight double quotes if it is text'],
		['{"a": }', 'line 1, column 7: a value is missing before the }'],
		['{"a": , "b": 1}', 'line 1, column 7: a value is missing before the comma'],
		['{"a": 1', 'line 1, column 8: it ends here, but a closing } is missing'],
		['{"a": [1}', 'line 1, column 9: } does not close the [ before it'],
		['{"a": 1}}', 'line 1, column 9: nothing may follow the end'],
		['{"a": "x}', 'line 1, column 7: this text has no closing quote'],
		['{"a": "x\ny"}', 'line 1, column 7: this text goes over the end of its line'],
		['{"a": "\\d+"}', 'line 1, column 8: a backslash must be written twice'],
		['{"a": .5}', 'line 1, column 7: no value starts like this'],
		['{\r\n\t"é🙂": 01}', 'line 2, column 9: a comma is missing before this'],
		['', 'line 1, column 1: a value is missing'],
	])('of %j is named: %s', (text, words) => {
		const fault = jsonFault(text);
		expect(fault === null ? '' : faultWords(fault)).toContain(words);
	});

	const nearJson = fc
		.tuple(
			fc.json(),
			fc.nat(),
			fc.constantFrom(
				'',
				',',
				'}',
				']',
				'"',
				'\\',
				'{',
				' ',
				'\n',
				'0',
				'e',
				'\u0007',
				'\u2028',
				'\ud800',
			),
		)
		.map(([json, seed, put]) => {
			const at = seed % (json.length + 1);
			return json.slice(0, at) + put + json.slice(at + (seed % 3));
		});

	test('is found exactly where the browser refuses the text', () => {
		fc.assert(
			fc.property(fc.oneof(fc.json(), nearJson, fc.string({ unit: 'binary' })), (text) => {
				expect(jsonFault(text) === null).toBe(parses(text));
			}),
			{ numRuns: 2_000 },
		);
	});

	test('is found in a text nested a hundred thousand deep', () => {
		expect(jsonFault('['.repeat(100_000))).toMatchObject({ column: 100_001 });
	});
});

import { describe, expect, test } from 'vitest';
import { bindableParameters, boundValue, rowParameters } from '#domain/bindings.ts';
import type { Endpoint } from '#domain/connection.ts';
import type { JsonObject, JsonValue } from '#domain/json.ts';
import { overlaid } from '#domain/own-parameters.ts';

describe('a cell', () => {
	test.each<[string, string, JsonValue]>([
		['temperature', ' 0.7 ', 0.7],
		['temperature', '1e-1', 0.1],
		['temperature', '2', 2],
		['frequency_penalty', '-2', -2],
		['max_tokens', '1000', 1000],
		['max_tokens', '1000.0', 1000],
		['seed', '-5', -5],
		['store', 'TRUE', true],
		['logprobs', 'false', false],
		['logprobs', '3', 3],
		['user', '0042', '0042'],
		['model', '7', '7'],
		['stop', 'END', 'END'],
		['stop', '12', '12'],
		['stop', '["a", "b"]', ['a', 'b']],
		['of_a_new_api', '12', 12],
		['of_a_new_api', '007', '007'],
		['of_a_new_api', 'True', true],
		['of_a_new_api', '{"a": [1]}', { a: [1] }],
		['of_a_new_api', '{"a":', '{"a":'],
		['of_a_new_api', 'null', 'null'],
		['constructor', 'x', 'x'],
	])('bound to %s, %j is sent as %j', (parameter, cell, value) => {
		expect(boundValue(parameter, cell)).toEqual({ ok: true, value: { value } });
	});

	test.each(bindableParameters)('that is blank sends no %s', (parameter) => {
		expect(boundValue(parameter, ' \t')).toEqual({ ok: true, value: null });
	});

	test.each([
		['temperature', '2.1', 'a number from 0 to 2'],
		['temperature', '-0.1', 'a number from 0 to 2'],
		['temperature', '0,7', 'a number from 0 to 2'],
		['temperature', 'hot', 'a number from 0 to 2'],
		['top_p', '0x1', 'a number from 0 to 1'],
		['top_p', 'Infinity', 'a number from 0 to 1'],
		['max_tokens', '0', 'a whole number from 1 to 10,000,000'],
		['max_tokens', '1.5', 'a whole number from 1 to 10,000,000'],
		['seed', '1.5', 'a whole number'],
		['store', 'yes', 'true or false'],
		['logprobs', '6', 'true, false or a whole number from 0 to 5'],
	])('bound to %s, %j is refused: it must be %s', (parameter, cell, wanted) => {
		expect(boundValue(parameter, cell)).toEqual({ ok: false, error: wanted });
	});
});

test('a row sends what its cells hold, and neither its blanks nor its model', () => {
	const bindings = ['temperature', 'model', 'top_p', '__proto__'].map((parameter, position) => ({
		parameter,
		position,
	}));
	const sent = rowParameters(bindings, ['0', 'm2', ' ', 'x']);
	expect(Object.entries(sent)).toEqual([
		['temperature', 0],
		['__proto__', 'x'],
	]);
});

test.each<[Endpoint, JsonObject, JsonObject, JsonObject]>([
	['chatCompletions', { temperature: 1 }, { temperature: 0 }, { temperature: 0 }],
	['chatCompletions', { top_p: 1 }, { temperature: 0 }, { top_p: 1, temperature: 0 }],
	['chatCompletions', { newer: 9 }, { max_tokens: 5 }, { newer: 9, limit: 5 }],
	['chatCompletions', { max_completion_tokens: 9 }, { max_tokens: 5 }, { limit: 5 }],
	['chatCompletions', { max_tokens: 9 }, { top_p: 1 }, { max_tokens: 9, top_p: 1 }],
	[
		'chatCompletions',
		{ max_tokens: 9 },
		{ max_completion_tokens: 5 },
		{ max_completion_tokens: 5 },
	],
	['chatCompletions', { max_tokens: 9 }, { max_output_tokens: 5 }, { limit: 5 }],
	['completions', { max_tokens: 9 }, { max_completion_tokens: 5 }, { limit: 5 }],
	['responses', { max_output_tokens: 9 }, { max_completion_tokens: 5 }, { limit: 5 }],
	[
		'responses',
		{ text: { format: { type: 'text' }, verbosity: 'high' } },
		{ text: { verbosity: 'low' } },
		{ text: { format: { type: 'text' }, verbosity: 'low' } },
	],
	[
		'responses',
		{ reasoning: { summary: 'auto' } },
		{ reasoning: { effort: 'low' } },
		{ reasoning: { summary: 'auto', effort: 'low' } },
	],
	['responses', { reasoning: { summary: 'auto' } }, { reasoning: null }, { reasoning: null }],
	['responses', { metadata: { a: '1' } }, { metadata: { b: '2' } }, { metadata: { b: '2' } }],
	// Not an object of the API there: a service's own, whose entries may rule each other out.
	[
		'chatCompletions',
		{ reasoning: { effort: 'low' } },
		{ reasoning: { max_tokens: 5 } },
		{ reasoning: { max_tokens: 5 } },
	],
])('to %s all send %j, one has %j of its own: %j', (endpoint, args, own, expected) => {
	expect(overlaid(args, own, endpoint, 'limit')).toEqual(expected);
});

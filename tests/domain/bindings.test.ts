import { describe, expect, test } from 'vitest';
import { bindableParameters, boundValue, rowParameters } from '#domain/bound-value.ts';
import { endpoints, type Endpoint } from '#domain/connection.ts';
import type { JsonObject, JsonValue } from '#domain/json.ts';
import { overlaid } from '#domain/own-parameters.ts';
import { reservedReason } from '#domain/reserved-names.ts';

const chat = 'chatCompletions';

describe('a cell', () => {
	test.each<[Endpoint, string, string, JsonValue]>([
		[chat, 'temperature', ' 0.7 ', 0.7],
		[chat, 'temperature', '1e-1', 0.1],
		[chat, 'temperature', '2', 2],
		[chat, 'frequency_penalty', '-2', -2],
		[chat, 'max_tokens', '1000', 1000],
		[chat, 'max_tokens', '1000.0', 1000],
		[chat, 'seed', '-5', -5],
		[chat, 'store', 'TRUE', true],
		[chat, 'logprobs', 'false', false],
		['completions', 'logprobs', '3', 3],
		[chat, 'user', '0042', '0042'],
		[chat, 'model', '7', '7'],
		[chat, 'reasoning_effort', 'low', 'low'],
		['responses', 'reasoning.effort', 'low', 'low'],
		['responses', 'service_tier', 'ultrafast', 'ultrafast'],
		[chat, 'stop', 'END', 'END'],
		[chat, 'stop', '12', '12'],
		[chat, 'stop', '["a", "b"]', ['a', 'b']],
		[chat, 'modalities', 'text', ['text']],
		[chat, 'tool_choice', 'auto', 'auto'],
		[chat, 'response_format', '{"type": "json_object"}', { type: 'json_object' }],
		[chat, 'of_a_new_api', '12', 12],
		[chat, 'of_a_new_api', '007', '007'],
		[chat, 'of_a_new_api', 'True', true],
		[chat, 'of_a_new_api', '{"a": [1]}', { a: [1] }],
		[chat, 'of_a_new_api', '{"a":', '{"a":'],
		[chat, 'of_a_new_api', 'null', 'null'],
		// A compatible server may know what the endpoint does not.
		[chat, 'best_of', '100', 100],
		[chat, 'constructor', 'x', 'x'],
	])('sent to %s as %s, %j is sent as %j', (endpoint, parameter, cell, value) => {
		expect(boundValue(endpoint, parameter, cell)).toEqual({ ok: true, value: { value } });
	});

	test.each(
		endpoints.flatMap((endpoint) =>
			bindableParameters(endpoint).map((name) => [endpoint, name] as const),
		),
	)('that is blank sends %s no %s', (endpoint, parameter) => {
		expect(boundValue(endpoint, parameter, ' \t')).toEqual({ ok: true, value: null });
	});

	test.each(endpoints)('can be sent to %s as nothing that cannot be set there', (endpoint) => {
		const reserved = bindableParameters(endpoint).filter(
			(name) => reservedReason(endpoint, name) !== null,
		);
		expect(reserved).toEqual(['model']);
	});

	test.each<[Endpoint, string, string, string]>([
		[chat, 'temperature', '2.1', 'must be a number from 0 to 2.'],
		[chat, 'temperature', '-0.1', 'must be a number from 0 to 2.'],
		[chat, 'temperature', '0,7', 'must be a number from 0 to 2.'],
		[chat, 'temperature', 'hot', 'must be a number from 0 to 2.'],
		[chat, 'top_p', '0x1', 'must be a number from 0 to 1.'],
		[chat, 'top_p', 'Infinity', 'must be a number from 0 to 1.'],
		[chat, 'max_tokens', '0', 'must be a whole number from 1 to 10,000,000.'],
		['responses', 'max_output_tokens', '1.5', 'must be a whole number from 1 to 10,000,000.'],
		[chat, 'seed', '1.5', 'must be a whole number.'],
		[chat, 'store', 'yes', 'must be true or false.'],
		[chat, 'logprobs', '3', 'must be true or false.'],
		['completions', 'logprobs', '6', 'must be a whole number from 0 to 5.'],
		['completions', 'best_of', '100', 'must be a whole number from 1 to 20.'],
		[chat, 'reasoning_effort', '5', 'must be one of none, minimal, low, medium, high, xhigh, max.'],
		['responses', 'text.verbosity', 'loud', 'must be one of low, medium, high.'],
		[chat, 'service_tier', 'flexx', 'must be one of auto, default, flex, priority, fast, scale.'],
		[chat, 'stop', '["a","b","c","d","e"]', 'takes at most 4 entries; 5 stand here.'],
		[chat, 'stop', '[1]', 'must be a list of texts.'],
		[chat, 'modalities', 'image', 'knows no “image”. Its entries are text, audio.'],
		[chat, 'tools', '{}', 'must be a JSON list, […].'],
		[
			chat,
			'response_format',
			'{"type": "xml"}',
			'needs a "type": one of text, json_object, json_schema.',
		],
	])('sent to %s as %s, %j is refused: it %s', (endpoint, parameter, cell, fault) => {
		expect(boundValue(endpoint, parameter, cell)).toEqual({ ok: false, error: fault });
	});
});

test('a row sends what its cells hold, and neither its blanks nor its model', () => {
	const bindings = ['temperature', 'model', 'top_p', '__proto__'].map((parameter, position) => ({
		parameter,
		position,
	}));
	const sent = rowParameters(chat, bindings, ['0', 'm2', ' ', 'x']);
	expect(Object.entries(sent)).toEqual([
		['temperature', 0],
		['__proto__', 'x'],
	]);
});

test.each<[Endpoint, JsonObject]>([
	[chat, { reasoning_effort: 'low', 'reasoning.summary': 'auto', verbosity: 'high' }],
	['responses', { reasoning: { effort: 'low', summary: 'auto' }, text: { verbosity: 'high' } }],
])('a row sends %s what it calls by another name under that: %j', (endpoint, expected) => {
	const bindings = ['reasoning_effort', 'reasoning.summary', 'verbosity'].map(
		(parameter, position) => ({ parameter, position }),
	);
	expect(rowParameters(endpoint, bindings, ['low', 'auto', 'high'])).toEqual(expected);
});

test('a row sends Responses a schema as it takes it', () => {
	const schema = '{"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}';
	const bindings = [{ parameter: 'response_format', position: 0 }];
	expect(rowParameters('responses', bindings, [schema])).toEqual({
		text: { format: { type: 'json_schema', name: 'a', schema: {} } },
	});
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

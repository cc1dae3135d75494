import { describe, expect, test } from 'vitest';
import { choiceText, finishReasonOf, markOf, usageOf } from '#domain/completion.ts';
import type { Connection } from '#domain/connection.ts';
import type { JsonObject } from '#domain/json.ts';
import type { Message, Prompt } from '#domain/prompt.ts';
import { createSender } from '#openai/create-sender.ts';
import { readResponse } from '#openai/read-response.ts';
import { requestBody } from '#openai/request-body.ts';

const openAi: Connection = {
	provider: 'openai',
	baseUrl: 'https://api.openai.com/v1',
	organization: '',
	project: '',
	usesKey: true,
};
const prompt: Prompt = { kind: 'chat', messages: [{ role: 'user', content: 'hello' }] };

const said = (text: string, more: JsonObject = {}): JsonObject => ({
	type: 'message',
	id: 'msg_1',
	role: 'assistant',
	status: 'completed',
	content: [{ type: 'output_text', text, annotations: [] }],
	...more,
});
const refused: JsonObject = said('', { content: [{ type: 'refusal', refusal: 'No.' }] });
const thought: JsonObject = { type: 'reasoning', id: 'rs_1', summary: [] };
const call: JsonObject = {
	type: 'function_call',
	id: 'fc_1',
	call_id: 'call_1',
	name: 'look_up',
	arguments: '{"city":"Rome"}',
};

const response = (output: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
	id: 'resp_1',
	object: 'response',
	created_at: 1,
	status: 'completed',
	error: null,
	incomplete_details: null,
	model: 'm',
	output,
	usage: {
		input_tokens: 11,
		input_tokens_details: { cached_tokens: 0 },
		output_tokens: 7,
		output_tokens_details: { reasoning_tokens: 3 },
		total_tokens: 18,
	},
	...more,
});

const failed = (error: JsonObject | null): JsonObject => response([], { status: 'failed', error });
const cutOff = (reason: string): JsonObject => ({
	status: 'incomplete',
	incomplete_details: { reason },
});

describe('a request to Responses', () => {
	const system: Message = { role: 'system', content: 'Be short.' };
	const developer: Message = { role: 'developer', content: 'Be kind.' };
	const user: Message = { role: 'user', content: 'Hello?' };
	const assistant: Message = { role: 'assistant', content: 'Hi.' };
	test.each<[string, readonly Message[], object]>([
		['one message of the user as text', [user], { input: 'Hello?' }],
		[
			'the system message as instructions',
			[system, user],
			{ instructions: 'Be short.', input: 'Hello?' },
		],
		[
			'the developer’s as instructions',
			[developer, user],
			{ instructions: 'Be kind.', input: 'Hello?' },
		],
		['a system message alone as input', [system], { input: [system] }],
		[
			'a talk as its messages',
			[system, user, assistant, user],
			{ instructions: 'Be short.', input: [user, assistant, user] },
		],
		[
			'a second message of the system in its place',
			[system, developer, user],
			{ instructions: 'Be short.', input: [developer, user] },
		],
		['a message of the assistant alone as one', [assistant], { input: [assistant] }],
	])('holds %s', (_, messages, expected) => {
		expect(requestBody('responses', { kind: 'chat', messages }, { model: 'm' })).toEqual({
			model: 'm',
			...expected,
		});
	});
});

describe('an answer of Responses', () => {
	const choiceOf = (body: JsonObject): JsonObject => readResponse(body)?.choices[0] ?? {};

	test('is one choice with the whole output beside it, and the rest of the response', () => {
		const output = [thought, said('yes')];
		const rest = Object.fromEntries(
			Object.entries(response(output)).filter(([key]) => key !== 'output'),
		);
		expect(readResponse(response(output))).toEqual({
			rest,
			choices: [
				{
					index: 0,
					message: { role: 'assistant', content: 'yes', refusal: null },
					finish_reason: 'stop',
					output,
				},
			],
		});
		expect(usageOf(rest)).toEqual({ promptTokens: 11, completionTokens: 7 });
	});

	test.each<[string, JsonObject, string | null, string | null, string]>([
		['a plain one', response([said('yes')]), 'yes', 'stop', 'complete'],
		['one in parts', response([said('ye'), said('s')]), 'yes', 'stop', 'complete'],
		['a refusal', response([refused]), 'No.', 'stop', 'refused'],
		[
			'one that max_output_tokens ended',
			response([said('ye')], cutOff('max_output_tokens')),
			'ye',
			'length',
			'truncated',
		],
		[
			'one whose tokens all went into reasoning',
			response([thought], cutOff('max_output_tokens')),
			null,
			'length',
			'truncated',
		],
		[
			'one that the filter held back',
			response([], cutOff('content_filter')),
			null,
			'content_filter',
			'filtered',
		],
		[
			'one with another reason',
			response([said('x')], cutOff('steered')),
			'x',
			'steered',
			'complete',
		],
		['a call of a tool', response([thought, call]), null, 'tool_calls', 'complete'],
		['nothing at all', response([]), null, 'stop', 'empty'],
		['one of a server that knows no status', { output: [said('yes')] }, 'yes', null, 'complete'],
	])('that is %s is kept as what it is', (_, body, text, reason, mark) => {
		const choice = choiceOf(body);
		expect([choiceText(choice), finishReasonOf(choice), markOf(choice)]).toEqual([
			text,
			reason,
			mark,
		]);
		expect(choice['output']).toEqual(body['output']);
	});

	test('names a called tool as Chat Completions does', () => {
		expect(choiceOf(response([call]))['message']).toMatchObject({
			tool_calls: [
				{
					id: 'call_1',
					type: 'function',
					function: { name: 'look_up', arguments: '{"city":"Rome"}' },
				},
			],
		});
	});

	test.each<[string, unknown]>([
		['failed', failed({ code: 'server_error', message: 'sorry' })],
		['is still under way', response([], { status: 'in_progress' })],
		['is a chat completion', { choices: [{ index: 0, message: { content: 'x' } }] }],
		['is no object', 'yes'],
		[
			'is nested without end',
			JSON.parse(`{"output": [], "a": ${'['.repeat(300)}${']'.repeat(300)}}`),
		],
	])('that %s is none', (_, body) => {
		expect(readResponse(body)).toBeNull();
	});
});

describe('one attempt at Responses', () => {
	function sending(answer: unknown, status = 200, type = 'application/json') {
		const calls: { url: string; body: JsonObject }[] = [];
		const send = createSender({
			connection: openAi,
			endpoint: 'responses',
			key: 'sk-secret-key-000000',
			timeoutMs: 60_000,
			after: () => () => undefined,
			epoch: () => 0,
			fetch: (input, init = {}) => {
				calls.push({
					url: input instanceof Request ? input.url : String(input),
					body: JSON.parse(init.body as string) as JsonObject,
				});
				return Promise.resolve(
					new Response(typeof answer === 'string' ? answer : JSON.stringify(answer), {
						status,
						headers: { 'content-type': type },
					}),
				);
			},
		});
		const args = {
			model: 'm',
			user: 'u1',
			reasoning: { effort: 'minimal' },
			text: { verbosity: 'low' },
		};
		return { calls, attempt: () => send(prompt, args, new AbortController().signal) };
	}

	test('goes to its path with the input, and brings the choice', async () => {
		const { calls, attempt } = sending(response([said('yes')]));
		expect(await attempt()).toMatchObject({
			ok: true,
			value: { choices: [{ message: { content: 'yes' } }] },
		});
		expect(calls).toEqual([
			{
				url: 'https://api.openai.com/v1/responses',
				body: {
					model: 'm',
					user: 'u1',
					reasoning: { effort: 'minimal' },
					text: { verbosity: 'low' },
					input: 'hello',
				},
			},
		]);
	});

	test.each<[string, unknown, string]>([
		['server_error', failed({ code: 'server_error', message: 'x' }), 'serverError'],
		['no error at all', failed(null), 'serverError'],
		[
			'rate_limit_exceeded',
			failed({ code: 'rate_limit_exceeded', message: 'Please try again in 644ms.' }),
			'rateLimited',
		],
		[
			'a request that is too large for the limit',
			failed({ code: 'rate_limit_exceeded', message: 'Request too large for m' }),
			'requestTooLarge',
		],
		['insufficient_quota', failed({ code: 'insufficient_quota', message: 'x' }), 'quotaExhausted'],
		['invalid_prompt', failed({ code: 'invalid_prompt', message: 'x' }), 'contentFiltered'],
		['bio_policy', failed({ code: 'bio_policy', message: 'x' }), 'contentFiltered'],
		[
			'misalignment_policy_violation',
			failed({ code: 'misalignment_policy_violation', message: 'x' }),
			'contentFiltered',
		],
		['vector_store_timeout', failed({ code: 'vector_store_timeout', message: 'x' }), 'timeout'],
		[
			'data_residency_mismatch',
			failed({ code: 'data_residency_mismatch', message: 'x' }),
			'forbidden',
		],
		['no end', response([], { status: 'queued' }), 'malformed'],
		['a chat completion', { choices: [{ index: 0, message: { content: 'x' } }] }, 'malformed'],
	])('that ends in a 200 with %s has failed as such', async (_, body, kind) => {
		const { attempt } = sending(body);
		expect(await attempt()).toMatchObject({ ok: false, error: { kind, status: 200 } });
	});

	test('keeps the wait that a failed response asks for', async () => {
		const { attempt } = sending(
			failed({ code: 'rate_limit_exceeded', message: 'Please try again in 644ms.' }),
		);
		expect(await attempt()).toMatchObject({ error: { waitMs: 644 } });
	});

	test('that meets a web page in a 200 says so', async () => {
		const { attempt } = sending('<!doctype html><title>Hi</title>', 200, 'text/html');
		expect(await attempt()).toMatchObject({ ok: false, error: { kind: 'notAnApi' } });
	});

	test('for a model of another endpoint says so', async () => {
		const { attempt } = sending(
			{
				error: {
					message:
						'This model is only supported in v1/chat/completions and not supported in the v1/responses endpoint.',
				},
			},
			404,
		);
		expect(await attempt()).toMatchObject({ ok: false, error: { kind: 'wrongEndpoint' } });
	});

	test.each([
		[
			'a part of reasoning',
			"Unsupported value: 'minimal' is not supported with the 'm' model.",
			'reasoning.effort',
			'reasoning.effort',
			null,
		],
		['a part of text', 'x', 'text.verbosity', 'text.verbosity', null],
		['reasoning as a whole', 'x', 'reasoning', 'reasoning', null],
		[
			'a name that another endpoint has for it',
			"Unsupported parameter: 'user'. In the Responses API, this parameter has moved to 'safety_identifier'. Try again with the new parameter.",
			'user',
			'user',
			'safety_identifier',
		],
		['a part that was not sent', 'x', 'reasoning.summary', 'reasoning', null],
	])('tells which parameter was refused: %s', async (_, message, param, name, replacement) => {
		const { attempt } = sending(
			{ error: { message, type: 'invalid_request_error', param, code: 'unsupported_value' } },
			400,
		);
		expect(await attempt()).toMatchObject({
			ok: false,
			error: { kind: 'parameterRefused', parameter: { model: 'm', name, replacement } },
		});
	});
});

import { describe, expect, test, vi } from 'vitest';
import type { Connection } from '#domain/connection.ts';
import type { JsonObject } from '#domain/json.ts';
import type { Prompt } from '#domain/prompt.ts';
import type { Repair } from '#domain/repair.ts';
import { createSender, type SenderOptions } from '#openai/create-sender.ts';
import { modelArgs } from '#openai/request-body.ts';

const openAi: Connection = {
	provider: 'openai',
	baseUrl: 'https://api.openai.com/v1',
	organization: '',
	project: '',
	usesKey: true,
};
const prompt: Prompt = { kind: 'chat', messages: [{ role: 'user', content: 'hello' }] };
const completion = {
	id: 'c1',
	model: 'm',
	choices: [{ index: 0, message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' }],
	usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};
const json = (body: unknown, status = 200): Response =>
	new Response(typeof body === 'string' ? body : JSON.stringify(body), {
		status,
		headers: { 'content-type': 'application/json', 'x-request-id': 'req_7' },
	});

const never = new AbortController().signal;

function sending(
	answer: (init: RequestInit) => Response | Promise<Response>,
	more: Partial<SenderOptions> = {},
) {
	const calls: { url: string; init: RequestInit }[] = [];
	const send = createSender({
		connection: openAi,
		endpoint: 'chatCompletions',
		key: 'sk-secret-key-000000',
		timeoutMs: 60_000,
		after: () => () => undefined,
		epoch: () => 0,
		fetch: async (input, init = {}) => {
			calls.push({ url: input instanceof Request ? input.url : String(input), init });
			return answer(init);
		},
		...more,
	});
	return { calls, send };
}

const hanging = (init: RequestInit): Promise<Response> =>
	new Promise((_, reject) => {
		init.signal?.addEventListener('abort', () => {
			reject(new DOMException('aborted', 'AbortError'));
		});
	});

describe('one attempt', () => {
	test('gives the completion taken apart, its choices by index', async () => {
		const second = { index: 1, message: { content: 'b' }, finish_reason: 'stop' };
		const first = { index: 0, message: { content: 'a' }, finish_reason: 'stop' };
		const { send } = sending(() => json({ ...completion, choices: [second, first] }));
		const { choices, ...rest } = { ...completion, choices: [first, second] };
		expect(await send(prompt, { model: 'm' }, never)).toEqual({
			ok: true,
			value: { rest, choices, requestId: 'req_7' },
		});
	});

	test('sends the prompt and the parameters, the key, and no header that needs leave', async () => {
		const { calls, send } = sending(() => json(completion));
		await send(prompt, { model: 'm', n: 2 }, never);
		expect(calls).toHaveLength(1);
		expect(calls[0]?.url).toBe('https://api.openai.com/v1/chat/completions');
		expect(JSON.parse(calls[0]?.init.body as string)).toEqual({
			model: 'm',
			n: 2,
			messages: [{ role: 'user', content: 'hello' }],
		});
		// Node's build of the package adds a user agent; a browser's cannot.
		const names = [...new Headers(calls[0]?.init.headers).keys()].filter(
			(name) => name !== 'user-agent',
		);
		expect(names).toEqual(['accept', 'authorization', 'content-type']);
		expect(calls[0]?.init).toMatchObject({
			redirect: 'error',
			credentials: 'omit',
			referrerPolicy: 'no-referrer',
		});
	});

	test('goes to Completions with a text prompt', async () => {
		const { calls, send } = sending(
			() => json({ choices: [{ index: 0, text: ' yes', finish_reason: 'stop' }] }),
			{ endpoint: 'completions' },
		);
		const outcome = await send({ kind: 'completion', text: 'hello' }, { model: 'm' }, never);
		expect(outcome).toMatchObject({ ok: true, value: { choices: [{ text: ' yes' }] } });
		expect(calls[0]?.url).toBe('https://api.openai.com/v1/completions');
		expect(JSON.parse(calls[0]?.init.body as string)).toEqual({ model: 'm', prompt: 'hello' });
	});

	test('without a key sends no authorization', async () => {
		const { calls, send } = sending(() => json(completion), { key: '' });
		await send(prompt, { model: 'm' }, never);
		expect(new Headers(calls[0]?.init.headers).has('authorization')).toBe(false);
	});

	test('names organization and project only where there are any', async () => {
		const connection = { ...openAi, organization: 'org-1', project: 'proj-2' };
		const { calls, send } = sending(() => json(completion), { connection });
		await send(prompt, { model: 'm' }, never);
		const headers = new Headers(calls[0]?.init.headers);
		expect(headers.get('openai-organization')).toBe('org-1');
		expect(headers.get('openai-project')).toBe('proj-2');
	});

	test.each([
		['JSON sent as plain text', () => new Response(JSON.stringify(completion))],
		['a choice without a finish reason', () => json({ choices: [{ message: { content: 'x' } }] })],
	])('accepts %s', async (_, answer) => {
		expect(await sending(answer).send(prompt, { model: 'm' }, never)).toMatchObject({ ok: true });
	});

	test.each([
		['truncated JSON', () => json('{"id": "c1", "choi'), 'malformed'],
		[
			'an answer that broke off',
			() =>
				json({
					choices: [{ message: { content: 'half an ans' }, finish_reason: 'error', error: {} }],
				}),
			'malformed',
		],
		['no choices', () => json({ id: 'c1' }), 'malformed'],
		['choices that are no objects', () => json({ choices: ['yes'] }), 'malformed'],
		[
			'an answer nested without end',
			() =>
				json(
					`{"choices": [{"message": {"content": "x"}}], "a": ${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
				),
			'malformed',
		],
		[
			'a web page',
			() =>
				new Response('<!doctype html><title>Hi</title>', {
					headers: { 'content-type': 'text/html' },
				}),
			'notAnApi',
		],
		[
			'an empty answer',
			() => new Response('', { headers: { 'content-type': 'application/json' } }),
			'malformed',
		],
		['an error in a 200', () => json({ error: { message: 'busy', code: 503 } }), 'overloaded'],
		['a 500', () => json({ error: { message: 'sorry' } }, 500), 'serverError'],
		[
			'an HTML 502',
			() => new Response('<html><title>502</title></html>', { status: 502 }),
			'serverError',
		],
		['a 422 of FastAPI', () => json({ detail: 'no' }, 422), 'badRequest'],
		['no connection', () => Promise.reject(new TypeError('Failed to fetch')), 'network'],
	])('%s is the failure %s', async (_, answer, kind) => {
		const { calls, send } = sending(answer);
		expect(await send(prompt, { model: 'm' }, never)).toMatchObject({ ok: false, error: { kind } });
		// One attempt is one call: the package's own retries are off.
		expect(calls).toHaveLength(1);
	});

	test('keeps the request id and the words, but not the key that the endpoint echoes', async () => {
		const { send } = sending(() =>
			json(
				{
					error: {
						message: 'Incorrect API key provided: sk-secret-key-000000.',
						code: 'invalid_api_key',
					},
				},
				401,
			),
		);
		expect(await send(prompt, { model: 'm' }, never)).toEqual({
			ok: false,
			error: {
				kind: 'unauthorized',
				message: 'Incorrect API key provided: [redacted].',
				status: 401,
				code: 'invalid_api_key',
				requestId: 'req_7',
				waitMs: null,
			},
		});
	});

	test('keeps a key out of a message that is cut in the middle of it', async () => {
		const key = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
		const { send } = sending(
			() => json({ error: { message: `${'word '.repeat(75)}${key} and more` } }, 400),
			{ key },
		);
		const outcome = await send(prompt, { model: 'm' }, never);
		expect(JSON.stringify(outcome)).toContain('[redacted]');
		expect(JSON.stringify(outcome)).not.toContain(key.slice(0, 6));
	});

	test('keeps the key out of the code and the request id too, and both short', async () => {
		const echoed = `sk-secret-key-000000 ${'x'.repeat(500)}`;
		const { send } = sending(
			() =>
				new Response(JSON.stringify({ error: { message: '', code: echoed } }), {
					status: 400,
					headers: { 'content-type': 'application/json', 'x-request-id': echoed },
				}),
		);
		const outcome = await send(prompt, { model: 'm' }, never);
		expect(JSON.stringify(outcome)).not.toContain('secret');
		expect(outcome).toMatchObject({
			error: { code: expect.stringMatching(/^\[redacted\] x+$/) as string },
		});
		expect(JSON.stringify(outcome).length).toBeLessThan(400);
	});

	test('keeps the request id of an answer, clean of the key and short; none where none is told', async () => {
		const withId = (id: string | null) =>
			sending(
				() =>
					new Response(JSON.stringify(completion), {
						headers: {
							'content-type': 'application/json',
							...(id === null ? {} : { 'x-request-id': id }),
						},
					}),
			).send(prompt, { model: 'm' }, never);
		expect(await withId('req_8')).toMatchObject({ value: { requestId: 'req_8' } });
		expect(await withId(null)).not.toHaveProperty('value.requestId');
		const echoed = await withId(`sk-secret-key-000000 ${'x'.repeat(500)}`);
		expect(JSON.stringify(echoed)).not.toContain('secret');
		expect(JSON.stringify(echoed).length).toBeLessThan(400);
	});

	test('that gets no answer in time is a timeout, also when only the error’s body hangs', async () => {
		for (const answer of [
			hanging,
			(init: RequestInit) =>
				new Response(
					new ReadableStream({
						start(controller) {
							init.signal?.addEventListener('abort', () => {
								controller.error(new DOMException('aborted', 'AbortError'));
							});
						},
					}),
					{ status: 500 },
				),
		]) {
			let ring = (): void => undefined;
			const cancel = vi.fn();
			const { calls, send } = sending(answer, {
				timeoutMs: 1_500,
				after: (ms, callBack) => {
					expect(ms).toBe(1_500);
					ring = callBack;
					return cancel;
				},
			});
			const outcome = send(prompt, { model: 'm' }, never);
			await vi.waitFor(() => {
				expect(calls).toHaveLength(1);
			});
			ring();
			expect(await outcome).toMatchObject({
				ok: false,
				error: { kind: 'timeout', message: 'No answer within 1.5 s.' },
			});
			expect(cancel).toHaveBeenCalledOnce();
		}
	});

	test('ends when it is aborted', async () => {
		const controller = new AbortController();
		const { calls, send } = sending(hanging);
		const outcome = send(prompt, { model: 'm' }, controller.signal);
		await vi.waitFor(() => {
			expect(calls).toHaveLength(1);
		});
		controller.abort();
		expect(await outcome).toMatchObject({ ok: false });
	});
});

describe('the parameters sent', () => {
	const parameters = { completionsPerPrompt: 1, temperature: null, maxTokens: null, other: {} };
	const local: Connection = { ...openAi, provider: 'compatible', baseUrl: 'http://localhost:1/v1' };
	test.each([
		['nothing that was left empty', openAi, 'chatCompletions', {}, { model: 'm' }],
		['n above one', openAi, 'chatCompletions', { completionsPerPrompt: 3 }, { model: 'm', n: 3 }],
		[
			'temperature 0',
			openAi,
			'chatCompletions',
			{ temperature: 0 },
			{ model: 'm', temperature: 0 },
		],
		[
			'the newer token limit to OpenAI',
			openAi,
			'chatCompletions',
			{ maxTokens: 9 },
			{ model: 'm', max_completion_tokens: 9 },
		],
		[
			'the older one elsewhere',
			local,
			'chatCompletions',
			{ maxTokens: 9 },
			{ model: 'm', max_tokens: 9 },
		],
		[
			'the older one to Completions',
			openAi,
			'completions',
			{ maxTokens: 9 },
			{ model: 'm', max_tokens: 9 },
		],
		[
			'another to Responses, where nothing may be left at the endpoint',
			openAi,
			'responses',
			{ maxTokens: 9, temperature: 0 },
			{ model: 'm', temperature: 0, max_output_tokens: 9, store: false },
		],
		[
			'any other',
			openAi,
			'chatCompletions',
			{ other: { top_p: 0.5, seed: 1 } },
			{ model: 'm', top_p: 0.5, seed: 1 },
		],
		[
			'another over a field',
			openAi,
			'chatCompletions',
			{ temperature: 1, other: { temperature: 0 } },
			{ model: 'm', temperature: 0 },
		],
	] as const)('hold %s', (_, connection, endpoint, more, expected) => {
		const terms = { parameters: { ...parameters, ...more }, repairs: [] };
		expect(modelArgs(connection, endpoint, 'm', terms)).toEqual(expected);
	});

	test.each<[string, readonly JsonObject[], readonly Repair[]]>([
		['a model’s own', [{ store: true }], []],
		['a row’s own', [{}, { store: true }], []],
		['a repair', [], [{ model: 'm', name: 'store', replacement: null }]],
		['a renaming', [], [{ model: 'm', name: 'seed', replacement: 'store' }]],
	])('leave nothing at Responses, whatever %s says', (_, own, repairs) => {
		const terms = { parameters: { ...parameters, other: { store: true, seed: 1 } }, repairs };
		expect(modelArgs(openAi, 'responses', 'm', terms, own)).toMatchObject({ store: false });
	});
});

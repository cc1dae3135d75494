import { afterEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '#domain/json.ts';
import { askedTexts, echoCompletion, echoText } from './echo.ts';
import { refusalText } from './replies.ts';
import { once, scenarioNames, type Scenario } from './scenario.ts';
import {
	createTestEndpoint,
	type TestEndpoint,
	type TestEndpointOptions,
} from './test-endpoint.ts';

let endpoint: TestEndpoint | null = null;

async function open(options: TestEndpointOptions = {}): Promise<TestEndpoint> {
	endpoint = await createTestEndpoint(options);
	return endpoint;
}

afterEach(async () => {
	await endpoint?.close();
	endpoint = null;
});

const chat = (content: string, more: JsonObject = {}): JsonObject => ({
	model: 'test-small',
	messages: [
		{ role: 'system', content: 'Be brief.' },
		{ role: 'user', content },
	],
	...more,
});

const post = (
	{ url }: TestEndpoint,
	body: JsonObject,
	{ path = '/chat/completions', key = 'sk-test-key-0123456789', signal }: PostOptions = {},
): Promise<Response> =>
	fetch(url + path, {
		method: 'POST',
		headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
		body: JSON.stringify(body),
		...(signal === undefined ? {} : { signal }),
	});

interface PostOptions {
	readonly path?: string;
	readonly key?: string;
	readonly signal?: AbortSignal;
}

describe('a plain reply', () => {
	test('a chat is answered with its last user text, once for each choice asked for', async () => {
		const body = chat('Hello, ☕', { n: 2 });
		const response = await post(await open(), body);
		expect(response.status).toBe(200);
		const reply: unknown = await response.json();
		expect(reply).toEqual(echoCompletion(body));
		expect(reply).toMatchObject({
			object: 'chat.completion',
			model: 'test-small',
			choices: [
				{ index: 0, message: { content: 'echo: Hello, ☕ #0' }, finish_reason: 'stop' },
				{ index: 1, message: { content: 'echo: Hello, ☕ #1' }, finish_reason: 'stop' },
			],
		});
	});

	test('a Completions request of two prompts gets choice p·n + j for the j-th answer to prompt p', async () => {
		const body = { model: 'test-small', prompt: ['a', 'b'], n: 2 };
		const response = await post(await open(), body, { path: '/completions' });
		expect(await response.json()).toMatchObject({
			object: 'text_completion',
			choices: [
				{ index: 0, text: echoText('a', 0) },
				{ index: 1, text: echoText('a', 1) },
				{ index: 2, text: echoText('b', 0) },
				{ index: 3, text: echoText('b', 1) },
			],
		});
	});

	test('a Responses request is answered once, to its last user text', async () => {
		const body = {
			model: 'test-small',
			instructions: 'Be short.',
			input: [
				{ role: 'user', content: 'a' },
				{ role: 'assistant', content: 'b' },
				{ role: 'user', content: 'c' },
			],
		};
		const { ledger, ...endpoint } = await open();
		const response = await post({ ledger, ...endpoint }, body, { path: '/responses' });
		expect(await response.json()).toMatchObject({
			object: 'response',
			status: 'completed',
			output: [{ content: [{ type: 'output_text', text: echoText('c', 0) }] }],
			usage: { input_tokens: 4, output_tokens: 3 },
		});
		expect(ledger.requests[0]?.row).toBe('Be short.\na\nb\nc');
	});

	test('of several user messages the last is answered', () => {
		const turns = ['first', 'last'].map((content) => ({ role: 'user', content }));
		expect(askedTexts({ messages: [...turns, { role: 'assistant', content: 'Yes:' }] })).toEqual([
			'last',
		]);
	});

	test('the same body gets the same completion, and another body another id', () => {
		expect(echoCompletion(chat('x'))).toEqual(echoCompletion(chat('x')));
		expect(echoCompletion(chat('x'))['id']).not.toBe(echoCompletion(chat('y'))['id']);
		expect(askedTexts({ prompt: 'one' })).toEqual(['one']);
	});
});

describe('scenarios', () => {
	const answered: readonly (readonly [Scenario, number, RegExp])[] = [
		['rateLimitedOnce', 429, /Limit 30000.*try again in 40ms/],
		['rateLimitedWithoutHint', 429, /Too many requests/],
		['quotaExhausted', 429, /insufficient_quota/],
		['wrongKey', 401, /provided: sk-test-\*{10}6789\./],
		['forbidden', 403, /unsupported_country_region_territory/],
		['modelNotFound', 404, /`test-small` does not exist/],
		['contentFilter400', 400, /"content_filter"/],
		['contextTooLong', 400, /context_length_exceeded/],
		['serverErrorOnce', 500, /server_error/],
		['badGatewayHtml', 502, /<title>502 Bad Gateway/],
		['htmlPage', 200, /<!doctype html>/],
		['errorInside200', 200, /Provider returned error/],
		['missingChoices', 200, /^(?!.*"choices")/],
		['cutAtLength', 200, /"finish_reason":"length"/],
		['failedInside200', 200, /^\{"error":\{"code":"server_error"/],
		['filteredAnswer', 200, /"finish_reason":"content_filter"/],
		['refusal', 200, new RegExp(`"content":null,"refusal":"${refusalText}`)],
		['slow(5)', 200, /echo: x #0/],
		['plainReply', 200, /echo: x #0/],
	];

	const answeredByResponses: readonly (readonly [Scenario, RegExp])[] = [
		['failedInside200', /"status":"failed".*"code":"server_error"/],
		['rateLimitedInside200', /"status":"failed".*"code":"rate_limit_exceeded".*in 40ms/],
		['filteredAnswer', /"status":"incomplete".*"incomplete_details":\{"reason":"content_filter"/],
		['cutAtLength', /"status":"incomplete".*"reason":"max_output_tokens".*"text":"echo:"/],
		['refusal', new RegExp(`"type":"refusal","refusal":"${refusalText}`)],
		['missingChoices', /^(?!.*"output")/],
		['oneChoiceMore', /^(?!.*"choices").*echo: x #0/],
	];

	test.each(answeredByResponses)(
		'%s is answered by Responses in its form',
		async (scenario, words) => {
			const response = await post(
				await open({ scenario: () => scenario }),
				{ model: 'test-small', input: 'x' },
				{ path: '/responses' },
			);
			expect(response.status).toBe(200);
			expect(await response.text()).toMatch(words);
		},
	);

	test.each(answered)('%s answers %i', async (scenario, status, words) => {
		const response = await post(await open({ scenario: () => scenario }), chat('x'));
		expect(response.status).toBe(status);
		expect(await response.text()).toMatch(words);
	});

	test('truncatedJson is a whole answer that is no JSON', async () => {
		const response = await post(await open({ scenario: () => 'truncatedJson' }), chat('x'));
		expect(response.status).toBe(200);
		await expect(response.json()).rejects.toThrow(SyntaxError);
	});

	test('resetBeforeHeaders breaks the connection without an answer', async () => {
		const { ledger } = await open({ scenario: () => 'resetBeforeHeaders' });
		await expect(post(opened(), chat('x'))).rejects.toThrow('fetch failed');
		expect(ledger.requests[0]).toMatchObject({ status: null, ending: 'reset' });
	});

	test('resetMidBody breaks the connection after half of the body', async () => {
		const { ledger } = await open({ scenario: () => 'resetMidBody' });
		const response = await post(opened(), chat('x'));
		expect(response.status).toBe(200);
		await expect(response.text()).rejects.toThrow('terminated');
		expect(ledger.requests[0]?.ending).toBe('reset');
	});

	test('hangsForever never answers, and the ledger tells who gave up', async () => {
		const { ledger } = await open({ scenario: () => 'hangsForever' });
		const stop = new AbortController();
		const reply = post(opened(), chat('x'), { signal: stop.signal });
		await ledger.arrived(1);
		expect(ledger.inFlight).toBe(1);
		stop.abort();
		await expect(reply).rejects.toThrow('aborted');
		await ledger.ended(1);
		expect(ledger.requests[0]).toMatchObject({ status: null, ending: 'aborted' });
	});

	test.each(['rateLimitedOnce', 'serverErrorOnce'] as const)(
		'%s answers the same body plainly when it comes again',
		async (scenario) => {
			await open({ scenario: () => scenario });
			expect((await post(opened(), chat('x'))).ok).toBe(false);
			expect((await post(opened(), chat('other'))).ok).toBe(false);
			expect((await post(opened(), chat('x'))).ok).toBe(true);
		},
	);

	test('once gives any scenario to the first of each body alone', async () => {
		await open({ scenario: once('forbidden') });
		expect((await post(opened(), chat('x'))).status).toBe(403);
		expect((await post(opened(), chat('x'))).status).toBe(200);
	});

	test('a marker in any text of the prompt asks for a scenario itself', async () => {
		await open();
		expect((await post(opened(), chat('a [[scenario:forbidden]] b'))).status).toBe(403);
		expect((await post(opened(), chat('a [[scenario:forbidden]] b'))).status).toBe(403);
		expect((await post(opened(), chat('[[scenario:badGatewayHtml once]]'))).status).toBe(502);
		expect((await post(opened(), chat('[[scenario:badGatewayHtml once]]'))).status).toBe(200);
		const prompt = { prompt: ['a', '[[scenario:quotaExhausted]]'] };
		expect((await post(opened(), prompt, { path: '/completions' })).status).toBe(429);
	});

	test('play changes what later requests meet', async () => {
		await open({ scenario: () => 'quotaExhausted' });
		expect((await post(opened(), chat('x'))).status).toBe(429);
		opened().play('plainReply');
		expect((await post(opened(), chat('x'))).status).toBe(200);
	});

	test('every name is one that a marker can hold', () => {
		expect(scenarioNames.filter((name) => !/^[a-zA-Z0-9]+$/.test(name))).toEqual([]);
	});
});

describe('the ledger and the gate', () => {
	test('requests are noted in order of arrival, whole', async () => {
		const { ledger } = await open();
		await post(opened(), chat('first'), { key: 'sk-a' });
		await post(opened(), chat('second', { temperature: 0.5 }));
		expect(ledger.requests).toMatchObject([
			{ arrival: 0, key: 'sk-a', body: chat('first'), status: 200, path: '/v1/chat/completions' },
			{ arrival: 1, body: { temperature: 0.5 }, seenBefore: 0, scenario: 'plainReply' },
		]);
	});

	test('held answers leave only when they are let through or released', async () => {
		const { ledger } = await open({ held: true });
		let answered = 0;
		const replies = ['a', 'b', 'c'].map(async (text) => {
			const response = await post(opened(), chat(text));
			await response.text();
			answered++;
		});
		await ledger.arrived(3);
		expect({ answered, inFlight: ledger.inFlight }).toEqual({ answered: 0, inFlight: 3 });
		opened().letThrough(1);
		await ledger.ended(1);
		expect(ledger.inFlight).toBe(2);
		opened().release();
		await Promise.all(replies);
		expect(answered).toBe(3);
		expect(ledger.maxInFlight).toBe(3);
	});

	test('one who gives up while held takes nobody’s turn', async () => {
		const { ledger } = await open({ held: true });
		const stop = new AbortController();
		const gone = post(opened(), chat('gone'), { signal: stop.signal });
		await ledger.arrived(1);
		const stays = post(opened(), chat('stays'));
		await ledger.arrived(2);
		stop.abort();
		await expect(gone).rejects.toThrow('aborted');
		await ledger.ended(1);
		opened().letThrough(1);
		expect((await stays).status).toBe(200);
	});
});

describe('the way a browser sees it', () => {
	test('a preflight is allowed, and only the request’s id may be read', async () => {
		const { url, ledger } = await open();
		const preflight = await fetch(`${url}/chat/completions`, {
			method: 'OPTIONS',
			headers: { 'access-control-request-headers': 'authorization,content-type' },
		});
		expect(preflight.headers.get('access-control-allow-headers')).toBe(
			'authorization,content-type',
		);
		const response = await post(opened(), chat('x'));
		expect(response.headers.get('access-control-allow-origin')).toBe('*');
		expect(response.headers.get('access-control-expose-headers')).toBe('X-Request-ID, CF-Ray');
		expect(response.headers.get('x-request-id')).toBe('req_0');
		expect(ledger.preflights).toHaveLength(1);
	});

	test('withoutCors answers what no page can read', async () => {
		const response = await post(await open({ scenario: () => 'withoutCors' }), chat('x'));
		expect(response.headers.get('access-control-allow-origin')).toBeNull();
	});

	test.each([
		['/openai/v1/chat/completions', '', 'the v1 API'],
		['/openai/deployments/d/chat/completions', '?api-version=2024-10-21', 'a dated API'],
	])('%s%s is answered as %s of Azure', async (path, query) => {
		const { origin, ledger } = await open({ key: 'azure-key' });
		const response = await fetch(origin + path + query, {
			method: 'POST',
			headers: { 'content-type': 'application/json', 'api-key': 'azure-key' },
			body: JSON.stringify(chat('Hello')),
		});
		expect(response.status).toBe(200);
		expect(ledger.requests).toMatchObject([{ path, query, key: 'azure-key' }]);
		const list = await fetch(`${origin}/openai/models`, { headers: { 'api-key': 'azure-key' } });
		expect(await list.json()).toMatchObject({ data: [{ id: 'test-small' }, { id: 'test-large' }] });
	});

	test('a list of models is refused as it is told to', async () => {
		const asked = await open({ models: [{ id: 'm', shutdown_date: '2026-12-11' }] });
		const { url } = asked;
		expect(await (await fetch(`${url}/models`)).json()).toMatchObject({
			data: [{ id: 'm', shutdown_date: '2026-12-11' }],
		});
		asked.playModels('htmlPage');
		expect(await (await fetch(`${url}/models`)).text()).toContain('<title>Welcome</title>');
		asked.playModels('withoutCors');
		const unreadable = await fetch(`${url}/models`);
		expect([unreadable.status, unreadable.headers.get('access-control-allow-origin')]).toEqual([
			200,
			null,
		]);
	});

	test('models are listed to the right key alone', async () => {
		const { url } = await open({ key: 'sk-right', models: ['m-1'] });
		const list = (key: string): Promise<Response> =>
			fetch(`${url}/models`, { headers: { authorization: `Bearer ${key}` } });
		expect(await (await list('sk-right')).json()).toMatchObject({ data: [{ id: 'm-1' }] });
		expect((await list('sk-wrong')).status).toBe(401);
		expect((await post(opened(), chat('x'), { key: 'sk-wrong' })).status).toBe(401);
		expect((await post(opened(), chat('x'), { key: 'sk-right' })).status).toBe(200);
	});

	test('any other path is not found, in words', async () => {
		const { origin } = await open();
		const response = await fetch(`${origin}/v2/nothing`);
		expect(response.status).toBe(404);
		expect(await response.text()).toContain('Invalid URL (GET /v2/nothing)');
	});
});

/** The endpoint that the test has opened. */
function opened(): TestEndpoint {
	if (endpoint === null) throw new Error('No endpoint is open');
	return endpoint;
}

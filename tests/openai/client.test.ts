import { describe, expect, test } from 'vitest';
import type { Connection } from '#domain/connection.ts';
import type { Prompt } from '#domain/prompt.ts';
import { createSender } from '#openai/create-sender.ts';
import { listModels } from '#openai/list-models.ts';
import { modelArgs } from '#openai/request-body.ts';

const bare = { organization: '', project: '', usesKey: true } as const;
const azure: Connection = {
	...bare,
	provider: 'azure',
	baseUrl: 'https://res.openai.azure.com/openai/v1',
};
const dated: Connection = {
	...bare,
	provider: 'azure',
	baseUrl: 'https://res.openai.azure.com/openai',
	apiVersion: '2024-10-21',
};
const compatible = (baseUrl: string, preset?: string): Connection => ({
	...bare,
	provider: 'compatible',
	baseUrl,
	...(preset === undefined ? {} : { preset }),
});
const anthropic = compatible('https://api.anthropic.com/v1', 'anthropic');
const key = 'azure-secret-key-0123456789';
const chat: Prompt = { kind: 'chat', messages: [{ role: 'user', content: 'hello' }] };
const text: Prompt = { kind: 'completion', text: 'hello' };

interface Call {
	readonly url: string;
	readonly init: RequestInit;
	/** Those that make a preflight ask, with what a browser adds left out. */
	readonly headers: Readonly<Record<string, string>>;
}

const browsersOwn = new Set(['accept', 'user-agent']);

function calling(connection: Connection, answer: unknown, status = 200, withKey = key) {
	const calls: Call[] = [];
	const options = {
		connection,
		key: withKey,
		timeoutMs: 60_000,
		after: () => () => undefined,
		epoch: () => 0,
		fetch: (input: string | URL | Request, init: RequestInit = {}) => {
			const headers = Object.fromEntries(
				[...new Headers(init.headers)].filter(([name]) => !browsersOwn.has(name)),
			);
			calls.push({ url: input instanceof Request ? input.url : String(input), init, headers });
			return Promise.resolve(
				new Response(JSON.stringify(answer), {
					status,
					headers: { 'content-type': 'application/json' },
				}),
			);
		},
	};
	return { options, calls };
}

const reply = { choices: [{ index: 0, message: { content: 'yes' }, finish_reason: 'stop' }] };
const never = new AbortController().signal;
const sent = async (connection: Connection, prompt: Prompt, withKey = key): Promise<Call> => {
	const { options, calls } = calling(connection, reply, 200, withKey);
	const endpoint = prompt.kind === 'chat' ? 'chatCompletions' : 'completions';
	await createSender({ ...options, endpoint })(prompt, { model: 'my deployment' }, never);
	const [call] = calls;
	if (call === undefined || calls.length > 1) throw new Error('One attempt is one call.');
	return call;
};

describe('where a request goes, and with which headers', () => {
	test.each([
		['Azure’s v1 API', azure, chat, 'https://res.openai.azure.com/openai/v1/chat/completions'],
		[
			'Azure’s v1 API, Completions',
			azure,
			text,
			'https://res.openai.azure.com/openai/v1/completions',
		],
		[
			'a dated API of Azure',
			dated,
			chat,
			'https://res.openai.azure.com/openai/deployments/my%20deployment/chat/completions?api-version=2024-10-21',
		],
		[
			'a dated API of Azure, Completions',
			dated,
			text,
			'https://res.openai.azure.com/openai/deployments/my%20deployment/completions?api-version=2024-10-21',
		],
	])('%s: the key in api-key, nowhere else', async (_, connection, prompt, url) => {
		const call = await sent(connection, prompt);
		expect(call.url).toBe(url);
		expect(call.headers).toEqual({ 'api-key': key, 'content-type': 'application/json' });
		expect(JSON.stringify(call.init.body)).not.toContain(key);
		expect(call.init).toMatchObject({
			redirect: 'error',
			credentials: 'omit',
			referrerPolicy: 'no-referrer',
		});
	});

	test.each([
		['Azure’s v1 API', azure],
		['a dated API of Azure', dated],
		['another endpoint', compatible('https://host/v1')],
	])('%s without a key: none of the headers that carry one', async (_, connection) => {
		const { headers } = await sent(connection, chat, '');
		expect(headers).toEqual({ 'content-type': 'application/json' });
	});

	test.each([
		['another endpoint', compatible('https://host/v1'), {}],
		['OpenRouter', compatible('https://openrouter.ai/api/v1', 'openrouter'), {}],
		['a service that is not known', compatible('https://host/v1', 'no-such'), {}],
		['Anthropic', anthropic, { 'anthropic-dangerous-direct-browser-access': 'true' }],
	])('%s: the key in authorization, and its own headers alone', async (_, connection, own) => {
		expect((await sent(connection, chat)).headers).toEqual({
			authorization: `Bearer ${key}`,
			'content-type': 'application/json',
			...own,
		});
	});
});

describe('where a list of models is asked for', () => {
	test.each([
		['Azure’s v1 API', azure, '/openai/v1/models', { 'api-key': key }],
		['a dated API of Azure', dated, '/openai/models?api-version=2024-10-21', { 'api-key': key }],
		[
			'another endpoint',
			compatible('https://host/v1'),
			'/v1/models',
			{ authorization: `Bearer ${key}` },
		],
		[
			'Anthropic, by its own API',
			anthropic,
			'/v1/models?limit=1000',
			{
				'x-api-key': key,
				'anthropic-version': '2023-06-01',
				'anthropic-dangerous-direct-browser-access': 'true',
			},
		],
	])('%s', async (_, connection, path, headers) => {
		const { options, calls } = calling(connection, { data: [] });
		await listModels(options);
		expect(calls).toHaveLength(1);
		expect(calls[0]?.init.method?.toUpperCase()).toBe('GET');
		expect(calls[0]?.url).toBe(new URL(connection.baseUrl).origin + path);
		expect(calls[0]?.headers).toEqual(headers);
	});
});

describe('the key that Azure echoes', () => {
	test.each([
		['in a list', { models: true }],
		['in a completion', { models: false }],
	])('%s is taken out', async (_, { models }) => {
		const { options } = calling(
			azure,
			{ error: { code: '401', message: `Access denied due to invalid subscription key ${key}` } },
			401,
		);
		const outcome = models
			? await listModels(options)
			: await createSender({ ...options, endpoint: 'chatCompletions' })(
					chat,
					{ model: 'm' },
					never,
				);
		expect(JSON.stringify(outcome)).toContain('unauthorized');
		expect(JSON.stringify(outcome)).not.toContain(key);
	});
});

test('a key that the browser’s own error quotes is taken out', async () => {
	const { options } = calling(azure, {});
	const result = await listModels({
		...options,
		fetch: () => Promise.reject(new TypeError(`Invalid header value: ${key}`)),
	});
	expect(JSON.stringify(result)).toContain('Invalid header value: [redacted]');
	expect(JSON.stringify(result)).not.toContain(key);
});

describe('the limit on an answer’s tokens', () => {
	const parameters = { completionsPerPrompt: 1, temperature: null, maxTokens: 9, other: {} };
	test.each([
		['Azure’s v1 API', azure, 'chatCompletions', 'max_completion_tokens'],
		['a dated API of Azure', dated, 'chatCompletions', 'max_completion_tokens'],
		[
			'an older API of Azure',
			{ ...dated, apiVersion: '2024-06-01' },
			'chatCompletions',
			'max_tokens',
		],
		['Azure, Completions', azure, 'completions', 'max_tokens'],
		[
			'Groq',
			compatible('https://api.groq.com/openai/v1', 'groq'),
			'chatCompletions',
			'max_completion_tokens',
		],
		[
			'Mistral',
			compatible('https://api.mistral.ai/v1', 'mistral'),
			'chatCompletions',
			'max_tokens',
		],
		['another endpoint', compatible('https://h/v1'), 'chatCompletions', 'max_tokens'],
	] as const)('%s', (_, connection, endpoint, name) => {
		expect(modelArgs(connection, endpoint, 'm', { parameters, repairs: [] })).toEqual({
			model: 'm',
			[name]: 9,
		});
	});
});

import { describe, expect, test } from 'vitest';
import { checkConnection } from '#domain/check-connection.ts';
import { checkDraft } from '#domain/check-draft.ts';
import { fieldsOf, withConnection } from '#domain/connection-fields.ts';
import { normalizeBaseUrl, providers } from '#domain/connection.ts';
import {
	defaultSettings,
	draftOf,
	emptyDraft,
	emptyShare,
	type Draft,
	type ShareDraft,
} from '#domain/draft.ts';
import { keyOwner, presetAt, presetOf, presets } from '#domain/presets.ts';
import type { Problem } from '#domain/problem.ts';

describe('the known services', () => {
	test('are those that people ask for, each under a name of its own', () => {
		expect(presets.map(({ name }) => name)).toEqual([
			'OpenRouter',
			'Together',
			'Groq',
			'Mistral',
			'DeepSeek',
			'Google',
			'Anthropic',
			'Ollama',
			'LM Studio',
			'vLLM',
			'llama.cpp',
		]);
		expect(new Set(presets.map(({ id }) => id)).size).toBe(presets.length);
	});

	test.each(presets)('$name has an address that can be called as it is', ({ baseUrl }) => {
		expect(normalizeBaseUrl(baseUrl)).toEqual({ ok: true, value: baseUrl });
	});

	test.each(presets)('$name says where its key is made exactly if it needs one', (preset) => {
		expect(preset.keysAt !== null).toBe(preset.needsKey);
		expect(preset.keysAt ?? 'https://').toMatch(/^https:\/\//);
	});
});

describe('the service in force', () => {
	test.each(providers)(
		'is only that of a compatible endpoint, not what stands in a draft of %s',
		(provider) => {
			const name = provider === 'compatible' ? 'Groq' : undefined;
			expect(presetOf({ provider, baseUrl: '', preset: 'groq' })?.name).toBe(name);
			expect(keyOwner({ provider, baseUrl: '', preset: 'groq' }) === 'Groq').toBe(
				provider === 'compatible',
			);
		},
	);

	test.each([undefined, 'no-such'])('is none for %j', (preset) => {
		const fields = preset === undefined ? {} : { preset };
		expect(presetOf({ provider: 'compatible', baseUrl: '', ...fields })).toBeNull();
	});

	test.each([
		['https://api.groq.com/openai/v1', 'groq', 'Groq'],
		['https://API.GROQ.COM:443/other/', 'groq', 'Groq'],
		['https://api.groq.com.evil.example/v1', 'groq', 'this endpoint'],
		['https://api.groq.com./v1', 'groq', 'this endpoint'],
		['https://api.groq.com:8443/v1', 'groq', 'this endpoint'],
		['https://api.gr\u043eq.com/v1', 'groq', 'this endpoint'],
		['https://evil.example/https://api.groq.com/v1', 'groq', 'this endpoint'],
		['https://openrouter.ai/api/v1', 'groq', 'this endpoint'],
		['http://127.0.0.1:9000/v1', 'groq', 'Groq'],
		['http://127.0.0.1.evil.example/v1', 'groq', 'this endpoint'],
		['https://lab.example/v1', 'vllm', 'vLLM'],
		['not an address yet', 'groq', 'Groq'],
	])('at %s a file that names %s has the key of %s asked for', (baseUrl, preset, owner) => {
		expect(keyOwner({ provider: 'compatible', baseUrl, preset })).toBe(owner);
	});
});

describe('the service at an address', () => {
	test.each([
		['https://openrouter.ai/api/v1', undefined, 'openrouter'],
		['https://openrouter.ai/elsewhere', 'openrouter', 'openrouter'],
		['https://openrouter.ai.evil.example/api/v1', 'openrouter', undefined],
		['https://openrouter.ai:8443/api/v1', 'openrouter', undefined],
		['https://host.example/v1', 'groq', undefined],
		['https://api.groq.com/openai/v1', 'openrouter', 'groq'],
		['https://host.example/v1', 'vllm', 'vllm'],
		['http://localhost:9999/v1', 'ollama', 'ollama'],
		['https://api.groq.com/openai/v1', 'ollama', 'groq'],
		['http://localhost:11434/v1', undefined, undefined],
		['', 'openrouter', 'openrouter'],
		['openr', 'openrouter', 'openrouter'],
		['https://host.example/v1', 'no-such', undefined],
	])('%s after %s is %s', (address, before, after) => {
		expect(presetAt(address, before)).toBe(after);
	});
});

const problemsOf = (more: Partial<Draft>) => {
	const problems: Problem[] = [];
	const connection = checkConnection({ ...emptyDraft, ...more }, problems);
	return { connection, fields: problems.map(({ field }) => field) };
};

describe('a connection', () => {
	test.each([
		[
			{ provider: 'azure', resource: 'res' },
			{ baseUrl: 'https://res.openai.azure.com/openai/v1', usesKey: true },
		],
		[
			{ provider: 'azure', resource: 'res', apiVersion: '2024-10-21' },
			{
				baseUrl: 'https://res.openai.azure.com/openai',
				usesKey: true,
				apiVersion: '2024-10-21',
			},
		],
		[
			{ provider: 'compatible', baseUrl: 'https://openrouter.ai/api/v1/', preset: 'openrouter' },
			{ baseUrl: 'https://openrouter.ai/api/v1', usesKey: true, preset: 'openrouter' },
		],
		[
			{ provider: 'compatible', baseUrl: 'http://localhost:11434/v1', preset: 'ollama' },
			{ baseUrl: 'http://localhost:11434/v1', usesKey: false, preset: 'ollama' },
		],
		[
			{ provider: 'compatible', baseUrl: 'https://host.example/v1', preset: 'no-such' },
			{ baseUrl: 'https://host.example/v1', usesKey: false },
		],
		[
			{ provider: 'openai', preset: 'ollama', resource: 'res', apiVersion: 'x' },
			{ baseUrl: 'https://api.openai.com/v1', usesKey: true },
		],
	] as const)('of %j is %j, and its fields lead to it again', (fields, expected) => {
		const { connection } = problemsOf(fields);
		expect(connection).toEqual({
			provider: fields.provider,
			organization: '',
			project: '',
			...expected,
		});
		if (connection === null) return;
		expect(problemsOf(fieldsOf(connection))).toEqual({ connection, fields: [] });
	});

	test('of Azure says all that is wrong with it at once', () => {
		expect(problemsOf({ provider: 'azure', apiVersion: 'latest' })).toEqual({
			connection: null,
			fields: ['resource', 'apiVersion'],
		});
	});

	test('of Azure with a version is not at an address that has deployments in it', () => {
		const fields = { provider: 'azure', resource: 'https://gate.example/deployments' } as const;
		expect(problemsOf({ ...fields, apiVersion: '2024-10-21' }).fields).toEqual(['resource']);
		expect(problemsOf(fields).fields).toEqual([]);
	});

	test('that takes the place of another leaves nothing of that one', () => {
		const before: Draft = {
			...emptyDraft,
			provider: 'azure',
			resource: 'res',
			apiVersion: '2024-10-21',
			preset: 'groq',
		};
		const after = withConnection(before, {
			provider: 'compatible',
			baseUrl: 'https://host.example/v1',
			organization: '',
			project: '',
		});
		expect(after).toEqual({
			...emptyDraft,
			provider: 'compatible',
			baseUrl: 'https://host.example/v1',
		});
		expect(Object.keys(after)).not.toContain('resource');
	});

	test.each([
		{ provider: 'azure', resource: 'https://res.openai.azure.com', apiVersion: '' },
		{ provider: 'azure', resource: 'https://gate.example/team', apiVersion: '2024-10-21' },
		{ provider: 'compatible', baseUrl: 'https://api.groq.com/openai/v1', preset: 'groq' },
	] as const)('of a run comes back as it was: %j', (fields) => {
		const template = { messages: [{ role: 'user', content: 'Hello' }], prompt: '' } as const;
		const draft: Draft = { ...emptyDraft, ...fields, templates: [template], name: 'Greetings' };
		const { setup } = checkDraft(draft, null);
		expect(setup === null ? null : draftOf(setup)).toEqual(draft);
	});
});

describe('what a service is not known to do', () => {
	const hintsOf = (more: Partial<Draft>, settings: Partial<Draft['settings']> = {}) =>
		checkDraft(
			{
				...emptyDraft,
				provider: 'compatible',
				...more,
				settings: { ...defaultSettings, ...settings },
			},
			null,
		).hints.map(({ field, message }) => [field, message]);
	const at = (preset: string): ShareDraft => ({ ...emptyShare, preset });

	test.each<[string, Partial<Draft>, Partial<Draft['settings']>, readonly [string, RegExp][]]>([
		[
			'Completions',
			{ preset: 'groq', endpoint: 'completions' },
			{},
			[['endpoint', /^Groq is not known to have Completions\. Choose Chat Completions\.$/]],
		],
		[
			'Responses',
			{ preset: 'together', endpoint: 'responses' },
			{},
			[['endpoint', /^Together is not known to have Responses/]],
		],
		[
			'an endpoint of a further connection',
			{ preset: 'vllm', endpoint: 'completions', shares: [at('anthropic'), at('google')] },
			{},
			[
				['endpoint', /^Anthropic is not known to have Completions.* without that connection\.$/],
				['endpoint', /^Google is not known/],
			],
		],
		[
			'Completions of OpenAI',
			{ endpoint: 'completions', shares: [{ ...emptyShare, provider: 'openai' }] },
			{},
			[['endpoint', /^OpenAI has no model left that takes Completions/]],
		],
		[
			'several prompts a call',
			{ preset: 'ollama', endpoint: 'completions' },
			{ promptsPerRequest: 20 },
			[['promptsPerRequest', /^Ollama is known to take one prompt per request/]],
		],
		[
			'several prompts a call of a further connection',
			{ endpoint: 'completions', shares: [at('openrouter'), at('openrouter')] },
			{ promptsPerRequest: 2 },
			[['promptsPerRequest', /^OpenRouter is known to take one prompt per request/]],
		],
		[
			'several completions',
			{ preset: 'groq' },
			{ completionsPerPrompt: 2 },
			[['completionsPerPrompt', /^Groq gives one .*: 2 per prompt are as many requests\.$/]],
		],
		[
			'several completions of a further connection, for the sake of which no other is asked for them',
			{ preset: 'vllm', shares: [at('deepseek')] },
			{ completionsPerPrompt: 3 },
			[['completionsPerPrompt', /^DeepSeek .* are as many requests, at every connection\.$/]],
		],
	])('is said of %s where it is asked for', (_, more, settings, expected) => {
		const hints = hintsOf(more, settings);
		expect(hints).toEqual(
			expected.map(([field, words]) => [field, expect.stringMatching(words) as string]),
		);
	});

	test.each<[Partial<Draft>, number, number]>([
		[{ preset: 'groq' }, 3, 1],
		[{ preset: 'vllm' }, 1, 3],
		[{ provider: 'openai', preset: 'groq' }, 1, 3],
		[{ provider: 'demo', preset: 'groq' }, 1, 3],
		[{ provider: 'openai', shares: [{ ...emptyShare, preset: 'groq' }] }, 3, 1],
		[{ provider: 'openai', shares: [{ ...emptyShare, provider: 'azure', preset: 'groq' }] }, 1, 3],
	])('of %j are %i requests with n = %i', (fields, requests, n) => {
		const { repeats, setup } = checkDraft(
			{
				...emptyDraft,
				provider: 'compatible',
				baseUrl:
					fields.preset === 'groq' ? 'https://api.groq.com/openai/v1' : 'https://host.example/v1',
				templates: [{ messages: [{ role: 'user', content: 'Hello' }], prompt: '' }],
				...fields,
				shares: (fields.shares ?? []).map((share) => ({
					...share,
					baseUrl: 'https://api.groq.com/openai/v1',
					resource: 'res',
				})),
				settings: { ...defaultSettings, completionsPerPrompt: 3 },
			},
			null,
		);
		expect([repeats, setup?.parameters.completionsPerPrompt]).toEqual([requests, n]);
	});

	test.each<[Partial<Draft>, Partial<Draft['settings']>]>([
		[{ preset: 'groq' }, { completionsPerPrompt: 1 }],
		[{ preset: 'vllm' }, { completionsPerPrompt: 2 }],
		[{}, { completionsPerPrompt: 2 }],
		[{ provider: 'openai', preset: 'groq' }, { completionsPerPrompt: 2 }],
		[{ preset: 'groq', endpoint: 'responses' }, { completionsPerPrompt: 2 }],
		[{ preset: 'groq', endpoint: 'responses' }, {}],
		[{ preset: 'ollama', endpoint: 'completions' }, { promptsPerRequest: 1 }],
		[{ preset: 'ollama' }, { promptsPerRequest: 20 }],
		[{ preset: 'vllm', endpoint: 'completions' }, { promptsPerRequest: 20 }],
		[{ endpoint: 'completions' }, { promptsPerRequest: 20 }],
		[{ provider: 'azure', preset: 'groq', endpoint: 'completions' }, {}],
	])('is not said of %j with %j', (more, settings) => {
		expect(hintsOf(more, settings)).toEqual([]);
	});
});

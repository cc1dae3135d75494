import { describe, expect, test } from 'vitest';
import type { RefusedParameter } from '#domain/failure.ts';
import type { RunPhase } from '#domain/run.ts';
import { repairOffer, repairWords } from '#ui/repair-words.ts';
import { attentionFor } from '#ui/run/attention.ts';
import { networkChecks } from '#ui/run/network-checks.ts';
import { changeFacts } from '#ui/run/setup-facts.ts';
import { counters, failureOf, progressWith, run, setup } from '../state/run-fixtures.ts';

const refusedParameter = (name: string, replacement: string | null = null): RefusedParameter => ({
	model: 'o4-mini',
	name,
	replacement,
});
const refusal = (name: string, replacement: string | null = null) =>
	failureOf('parameterRefused', {
		message: 'Unsupported.',
		status: 400,
		parameter: refusedParameter(name, replacement),
	});
const here = { origin: 'https://volley.example', secure: true, offline: false };

describe('a refused parameter', () => {
	test.each([
		['max_tokens', 'max_completion_tokens', 'Send max_completion_tokens instead and resume'],
		['temperature', null, 'Leave temperature out for o4-mini and resume'],
		['top_p', null, 'Leave top_p out for o4-mini and resume'],
	])('%s is mended by one press', (name, replacement, label) => {
		const offer = repairOffer(refusal(name, replacement), []);
		expect(offer?.label).toBe(label);
		expect(offer?.changes).toMatch(
			/^\p{L}[^.]*\. Later runs with o4-mini will do so from the start\.$/u,
		);
		expect(offer?.repair).toEqual({ model: 'o4-mini', name, replacement });
	});

	test('is named with its model, what it said, and what changes', () => {
		const phase: RunPhase = { name: 'needsAttention', failure: refusal('temperature') };
		const attention = attentionFor(progressWith({ phase }), setup, null, {
			lacksKeyFor: null,
			repairs: [],
			here,
		});
		expect(attention?.title).toBe(
			'o4-mini refused the parameter temperature. The run stopped; nothing is lost.',
		);
		expect(attention?.text).toContain('OpenAI answered “Unsupported”.');
		expect(attention?.text).toContain('Without it the model uses its own temperature.');
		expect(attention?.offer?.repair.name).toBe('temperature');
	});

	test('that says what is asked for is not left out: the person changes it', () => {
		const phase: RunPhase = { name: 'needsAttention', failure: refusal('n') };
		const circumstances = { lacksKeyFor: null, repairs: [], here };
		const attention = attentionFor(progressWith({ phase }), setup, null, circumstances);
		expect(attention?.offer).toBeNull();
		expect(attention?.text).toContain('Without n the answers would not be the ones asked for');
	});

	test('is shown in the setup, with where it comes from', () => {
		const renamed = { ...refusedParameter('max_tokens', 'max_completion_tokens') };
		const leftOut = refusedParameter('temperature');
		const at = Date.UTC(2026, 10, 12, 14, 3, 0);
		const facts = changeFacts(
			{
				...run,
				setup: { ...setup, repairs: [renamed] },
				revisions: [
					// As it comes out of a store: equal, but another object.
					{ at, repairs: [{ ...renamed }, leftOut] },
					{ at: at + 60_000, repairs: [{ ...renamed }, { ...leftOut }], maxTokens: 4_000 },
				],
			},
			'UTC',
		);
		expect(facts).toEqual([
			{
				label: 'o4-mini',
				value: 'max_tokens is sent as max_completion_tokens, as remembered from an earlier run',
			},
			{ label: 'o4-mini', value: `${repairWords(leftOut)} since 14:03:00` },
			{ label: 'Max tokens', value: '4,000 since 14:04:00' },
		]);
	});
});

describe('where nothing is reached', () => {
	const compatible = (baseUrl: string) =>
		({ ...setup.connection, provider: 'compatible', baseUrl }) as const;
	const local = compatible('http://localhost:11434/v1');
	const checks = (connection = setup.connection, change: Partial<typeof here> = {}) =>
		networkChecks(connection, { ...here, ...change }).join('\n');

	test('a server on this machine has its own list, with this page’s address in it', () => {
		expect(checks(local)).toContain('OLLAMA_ORIGINS=https://volley.example');
		expect(checks(local)).toMatch(/LM Studio.*vLLM/);
		expect(checks(local)).toContain('local network');
		expect(checks(local)).toContain('Safari');
		expect(checks(local, { offline: true })).not.toContain('offline');
	});

	test('a page that is on this machine itself needs no permission of the browser', () => {
		const plain = checks(local, { secure: false, origin: 'http://localhost:5173' });
		expect(plain).not.toContain('local network');
		expect(plain).not.toContain('Safari');
	});

	test.each([
		['https://llm.corp.example/v1', false],
		['https://192.168.1.7:8443/v1', true],
		['https://nas.local/v1', true],
	])('%s is asked for its CORS setting; local: %s', (url, isLocal) => {
		expect(checks(compatible(url))).toContain('it has to allow https://volley.example');
		expect(checks(compatible(url)).includes('local network')).toBe(isLocal);
		expect(checks(compatible(url))).not.toContain('OLLAMA');
	});

	test('OpenAI lets every page call it, so its CORS setting is no question', () => {
		expect(checks()).not.toContain('CORS');
		expect(checks(setup.connection, { offline: true })).toMatch(/^The browser says .* offline/);
	});

	test('a known service is asked for what it needs, with this page’s address in it', () => {
		const ollama = checks({ ...local, preset: 'ollama' });
		expect(ollama).toContain('OLLAMA_ORIGINS=https://volley.example');
		expect(ollama).not.toContain('LM Studio');
		const anthropic = { ...compatible('https://api.anthropic.com/v1'), preset: 'anthropic' };
		expect(checks(anthropic)).toContain(
			'authorization, content-type and anthropic-dangerous-direct-browser-access',
		);
	});

	test('Azure is asked for its CORS setting and the header that the key is in', () => {
		const resource = 'https://res.openai.azure.com/openai/v1';
		const azure = checks({ ...setup.connection, provider: 'azure', baseUrl: resource });
		expect(azure).toMatch(/Resource is spelt right.*\n.*https:\/\/volley\.example.*api-key/);
		expect(azure).not.toContain('authorization');
	});

	test('the list shows while it is still being tried, and goes with the first answer', () => {
		const at = (unreached: ReturnType<typeof failureOf> | null) =>
			attentionFor(progressWith({ counters, unreached }), setup, null, {
				lacksKeyFor: null,
				repairs: [],
				here,
			});
		const trying = at(failureOf('network', { message: 'Failed to fetch' }));
		expect(trying?.tone).toBe('warn');
		expect(trying?.title).toContain('still being tried');
		expect(trying?.checks.length).toBeGreaterThanOrEqual(3);
		expect(at(null)).toBeNull();
	});
});

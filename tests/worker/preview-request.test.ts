import { describe, expect, test } from 'vitest';
import type { EngineApi } from '#contract/engine-api.ts';
import { defaultSettings, emptyDraft, type Draft } from '#domain/draft.ts';
import { plannedRequests } from '#domain/plan.ts';
import type { RequestPreview } from '#domain/request-code.ts';
import { planSizeOf, type RunSetup } from '#domain/run.ts';
import { createEngine } from '#worker/create-engine.ts';
import { awkwardCsv, awkwardRows } from '../support/awkward-rows.ts';
import { openTab } from '../support/fake-host.ts';
import { browser, checkedSetup, endpoint, freshForEachTest, imported } from './run-fixtures.ts';

freshForEachTest();

const rows = 16;

async function setupWith(engine: EngineApi, more: Partial<Draft> = {}): Promise<RunSetup> {
	const draft: Draft = {
		...emptyDraft,
		provider: 'compatible',
		baseUrl: endpoint.url,
		models: ['m1', 'm2'],
		templates: ['{{"say": "{text}"}} {lang}', '{num ber}: {text}'].map((content) => ({
			messages: [
				{ role: 'system', content: 'In {lang}.' },
				{ role: 'user', content },
			],
			prompt: content,
		})),
		settings: {
			...defaultSettings,
			temperature: 0.2,
			maxTokens: 9,
			otherParameters: '{"seed": 7}',
		},
		...more,
	};
	return checkedSetup(draft, await imported(engine, awkwardCsv(awkwardRows(rows))));
}

async function previews(engine: EngineApi, setup: RunSetup): Promise<readonly RequestPreview[]> {
	const all = Array.from({ length: plannedRequests(planSizeOf(setup)) }, (_, k) =>
		engine.previewRequest(setup, k),
	);
	return (await Promise.all(all)).flatMap((preview) => preview ?? []);
}

const asText = (bodies: readonly unknown[]): string[] =>
	bodies.map((body) => JSON.stringify(body)).sort();

describe('the preview of a request', () => {
	test.each([
		['a chat', { endpoint: 'chatCompletions' }],
		['a completion', { endpoint: 'completions' }],
		['several choices', { settings: { ...defaultSettings, completionsPerPrompt: 3 } }],
	] as const)('of %s is what the run then sends, and sends nothing itself', async (_, more) => {
		const engine = createEngine(openTab(browser).host);
		await engine.holdKey(endpoint.origin, 'sk-key-of-the-preview');
		const setup = await setupWith(engine, more);
		const shown = await previews(engine, setup);
		expect(shown).toHaveLength(2 * rows * 2);
		expect(endpoint.ledger.requests).toHaveLength(0);

		const started = await engine.startRun(setup);
		expect(started.ok).toBe(true);
		await endpoint.ledger.arrived(shown.length);
		const { requests } = endpoint.ledger;
		expect(asText(shown.map(({ body }) => body))).toEqual(asText(requests.map(({ body }) => body)));
		const sent = requests[0];
		for (const { url, headers } of shown) {
			expect(url).toBe(`${endpoint.origin}${sent?.path ?? ''}`);
			expect(headers.map(({ name }) => name)).toContain('authorization');
			for (const { name, value, endsWithKey } of headers)
				expect(`${name}: ${value}${endsWithKey ? 'sk-key-of-the-preview' : ''}`).toBe(
					`${name}: ${String(sent?.headers[name])}`,
				);
		}
		expect(JSON.stringify(shown)).not.toContain('sk-key');
	});

	test('has no authorization where no key is held', async () => {
		const engine = createEngine(openTab(browser).host);
		const setup = await setupWith(engine);
		const shown = await engine.previewRequest(setup, 0);
		expect(shown?.headers.map(({ name }) => name)).not.toContain('authorization');
	});

	test('of OpenAI stands before its key is typed, with its organization', async () => {
		const engine = createEngine(openTab(browser).host);
		const setup = await setupWith(engine, { provider: 'openai', organization: 'org-1' });
		const shown = await engine.previewRequest(setup, 0);
		expect(shown?.url).toBe('https://api.openai.com/v1/chat/completions');
		expect(shown?.headers).toContainEqual({
			name: 'authorization',
			value: 'Bearer ',
			endsWithKey: true,
		});
		expect(shown?.headers).toContainEqual({
			name: 'openai-organization',
			value: 'org-1',
			endsWithKey: false,
		});
	});

	test('is null where the rows are no longer stored', async () => {
		const engine = createEngine(openTab(browser).host);
		const setup = await setupWith(engine);
		expect(await engine.previewRequest({ ...setup, datasetId: 'gone' }, 0)).toBeNull();
	});

	test('sends a parameter as an earlier run has learned that the model takes it', async () => {
		const engine = createEngine(openTab(browser).host);
		const setup = await setupWith(engine);
		endpoint.hold();
		const started = await engine.startRun(setup);
		if (!started.ok) throw new Error(started.error.kind);
		await endpoint.ledger.arrived(1);
		await engine.stopRun(started.value);
		await engine.repairRun(started.value, { model: 'm1', name: 'seed', replacement: null });
		expect((await engine.previewRequest(setup, 0))?.body).not.toHaveProperty('seed');
		expect((await engine.previewRequest(setup, 1))?.body).toHaveProperty('seed', 7);
	});
});

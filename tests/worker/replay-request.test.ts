import { expect, test } from 'vitest';
import type { EngineApi } from '#contract/engine-api.ts';
import { defaultSettings, emptyDraft, type Draft } from '#domain/draft.ts';
import { createEngine } from '#worker/create-engine.ts';
import { openTab } from '../support/fake-host.ts';
import {
	browser,
	checkedSetup,
	endpoint,
	finished,
	freshForEachTest,
	imported,
	reviews,
	started,
} from './run-fixtures.ts';

freshForEachTest();

const key = 'sk-key-of-the-replay';

async function startedRun(engine: EngineApi, more: Partial<Draft> = {}): Promise<string> {
	await engine.holdKey(endpoint.origin, key);
	const draft: Draft = {
		...emptyDraft,
		provider: 'compatible',
		baseUrl: endpoint.url,
		models: ['m1', 'm2'],
		templates: [
			{ messages: [{ role: 'user', content: 'Rate {review}' }], prompt: 'Rate {review}' },
		],
		settings: { ...defaultSettings, maxTokens: 9 },
		...more,
	};
	return started(engine, checkedSetup(draft, await imported(engine, reviews(4))));
}

const sent = (): string[] =>
	endpoint.ledger.requests.map(({ body }) => JSON.stringify(body)).sort();

async function replayed(engine: EngineApi, runId: string): Promise<string[]> {
	const all = await Promise.all(
		Array.from({ length: 8 }, (_, k) => engine.replayRequest(runId, k)),
	);
	return all.map((replay) => JSON.stringify(replay?.request.body)).sort();
}

test('what is shown of each request is what was sent, but for the key, and sends nothing', async () => {
	const engine = createEngine(openTab(browser).host);
	const runId = await startedRun(engine);
	await finished(engine, runId);
	const before = sent();
	expect(await replayed(engine, runId)).toEqual(before);
	expect(sent()).toEqual(before);
	const replay = await engine.replayRequest(runId, 0);
	expect(replay).toMatchObject({ provider: 'compatible', timeoutSeconds: 120 });
	expect(replay?.request.url).toBe(`${endpoint.url}/chat/completions`);
	expect(replay?.request.headers).toContainEqual({
		name: 'authorization',
		value: 'Bearer ',
		endsWithKey: true,
	});
	expect(JSON.stringify(replay)).not.toContain(key);
});

test('has the parameters of the revision that the request was sent under', async () => {
	const engine = createEngine(openTab(browser).host);
	endpoint.play(({ row }) => (row.includes('cup 1') ? 'cutAtLength' : 'plainReply'));
	const runId = await startedRun(engine, { models: ['m1'] });
	await finished(engine, runId);
	endpoint.play('plainReply');
	await engine.retryTruncated(runId, 77);
	await finished(engine, runId);
	const limits = await Promise.all(
		[0, 1, 2, 3].map(
			async (k) => (await engine.replayRequest(runId, k))?.request.body['max_tokens'],
		),
	);
	expect(limits).toEqual([9, 77, 9, 9]);
});

test('is the request’s own prompt where several shared a call', async () => {
	const engine = createEngine(openTab(browser).host);
	const settings = { ...defaultSettings, promptsPerRequest: 4 };
	const runId = await startedRun(engine, { endpoint: 'completions', models: ['m1'], settings });
	await finished(engine, runId);
	expect(endpoint.ledger.requests.length).toBeLessThan(4);
	expect((await engine.replayRequest(runId, 2))?.request.body['prompt']).toBe('Rate cup 2');
});

test('is null of a run that is not there', async () => {
	expect(await createEngine(openTab(browser).host).replayRequest('gone', 0)).toBeNull();
});

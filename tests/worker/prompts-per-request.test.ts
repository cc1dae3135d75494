import { describe, expect, test } from 'vitest';
import type { EngineApi } from '#contract/engine-api.ts';
import { defaultSettings, emptyDraft, type SettingsDraft } from '#domain/draft.ts';
import { foundOut } from '#domain/reading-options.ts';
import { createEngine } from '#worker/create-engine.ts';
import { askedTexts, echoText } from '../endpoint/echo.ts';
import { openTab } from '../support/fake-host.ts';
import {
	browser,
	checkedSetup,
	endpoint,
	exported,
	finished,
	freshForEachTest,
	imported,
	started as startedRun,
	whenever,
} from './run-fixtures.ts';

freshForEachTest();

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Starts a run of Completions over these texts. */
async function started(
	engine: EngineApi,
	texts: readonly string[],
	settings: Partial<SettingsDraft> = {},
	models: readonly string[] = ['m1'],
): Promise<string> {
	const table = `text\r\n${texts.join('\r\n')}`;
	const setup = checkedSetup(
		{
			...emptyDraft,
			provider: 'compatible',
			baseUrl: endpoint.url,
			models,
			endpoint: 'completions',
			templates: [{ messages: [], prompt: 'Say {text}' }],
			settings: { ...defaultSettings, promptsPerRequest: 20, ...settings },
		},
		await imported(engine, table, 'texts.csv', { ...foundOut, delimiter: ',' }),
	);
	return startedRun(engine, setup);
}

/** The prompts of each call that arrived. */
const calls = (): (readonly string[])[] =>
	endpoint.ledger.requests.map(({ body }) => askedTexts(body));

describe('prompts that travel in one call', () => {
	test('get each its own choices, though these come in no order', async () => {
		endpoint.play('shuffledChoices');
		const engine = createEngine(openTab(browser).host);
		const texts = upTo(50).map((i) => `t${String(i)}`);
		const runId = await started(engine, texts, { completionsPerPrompt: 3 });
		const { counters } = await finished(engine, runId);
		expect(calls().map(({ length }) => length)).toEqual([20, 20, 10]);
		const items = await exported(engine, runId);
		expect(
			items.map(({ row_index, choice_index, response, choice, prompt }) => ({
				row_index,
				choice_index,
				response,
				index: choice?.['index'],
				prompt,
			})),
		).toEqual(
			texts.flatMap((text, row_index) =>
				upTo(3).map((choice_index) => ({
					row_index,
					choice_index,
					response: echoText(`Say ${text}`, choice_index),
					// As it came: counted through the whole call.
					index: (row_index % 20) * 3 + choice_index,
					prompt: `Say ${text}`,
				})),
			),
		);
		expect(counters).toMatchObject({ succeeded: 50, failed: 0, choices: 150 });
	});

	test('share their call’s usage: no row has tokens of its own, and the run counts it once', async () => {
		const engine = createEngine(openTab(browser).host);
		const runId = await started(engine, upTo(41).map(String));
		const { counters } = await finished(engine, runId);
		const items = await exported(engine, runId);
		// The last travelled alone.
		expect(items.map((item) => item.number_of_prompt_tokens !== null)).toEqual(
			upTo(41).map((i) => i === 40),
		);
		const usages = [items[0], items[20], items[40]].map(
			(item) => item?.completion?.['usage'] as Record<string, number>,
		);
		const sum = (key: string): number => usages.reduce((all, usage) => all + (usage[key] ?? 0), 0);
		expect(counters.promptTokens).toBe(sum('prompt_tokens'));
		expect(counters.completionTokens).toBe(sum('completion_tokens'));
		const page = await engine.readResults({ runId, show: 'all', search: '', offset: 0, limit: 50 });
		expect(page.rows.map(({ promptTokens }) => promptTokens !== null)).toEqual(
			upTo(41).map((i) => i === 40),
		);
	});

	test('are those of one model', async () => {
		const engine = createEngine(openTab(browser).host);
		const runId = await started(engine, upTo(30).map(String), {}, ['m1', 'm2']);
		await finished(engine, runId);
		const arrived = endpoint.ledger.requests.map(({ body }) => ({
			model: body['model'],
			texts: askedTexts(body),
		}));
		for (const model of ['m1', 'm2'])
			expect(arrived.filter((one) => one.model === model).flatMap(({ texts }) => texts)).toEqual(
				upTo(30).map((i) => `Say ${String(i)}`),
			);
		expect(arrived).toHaveLength(4);
	});
});

describe('a call that is refused', () => {
	test('leads to the bad prompt, which fails alone', async () => {
		const engine = createEngine(openTab(browser).host);
		const texts = upTo(40).map((i) => (i === 27 ? '[[scenario:contextTooLong]]' : String(i)));
		const runId = await started(engine, texts);
		const { counters, promptsPerCall } = await finished(engine, runId);
		expect(counters).toMatchObject({ succeeded: 39, failed: 1, attempts: 40 });
		const items = await exported(engine, runId);
		expect(items.flatMap(({ error, row_index }) => (error === null ? [] : [row_index]))).toEqual([
			27,
		]);
		expect(items[27]?.error).toMatchObject({ kind: 'contextLengthExceeded', status: 400 });
		expect(endpoint.ledger.arrivals).toBeLessThanOrEqual(2 + 2 * 5);
		expect(promptsPerCall).toBe(20);
	});

	test('by an endpoint that takes one prompt a call leads to one prompt a call', async () => {
		endpoint.play('arraysRefused');
		const engine = createEngine(openTab(browser).host);
		const runId = await started(engine, upTo(60).map(String), { maxConcurrency: 1 });
		const progress = await finished(engine, runId);
		expect(progress.counters).toMatchObject({ succeeded: 60, failed: 0 });
		expect(progress.promptsPerCall).toBe(1);
		expect(calls().map(({ length }) => length)).toEqual([
			...[20, 10, 5, 3, 2],
			...upTo(60).map(() => 1),
		]);
		// Known also once nobody is at the run any more, until the tab closes.
		expect((await engine.getProgress(runId))?.promptsPerCall).toBe(1);
		expect(
			(await exported(engine, runId)).map(({ number_of_prompt_tokens }) => number_of_prompt_tokens),
		).not.toContain(null);
	});

	test('is tried again as it is where another answer than a refusal came', async () => {
		endpoint.play(({ body }, seenBefore) =>
			seenBefore === 0 && askedTexts(body)[0] === 'Say 20' ? 'choiceLost' : 'plainReply',
		);
		const engine = createEngine(openTab(browser).host);
		const runId = await started(engine, upTo(60).map(String));
		const { counters, retries } = await finished(engine, runId);
		expect(counters).toMatchObject({ succeeded: 60, failed: 0, choices: 60 });
		expect(retries).toBe(1);
		expect(calls().map(({ length }) => length)).toEqual([20, 20, 20, 20]);
	});

	test('with a choice too few each time fails all of its rows, in words that name both numbers', async () => {
		endpoint.play(({ body }) => (askedTexts(body)[0] === 'Say 20' ? 'choiceLost' : 'plainReply'));
		const engine = createEngine(openTab(browser).host);
		const runId = await started(engine, upTo(60).map(String), { maxRetries: 2 });
		const { counters } = await finished(engine, runId);
		expect(counters).toMatchObject({ succeeded: 40, failed: 20 });
		const failed = (await exported(engine, runId)).filter(({ error }) => error !== null);
		expect(failed.map(({ row_index }) => row_index)).toEqual(upTo(20).map((i) => i + 20));
		expect(failed[0]).toMatchObject({
			attempts: 3,
			error: {
				kind: 'malformed',
				message: '20 prompts were sent in one call: 20 choices were due and 19 came.',
			},
		});
		// Once mended, they are sent together again.
		endpoint.play('plainReply');
		await engine.retryFailed(runId);
		expect((await finished(engine, runId)).counters).toMatchObject({ succeeded: 60, failed: 0 });
		expect(calls().at(-1)).toHaveLength(20);
	});
});

describe('a run of calls', () => {
	test('that is stopped and resumed sends again what was in flight, and nothing that had settled', async () => {
		const engine = createEngine(openTab(browser).host);
		endpoint.hold();
		const runId = await started(engine, upTo(200).map(String), { maxConcurrency: 3 });
		await endpoint.ledger.arrived(1);
		endpoint.letThrough(1);
		await endpoint.ledger.arrived(4);
		const { inFlight, callsInFlight } = await whenever(
			engine,
			runId,
			(progress) => progress.callsInFlight === 3,
		);
		expect({ inFlight, callsInFlight }).toEqual({ inFlight: 60, callsInFlight: 3 });
		await engine.stopRun(runId);
		await whenever(engine, runId, ({ phase }) => phase.name === 'stopped');
		endpoint.release();
		await engine.resumeRun(runId);
		const { counters } = await finished(engine, runId);
		expect(counters).toMatchObject({ succeeded: 200, failed: 0 });
		const counts = new Map<string, number>();
		for (const text of calls().flat()) counts.set(text, (counts.get(text) ?? 0) + 1);
		expect(upTo(200).map((i) => counts.get(`Say ${String(i)}`))).toEqual(
			upTo(200).map((i) => (i >= 20 && i < 80 ? 2 : 1)),
		);
	});

	test('whose worker is killed names each prompt that was in flight as possibly paid twice', async () => {
		const first = openTab(browser);
		endpoint.hold();
		const engine = createEngine(first.host);
		const runId = await started(engine, upTo(100).map(String), { maxConcurrency: 2 });
		await endpoint.ledger.arrived(1);
		endpoint.letThrough(1);
		await endpoint.ledger.arrived(3);
		await whenever(engine, runId, ({ counters }) => counters.succeeded === 20);
		first.kill();
		endpoint.release();
		const next = createEngine(openTab(browser).host);
		await next.resumeRun(runId);
		const progress = await finished(next, runId);
		expect(progress.counters).toMatchObject({ succeeded: 100, failed: 0 });
		expect(progress.possiblyPaidTwice).toBe(40);
	});

	test('asks again together for what a limit cut off', async () => {
		endpoint.play(({ body }) =>
			askedTexts(body).includes('Say 5') && body['max_tokens'] === 4 ? 'cutAtLength' : 'plainReply',
		);
		const engine = createEngine(openTab(browser).host);
		const runId = await started(engine, upTo(40).map(String), { maxTokens: 4 });
		expect((await finished(engine, runId)).counters.marks.truncated).toBe(20);
		await engine.retryTruncated(runId, 64);
		const { counters } = await finished(engine, runId);
		expect(counters).toMatchObject({ succeeded: 40, marks: { truncated: 0, complete: 40 } });
		expect(endpoint.ledger.requests.map(({ body }) => body['max_tokens'])).toEqual([4, 4, 64]);
	});
});

import { expect, test } from 'vitest';
import type { EngineApi } from '#contract/engine-api.ts';
import { defaultSettings, emptyDraft, type SettingsDraft } from '#domain/draft.ts';
import * as planRules from '#domain/plan-rules.ts';
import { createEngine } from '#worker/create-engine.ts';
import type { EndpointRequest } from '../endpoint/ledger.ts';
import type { Scenario } from '../endpoint/scenario.ts';
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

/** A run of one row for each text. */
async function started(
	engine: EngineApi,
	texts: readonly string[],
	settings: Partial<SettingsDraft> = {},
): Promise<string> {
	const dataset = await imported(engine, `text\n${texts.join('\n')}`);
	const messages = [
		{ role: 'system', content: 'Be short.' },
		{ role: 'user', content: 'Say {text}' },
	] as const;
	const setup = checkedSetup(
		{
			...emptyDraft,
			provider: 'compatible',
			baseUrl: endpoint.url,
			endpoint: 'responses',
			models: ['m1'],
			templates: [{ messages, prompt: '' }],
			settings: { ...defaultSettings, ...settings },
		},
		dataset,
		null,
		planRules,
	);
	return startedRun(engine, setup);
}

test('every way a response ends is kept as what it is, and a failure in a 200 is tried again', async () => {
	const engine = createEngine(openTab(browser).host);
	const runId = await started(engine, [
		'plain',
		'[[scenario:cutAtLength]]',
		'[[scenario:refusal]]',
		'[[scenario:filteredAnswer]]',
		'[[scenario:failedInside200 once]]',
		'[[scenario:rateLimitedInside200 once]]',
		'[[scenario:invalidPrompt]]',
	]);
	const { counters } = await finished(engine, runId);
	expect(counters).toMatchObject({
		succeeded: 6,
		failed: 1,
		marks: { complete: 3, truncated: 1, refused: 1, filtered: 1 },
		finishReasons: { stop: 4, length: 1, content_filter: 1 },
		failures: { contentFiltered: 1 },
	});
	const items = await exported(engine, runId);
	// The fault costs an attempt; the limit costs none.
	expect(items.map(({ attempts }) => attempts)).toEqual([1, 1, 1, 1, 2, 1, 1]);
	expect(endpoint.ledger.requests).toHaveLength(9);
	const [plain] = items;
	expect(plain).toMatchObject({
		messages: [
			{ role: 'system', content: 'Be short.' },
			{ role: 'user', content: 'Say plain' },
		],
		model_args: { model: 'm1', store: false },
		choice: {
			index: 0,
			message: { role: 'assistant', content: 'echo: Say plain #0', refusal: null },
			finish_reason: 'stop',
			output: [{ type: 'message' }],
		},
		completion: { object: 'response', status: 'completed' },
		response: 'echo: Say plain #0',
		number_of_prompt_tokens: 5,
		number_of_generated_tokens: 5,
	});
	expect(plain?.completion).not.toHaveProperty('output');
	expect(items[2]?.response).toMatch(/can’t help/);
	for (const { body, path } of endpoint.ledger.requests) {
		expect(path).toBe('/v1/responses');
		expect(body).toMatchObject({ store: false, instructions: 'Be short.' });
		expect(body['input']).toMatch(/^Say /);
	}
	const { promptTokens, completionTokens } = counters;
	const sum = (key: 'number_of_prompt_tokens' | 'number_of_generated_tokens'): number =>
		items.reduce((all, item) => all + (item[key] ?? 0), 0);
	expect(promptTokens).toBe(sum('number_of_prompt_tokens'));
	expect(completionTokens).toBe(sum('number_of_generated_tokens'));
});

/** As a model without reasoning, and one that knows no temperature. */
const picky = ({ body }: EndpointRequest): Scenario =>
	'temperature' in body
		? 'unsupportedValue'
		: JSON.stringify(body['reasoning'] ?? {}).includes('effort')
			? 'unsupportedEffort'
			: 'plainReply';

test('parameters that a model refuses are left out one by one, parts of an object too', async () => {
	endpoint.play(picky);
	const engine = createEngine(openTab(browser).host);
	const runId = await started(engine, ['a', 'b'], {
		temperature: 0.2,
		maxTokens: 50,
		parameters: [
			{ name: 'reasoning_effort', value: 'minimal' },
			{ name: 'reasoning.summary', value: 'auto' },
		],
	});
	for (const name of ['temperature', 'reasoning.effort']) {
		const { phase } = await whenever(
			engine,
			runId,
			(progress) =>
				progress.phase.name === 'needsAttention' && progress.phase.failure.parameter?.name === name,
		);
		expect(phase).toMatchObject({ failure: { kind: 'parameterRefused' } });
		expect(await engine.repairRun(runId, { model: 'm1', name, replacement: null })).toMatchObject({
			ok: true,
		});
	}
	await finished(engine, runId);
	expect(endpoint.ledger.requests).toHaveLength(2 + 2);
	for (const { model_args } of await exported(engine, runId))
		expect(model_args).toEqual({
			model: 'm1',
			max_output_tokens: 50,
			reasoning: { summary: 'auto' },
			store: false,
		});
});

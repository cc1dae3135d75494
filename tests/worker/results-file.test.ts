import { IDBFactory } from 'fake-indexeddb';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import type { EngineApi, OpenedFile } from '#contract/engine-api.ts';
import { draftOf, emptyDraft, type Draft } from '#domain/draft.ts';
import type { ResultItem } from '#domain/result-item.ts';
import { statedSettings } from '#domain/statement.ts';
import { createEngine } from '#worker/create-engine.ts';
import { FakeBrowser, openTab, type Tab } from '../support/fake-host.ts';
import {
	browser,
	checkedSetup,
	endpoint,
	exported,
	finished,
	freshForEachTest,
	imported,
	reached,
	started,
	whenever,
} from './run-fixtures.ts';

freshForEachTest();

let engine: EngineApi;
let otherBrowser: FakeBrowser;
let otherTab: Tab;
let there: EngineApi;
beforeEach(() => {
	engine = createEngine(openTab(browser).host);
	otherBrowser = new FakeBrowser();
	// No id of the one is one of the other.
	for (let i = 0; i < 100; i++) otherBrowser.nextId();
	otherTab = openTab(otherBrowser);
	there = createEngine(otherTab.host);
});

const table = (rows: number): string =>
	`key,text,spare\n${Array.from({ length: rows }, (_, i) => `k${String(i)},"word ""${String(i)}"" {x}",=1+1`).join('\n')}`;

const draftFor = (change: Partial<Draft> = {}): Draft => ({
	...emptyDraft,
	name: 'Words',
	provider: 'compatible',
	baseUrl: endpoint.url,
	models: ['m1', 'm2'],
	templates: [
		{ messages: [{ role: 'user', content: 'Repeat {text}' }], prompt: '' },
		{
			messages: [
				{ role: 'system', content: 'Judge' },
				{ role: 'user', content: '{text}' },
			],
			prompt: '',
		},
	],
	idColumn: 'key',
	...change,
});

async function opened(
	text: string | Uint8Array<ArrayBuffer>,
	name = 'results.json',
): Promise<Extract<OpenedFile, { kind: 'run' }>> {
	const read = await there.openFile(new File([text], name));
	if (!read.ok) throw new Error(JSON.stringify(read.error));
	if (read.value.kind !== 'run') throw new Error(read.value.kind);
	return read.value;
}

async function refused(text: string | Uint8Array<ArrayBuffer>): Promise<string> {
	const read = await there.openFile(new File([text], 'results.json'));
	if (read.ok || read.error.kind !== 'refused') throw new Error(JSON.stringify(read));
	return read.error.problems.join(' ');
}

const file = (items: unknown): string => JSON.stringify(items);
const lines = (items: readonly unknown[]): string =>
	items.map((item) => `${JSON.stringify(item)}\n`).join('');

/** The file of a run over 5 rows, 2 templates and 2 models. */
async function ownFile(change: Partial<Draft> = {}, rows = 5): Promise<readonly ResultItem[]> {
	const dataset = await imported(engine, table(rows));
	const runId = await started(engine, checkedSetup(draftFor(change), dataset));
	await finished(engine, runId);
	return exported(engine, runId);
}

const several = {
	...emptyDraft.settings,
	completionsPerPrompt: 3,
	temperature: 0.5,
	maxTokens: 20,
};

describe('Volley’s own results, opened elsewhere,', () => {
	test.each([
		['with an ID column', {}],
		['without one', { idColumn: null }],
		['with several choices', { settings: several }],
		[
			'of Completions',
			{
				endpoint: 'completions' as const,
				templates: [{ messages: [], prompt: 'Repeat {text}' }],
				settings: { ...several, promptsPerRequest: 4 },
			},
		],
		[
			'whose template is not filled by any column',
			{
				templates: [{ messages: [{ role: 'user' as const, content: 'Say hello' }], prompt: '' }],
			},
		],
	])('%s, are exported again the same', async (_, change) => {
		const items = await ownFile(change);
		for (const text of [file(items), lines(items)]) {
			const run = await opened(text);
			expect(await exported(there, run.runId)).toEqual(items);
			const read = await there.getRun(run.runId);
			expect(read?.phase).toEqual({ name: 'finished' });
			expect(read?.counters.planned).toBe(read?.counters.succeeded);
			expect(read?.setup.listed).toBeUndefined();
		}
	});

	test('keep their failures, counted as in the run', async () => {
		const items = await ownFile({
			templates: [
				{ messages: [{ role: 'user', content: '{text} [[scenario:invalidPrompt]]' }], prompt: '' },
			],
		});
		const failed = items.filter(({ choice }) => choice === null);
		expect(failed.length).toBeGreaterThan(0);
		const run = await opened(file(items));
		expect(await exported(there, run.runId)).toEqual(items);
		expect((await there.getRun(run.runId))?.counters.failed).toBe(failed.length);
	});

	test('of a run that was stopped are all there is: nothing waits', async () => {
		const dataset = await imported(engine, table(10));
		endpoint.hold();
		endpoint.letThrough(15);
		const runId = await started(engine, checkedSetup(draftFor(), dataset));
		await whenever(engine, runId, ({ counters }) => counters.succeeded === 15);
		await engine.stopRun(runId);
		await reached(engine, runId, 'stopped');
		endpoint.release();
		const items = await exported(engine, runId);
		expect(items).toHaveLength(15);
		// A piece from the middle, so that it begins nowhere and has gaps.
		const some = items.filter((_, i) => i % 4 !== 2);
		const run = await opened(file(some));
		expect(run).toMatchObject({ settled: some.length, waiting: 0 });
		const again = await exported(there, run.runId);
		// Rows that nothing in the file is of leave no gap.
		const rows = [...new Set(some.map(({ row_index: row }) => row))];
		const asRead = some.map((item) => ({ ...item, row_index: rows.indexOf(item.row_index) }));
		expect(again).toEqual(asRead);
		expect((await there.getRun(run.runId))?.counters.planned).toBe(some.length);
		const page = await there.readResults({
			...{ runId: run.runId, offset: 0, limit: 50, show: 'all', search: '' },
		});
		expect(page.rows.map(({ id, model }) => [id, model])).toEqual(
			some.map(({ id, model_args }) => [id, model_args['model']]),
		);
		// Saved as a run, it stays what it is.
		const saved = await there.saveRun(run.runId);
		if (!saved.ok) throw new Error(JSON.stringify(saved.error));
		const back = await engine.openFile(new File([saved.value.blob], saved.value.name));
		if (!back.ok || back.value.kind !== 'run') throw new Error(JSON.stringify(back));
		expect(await exported(engine, back.value.runId)).toEqual(asRead);
		expect(await engine.retryFailed(back.value.runId)).toEqual({
			ok: false,
			error: { kind: 'readOnly' },
		});
	});

	test('whose ids are in no column get one', async () => {
		const items = (await ownFile({ idColumn: null })).filter(({ row_index: row }) => row > 1);
		const run = await opened(file(items));
		const again = await exported(there, run.runId);
		expect(again.map(({ id }) => id)).toEqual(items.map(({ id }) => id));
		expect(again.map(({ row_index: row }) => row)).toEqual(
			items.map(({ row_index: row }) => row - 2),
		);
		expect(again[0]?.row).toEqual({ id: '2', ...items[0]?.row });
	});

	test('without rows, templates and completions are still read', async () => {
		const items = await ownFile();
		const bare = items.map(({ row: _, messages_raw: __, completion: ___, ...item }) => item);
		const run = await opened(file(bare));
		const again = await exported(there, run.runId);
		expect(again.map(({ messages, response }) => [messages, response])).toEqual(
			items.map(({ messages, response }) => [messages, response]),
		);
	});

	test('of which one stands there twice have the later one', async () => {
		const items = await ownFile();
		const [a, b, again, ...others] = items;
		const failed = {
			...{ ...again, choice: null, choice_index: null, response: null, completion: null },
			error: { kind: 'serverError', message: 'x', status: 500, code: null },
		};
		const run = await opened(lines([a, b, failed, ...others, again]));
		expect(await exported(there, run.runId)).toEqual(items);
	});

	test('are never sent: every command is refused', async () => {
		const run = await opened(file(await ownFile()));
		const sent = endpoint.ledger.requests.length;
		const { runId } = run;
		for (const answer of [
			await there.resumeRun(runId),
			await there.retryFailed(runId),
			await there.retryTruncated(runId, null),
			await there.retryEmpty(runId),
			await there.takeOverRun(runId),
		])
			expect(answer).toEqual({ ok: false, error: { kind: 'readOnly' } });
		expect(await there.importBatch(runId, [new File(['{}'], 'x.jsonl')])).toMatchObject({
			error: {
				problems: ['This run was read from a results file; duplicate it to send it again.'],
			},
		});
		expect(endpoint.ledger.requests).toHaveLength(sent);
	});

	test('survive the loss of the database, and are still never sent', async () => {
		const items = await ownFile({ settings: several });
		const run = await opened(file(items));
		otherTab.kill();
		otherBrowser.indexedDB = new IDBFactory();
		const again = createEngine(openTab(otherBrowser).host);
		expect(await again.listRuns()).toMatchObject([{ id: run.runId, succeeded: 20 }]);
		const restored = await exported(again, run.runId);
		expect(restored.map(({ choice, model_args: args }) => [choice, args])).toEqual(
			items.map(({ choice, model_args: args }) => [choice, args]),
		);
		expect(await again.resumeRun(run.runId)).toEqual({ ok: false, error: { kind: 'readOnly' } });
	});

	test('are duplicated with their templates, models and rows', async () => {
		const items = await ownFile({ settings: several });
		const run = await there.getRun((await opened(file(items))).runId);
		if (run === null) throw new Error('No run.');
		expect(statedSettings(run.setup, [])).toMatchObject({ connection: null });
		const draft = draftOf(run.setup);
		expect(draft).toMatchObject({ models: ['m1', 'm2'], idColumn: 'key' });
		expect(draft.templates.map(({ messages }) => messages)).toEqual(
			draftFor().templates.map(({ messages }) => messages),
		);
		expect(draft.settings).toMatchObject({ completionsPerPrompt: 3, temperature: 0.5 });
		const dataset = await there.getDataset(draft.datasetId ?? '');
		expect(dataset?.rowCount).toBe(5);
	});
});

/** As batch-prompt's `completions` unpacks them, once its objects are JSON. */
const completionsOf = (
	raws: readonly string[],
	dicts: readonly Record<string, unknown>[],
	n = 1,
): Record<string, unknown>[] =>
	raws.flatMap((raw) =>
		dicts.flatMap((args) =>
			Array.from({ length: n }, (_, index) => {
				const prompt = raw.replace(/\{(\w+)\}/g, (_all, name: string) => String(args[name]));
				return {
					prompt,
					choice: { index, text: ` ${prompt}!`, finish_reason: 'stop', logprobs: null },
					completion: {
						id: `cmpl-${prompt}`,
						created: 1_700_000_000,
						model: 'davinci-002',
						object: 'text_completion',
						usage: { prompt_tokens: 4, completion_tokens: 2 * n, total_tokens: 4 + 2 * n },
					},
					prompt_raw: raw,
					prompt_args: args,
					model_args: { model: 'davinci-002', max_tokens: 5, n, temperature: 1.0 },
				};
			}),
		),
	);

describe('results of batch-prompt', () => {
	const raws = ['I like {food}', 'I hate {food}'];
	const foods = [{ food: 'pizza' }, { food: 'apples' }];

	test('are a run of its templates over its dicts', async () => {
		const items = completionsOf(raws, foods, 2);
		const run = await opened(file(items));
		expect(run).toMatchObject({ name: 'results', settled: 4, waiting: 0 });
		const read = await there.getRun(run.runId);
		expect(read?.setup).toMatchObject({
			endpoint: 'completions',
			models: ['davinci-002'],
			templates: raws.map((text) => ({ kind: 'completion', text })),
			rowCount: 2,
			parameters: { completionsPerPrompt: 2, maxTokens: 5, temperature: 1 },
		});
		expect(read?.setup.listed).toBeUndefined();
		expect(read?.createdAt).toBe(1_700_000_000_000);
		expect(read?.counters).toMatchObject({ succeeded: 4, choices: 8, promptTokens: 16 });
		expect(await exported(there, run.runId)).toMatchObject(items);
	});

	test('of Chat Completions with a list of args for each list of messages', async () => {
		const chat = (raw: string, dicts: readonly Record<string, string>[]): unknown[] =>
			dicts.map((args) => ({
				messages: [
					{ role: 'system', content: 'Be brief.' },
					{ role: 'user', content: raw.replace('{food}', args['food'] ?? '') },
				],
				choice: { index: 0, message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' },
				completion: { id: `${raw}-${args['food'] ?? ''}`, model: 'gpt-4-0613' },
				messages_raw: [
					{ role: 'system', content: 'Be brief.' },
					{ role: 'user', content: raw },
				],
				messages_args: args,
				model_args: { model: 'gpt-4' },
			}));
		const items = [
			...chat('Eat {food}?', [{ food: 'figs' }, { food: 'rice' }]),
			...chat('Cook {food}?', [{ food: 'rice' }, { food: 'kale' }]),
		];
		const run = await opened(file(items));
		const read = await there.getRun(run.runId);
		expect(read?.setup.templates).toHaveLength(2);
		expect(read?.setup.listed).toEqual({ rows: 3, repeats: 1, stretches: [0, 2, 4, 2] });
		expect(read?.phase).toEqual({ name: 'finished' });
		const again = await exported(there, run.runId);
		expect(again.map((item) => item.messages)).toEqual(
			items.map((item) => (item as ResultItem).messages),
		);
		expect(again.map((item) => item.prompt_args)).toEqual(
			['figs', 'rice', 'rice', 'kale'].map((food) => ({ food })),
		);
	});

	test.each([
		[
			'prompts without args, braces and all',
			completionsOf(['a {b', 'c', 'a {b'], [{}]),
			['prompt'],
		],
		[
			'args that Python writes otherwise',
			completionsOf(['is {x}'], [{ x: 1 }]).map((item) => ({ ...item, prompt: 'is 1.0' })),
			['x', 'prompt'],
		],
		[
			'an arg that is called prompt',
			completionsOf(['is {prompt}'], [{ prompt: 1 }]).map((item) => ({
				...item,
				prompt: 'is True',
			})),
			['prompt', 'prompt_2'],
		],
	])('with %s keep what was sent', async (_, items, columns) => {
		const run = await opened(file(items));
		const again = await exported(there, run.runId);
		expect(again.map(({ prompt }) => prompt)).toEqual(items.map((item) => item['prompt']));
		expect(Object.keys(again[0]?.row ?? {})).toEqual(columns);
	});

	test('asked for several times of the same are as many requests', async () => {
		const [item] = completionsOf(['I like {food}'], [{ food: 'pizza' }]);
		const items = [1, 2, 3].map((id) => ({ ...item, completion: { id: String(id) } }));
		expect(await opened(file(items))).toMatchObject({ settled: 3 });
	});

	test('of one call share its usage, which is counted once', async () => {
		const items = completionsOf(raws, foods).map((item) => ({
			...item,
			completion: { id: 'one', usage: { prompt_tokens: 16, completion_tokens: 8 } },
		}));
		const run = await opened(file(items));
		expect((await there.getRun(run.runId))?.counters).toMatchObject({
			...{ succeeded: 4, promptTokens: 16, completionTokens: 8 },
		});
		expect((await exported(there, run.runId)).map((item) => item.number_of_prompt_tokens)).toEqual([
			null,
			null,
			null,
			null,
		]);
	});

	test('as compressed lines are read too', async () => {
		const bytes = gzipSync(lines(completionsOf(raws, foods)));
		expect(await opened(new Uint8Array(bytes), 'results.jsonl.gz')).toMatchObject({ settled: 4 });
	});
});

const good = completionsOf(['I like {food}'], [{ food: 'pizza' }, { food: 'figs' }]);
const withSecond = (change: Record<string, unknown>): string =>
	file([good[0], { ...good[1], ...change }]);

describe('a file that is not whole or not right is refused, and nothing of it is kept:', () => {
	test.each([
		['cut off', file(good).slice(0, -30), 'Item 2 is not closed'],
		[
			'no JSON',
			lines([good[0]]) + lines([good[1] ?? {}]).replace('"stop"', 'stop'),
			'Item 2 is not valid JSON',
		],
		[
			'NaN',
			lines([good[0]]) + lines([good[1] ?? {}]).replace('null', 'NaN'),
			'write null for them',
		],
		['text behind', `${file(good)} x`, 'Item 3 is followed by more text'],
		[
			'another kind',
			withSecond({
				prompt: undefined,
				prompt_raw: undefined,
				messages: [{ role: 'user', content: '' }],
			}),
			'Item 2 has messages where others',
		],
		['no prompt', withSecond({ prompt: undefined, prompt_raw: undefined }), 'Item 2 has neither'],
		['a prompt of numbers', withSecond({ prompt: 7 }), 'Item 2 has a prompt that is no text'],
		['no choice', withSecond({ choice: null }), 'Item 2 has neither a choice nor an error'],
		['a choice of text', withSecond({ choice: 'yes' }), 'Item 2 has a choice that is neither'],
		[
			'an unknown error',
			withSecond({ choice: null, error: { kind: 'boom' } }),
			'not known: “boom”',
		],
		['args of text', withSecond({ prompt_args: 'x' }), 'Item 2 has prompt_args that'],
		['no object', file([good[0], 7]), 'Item 2 is not an object'],
		[
			'mixed keys',
			withSecond({ row_index: 0, prompt_index: 0 }),
			'Item 2 has other keys than the first',
		],
		[
			'a bad place',
			file([{ ...good[0], row_index: 0.5, prompt_index: 0 }]),
			'Item 1 has no row_index',
		],
		[
			'an unknown row',
			file([{ ...good[0], row_index: -1, prompt_index: 0 }]),
			'Item 1 does not know its row',
		],
		['a date of words', withSecond({ started_at: 'soon' }), 'Item 2 has a started_at'],
		[
			'51 models',
			file(
				Array.from({ length: 51 }, (_, i) => ({
					...good[0],
					model_args: { model: `m${String(i)}` },
				})),
			),
			'51 models',
		],
	])('%s', async (_, text, words) => {
		expect(await refused(text)).toContain(words);
		expect(await there.listRuns()).toEqual([]);
		expect(await there.listDatasets()).toEqual([]);
	});

	test('nested without end', async () => {
		const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
		expect(await refused(file(good).replace('null', deep))).toContain('nested too deep');
	});

	test('a pickle, with the way to make JSON of it', async () => {
		expect(await refused(new Uint8Array([0x80, 4, 0x95, 0, 0]))).toContain(
			'json.dump(pickle.load(',
		);
	});

	test.each([
		['a table of objects', file([{ choice: 'a', prompt: 'b' }])],
		['a table', 'choice,prompt\n1,2\n'],
	])('%s is no results file', async (_, text) => {
		expect(await there.openFile(new File([text], 'x.json'))).toMatchObject({
			value: { kind: 'table' },
		});
	});

	test('when it is cancelled', async () => {
		const many = completionsOf(
			['I like {food}'],
			Array.from({ length: 3_000 }, (_, i) => ({ food: String(i) })),
		);
		const opening = there.openFile(new File([file(many)], 'results.json'));
		await there.cancelDoor();
		expect(await opening).toEqual({ ok: false, error: { kind: 'cancelled' } });
		expect(await there.listRuns()).toEqual([]);
		expect(await there.listDatasets()).toEqual([]);
	});
});

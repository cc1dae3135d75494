import { describe, expect, test } from 'vitest';
import type { EngineApi } from '#contract/engine-api.ts';
import type { Dataset } from '#domain/dataset.ts';
import { defaultSettings, emptyDraft, type Draft } from '#domain/draft.ts';
import { numberAt, type JsonObject } from '#domain/json.ts';
import type { ResultItem } from '#domain/result-item.ts';
import * as planRules from '#domain/plan-rules.ts';
import { emptyRows, type RowsDraft } from '#domain/rows-draft.ts';
import type { RunSetup } from '#domain/run.ts';
import { createEngine } from '#worker/create-engine.ts';
import { askedTexts, echoText } from '../endpoint/echo.ts';
import { openTab } from '../support/fake-host.ts';
import {
	browser,
	checkedSetup,
	endpoint,
	exported,
	exportedText,
	finished,
	freshForEachTest,
	imported,
	started,
	whenever,
} from './run-fixtures.ts';

freshForEachTest();

/** Ten rows; every third has no text. */
const csv = `id,text,heat,which\n${Array.from(
	{ length: 10 },
	(_, i) =>
		`r${String(i)},${i % 3 === 0 ? '' : `word ${String(i)}`},${['', '0.5', '1'][i % 3] ?? ''},${['m2', '', 'm3', 'm2'][i % 4] ?? ''}`,
).join('\n')}`;

const templates = (...texts: string[]): Draft['templates'] =>
	texts.map((content) => ({ messages: [{ role: 'user', content }], prompt: content }));

/** What Start would run, as the page finds it out. */
async function setupOf(
	engine: EngineApi,
	more: Partial<Draft>,
	dataset?: Dataset,
): Promise<RunSetup> {
	const rows = dataset ?? (await imported(engine, csv));
	const draft: Draft = {
		...emptyDraft,
		provider: 'compatible',
		baseUrl: endpoint.url,
		models: ['m1'],
		idColumn: 'id',
		templates: templates('Say {id}'),
		...more,
	};
	const query = planRules.rowQueryOf(draft, rows);
	const scan = query === null ? null : await engine.scanRows(rows.id, query);
	return checkedSetup(draft, rows, scan, planRules);
}

async function itemsOf(engine: EngineApi, setup: RunSetup): Promise<ResultItem[]> {
	const runId = await started(engine, setup);
	const { counters } = await finished(engine, runId);
	const items = await exported(engine, runId);
	expect(counters).toMatchObject({ planned: items.length, succeeded: items.length });
	return items;
}

/** Changes what this browser has stored, behind the back of every tab. */
const stored = (name: string, change: (store: IDBObjectStore) => void): Promise<unknown> =>
	new Promise((resolve) => {
		const request = browser.indexedDB.open('volley');
		request.addEventListener('success', () => {
			const tx = request.result.transaction(name, 'readwrite');
			change(tx.objectStore(name));
			tx.addEventListener('complete', resolve);
			request.result.close();
		});
	});

/** As a browser that has lost its tables and kept the answers. */
const forgetTables = (): Promise<unknown> =>
	stored('datasets', (datasets) => {
		datasets.clear();
	});

describe('the rows of a run', () => {
	test.each<[Partial<RowsDraft>, number[]]>([
		[{ choose: 'first', count: 3 }, [0, 1, 2]],
		[{ choose: 'range', from: 9, to: 10 }, [8, 9]],
		[{ choose: 'where', column: 'text', has: false }, [0, 3, 6, 9]],
		[{ choose: 'where', column: 'text', has: true, text: 'WORD 1' }, [1]],
		[{ choose: 'random', count: 3, seed: 5 }, [0, 7, 8]],
	])('chosen by %j keep the number that they have in the data', async (rows, expected) => {
		const engine = createEngine(openTab(browser).host);
		const more = { rows: { ...emptyRows, ...rows } };
		const items = await itemsOf(engine, await setupOf(engine, { ...more, idColumn: null }));
		expect(items.map(({ row_index }) => row_index)).toEqual(expected);
		expect(items.map(({ id }) => id)).toEqual(expected.map(String));
		expect(items.map(({ messages }) => messages)).toEqual(
			expected.map((row) => [{ role: 'user', content: `Say r${String(row)}` }]),
		);
	});

	test('are the same after the tab was killed', async () => {
		const tab = openTab(browser);
		const engine = createEngine(tab.host);
		const rows = { ...emptyRows, choose: 'where', column: 'text', has: true } as const;
		const setup = await setupOf(engine, {
			rows,
			settings: { ...defaultSettings, maxConcurrency: 1 },
		});
		endpoint.play(({ arrival }) => (arrival < 3 ? 'plainReply' : 'hangsForever'));
		const runId = await started(engine, setup);
		await whenever(engine, runId, ({ counters }) => counters.succeeded === 3);
		tab.kill();

		endpoint.play('plainReply');
		const second = createEngine(openTab(browser).host);
		expect(await second.resumeRun(runId)).toMatchObject({ ok: true });
		await finished(second, runId);
		const items = await exported(second, runId);
		expect(items.map(({ row_index }) => row_index)).toEqual([1, 2, 4, 5, 7, 8]);
		expect(items.map(({ id }) => id)).toEqual(['r1', 'r2', 'r4', 'r5', 'r7', 'r8']);
	});

	test.each<[string, Partial<RowsDraft>, number]>([
		['more', { choose: 'where', column: 'text', has: false }, 10],
		['fewer', { choose: 'where', column: 'text', has: false }, 1],
		['more than there are', {}, 11],
	])('are not sent where the page had counted %s', async (_, rows, rowCount) => {
		const engine = createEngine(openTab(browser).host);
		const setup = await setupOf(engine, { rows: { ...emptyRows, ...rows } });
		const found = setup.rowCount;
		const start = await engine.startRun({ ...setup, rowCount });
		expect(start).toEqual({ ok: false, error: { kind: 'rowsDiffer', counted: rowCount, found } });
		expect(await engine.listRuns()).toEqual([]);
		expect(endpoint.ledger.requests).toEqual([]);
	});

	test('that are not there when a run goes on are never sent empty', async () => {
		const tab = openTab(browser);
		const engine = createEngine(tab.host);
		const rows = { ...emptyRows, choose: 'where', column: 'text', has: true } as const;
		endpoint.play('hangsForever');
		const runId = await started(engine, await setupOf(engine, { rows }));
		await whenever(engine, runId, ({ inFlight }) => inFlight === 1);
		tab.kill();
		await stored('datasets', (datasets) => {
			const request = datasets.openCursor();
			request.addEventListener('success', () => {
				const stored = request.result?.value as { readonly dataset: Dataset };
				// Of the first two rows one has text.
				request.result?.update({ ...stored, dataset: { ...stored.dataset, rowCount: 2 } });
			});
		});
		endpoint.play('plainReply');
		const second = createEngine(openTab(browser).host);
		await second.resumeRun(runId);
		const { phase, counters } = await whenever(
			second,
			runId,
			(progress) => progress.phase.name === 'needsAttention',
		);
		expect(JSON.stringify(phase)).toContain('is of a row that is not in the data.');
		expect(counters.failed).toBe(0);
		const sent = endpoint.ledger.requests.map(({ body }) => JSON.stringify(body));
		expect(sent.filter((body) => body.includes('"Say "'))).toEqual([]);
	});

	test('of a run whose table is gone have no number where only the cells could tell it', async () => {
		const engine = createEngine(openTab(browser).host);
		const rows = { ...emptyRows, choose: 'where', column: 'text', has: true } as const;
		const setup = await setupOf(engine, { rows });
		const runId = await started(engine, setup);
		await finished(engine, runId);
		await forgetTables();
		const items = await exported(createEngine(openTab(browser).host), runId);
		expect(items).toHaveLength(6);
		expect(new Set(items.map(({ row_index, id }) => `${String(row_index)} ${id}`))).toEqual(
			new Set(['-1 ']),
		);
	});
});

test('in pairs, template 1 goes with row 1 and template 2 with row 2', async () => {
	const engine = createEngine(openTab(browser).host);
	const setup = await setupOf(engine, {
		templates: templates('A {id}', 'B {id}', 'C {id}'),
		pairing: 'pair',
		rows: { ...emptyRows, choose: 'range', from: 4, to: 6 },
		models: ['m1', 'm2'],
	});
	const items = await itemsOf(engine, setup);
	expect(
		items.map(({ prompt_index, row_index, model_index, messages }) => [
			prompt_index,
			row_index,
			model_index,
			messages?.[0]?.content,
		]),
	).toEqual([
		[0, 3, 0, 'A r3'],
		[0, 3, 1, 'A r3'],
		[1, 4, 0, 'B r4'],
		[1, 4, 1, 'B r4'],
		[2, 5, 0, 'C r5'],
		[2, 5, 1, 'C r5'],
	]);
});

test('repeats are requests of their own whose choices count on', async () => {
	const engine = createEngine(openTab(browser).host);
	const setup = await setupOf(engine, { rows: { ...emptyRows, choose: 'first', count: 2 } });
	const runId = await started(engine, { ...setup, repeats: 3 });
	const { counters } = await finished(engine, runId);
	expect(counters).toMatchObject({ planned: 6, succeeded: 6, choices: 6 });
	expect(endpoint.ledger.requests).toHaveLength(6);
	const places = (await exported(engine, runId)).map(({ id, choice_index }) => [id, choice_index]);
	expect(places).toEqual(['r0', 'r1'].flatMap((id) => [0, 1, 2].map((choice) => [id, choice])));
	const query = { runId, show: 'all', search: '', offset: 0, limit: 10 } as const;
	const { total, rows } = await engine.readResults(query);
	expect(total).toBe(6);
	expect(rows.map(({ place, choice }) => [place.repeat, choice])).toEqual(
		[0, 1, 2, 0, 1, 2].map((repeat) => [repeat, 0]),
	);
});

describe('parameters', () => {
	const sent = (names: readonly string[]): unknown[][] =>
		[...endpoint.ledger.requests]
			.sort((a, b) => (a.row < b.row ? -1 : 1))
			.map(({ body }) => names.map((name) => body[name]));

	test('of a model stand in the place of those that all are sent', async () => {
		const engine = createEngine(openTab(browser).host);
		const setup = await setupOf(engine, {
			rows: { ...emptyRows, choose: 'first', count: 1 },
			models: ['m1', 'm2'],
			modelParameters: ['', '{"temperature": 0, "max_tokens": 7, "seed": 3}'],
			settings: { ...defaultSettings, temperature: 1, maxTokens: 50 },
		});
		const items = await itemsOf(engine, setup);
		expect(items.map(({ model_args }) => model_args)).toEqual([
			{ model: 'm1', temperature: 1, max_tokens: 50 },
			{ model: 'm2', temperature: 0, max_tokens: 7, seed: 3 },
		]);
		expect(new Set(sent(['model', 'max_tokens']).map((one) => one.join(' ')))).toEqual(
			new Set(['m1 50', 'm2 7']),
		);
	});

	test('of a row stand in the place of both, and a blank cell leaves them', async () => {
		const engine = createEngine(openTab(browser).host);
		const setup = await setupOf(engine, {
			modelParameters: ['{"top_p": 0.5}'],
			bindings: [{ column: 'heat', parameter: 'temperature' }],
			settings: { ...defaultSettings, temperature: 2 },
		});
		const items = await itemsOf(engine, setup);
		const heats = Array.from({ length: 10 }, (_, i) => [2, 0.5, 1][i % 3]);
		expect(items.map(({ model_args }) => model_args)).toEqual(
			heats.map((temperature) => ({ model: 'm1', temperature, top_p: 0.5 })),
		);
		expect(sent(['temperature', 'top_p'])).toEqual(heats.map((heat) => [heat, 0.5]));
	});

	test('of all, a model and a row stand side by side in an object of Responses', async () => {
		const engine = createEngine(openTab(browser).host);
		const rows = await imported(engine, 'id,effort\na,low\nb,\nc,high\n');
		const setup = await setupOf(
			engine,
			{
				datasetId: rows.id,
				endpoint: 'responses',
				modelParameters: ['{"reasoning": {"summary": "auto"}, "verbosity": "low"}'],
				bindings: [{ column: 'effort', parameter: 'reasoning_effort' }],
				settings: { ...defaultSettings, otherParameters: '{"reasoning": {"effort": "medium"}}' },
			},
			rows,
		);
		await itemsOf(engine, setup);
		expect(sent(['reasoning', 'text', 'store'])).toEqual(
			['low', 'medium', 'high'].map((effort) => [
				{ effort, summary: 'auto' },
				{ verbosity: 'low' },
				false,
			]),
		);
	});

	test('of rows can name the model: each has limits of its own, and the typed one takes the blanks', async () => {
		const engine = createEngine(openTab(browser).host);
		const setup = await setupOf(engine, {
			models: ['m1', 'm9'],
			modelParameters: ['{"seed": 1}'],
			bindings: [{ column: 'which', parameter: 'model' }],
		});
		expect(setup.models).toEqual(['m1', 'm2', 'm3']);
		const runId = await started(engine, setup);
		const models = Array.from({ length: 10 }, (_, i) => ['m2', 'm1', 'm3', 'm2'][i % 4]);
		const { limits } = await finished(engine, runId);
		expect(limits.map(({ model }) => model)).toEqual(['m1', 'm2', 'm3']);
		const items = await exported(engine, runId);
		expect(items.map(({ model_args }) => model_args['model'])).toEqual(models);
		expect(items.map(({ model_index }) => setup.models[model_index])).toEqual(models);
		expect(items.map(({ model_args }) => model_args['seed'])).toEqual(
			models.map((model) => (model === 'm1' ? 1 : undefined)),
		);
		expect(sent(['model'])).toEqual(models.map((model) => [model]));
	});

	describe('of a run whose table is gone', () => {
		const heat = { column: 'heat', parameter: 'temperature' };
		const length = { column: 'heat', parameter: 'max_tokens' };
		const which = { column: 'which', parameter: 'model' };
		const typed = { ...defaultSettings, temperature: 1.5, maxTokens: 50 };
		const lengths = 'id,heat,which\na,3,m2\nb,,m3\nc,7,\n';

		test.each<[string, Partial<Draft>, string, number, JsonObject]>([
			['that rows bring', { bindings: [heat] }, csv, 0, { model: 'm1', max_tokens: 50 }],
			['that rows bring', { bindings: [length] }, lengths, 0, { model: 'm1', temperature: 1.5 }],
			['whose model', { bindings: [which] }, csv, -1, { temperature: 1.5, max_tokens: 50 }],
			['whose model', { bindings: [heat, which] }, csv, -1, { max_tokens: 50 }],
			[
				'of a model that',
				{ bindings: [which], modelParameters: ['{"temperature": 0, "max_completion_tokens": 9}'] },
				csv,
				-1,
				{},
			],
		])('%s only the cells could tell are not made up: %j', async (_, more, text, index, args) => {
			const engine = createEngine(openTab(browser).host);
			const dataset = await imported(engine, text);
			const setup = await setupOf(engine, { settings: typed, ...more }, dataset);
			const runId = await started(engine, setup);
			await finished(engine, runId);
			const before = await exported(engine, runId);
			await forgetTables();

			const later = createEngine(openTab(browser).host);
			const items = await exported(later, runId);
			expect(items.map(({ completion }) => completion)).toEqual(
				before.map(({ completion }) => completion),
			);
			expect(new Set(items.map(({ model_index }) => model_index))).toEqual(new Set([index]));
			for (const { model_args } of items) expect(model_args).toEqual(args);

			const model = index === -1 ? '' : 'm1';
			const query = { runId, show: 'all', search: '', offset: 0, limit: 10 } as const;
			const { rows } = await later.readResults(query);
			expect(new Set(rows.map((row) => row.model))).toEqual(new Set([model]));
			const [header = '', ...lines] = (await exportedText(later, runId, 'csv'))
				.trimEnd()
				.split('\r\n');
			const column = header.split(',').indexOf('model');
			expect(new Set(lines.map((line) => line.split(',')[column]))).toEqual(new Set([model]));
		});
	});

	test('of rows let those share calls that send the same', async () => {
		const engine = createEngine(openTab(browser).host);
		const setup = await setupOf(engine, {
			endpoint: 'completions',
			settings: { ...defaultSettings, promptsPerRequest: 20 },
			bindings: [{ column: 'heat', parameter: 'temperature' }],
		});
		const items = await itemsOf(engine, setup);
		const calls = endpoint.ledger.requests.map(({ body }) =>
			[String(numberAt(body, 'temperature') ?? 'none'), ...askedTexts(body)].join(' '),
		);
		expect(calls.sort()).toEqual([
			'0.5 Say r1 Say r4 Say r7',
			'1 Say r2 Say r5 Say r8',
			'none Say r0 Say r3 Say r6 Say r9',
		]);
		expect(items.map(({ row_index, response }) => [row_index, response])).toEqual(
			items.map((_, row) => [row, echoText(`Say r${String(row)}`, 0)]),
		);
	});

	test('that a model refuses are repaired where a row brings them too', async () => {
		const engine = createEngine(openTab(browser).host);
		const setup = await setupOf(engine, {
			rows: { ...emptyRows, choose: 'where', column: 'heat', has: true },
			bindings: [{ column: 'heat', parameter: 'temperature' }],
		});
		endpoint.play(({ body }) => ('temperature' in body ? 'unsupportedValue' : 'plainReply'));
		const runId = await started(engine, setup);
		const { phase } = await whenever(engine, runId, ({ phase }) => phase.name === 'needsAttention');
		expect(phase).toMatchObject({ failure: { parameter: { name: 'temperature' } } });
		const repair = { model: 'm1', name: 'temperature', replacement: null };
		expect(await engine.repairRun(runId, repair)).toMatchObject({ ok: true });
		await finished(engine, runId);
		const items = await exported(engine, runId);
		expect(items.every(({ model_args }) => !('temperature' in model_args))).toBe(true);
	});

	test('of a limit of tokens give way to the one that truncated answers are retried with', async () => {
		const engine = createEngine(openTab(browser).host);
		const setup = await setupOf(engine, {
			rows: { ...emptyRows, choose: 'first', count: 2 },
			modelParameters: ['{"max_tokens": 3}'],
		});
		endpoint.play('cutAtLength');
		const runId = await started(engine, setup);
		await finished(engine, runId);
		endpoint.play('plainReply');
		expect(await engine.retryTruncated(runId, 99)).toMatchObject({ ok: true });
		await whenever(
			engine,
			runId,
			({ phase, counters }) => phase.name === 'finished' && counters.marks.truncated === 0,
		);
		const items = await exported(engine, runId);
		expect(items.map(({ model_args }) => model_args['max_tokens'])).toEqual([99, 99]);
	});
});

test('a look through the rows ends the one before it', async () => {
	const engine = createEngine(openTab(browser).host);
	const dataset = await imported(engine, csv);
	const query = {
		endpoint: 'chatCompletions',
		rows: { kind: 'all' },
		idColumn: 'id',
		bindings: [],
	} as const;
	const [first, second] = await Promise.all([
		engine.scanRows(dataset.id, { ...query, idColumn: 'text' }),
		engine.scanRows(dataset.id, query),
	]);
	expect(first).toBeNull();
	expect(second?.ids?.repeated).toBe(0);
	expect(await engine.scanRows('unknown', query)).toBeNull();
});

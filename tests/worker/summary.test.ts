import { beforeEach, describe, expect, test } from 'vitest';
import type { EngineApi, EngineEvent } from '#contract/engine-api.ts';
import { emptyDraft, type Draft } from '#domain/draft.ts';
import * as planRules from '#domain/plan-rules.ts';
import type { ResultItem } from '#domain/result-item.ts';
import type { RunFigures } from '#domain/run-figures.ts';
import { settledCount } from '#domain/run.ts';
import { createEngine } from '#worker/create-engine.ts';
import { openTab } from '../support/fake-host.ts';
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

const rows = 24;
const csv = `id,kind,which\n${Array.from(
	{ length: rows },
	(_, i) => `r${String(i)},kind ${String(i % 5)},${i % 3 === 0 ? 'm2' : ''}`,
).join('\n')}`;

const templates = (...texts: string[]): Draft['templates'] =>
	texts.map((content) => ({ messages: [{ role: 'user', content }], prompt: content }));

async function startedRun(engine: EngineApi, change: Partial<Draft> = {}, repeats?: number) {
	const dataset = await imported(engine, csv);
	const draft: Draft = {
		...emptyDraft,
		provider: 'compatible',
		baseUrl: endpoint.url,
		models: ['m1'],
		idColumn: 'id',
		templates: templates('Say {kind}'),
		...change,
	};
	const query = planRules.rowQueryOf(draft, dataset);
	const scan = query === null ? null : await engine.scanRows(dataset.id, query);
	const setup = checkedSetup(draft, dataset, scan, planRules);
	return started(engine, repeats === undefined ? setup : { ...setup, repeats });
}

/** Told each time all of a run's answers were read through, and while they are. */
function readings(engine: EngineApi): EngineEvent[] {
	const heard: EngineEvent[] = [];
	void engine.subscribe((event) => {
		if (event.kind === 'summaryProgress') heard.push(event);
	});
	return heard;
}

async function summaryOf(engine: EngineApi, runId: string): Promise<RunFigures> {
	const figures = await engine.readSummary(runId);
	if (figures === null) throw new Error('There is none.');
	return figures;
}

/** Counted from the results file, by text in all and by template and model. */
function countedIn(items: readonly ResultItem[], models: number): Map<string, number[]> {
	const counts = new Map<string, number[]>();
	for (const { response, prompt_index: template, model_index: model } of items) {
		if (response === null) continue;
		const own = counts.get(response) ?? [0];
		own[0] = (own[0] ?? 0) + 1;
		const cell = 1 + template * models + model;
		own[cell] = (own[cell] ?? 0) + 1;
		counts.set(response, own);
	}
	return counts;
}

describe('the summary of a finished run', () => {
	test.each<readonly [string, Partial<Draft>, number | undefined, number]>([
		['one template and model', {}, undefined, 1],
		[
			'two templates, two models, two choices',
			{
				templates: templates('Say {kind}', 'Tell {kind}'),
				models: ['m1', 'm2'],
				settings: { ...emptyDraft.settings, completionsPerPrompt: 2 },
			},
			undefined,
			2,
		],
		['repeats', { models: ['m1', 'm2'] }, 3, 2],
		[
			'rows that name their models',
			{ bindings: [{ column: 'which', parameter: 'model' }] },
			undefined,
			2,
		],
		[
			'templates that go with one row each',
			{
				templates: templates(...Array.from({ length: rows }, (_, i) => `Say ${String(i % 4)}`)),
				pairing: 'pair',
			},
			undefined,
			1,
		],
	])('holds what the results file does: %s', async (_, change, repeats, models) => {
		const engine = createEngine(openTab(browser).host);
		const runId = await startedRun(engine, change, repeats);
		await finished(engine, runId);
		const items = await exported(engine, runId);
		const { answers, cells, all, settled, agreement } = await summaryOf(engine, runId);
		const paired = change.pairing === 'pair';
		const expected = countedIn(
			paired ? items.map((item) => ({ ...item, prompt_index: 0 })) : items,
			models,
		);
		expect(settled).toBe(all.succeeded);
		expect(answers).toMatchObject({ complete: items.length, different: expected.size });
		for (const { text, count, cells: own } of answers.top) {
			expect(count).toBe(expected.get(text)?.[0]);
			cells.forEach((_cell, i) => {
				expect(own[i]).toBe(expected.get(text)?.[i + 1] ?? 0);
			});
		}
		const parts = paired ? 1 : (change.templates?.length ?? 1);
		expect(cells).toHaveLength(parts * models > 1 ? parts * models : 0);
		expect(agreement.choices?.prompts ?? null).toBe(
			repeats === undefined && change.settings === undefined ? null : items.length / (repeats ?? 2),
		);
	});

	test('is kept: another tab shows it without reading the answers again', async () => {
		const first = openTab(browser);
		const engine = createEngine(first.host);
		const runId = await startedRun(engine);
		await finished(engine, runId);
		const heard = readings(engine);
		const figures = await summaryOf(engine, runId);
		expect(heard.length).toBeGreaterThan(0);
		first.kill();

		const next = createEngine(openTab(browser).host);
		const heardThere = readings(next);
		expect(await summaryOf(next, runId)).toEqual(figures);
		expect(heardThere).toEqual([]);
	});

	test('is not there for a run that is not', async () => {
		const engine = createEngine(openTab(browser).host);
		expect(await engine.readSummary('none')).toBeNull();
	});
});

describe('the summary of a run that goes', () => {
	beforeEach(() => {
		endpoint.hold();
		endpoint.letThrough(7);
	});

	test('keeps up with each answer that is stored, and reads what there was but once', async () => {
		const engine = createEngine(openTab(browser).host);
		const runId = await startedRun(engine);
		await whenever(engine, runId, ({ counters }) => settledCount(counters) >= 7);
		const heard = readings(engine);
		expect((await summaryOf(engine, runId)).settled).toBe(7);
		const passes = heard.length;
		endpoint.letThrough(5);
		await whenever(engine, runId, ({ counters }) => settledCount(counters) >= 12);
		expect((await summaryOf(engine, runId)).settled).toBe(12);
		endpoint.release();
		await finished(engine, runId);
		const live = await summaryOf(engine, runId);
		expect(heard).toHaveLength(passes);
		expect(live.settled).toBe(rows);

		// What was kept up with is what reading all of it gives.
		browser.locks.clear();
		const afresh = createEngine(openTab(browser).host);
		await forgetFigures(runId);
		const { time, ...read } = await summaryOf(afresh, runId);
		const inOrder = (of: RunFigures) =>
			[...of.answers.top].sort((a, b) => a.text.localeCompare(b.text));
		expect(inOrder({ time, ...read })).toEqual(inOrder(live));
		expect(time).toEqual(live.time);
		expect(read.latency).toEqual(live.latency);
		expect(read.all).toEqual(live.all);
	});

	test('read while answers come in counts each of them once', async () => {
		const engine = createEngine(openTab(browser).host);
		const runId = await startedRun(engine);
		await whenever(engine, runId, ({ counters }) => settledCount(counters) >= 7);
		const reading = engine.readSummary(runId);
		endpoint.release();
		await finished(engine, runId);
		await reading;
		const { settled, answers } = await summaryOf(engine, runId);
		expect([settled, answers.complete]).toEqual([rows, rows]);
	});
});

test('starts over once failed requests are asked for again', async () => {
	const isFailing = (arrival: number): boolean => arrival % 2 === 1;
	endpoint.play(({ arrival }) => (isFailing(arrival) ? 'contextTooLong' : 'plainReply'));
	const engine = createEngine(openTab(browser).host);
	const runId = await startedRun(engine, { templates: templates('Say {id}') });
	await finished(engine, runId);
	const { all } = await summaryOf(engine, runId);
	expect(all.failed).toBeGreaterThan(0);
	expect(all.failures).toEqual({ contextLengthExceeded: all.failed });
	expect(all.succeeded + all.failed).toBe(rows);
	endpoint.play(() => 'plainReply');
	await engine.retryFailed(runId);
	await finished(engine, runId);
	expect((await summaryOf(engine, runId)).all).toMatchObject({
		succeeded: rows,
		failed: 0,
		failures: {},
	});
});

test('starts over once answers that were cut off are asked for again', async () => {
	endpoint.play((_, seenBefore) => (seenBefore === 0 ? 'cutAtLength' : 'plainReply'));
	const engine = createEngine(openTab(browser).host);
	const runId = await startedRun(engine, { templates: templates('Say {id}') });
	await finished(engine, runId);
	expect((await summaryOf(engine, runId)).all.marks).toMatchObject({ truncated: rows });
	endpoint.play(() => 'plainReply');
	await engine.retryTruncated(runId, 500);
	await reached(engine, runId, 'finished');
	const { all, settled } = await summaryOf(engine, runId);
	expect([settled, all.marks.truncated, all.marks.complete]).toEqual([rows, 0, rows]);
});

test('a reading that is cancelled gives nothing, and the next one all', async () => {
	const engine = createEngine(openTab(browser).host);
	const runId = await startedRun(engine);
	await finished(engine, runId);
	let cancelled = false;
	void engine.subscribe((event) => {
		if (event.kind !== 'summaryProgress' || cancelled) return;
		cancelled = true;
		void engine.cancelSummary(runId);
	});
	const reading = engine.readSummary(runId);
	await engine.cancelSummary(runId);
	const first = await reading;
	expect(first === null || cancelled).toBe(true);
	expect((await summaryOf(engine, runId)).settled).toBe(rows);
});

const forgetFigures = (runId: string): Promise<unknown> =>
	new Promise((resolve) => {
		const request = browser.indexedDB.open(`volley-run-${runId}`);
		request.addEventListener('success', () => {
			const tx = request.result.transaction('figures', 'readwrite');
			tx.objectStore('figures').clear();
			tx.addEventListener('complete', resolve);
			request.result.close();
		});
	});

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import Papa from 'papaparse';
import type { AppendState, EngineApi, EngineEvent, ExportEnd } from '#contract/engine-api.ts';
import { wholeExport, type ExportChoice, type ExportFormat } from '#domain/export-choice.ts';
import { defaultSettings, emptyDraft, type Draft } from '#domain/draft.ts';
import type { ShowFilter } from '#domain/result-filter.ts';
import type { ResultItem } from '#domain/result-item.ts';
import { createEngine } from '#worker/create-engine.ts';
import { openTab } from '../support/fake-host.ts';
import { PickedFile } from '../support/picked-file.ts';
import {
	browser,
	checkedSetup,
	endpoint,
	exported,
	finished,
	freshForEachTest,
	imported,
	reached,
	reviews,
	started,
	whenever,
} from './run-fixtures.ts';

freshForEachTest();

const draftOf = (changes: Partial<Draft> = {}): Draft => ({
	...emptyDraft,
	provider: 'compatible',
	baseUrl: endpoint.url,
	models: ['m1'],
	templates: [{ messages: [{ role: 'user', content: '{review}' }], prompt: '' }],
	...changes,
});

async function begun(engine: EngineApi, rows: number, changes: Partial<Draft> = {}) {
	return started(engine, checkedSetup(draftOf(changes), await imported(engine, reviews(rows))));
}

const textOf = async (end: ExportEnd): Promise<string> => {
	if (end.kind !== 'written' || end.blob === null) throw new Error(end.kind);
	return end.blob.text();
};

const choose = (format: ExportFormat, changes: Partial<ExportChoice> = {}): ExportChoice => ({
	...wholeExport(format),
	...changes,
});

/** Items, or lines as objects, of any format. */
function parsed(format: ExportFormat, text: string): readonly Record<string, unknown>[] {
	if (format === 'json') return JSON.parse(text) as Record<string, unknown>[];
	if (format === 'jsonl')
		return text
			.split('\n')
			.slice(0, -1)
			.map((line) => JSON.parse(line) as Record<string, unknown>);
	const { data, errors } = Papa.parse<Record<string, unknown>>(text, {
		header: true,
		skipEmptyLines: true,
	});
	expect(errors).toEqual([]);
	return data;
}

const formats = ['json', 'jsonl', 'csv'] as const;

describe('a file is complete and valid', () => {
	test.each(formats)(
		'%s of a run that has not begun to settle, and of one that was stopped',
		async (format) => {
			endpoint.play('hangsForever');
			const engine = createEngine(openTab(browser).host);
			const runId = await begun(engine, 5);
			expect(
				parsed(format, await textOf(await engine.exportRun(runId, choose(format), null))),
			).toEqual([]);
			await engine.stopRun(runId);
			await reached(engine, runId, 'stopped');
			expect(
				parsed(format, await textOf(await engine.exportRun(runId, choose(format), null))),
			).toEqual([]);
		},
	);

	test.each(formats)(
		'%s of a run that is paused half-way holds what has settled',
		async (format) => {
			const engine = createEngine(openTab(browser).host);
			const runId = await begun(engine, 24, {
				settings: { ...defaultSettings, maxConcurrency: 4, completionsPerPrompt: 2 },
			});
			await whenever(engine, runId, ({ counters }) => counters.succeeded >= 3);
			const going = parsed(
				format,
				await textOf(await engine.exportRun(runId, choose(format), null)),
			);
			expect(going.length).toBeGreaterThanOrEqual(6);
			await engine.pauseRun(runId);
			const { counters } = await reached(engine, runId, 'paused', 'finished');
			const end = await engine.exportRun(runId, choose(format), null);
			const lines = parsed(format, await textOf(end));
			expect(lines).toHaveLength(counters.succeeded * 2);
			expect(end).toMatchObject({ kind: 'written', lines: lines.length });
			expect(lines.map(({ choice_index }) => Number(choice_index)).slice(0, 4)).toEqual([
				0, 1, 0, 1,
			]);
		},
	);

	test('the items are those of the one request after another', async () => {
		const engine = createEngine(openTab(browser).host);
		const runId = await begun(engine, 12, { models: ['m1', 'm2'] });
		await finished(engine, runId);
		const alone: ResultItem[] = [];
		for (let request = 0; request < 24; request++)
			alone.push(...(await engine.readItems(runId, request)));
		expect(await exported(engine, runId)).toEqual(alone);
	});

	test('the number of its bytes and lines is told, and its progress', async () => {
		const engine = createEngine(openTab(browser).host);
		const runId = await begun(engine, 12);
		await finished(engine, runId);
		const seen: EngineEvent[] = [];
		await engine.subscribe((event) => seen.push(event));
		const end = await engine.exportRun(runId, choose('jsonl'), null);
		if (end.kind !== 'written') throw new Error(end.kind);
		expect([end.lines, end.bytes]).toEqual([12, end.blob?.size]);
		expect(seen.at(-1)).toEqual({ kind: 'exportProgress', runId, done: 12, total: 12 });
	});
});

describe('what is chosen', () => {
	async function mixed(engine: EngineApi): Promise<string> {
		endpoint.play(({ arrival }) =>
			arrival === 3 ? 'contextTooLong' : arrival === 5 ? 'cutAtLength' : 'plainReply',
		);
		const runId = await begun(engine, 9);
		await finished(engine, runId);
		return runId;
	}
	const rowsOf = async (engine: EngineApi, runId: string, changes: Partial<ExportChoice>) =>
		parsed('json', await textOf(await engine.exportRun(runId, choose('json', changes), null)));

	test('failures are left out where they are not wanted', async () => {
		const engine = createEngine(openTab(browser).host);
		const runId = await mixed(engine);
		const all = await rowsOf(engine, runId, {});
		const without = await rowsOf(engine, runId, { failures: false });
		expect(all.filter(({ error }) => error !== null)).toHaveLength(1);
		expect(without).toEqual(all.filter(({ error }) => error === null));
		const failed = await rowsOf(engine, runId, { filter: { show: 'failed', search: '' } });
		expect(failed).toEqual(all.filter(({ error }) => error !== null));
	});

	test('answers that were cut off are left out where they are not wanted', async () => {
		const engine = createEngine(openTab(browser).host);
		const runId = await mixed(engine);
		const without = await rowsOf(engine, runId, { partial: false });
		const cut = await rowsOf(engine, runId, { filter: { show: 'truncated', search: '' } });
		expect([without.length, cut.length]).toEqual([8, 1]);
		expect(without).not.toContainEqual(cut[0]);
	});

	test.each(['answers', 'rows'] as const)(
		'answers that are asked for again are left out where the table leaves them out (%s)',
		async (layout) => {
			const engine = createEngine(openTab(browser).host);
			const runId = await mixed(engine);
			endpoint.hold();
			expect(await engine.retryTruncated(runId, 99)).toMatchObject({ ok: true });
			const csv = { ...wholeExport('csv').csv, layout };
			const told = async (show: ShowFilter, search = ''): Promise<readonly number[]> => {
				const filter = { show, search };
				const page = await engine.readResults({ runId, ...filter, offset: 0, limit: 50 });
				const choice = choose('csv', { filter, csv });
				const lines = parsed('csv', await textOf(await engine.exportRun(runId, choice, null)));
				return [page.total, lines.length];
			};
			expect(await told('truncated')).toEqual([0, 0]);
			expect(await told('succeeded')).toEqual([7, 7]);
			expect(await told('all', 'cup')).toEqual([9, 9]);
			await engine.stopRun(runId);
			endpoint.release();
		},
	);

	test('a search keeps what the table shows', async () => {
		const engine = createEngine(openTab(browser).host);
		const runId = await mixed(engine);
		const found = await rowsOf(engine, runId, { filter: { show: 'all', search: 'CUP 8' } });
		expect(found.map(({ row_index }) => row_index)).toEqual([8]);
	});
});

test('a line for each row joins what stands far apart in the plan', async () => {
	endpoint.play(({ arrival }) => (arrival === 2 ? 'contextTooLong' : 'plainReply'));
	const engine = createEngine(openTab(browser).host);
	const template = (text: string) => ({
		messages: [{ role: 'user' as const, content: text }],
		prompt: '',
	});
	const runId = await begun(engine, 12, {
		models: ['m1', 'm2'],
		templates: [template('A {review}'), template('B {review}')],
		settings: { ...defaultSettings, completionsPerPrompt: 2 },
	});
	await finished(engine, runId);
	const items = await exported(engine, runId);
	const wide = choose('csv', { csv: { ...wholeExport('csv').csv, layout: 'rows' } });
	const lines = parsed('csv', await textOf(await engine.exportRun(runId, wide, null)));
	expect(lines).toHaveLength(12);
	for (const item of items) {
		const line = lines[item.row_index];
		const place = `_t${String(item.prompt_index + 1)}_m${String(item.model_index + 1)}`;
		if (item.error === null)
			expect(line?.[`response${place}_c${String((item.choice_index ?? 0) + 1)}`]).toBe(
				item.response,
			);
		else expect(line?.[`error${place}`]).toContain(item.error.kind);
	}
});

describe('where it goes', () => {
	test('a file of the origin’s own is the tab’s until it closes, and then goes at the next start', async () => {
		const tab = openTab(browser);
		const engine = createEngine(tab.host);
		const runId = await begun(engine, 3);
		await finished(engine, runId);
		await engine.exportRun(runId, choose('csv'), null);
		expect(browser.exports?.files.size).toBe(1);
		await createEngine(openTab(browser).host).listRuns();
		await new Promise(setImmediate);
		expect(browser.exports?.files.size).toBe(1);
		tab.kill();
		await createEngine(openTab(browser).host).listRuns();
		await expect.poll(() => browser.exports?.files.size).toBe(0);
	});

	test.each(['none', 'full'] as const)(
		'with %s of the origin’s own files it comes from memory',
		async (kind) => {
			if (kind === 'none') browser.exports = null;
			else if (browser.exports !== null) browser.exports.capacity = 100;
			const engine = createEngine(openTab(browser).host);
			const runId = await begun(engine, 6);
			await finished(engine, runId);
			const end = await engine.exportRun(runId, choose('json'), null);
			expect(parsed('json', await textOf(end))).toHaveLength(6);
			expect(browser.exports?.files.size ?? 0).toBe(0);
		},
	);

	test('a picked file holds all of it once it is written, and nothing before', async () => {
		const engine = createEngine(openTab(browser).host);
		const runId = await begun(engine, 6);
		await finished(engine, runId);
		const file = new PickedFile('mine.jsonl', 'before');
		const end = await engine.exportRun(runId, choose('jsonl'), file.handle);
		expect(end).toMatchObject({ kind: 'written', blob: null, name: 'mine.jsonl', lines: 6 });
		expect(parsed('jsonl', file.text)).toHaveLength(6);
	});

	test.each([
		['QuotaExceededError', 'full'],
		['NotAllowedError', 'unwritable'],
	] as const)('a picked file that says %s keeps what it held', async (name, kind) => {
		const engine = createEngine(openTab(browser).host);
		const runId = await begun(engine, 6);
		await finished(engine, runId);
		const file = new PickedFile('mine.jsonl', 'before');
		file.failsWith = new DOMException('no', name);
		const end = await engine.exportRun(runId, choose('jsonl'), file.handle);
		expect([end.kind, file.text]).toEqual([kind, 'before']);
	});

	test('cancelled, it leaves nothing, and a second one meanwhile is refused', async () => {
		const engine = createEngine(openTab(browser).host);
		const runId = await begun(engine, 12);
		await finished(engine, runId);
		const file = new PickedFile('mine.jsonl', 'before');
		const [first, second] = [
			engine.exportRun(runId, choose('jsonl'), file.handle),
			engine.exportRun(runId, choose('csv'), null),
		];
		expect(await second).toEqual({ kind: 'busy' });
		await engine.cancelExport(runId);
		expect(await first).toEqual({ kind: 'cancelled' });
		expect(file.text).toBe('before');
		const download = engine.exportRun(runId, choose('json'), null);
		await engine.cancelExport(runId);
		expect(await download).toEqual({ kind: 'cancelled' });
		expect(browser.exports?.files.size).toBe(0);
	});
});

describe('a file that is appended to live', () => {
	const ids = (file: PickedFile): unknown[] => parsed('jsonl', file.text).map(({ id }) => id);
	const all = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

	test('holds each result once, those from before in plan order, then those that come', async () => {
		const engine = createEngine(openTab(browser).host);
		const runId = await begun(engine, 24, { settings: { ...defaultSettings, maxConcurrency: 4 } });
		await whenever(engine, runId, ({ counters }) => counters.succeeded >= 3);
		const file = new PickedFile('live.jsonl', 'before');
		expect(await engine.startAppend(runId, file.handle)).toMatchObject({ ok: true });
		await finished(engine, runId);
		await engine.stopAppend(runId);
		expect(ids(file).toSorted((a, b) => Number(a) - Number(b))).toEqual(all(24));
		expect(await engine.getAppend(runId)).toEqual({
			...{ runId, fileName: 'live.jsonl', written: 24, behind: 0 },
			ended: { problem: null },
		});
	});

	test('a retried request is a line more, and the last one counts', async () => {
		endpoint.play(({ arrival }) => (arrival === 3 ? 'contextTooLong' : 'plainReply'));
		const engine = createEngine(openTab(browser).host);
		const runId = await begun(engine, 6);
		await finished(engine, runId);
		const file = new PickedFile('live.jsonl');
		await engine.startAppend(runId, file.handle);
		endpoint.play('plainReply');
		await engine.retryFailed(runId);
		await whenever(
			engine,
			runId,
			({ phase, counters }) => phase.name === 'finished' && counters.failed === 0,
		);
		await engine.stopAppend(runId);
		const lines = parsed('jsonl', file.text);
		expect(lines).toHaveLength(7);
		const last = new Map(lines.map((line) => [line['id'], line]));
		expect([...last.values()].every(({ error }) => error === null)).toBe(true);
	});

	test('a file that can no longer be written ends it, and the run goes on', async () => {
		const engine = createEngine(openTab(browser).host);
		const runId = await begun(engine, 12, { settings: { ...defaultSettings, maxConcurrency: 2 } });
		const file = new PickedFile('live.jsonl');
		file.failsWith = new DOMException('Permission was withdrawn.', 'NotAllowedError');
		await engine.startAppend(runId, file.handle);
		const { counters } = await finished(engine, runId);
		expect(counters.succeeded).toBe(12);
		await engine.stopAppend(runId);
		expect((await engine.getAppend(runId))?.ended).toEqual({
			problem: 'NotAllowedError: Permission was withdrawn.',
		});
	});

	test('a file that another program has changed is not written over', async () => {
		const engine = createEngine(openTab(browser).host);
		endpoint.hold();
		endpoint.letThrough(4);
		const runId = await begun(engine, 24, { settings: { ...defaultSettings, maxConcurrency: 2 } });
		await whenever(engine, runId, ({ counters }) => counters.succeeded === 4);
		const file = new PickedFile('live.jsonl');
		await engine.startAppend(runId, file.handle);
		await expect.poll(() => ids(file)).toHaveLength(4);
		file.text = 'mine now';
		endpoint.release();
		await finished(engine, runId);
		await engine.stopAppend(runId);
		expect(file.text).toBe('mine now');
		expect((await engine.getAppend(runId))?.ended?.problem).toContain('Another program');
	});

	test('a run that another tab goes on with ends it, in words, with all that came from this tab', async () => {
		const tab = openTab(browser);
		const [engine, other] = [createEngine(tab.host), createEngine(openTab(browser).host)];
		endpoint.hold();
		endpoint.letThrough(4);
		const runId = await begun(engine, 12, { settings: { ...defaultSettings, maxConcurrency: 2 } });
		await whenever(engine, runId, ({ counters }) => counters.succeeded === 4);
		const file = new PickedFile('live.jsonl');
		await engine.startAppend(runId, file.handle);
		await engine.stopRun(runId);
		await reached(engine, runId, 'stopped');
		endpoint.release();
		await expect
			.poll(async () => (await other.resumeRun(runId)).ok, { message: 'its lock is free' })
			.toBe(true);
		await finished(other, runId);
		await engine.getProgress(runId);
		await expect
			.poll(async () => (await engine.getAppend(runId))?.ended?.problem)
			.toContain('another tab went on with this run');
		expect(ids(file)).toHaveLength(4);
	});

	test('two starts at once leave one: the last', async () => {
		const engine = createEngine(openTab(browser).host);
		endpoint.hold();
		endpoint.letThrough(4);
		const runId = await begun(engine, 12, { settings: { ...defaultSettings, maxConcurrency: 2 } });
		await whenever(engine, runId, ({ counters }) => counters.succeeded === 4);
		const [first, second] = [new PickedFile('first.jsonl'), new PickedFile('second.jsonl')];
		let ofFirst: AppendState | null = null;
		await engine.subscribe((event) => {
			if (event.kind === 'append' && event.append.fileName === first.name) ofFirst = event.append;
		});
		await Promise.all([
			engine.startAppend(runId, first.handle),
			engine.startAppend(runId, second.handle),
		]);
		endpoint.release();
		await finished(engine, runId);
		await engine.stopAppend(runId);
		expect([ids(first).length, ids(second).length]).toEqual([4, 12]);
		expect(ofFirst).toMatchObject({ written: 4, behind: 0, ended: { problem: null } });
		expect((await engine.getAppend(runId))?.fileName).toBe('second.jsonl');
	});

	test('a run that is deleted ends it, with all that came, and it is forgotten', async () => {
		const engine = createEngine(openTab(browser).host);
		endpoint.hold();
		endpoint.letThrough(4);
		const runId = await begun(engine, 12, { settings: { ...defaultSettings, maxConcurrency: 2 } });
		await whenever(engine, runId, ({ counters }) => counters.succeeded === 4);
		const file = new PickedFile('live.jsonl');
		await engine.startAppend(runId, file.handle);
		await engine.discardRun(runId);
		await expect.poll(() => engine.getAppend(runId)).toBeNull();
		expect(ids(file)).toHaveLength(4);
	});
});

test('items are made of the documented keys alone, whatever the endpoint answers beside', async () => {
	const documented = new Set(
		[...readFileSync('docs/results.md', 'utf8').matchAll(/^\| (`[^|]*) \|/gm)].flatMap(
			([, keys = '']) => [...keys.matchAll(/`(\w+)`/g)].map(([, key = '']) => key),
		),
	);
	const engine = createEngine(openTab(browser).host);
	const key = 'sk-never-in-an-export-0123456789';
	await engine.holdKey(new URL(endpoint.url).origin, key);
	endpoint.play('wrongKey');
	const refused = await begun(engine, 2);
	await reached(engine, refused, 'needsAttention');
	endpoint.play('plainReply');
	const runId = await begun(engine, 3);
	await finished(engine, runId);
	for (const format of ['json', 'jsonl', 'csv'] as const) {
		const texts = await Promise.all(
			[refused, runId].map(async (id) => textOf(await engine.exportRun(id, choose(format), null))),
		);
		expect(texts.join()).not.toContain(key);
		if (format === 'csv') continue;
		for (const item of texts.flatMap((text) => parsed(format, text)))
			expect(Object.keys(item).filter((one) => !documented.has(one))).toEqual([]);
	}
});

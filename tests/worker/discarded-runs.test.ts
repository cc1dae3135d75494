import { describe, expect, test } from 'vitest';
import type { EngineApi } from '#contract/engine-api.ts';
import { defaultSettings, emptyDraft, type Draft } from '#domain/draft.ts';
import { undoMs } from '#domain/run-list.ts';
import { createEngine } from '#worker/create-engine.ts';
import { openTab, type Tab } from '../support/fake-host.ts';
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

const draft = (datasetId: string): Draft => ({
	...emptyDraft,
	provider: 'compatible',
	baseUrl: endpoint.url,
	models: ['m1'],
	datasetId,
	templates: [{ messages: [{ role: 'user', content: 'Repeat {review}' }], prompt: '' }],
	settings: { ...defaultSettings, maxConcurrency: 4 },
});

/** A run of so many requests, begun. */
async function begun(engine: EngineApi, rows: number): Promise<string> {
	const dataset = await imported(engine, reviews(rows));
	return started(engine, checkedSetup(draft(dataset.id), dataset));
}

const ids = async (engine: EngineApi): Promise<string[]> =>
	(await engine.listRuns()).map(({ id }) => id);

/** So much later by the clock of this tab. */
const pass = (tab: Tab, ms: number): Promise<void> =>
	tab.host.clock.sleep(ms, new AbortController().signal);

const databases = async (): Promise<string[]> =>
	(await browser.indexedDB.databases()).flatMap(({ name }) => name ?? []);

describe('a run that is discarded', () => {
	test('is stopped where it goes, sends nothing more, and comes back as stopped with every answer', async () => {
		const engine = createEngine(openTab(browser).host);
		endpoint.hold();
		endpoint.letThrough(6);
		const runId = await begun(engine, 40);
		await whenever(engine, runId, ({ counters }) => counters.succeeded === 6);
		await engine.discardRun(runId);
		expect([await ids(engine), await engine.getRun(runId)]).toEqual([[], null]);
		expect(await engine.getProgress(runId)).toBeNull();
		const sent = endpoint.ledger.requests.length;
		endpoint.release();
		expect(await engine.resumeRun(runId)).toEqual({ ok: false, error: { kind: 'missing' } });
		expect(endpoint.ledger.requests).toHaveLength(sent);

		expect(await engine.undoDiscard(runId)).toBe(true);
		expect(await engine.getProgress(runId)).toMatchObject({
			phase: { name: 'stopped' },
			counters: { succeeded: 6 },
		});
		await engine.resumeRun(runId);
		await finished(engine, runId);
		const items = await exported(engine, runId);
		expect(items.map(({ response }) => response)).toEqual(
			Array.from({ length: 40 }, (_, i) => `echo: Repeat cup ${String(i)} #0`),
		);
		// Only what was in flight when it was stopped has been sent twice.
		expect(endpoint.ledger.requests.length).toBeLessThanOrEqual(44);
	});

	test('is stopped in another tab that is at it, which cannot take it up again', async () => {
		const [here, there] = [openTab(browser), openTab(browser)];
		const [engine, other] = [createEngine(here.host), createEngine(there.host)];
		endpoint.hold();
		endpoint.letThrough(6);
		const runId = await begun(other, 40);
		await whenever(other, runId, ({ counters }) => counters.succeeded === 6);
		await engine.discardRun(runId);
		await expect.poll(() => other.getProgress(runId)).toBeNull();
		expect(await ids(other)).toEqual([]);
		const sent = endpoint.ledger.requests.length;
		endpoint.release();
		expect(await other.resumeRun(runId)).toEqual({ ok: false, error: { kind: 'missing' } });
		expect(endpoint.ledger.requests).toHaveLength(sent);

		expect(await engine.undoDiscard(runId)).toBe(true);
		expect(await other.getProgress(runId)).toMatchObject({ phase: { name: 'stopped' } });
		await other.resumeRun(runId);
		await finished(other, runId);
		expect((await exported(other, runId)).map(({ row_index }) => row_index)).toEqual(
			Array.from({ length: 40 }, (_, i) => i),
		);
	});

	test('cannot be taken up by a tab that has had it open all the while', async () => {
		const [engine, other] = [
			createEngine(openTab(browser).host),
			createEngine(openTab(browser).host),
		];
		endpoint.hold();
		endpoint.letThrough(6);
		const runId = await begun(engine, 20);
		await whenever(engine, runId, ({ counters }) => counters.succeeded === 6);
		await engine.stopRun(runId);
		await reached(engine, runId, 'stopped');
		await other.readResults({ runId, offset: 0, limit: 5, show: 'all', search: '' });
		await engine.discardRun(runId);
		const sent = endpoint.ledger.requests.length;
		endpoint.release();
		for (const api of [engine, other])
			expect(await api.resumeRun(runId)).toEqual({ ok: false, error: { kind: 'missing' } });
		expect(endpoint.ledger.requests).toHaveLength(sent);
	});

	test('is deleted for good with its database, journal and rows, and then cannot come back', async () => {
		const engine = createEngine(openTab(browser).host);
		const runId = await begun(engine, 3);
		await finished(engine, runId);
		await engine.discardRun(runId);
		expect(await databases()).toContain(`volley-run-${runId}`);
		await engine.deleteRun(runId);
		expect((await databases()).filter((name) => name.includes('-run-'))).toEqual([]);
		expect([...(browser.journals?.files.keys() ?? [])]).toEqual([]);
		expect(await engine.undoDiscard(runId)).toBe(false);
		expect(await ids(engine)).toEqual([]);
	});
});

test('a run deleted for good while another tab is at it is taken from that tab, which sends no more', async () => {
	const [engine, other] = [
		createEngine(openTab(browser).host),
		createEngine(openTab(browser).host),
	];
	endpoint.hold();
	endpoint.letThrough(6);
	const runId = await begun(other, 40);
	await whenever(other, runId, ({ counters }) => counters.succeeded === 6);
	await engine.freeSpace([runId], []);
	const sent = endpoint.ledger.requests.length;
	endpoint.release();
	await expect
		.poll(() => [...browser.locks.keys()].filter((name) => name.includes(runId)))
		.toEqual([]);
	expect(await other.getProgress(runId)).toBeNull();
	expect(await other.resumeRun(runId)).toEqual({ ok: false, error: { kind: 'missing' } });
	expect(endpoint.ledger.requests).toHaveLength(sent);
	expect([...(browser.journals?.files.keys() ?? [])]).toEqual([]);
	expect((await databases()).filter((name) => name.includes('-run-'))).toEqual([]);
});

describe('a tab that starts after one that has gone', () => {
	test('offers a run whose time is not over, to one tab alone, and loses none', async () => {
		const first = openTab(browser);
		const engine = createEngine(first.host);
		const runId = await begun(engine, 3);
		await finished(engine, runId);
		await engine.discardRun(runId);
		// While that tab lives the run is its own.
		const bystander = createEngine(openTab(browser).host);
		expect(await bystander.discardedRuns()).toEqual([]);
		first.kill();

		const next = createEngine(openTab(browser).host);
		expect(await next.discardedRuns()).toMatchObject([{ id: runId }]);
		expect([await next.discardedRuns(), await bystander.discardedRuns()]).toEqual([[], []]);
		expect(await ids(next)).toEqual([]);
		expect(await next.undoDiscard(runId)).toBe(true);
		expect(await exported(next, runId)).toHaveLength(3);
	});

	test('deletes one whose time is over', async () => {
		const first = openTab(browser);
		const engine = createEngine(first.host);
		const runId = await begun(engine, 3);
		await finished(engine, runId);
		await engine.discardRun(runId);
		const late = openTab(browser);
		await pass(late, undoMs + 1_000_000);
		const next = createEngine(late.host);
		// However late it is: the tab that has it still offers it.
		expect(await next.discardedRuns()).toEqual([]);
		expect(await databases()).toContain(`volley-run-${runId}`);
		first.kill();
		expect(await next.discardedRuns()).toEqual([]);
		await expect
			.poll(async () => (await databases()).filter((name) => name.includes('-run-')))
			.toEqual([]);
		expect(await next.undoDiscard(runId)).toBe(false);
	});

	test('deletes none that was brought back between its look at the list and at the lock', async () => {
		const engine = createEngine(openTab(browser).host);
		const runId = await begun(engine, 3);
		await finished(engine, runId);
		await engine.discardRun(runId);
		const late = openTab(browser);
		await pass(late, undoMs + 1_000_000);
		let isBack: boolean | null = null;
		const next = createEngine({
			...late.host,
			lock: async (name, options) => {
				if (name === `volley-discarded-${runId}`) isBack ??= await engine.undoDiscard(runId);
				return late.host.lock(name, options);
			},
		});
		expect(await next.discardedRuns()).toEqual([]);
		expect(isBack).toBe(true);
		expect([...browser.locks.keys()]).not.toContain(`volley-discarded-${runId}`);
		expect(await ids(next)).toEqual([runId]);
		expect(await exported(engine, runId)).toHaveLength(3);
	});
});

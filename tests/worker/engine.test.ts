import { describe, expect, test, vi } from 'vitest';
import type { EngineApi } from '#contract/engine-api.ts';
import type { Dataset } from '#domain/dataset.ts';
import { defaultSettings, emptyDraft, type Draft } from '#domain/draft.ts';
import type { RunProgress, RunSetup } from '#domain/run.ts';
import { createEngine } from '#worker/create-engine.ts';
import type { Host } from '#worker/host.ts';
import { echoText } from '../endpoint/echo.ts';
import { createTestEndpoint } from '../endpoint/test-endpoint.ts';
import { openTab } from '../support/fake-host.ts';
import {
	browser,
	checkedSetup,
	endpoint,
	exported,
	exportedText,
	freshForEachTest,
	imported,
	reached,
	replaceEndpoint,
	started,
	whenever,
} from './run-fixtures.ts';

freshForEachTest();

const csv = (rows: number): string =>
	`id,review,stars\r\n${Array.from({ length: rows }, (_, i) => `r${String(i)},"Cup ${String(i)}, “fine”",${String(i % 5)}`).join('\r\n')}`;

function setupOf(dataset: Dataset | null, more: Partial<Draft>): RunSetup {
	return checkedSetup(
		{
			...emptyDraft,
			provider: 'compatible',
			baseUrl: endpoint.url,
			models: ['m1'],
			idColumn: 'id',
			...more,
		},
		dataset,
	);
}

const chatTemplates = (...texts: string[]): Pick<Draft, 'templates'> => ({
	templates: texts.map((content) => ({
		messages: [
			{ role: 'system', content: '' },
			{ role: 'user', content },
		],
		prompt: content,
	})),
});

/** Settles once so many requests of the run are stored. */
const settledCount = (engine: EngineApi, runId: string, count: number): Promise<RunProgress> =>
	whenever(engine, runId, ({ counters }) => counters.succeeded + counters.failed >= count);

describe('a prompt longer than the typed context window', () => {
	test('fails alone and is never sent; what may fit is', async () => {
		const engine = createEngine(openTab(browser).host);
		const dataset = await imported(
			engine,
			`id,review,stars\na,${'fine '.repeat(40)},1\nb,${'fine '.repeat(60)},2\nc,${'x'.repeat(300)},3\n`,
		);
		const setup = setupOf(dataset, {
			...chatTemplates('{review}'),
			settings: { ...defaultSettings, contextWindow: 50 },
		});
		const runId = await started(engine, setup);
		const { counters } = await reached(engine, runId, 'finished');
		expect(counters).toMatchObject({
			succeeded: 2,
			failed: 1,
			attempts: 2,
			failures: { promptTooLong: 1 },
		});
		expect(endpoint.ledger.requests).toHaveLength(2);
		const items = await exported(engine, runId);
		expect(items.map(({ id, attempts, error }) => [id, attempts, error?.kind])).toEqual([
			['a', 1, undefined],
			['b', 0, 'promptTooLong'],
			['c', 1, undefined],
		]);
		expect(items[1]?.error?.message).toBe(
			'Prompt is too long: at least 60 tokens, for a context window of 50.',
		);
	});

	test('is sent where no context window was typed', async () => {
		const engine = createEngine(openTab(browser).host);
		const dataset = await imported(engine, `id,review,stars\na,${'fine '.repeat(60)},1\n`);
		const runId = await started(engine, setupOf(dataset, chatTemplates('{review}')));
		await reached(engine, runId, 'finished');
		expect(endpoint.ledger.requests).toHaveLength(1);
	});
});

describe('a run from start to file', () => {
	test('gives one item for each template × row × choice, in plan order, with all that was sent', async () => {
		const engine = createEngine(openTab(browser).host);
		const dataset = await imported(engine, csv(25));
		const setup = setupOf(dataset, {
			...chatTemplates('Judge: {review}', 'Stars {stars}? {review}'),
			settings: { ...defaultSettings, completionsPerPrompt: 2, temperature: 0.5 },
		});
		const runId = await started(engine, setup);
		await reached(engine, runId, 'finished');
		const items = await exported(engine, runId);

		expect(items).toHaveLength(2 * 25 * 2);
		for (const [k, item] of items.entries()) {
			const [prompt_index, row_index, choice_index] = [
				Math.floor(k / 50),
				Math.floor(k / 2) % 25,
				k % 2,
			];
			const review = `Cup ${String(row_index)}, “fine”`;
			const stars = String(row_index % 5);
			const sent = prompt_index === 0 ? `Judge: ${review}` : `Stars ${stars}? ${review}`;
			expect(item).toMatchObject({
				id: `r${String(row_index)}`,
				prompt_index,
				row_index,
				model_index: 0,
				choice_index,
				messages: [{ role: 'user', content: sent }],
				messages_raw:
					setup.templates[prompt_index]?.kind === 'chat'
						? setup.templates[prompt_index].messages
						: [],
				prompt_args: prompt_index === 0 ? { review } : { review, stars },
				row: { id: `r${String(row_index)}`, review, stars },
				model_args: { model: 'm1', n: 2, temperature: 0.5 },
				choice: { index: choice_index, finish_reason: 'stop' },
				response: echoText(sent, choice_index),
				error: null,
				attempts: 1,
			});
			expect(item.completion).not.toHaveProperty('choices');
			expect(item.number_of_prompt_tokens).toBe(Math.ceil(sent.length / 4));
		}
		expect(endpoint.ledger.requests).toHaveLength(50);
		expect(endpoint.ledger.maxInFlight).toBeLessThanOrEqual(6);
	});

	test('without data, on Completions, sends one prompt as it is', async () => {
		const engine = createEngine(openTab(browser).host);
		const setup = setupOf(null, { ...chatTemplates('Say {"a": 1}'), endpoint: 'completions' });
		const runId = await started(engine, setup);
		await reached(engine, runId, 'finished');
		expect(await exported(engine, runId)).toMatchObject([
			{
				id: '0',
				prompt: 'Say {"a": 1}',
				prompt_raw: 'Say {"a": 1}',
				prompt_args: {},
				row: {},
				response: 'echo: Say {"a": 1} #0',
			},
		]);
		expect(endpoint.ledger.requests[0]?.path).toBe('/v1/completions');
	});

	test('crosses models too', async () => {
		const engine = createEngine(openTab(browser).host);
		const dataset = await imported(engine, csv(3));
		const setup = setupOf(dataset, { ...chatTemplates('{review}'), models: ['m1', 'm2'] });
		const runId = await started(engine, setup);
		await reached(engine, runId, 'finished');
		const items = await exported(engine, runId);
		expect(
			items.map(({ row_index, model_index, model_args }) => [
				row_index,
				model_index,
				model_args['model'],
			]),
		).toEqual(
			[0, 1, 2].flatMap((row) => [
				[row, 0, 'm1'],
				[row, 1, 'm2'],
			]),
		);
	});

	test('JSONL holds the same items, and CSV a line each', async () => {
		const engine = createEngine(openTab(browser).host);
		const runId = await started(
			engine,
			setupOf(await imported(engine, csv(3)), chatTemplates('{review}')),
		);
		await reached(engine, runId, 'finished');
		const lines = (await exportedText(engine, runId, 'jsonl')).trimEnd().split('\n');
		expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(await exported(engine, runId));
		const table = await exportedText(engine, runId, 'csv');
		expect(table.split('\r\n')[1]).toBe(
			'r0,"Cup 0, “fine”",0,0,m1,0,"echo: Cup 0, “fine” #0",stop,4,6,',
		);
	});

	test('CSV holds no formula', async () => {
		const engine = createEngine(openTab(browser).host);
		const dataset = await imported(engine, 'id,text\n1,=1+1\n');
		const runId = await started(engine, setupOf(dataset, chatTemplates('{text}')));
		await reached(engine, runId, 'finished');
		expect(await exportedText(engine, runId, 'csv')).toContain("1,'=1+1,");
	});

	test('on the Demo needs no network and no key', async () => {
		const engine = createEngine(
			openTab(browser, () => Promise.reject(new TypeError('offline'))).host,
		);
		const dataset = await imported(engine, csv(40));
		const setup = setupOf(dataset, {
			...chatTemplates('Is the review positive or negative? Review: {review}'),
			provider: 'demo',
			models: ['demo-small'],
		});
		const runId = await started(engine, setup);
		const { counters } = await reached(engine, runId, 'finished');
		expect(counters).toMatchObject({ planned: 40, succeeded: 40, failed: 0 });
	});
});

describe('what goes wrong', () => {
	test('a wrong key costs one call; with the right one the run goes on', async () => {
		await replaceEndpoint({ key: 'sk-right-0123456789' });
		const engine = createEngine(openTab(browser).host);
		await engine.holdKey(endpoint.origin, 'sk-wrong-0123456789');
		const dataset = await imported(engine, csv(50));
		const runId = await started(engine, setupOf(dataset, chatTemplates('{review}')));
		const { phase } = await reached(engine, runId, 'needsAttention');
		expect(phase).toMatchObject({ failure: { kind: 'unauthorized', status: 401 } });
		expect(JSON.stringify(phase)).not.toContain('6789');
		expect(endpoint.ledger.requests).toHaveLength(1);

		await engine.holdKey(endpoint.origin, 'sk-right-0123456789');
		expect(await engine.resumeRun(runId)).toMatchObject({ ok: true });
		const { counters } = await reached(engine, runId, 'finished');
		expect(counters).toMatchObject({ succeeded: 50, failed: 0 });
	});

	test('failed requests stand in the file, and are retried alone', async () => {
		endpoint.play(({ arrival }) =>
			arrival === 4 || arrival === 7 ? 'contextTooLong' : 'plainReply',
		);
		const engine = createEngine(openTab(browser).host);
		const runId = await started(
			engine,
			setupOf(await imported(engine, csv(20)), chatTemplates('{review}')),
		);
		await reached(engine, runId, 'finished');
		const items = await exported(engine, runId);
		const failed = items.filter(({ error }) => error !== null);
		expect(items).toHaveLength(20);
		expect(failed).toHaveLength(2);
		expect(failed[0]).toMatchObject({
			choice: null,
			choice_index: null,
			completion: null,
			response: null,
			error: { kind: 'contextLengthExceeded', status: 400, code: 'context_length_exceeded' },
		});
		expect(await engine.readFailures(runId)).toMatchObject([
			{
				...{ kind: 'contextLengthExceeded', count: 2, lookedAt: 2, otherCauses: 0 },
				causes: [{ count: 2 }],
				rows: failed.map(({ id }) => ({ id, model: 'm1' })),
			},
		]);

		endpoint.play('plainReply');
		endpoint.hold();
		expect(await engine.retryFailed(runId)).toMatchObject({ ok: true });
		// While it goes nothing else can be begun, and nobody is told that it was.
		expect(await engine.retryTruncated(runId, 100)).toEqual({
			ok: false,
			error: { kind: 'going' },
		});
		expect(await engine.resumeRun(runId)).toMatchObject({ ok: true });
		endpoint.release();
		await reached(engine, runId, 'finished');
		expect(endpoint.ledger.requests).toHaveLength(22);
		expect((await exported(engine, runId)).every(({ error }) => error === null)).toBe(true);
	});

	test.each([
		'serverErrorOnce',
		'rateLimitedOnce',
		'badGatewayHtml',
		'truncatedJson',
		'missingChoices',
		'resetMidBody',
		'resetBeforeHeaders',
	] as const)('%s on every first attempt loses nothing', async (scenario) => {
		endpoint.play((_, seenBefore) => (seenBefore === 0 ? scenario : 'plainReply'));
		const engine = createEngine(openTab(browser).host);
		const runId = await started(
			engine,
			setupOf(await imported(engine, csv(12)), chatTemplates('{review}')),
		);
		const { counters } = await reached(engine, runId, 'finished');
		expect(counters).toMatchObject({ succeeded: 12, failed: 0 });
	});

	test('a base URL that answers a web page stops the run at the first request', async () => {
		endpoint.play('htmlPage');
		const engine = createEngine(openTab(browser).host);
		const runId = await started(
			engine,
			setupOf(await imported(engine, csv(30)), chatTemplates('{review}')),
		);
		expect((await reached(engine, runId, 'needsAttention')).phase).toMatchObject({
			failure: { kind: 'notAnApi' },
		});
		expect(endpoint.ledger.requests).toHaveLength(1);
	});
});

describe('pausing, closing and coming back', () => {
	test('a tab that only looks at a run keeps no other from resuming it', async () => {
		endpoint.play('htmlPage');
		const tab = openTab(browser);
		let stopsLooking = (): void => undefined;
		const sleep: Host['clock']['sleep'] = (ms, signal) => {
			stopsLooking();
			return tab.host.clock.sleep(ms, signal);
		};
		const engine = createEngine({ ...tab.host, clock: { ...tab.host.clock, sleep } });
		const dataset = await imported(engine, csv(12));
		const runId = await started(engine, setupOf(dataset, chatTemplates('{review}')));
		await reached(engine, runId, 'needsAttention');
		endpoint.play('plainReply');
		await vi.waitUntil(() => ![...browser.locks.keys()].some((name) => name.includes(runId)));
		const look = await openTab(browser).host.lock(`volley-run-${runId}`);
		stopsLooking = () => look?.();
		expect(look).not.toBeNull();
		expect(await engine.resumeRun(runId)).toEqual({ ok: true, value: null });
		await reached(engine, runId, 'finished');
	});

	test('deleted while it is taken up, a run sends nothing and leaves no file', async () => {
		endpoint.play('htmlPage');
		const engine = createEngine(openTab(browser).host);
		const runId = await started(
			engine,
			setupOf(await imported(engine, csv(12)), chatTemplates('{review}')),
		);
		await reached(engine, runId, 'needsAttention');
		expect(await browser.journals?.names()).not.toEqual([]);
		const resumed = engine.resumeRun(runId);
		await engine.deleteRun(runId);
		await resumed;
		expect(await engine.listRuns()).toEqual([]);
		expect(await browser.journals?.names()).toEqual([]);
		expect(endpoint.ledger.requests).toHaveLength(1);
	});

	test.each(['pauseRun', 'stopRun'] as const)(
		'%s keeps back what waits for the connections of another run',
		async (command) => {
			const engine = createEngine(openTab(browser).host);
			const dataset = await imported(engine, csv(12));
			endpoint.hold();
			endpoint.letThrough(1);
			const first = await started(engine, setupOf(dataset, chatTemplates('one {review}')));
			// The browser's six connections are all taken.
			await endpoint.ledger.arrived(7);
			const second = await started(engine, setupOf(dataset, chatTemplates('two {review}')));
			await whenever(engine, second, ({ heldBackBy }) => heldBackBy === 'firstRequest');
			await engine[command](second);
			endpoint.release();
			await reached(engine, first, 'finished');
			await reached(engine, second, 'paused', 'stopped');
			expect(endpoint.ledger.requests).toHaveLength(12);
			await engine.resumeRun(second);
			await reached(engine, second, 'finished');
			expect(endpoint.ledger.requests).toHaveLength(24);
		},
	);

	test('a tab killed half way and opened again sends no settled request again', async () => {
		const tab = openTab(browser);
		const engine = createEngine(tab.host);
		const dataset = await imported(engine, csv(40));
		const setup = setupOf(dataset, chatTemplates('{review}'));
		endpoint.hold();
		endpoint.letThrough(15);
		const runId = await started(engine, setup);
		// Fifteen are answered; six more are in flight when the tab dies.
		await endpoint.ledger.arrived(21);
		await settledCount(engine, runId, 15);
		tab.kill();
		endpoint.release();
		await endpoint.ledger.ended(21);

		const reopened = createEngine(openTab(browser).host);
		expect(await reopened.listRuns()).toMatchObject([
			{ id: runId, phase: { name: 'interrupted' } },
		]);
		expect(await reopened.getProgress(runId)).toMatchObject({ counters: { succeeded: 15 } });
		expect(await reopened.resumeRun(runId)).toMatchObject({ ok: true });
		await reached(reopened, runId, 'finished');
		expect(endpoint.ledger.requests).toHaveLength(21 + 25);
		const items = await exported(reopened, runId);
		expect(items.map(({ row_index }) => row_index)).toEqual(
			Array.from({ length: 40 }, (_, i) => i),
		);
	});

	test('a pause keeps all and lets go of what is in flight; resume goes on', async () => {
		const engine = createEngine(openTab(browser).host);
		endpoint.hold();
		endpoint.letThrough(8);
		const runId = await started(
			engine,
			setupOf(await imported(engine, csv(30)), chatTemplates('{review}')),
		);
		await endpoint.ledger.arrived(14);
		await engine.pauseRun(runId);
		endpoint.release();
		expect((await reached(engine, runId, 'paused')).counters.succeeded).toBe(14);
		expect(endpoint.ledger.requests).toHaveLength(14);
		expect(await engine.resumeRun(runId)).toMatchObject({ ok: true });
		await reached(engine, runId, 'finished');
		expect(endpoint.ledger.requests).toHaveLength(30);
	});

	test('a pause that comes when everything has left keeps nothing back: the run is finished', async () => {
		const engine = createEngine(openTab(browser).host);
		endpoint.hold();
		endpoint.letThrough(1);
		const runId = await started(
			engine,
			setupOf(await imported(engine, csv(4)), chatTemplates('{review}')),
		);
		await endpoint.ledger.arrived(4);
		await engine.pauseRun(runId);
		endpoint.release();
		expect((await reached(engine, runId, 'paused', 'finished')).phase.name).toBe('finished');
	});

	test('a stop aborts what is in flight, and those wait again', async () => {
		const engine = createEngine(openTab(browser).host);
		endpoint.hold();
		endpoint.letThrough(8);
		const runId = await started(
			engine,
			setupOf(await imported(engine, csv(30)), chatTemplates('{review}')),
		);
		await endpoint.ledger.arrived(14);
		await settledCount(engine, runId, 8);
		await engine.stopRun(runId);
		expect((await reached(engine, runId, 'stopped')).counters).toMatchObject({
			succeeded: 8,
			failed: 0,
		});
		await endpoint.ledger.ended(14);
		endpoint.release();
		await engine.resumeRun(runId);
		await reached(engine, runId, 'finished');
		expect(endpoint.ledger.requests).toHaveLength(8 + 6 + 22);
	});

	test('a run that another tab is at is refused, and starts once that tab is gone', async () => {
		const tab = openTab(browser);
		const engine = createEngine(tab.host);
		endpoint.hold();
		const runId = await started(
			engine,
			setupOf(await imported(engine, csv(5)), chatTemplates('{review}')),
		);
		await endpoint.ledger.arrived(1);
		const other = createEngine(openTab(browser).host);
		expect(await other.listRuns()).toMatchObject([{ phase: { name: 'running' } }]);
		expect(await other.resumeRun(runId)).toEqual({ ok: false, error: { kind: 'ownedElsewhere' } });
		tab.kill();
		endpoint.release();
		expect(await other.resumeRun(runId)).toMatchObject({ ok: true });
		await reached(other, runId, 'finished');
	});

	test('a tab that only watches sees the counts move, and is told that it cannot pause', async () => {
		const engine = createEngine(openTab(browser).host);
		endpoint.hold();
		endpoint.letThrough(3);
		const dataset = await imported(engine, csv(9));
		const runId = await started(engine, setupOf(dataset, chatTemplates('{review}')));
		await settledCount(engine, runId, 3);
		const watcher = createEngine(openTab(browser).host);
		const seen = { elsewhere: true, phase: { name: 'running' } };
		expect(await watcher.getProgress(runId)).toMatchObject({ ...seen, counters: { succeeded: 3 } });
		expect((await watcher.readResults(wholePage(runId))).total).toBe(9);
		endpoint.letThrough(2);
		await settledCount(engine, runId, 5);
		expect(await watcher.getProgress(runId)).toMatchObject({ ...seen, counters: { succeeded: 5 } });
		const refused = { ok: false, error: { kind: 'ownedElsewhere' } };
		expect(await watcher.pauseRun(runId)).toEqual(refused);
		expect(await watcher.stopRun(runId)).toEqual(refused);
		endpoint.release();
		await reached(engine, runId, 'finished');
		// The lock goes a moment after the last progress.
		await vi.waitFor(async () => {
			expect(await watcher.getProgress(runId)).toMatchObject({
				elsewhere: false,
				phase: { name: 'finished' },
				counters: { succeeded: 9 },
			});
		});
	});

	test('a stop pressed while the failed ones are freed is obeyed, and nothing is sent', async () => {
		endpoint.play(({ arrival }) => (arrival > 0 ? 'contextTooLong' : 'plainReply'));
		const engine = createEngine(openTab(browser).host);
		const dataset = await imported(engine, csv(60));
		const runId = await started(engine, setupOf(dataset, chatTemplates('{review}')));
		await reached(engine, runId, 'finished');
		const retrying = engine.retryFailed(runId);
		expect(await engine.stopRun(runId)).toEqual({ ok: true, value: null });
		await retrying;
		await reached(engine, runId, 'stopped');
		expect(endpoint.ledger.requests).toHaveLength(60);
		expect(browser.locks.has(`volley-run-${runId}`)).toBe(false);
	});

	test('several runs to one http address share the browser’s six connections', async () => {
		const engine = createEngine(openTab(browser).host);
		const dataset = await imported(engine, csv(30));
		endpoint.hold();
		endpoint.letThrough(3);
		const ids: string[] = [];
		for (let i = 0; i < 3; i++)
			ids.push(await started(engine, setupOf(dataset, chatTemplates('{review}'))));
		await endpoint.ledger.arrived(9);
		endpoint.release();
		for (const id of ids) await reached(engine, id, 'finished');
		expect(endpoint.ledger.maxInFlight).toBe(6);
		expect(endpoint.ledger.requests).toHaveLength(90);
	});

	test('answers that a full disk refused are kept in the tab and stored when the run goes on', async () => {
		const engine = createEngine(openTab(browser).host);
		const dataset = await imported(engine, csv(20));
		endpoint.hold();
		endpoint.letThrough(4);
		const runId = await started(engine, setupOf(dataset, chatTemplates('{review}')));
		await settledCount(engine, runId, 4);
		const put = vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(() => {
			throw new DOMException('The disk is full.', 'QuotaExceededError');
		});
		endpoint.letThrough(1);
		const halted = await reached(engine, runId, 'needsAttention');
		expect(halted.phase).toMatchObject({ failure: { kind: 'storage', code: 'quota' } });
		put.mockRestore();
		endpoint.release();
		await vi.waitFor(async () => {
			expect((await engine.getProgress(runId))?.inFlight).toBe(0);
		});
		expect((await engine.getProgress(runId))?.unsaved).toBeGreaterThan(0);
		expect(await engine.resumeRun(runId)).toMatchObject({ ok: true });
		await reached(engine, runId, 'finished');
		expect(endpoint.ledger.requests).toHaveLength(20);
		expect(await exported(engine, runId)).toHaveLength(20);
	});

	test('two presses of Resume start one session', async () => {
		const engine = createEngine(openTab(browser).host);
		endpoint.hold();
		const runId = await started(
			engine,
			setupOf(await imported(engine, csv(9)), chatTemplates('{review}')),
		);
		await endpoint.ledger.arrived(1);
		await engine.stopRun(runId);
		await reached(engine, runId, 'stopped');
		endpoint.release();
		await Promise.all([engine.resumeRun(runId), engine.resumeRun(runId)]);
		await reached(engine, runId, 'finished');
		expect(endpoint.ledger.requests).toHaveLength(1 + 9);
	});
});

describe('the key', () => {
	test('goes to the origin it was typed for and to no other', async () => {
		const elsewhere = await createTestEndpoint();
		const engine = createEngine(openTab(browser).host);
		await engine.holdKey(endpoint.origin, 'sk-bound-0123456789');
		const dataset = await imported(engine, csv(2));
		for (const baseUrl of [endpoint.url, elsewhere.url]) {
			const runId = await started(
				engine,
				setupOf(dataset, { ...chatTemplates('{review}'), baseUrl }),
			);
			await reached(engine, runId, 'finished');
		}
		expect(endpoint.ledger.requests.map(({ key }) => key)).toEqual([
			'sk-bound-0123456789',
			'sk-bound-0123456789',
		]);
		expect(elsewhere.ledger.requests.map(({ key }) => key)).toEqual([null, null]);
		expect(await engine.heldKeys()).toEqual([{ origin: endpoint.origin, lastFour: '6789' }]);
		await elsewhere.close();
	});

	test('of a few characters shows none of them', async () => {
		const engine = createEngine(openTab(browser).host);
		expect(await engine.holdKey('https://a.example', 'abcd')).toMatchObject({ lastFour: '' });
	});

	test('is asked for again after a restart, and no trace of it is stored', async () => {
		const tab = openTab(browser);
		const engine = createEngine(tab.host);
		await engine.holdKey(endpoint.origin, 'sk-gone-0123456789');
		const runId = await started(
			engine,
			setupOf(await imported(engine, csv(2)), chatTemplates('{review}')),
		);
		await reached(engine, runId, 'finished');
		tab.kill();
		const reopened = createEngine(openTab(browser).host);
		expect(await reopened.resumeRun(runId)).toEqual({
			ok: false,
			error: { kind: 'needsKey', origin: endpoint.origin },
		});
		expect(await storedText(browser.indexedDB)).not.toContain('sk-gone');
		expect(await storedText(browser.indexedDB)).toContain('Cup 1');
	});

	test('goes nowhere from a tab that is locked to other origins: no run is made', async () => {
		const { host } = openTab(browser);
		const lockedTo = ['https://other.example'];
		const engine = createEngine({ ...host, openNetwork: () => Promise.resolve(lockedTo) });
		await engine.holdKey(endpoint.origin, 'sk-locked-0123456789');
		const setup = setupOf(await imported(engine, csv(2)), chatTemplates('{review}'));
		const refusal = {
			ok: false,
			error: { kind: 'lockedOut', origins: [endpoint.origin], lockedTo },
		};
		expect(await engine.startRun(setup)).toEqual(refusal);
		expect(await engine.listRuns()).toEqual([]);

		const unlocked = createEngine(openTab(browser).host);
		await unlocked.holdKey(endpoint.origin, 'sk-locked-0123456789');
		const runId = await started(unlocked, setup);
		await reached(unlocked, runId, 'finished');
		expect(await engine.retryFailed(runId)).toEqual(refusal);
	});

	test('is asked for where it is forgotten during a run: nothing more leaves with it', async () => {
		const engine = createEngine(openTab(browser).host);
		await engine.holdKey(endpoint.origin, 'sk-going-0123456789');
		const dataset = await imported(engine, csv(20));
		endpoint.hold();
		const runId = await started(engine, setupOf(dataset, chatTemplates('{review}')));
		await vi.waitUntil(() => endpoint.ledger.requests.length === 1);
		await engine.forgetKey(endpoint.origin);
		endpoint.release();
		const { phase, counters } = await whenever(
			engine,
			runId,
			(now) => now.phase.name === 'needsAttention' && now.counters.succeeded > 0,
		);
		expect(phase).toMatchObject({ failure: { kind: 'unauthorized', status: null } });
		expect(counters).toMatchObject({ succeeded: 1, failed: 0 });
		expect(endpoint.ledger.requests).toHaveLength(1);
		expect(await engine.resumeRun(runId)).toEqual({
			ok: false,
			error: { kind: 'needsKey', origin: endpoint.origin },
		});

		await engine.holdKey(endpoint.origin, 'sk-later-0123456789');
		expect(await engine.resumeRun(runId)).toMatchObject({ ok: true });
		expect((await reached(engine, runId, 'finished')).counters).toMatchObject({ succeeded: 20 });
		const keys = endpoint.ledger.requests.map(({ key }) => key);
		expect(keys).toEqual([
			'sk-going-0123456789',
			...keys.slice(1).map(() => 'sk-later-0123456789'),
		]);
	});

	test('that is typed anew changes nothing for a run that is going', async () => {
		const engine = createEngine(openTab(browser).host);
		await engine.holdKey(endpoint.origin, 'sk-going-0123456789');
		const dataset = await imported(engine, csv(20));
		endpoint.hold();
		const runId = await started(engine, setupOf(dataset, chatTemplates('{review}')));
		await vi.waitUntil(() => endpoint.ledger.requests.length === 1);
		await engine.holdKey(endpoint.origin, 'sk-later-0123456789');
		endpoint.release();
		expect((await reached(engine, runId, 'finished')).counters).toMatchObject({ succeeded: 20 });
		expect(new Set(endpoint.ledger.requests.map(({ key }) => key))).toEqual(
			new Set(['sk-going-0123456789']),
		);
	});

	test('OpenAI without a key is refused before anything is sent or stored', async () => {
		const engine = createEngine(openTab(browser).host);
		const setup = setupOf(null, { ...chatTemplates('Hello'), provider: 'openai' });
		expect(await engine.startRun(setup)).toEqual({
			ok: false,
			error: { kind: 'needsKey', origin: 'https://api.openai.com' },
		});
		expect(await engine.listRuns()).toEqual([]);
	});
});

describe('looking at results', () => {
	test('a line stands for each planned choice and never moves', async () => {
		const engine = createEngine(openTab(browser).host);
		endpoint.hold();
		endpoint.letThrough(3);
		const setup = setupOf(await imported(engine, csv(10)), {
			...chatTemplates('{review}'),
			settings: { ...defaultSettings, completionsPerPrompt: 2 },
		});
		const runId = await started(engine, setup);
		await settledCount(engine, runId, 3);
		const all = { runId, show: 'all', search: '', offset: 3, limit: 5 } as const;
		const page = await engine.readResults(all);
		expect(page.total).toBe(20);
		expect(page.rows.map(({ request, choice, state }) => [request, choice, state])).toEqual([
			[1, 1, 'succeeded'],
			[2, 0, 'succeeded'],
			[2, 1, 'succeeded'],
			[3, 0, 'waiting'],
			[3, 1, 'waiting'],
		]);
		endpoint.release();
		await reached(engine, runId, 'finished');
		expect(
			(await engine.readResults(all)).rows.map(({ request, choice }) => [request, choice]),
		).toEqual(page.rows.map(({ request, choice }) => [request, choice]));
		expect(await engine.readResults({ ...all, offset: 400 })).toMatchObject({
			total: 20,
			rows: [],
		});
	});

	test('are filtered and searched in cells, answers and errors, whatever their case', async () => {
		endpoint.play(({ arrival }) => (arrival === 4 ? 'contextTooLong' : 'plainReply'));
		const engine = createEngine(openTab(browser).host);
		const runId = await started(
			engine,
			setupOf(await imported(engine, csv(12)), chatTemplates('Judge {review}')),
		);
		await reached(engine, runId, 'finished');
		const found = async (show: 'all' | 'succeeded' | 'failed', search: string): Promise<number> =>
			(await engine.readResults({ runId, show, search, offset: 0, limit: 100 })).total;
		expect(await found('all', '')).toBe(12);
		expect(await found('failed', '')).toBe(1);
		expect(await found('succeeded', '')).toBe(11);
		expect(await found('all', 'CUP 11')).toBe(1);
		expect(await found('all', 'echo: judge')).toBe(11);
		expect(await found('failed', 'maximum context')).toBe(1);
		expect(await found('succeeded', 'maximum context')).toBe(0);
		expect(await found('all', 'nothing like it')).toBe(0);
	});

	test('two pages of one search asked for at once agree, and another search ends it without a trace', async () => {
		const engine = createEngine(openTab(browser).host);
		const dataset = await imported(engine, csv(250));
		const runId = await started(engine, setupOf(dataset, chatTemplates('Judge {review}')));
		await reached(engine, runId, 'finished');
		const page = (search: string, offset: number) =>
			engine.readResults({ runId, show: 'all', search, offset, limit: 100 });
		const [first, second] = await Promise.all([page('fine', 0), page('fine', 100)]);
		expect([first.total, second.total]).toEqual([250, 250]);
		expect([first.rows.length, second.rows.length]).toEqual([100, 100]);
		void page('cup', 0);
		expect((await page('Cup 24', 0)).total).toBe(11);
		expect((await page('cup', 0)).total).toBe(250);
	});

	test('one settled request is read whole, one that waits is empty', async () => {
		const engine = createEngine(openTab(browser).host);
		endpoint.hold();
		endpoint.letThrough(1);
		const runId = await started(
			engine,
			setupOf(await imported(engine, csv(2)), chatTemplates('{review}')),
		);
		await settledCount(engine, runId, 1);
		expect(await engine.readItems(runId, 0)).toMatchObject([
			{ id: 'r0', response: 'echo: Cup 0, “fine” #0' },
		]);
		expect(await engine.readItems(runId, 1)).toEqual([]);
		endpoint.release();
		await reached(engine, runId, 'finished');
	});
});

const wholePage = (runId: string) =>
	({ runId, show: 'all', search: '', offset: 0, limit: 100 }) as const;

/** A tab opened two hours after the others. */
function laterTab(): ReturnType<typeof openTab> {
	const tab = openTab(browser);
	const { clock } = tab.host;
	const later: Host = {
		...tab.host,
		clock: { ...clock, epoch: () => clock.epoch() + 7_200_000 },
	};
	return { ...tab, host: later };
}

describe('data that nothing seems to use', () => {
	test('stay while the tab that read them is open, and a run without them is refused, not sent blank', async () => {
		const tab = openTab(browser);
		const engine = createEngine(tab.host);
		const dataset = await imported(engine, csv(3));
		const setup = setupOf(dataset, chatTemplates('{review}'));
		const second = laterTab();
		expect(await createEngine(second.host).getDataset(dataset.id)).not.toBeNull();
		second.kill();
		tab.kill();

		const third = createEngine(laterTab().host);
		await vi.waitFor(async () => {
			expect(await third.getDataset(dataset.id)).toBeNull();
		});
		expect(await engine.startRun(setup)).toEqual({ ok: false, error: { kind: 'dataMissing' } });
		expect(endpoint.ledger.requests).toEqual([]);
		expect(await third.listRuns()).toEqual([]);
	});
});

test('a browser that lets nothing be stored is told of in words, whenever one listens', async () => {
	const { host } = openTab(browser);
	const refusing = {
		open: () => {
			throw new DOMException('The operation is insecure.', 'SecurityError');
		},
	} as unknown as IDBFactory;
	const engine = createEngine({ ...host, indexedDB: refusing });
	const told = new Promise((resolve) => {
		void engine.subscribe(resolve);
	});
	expect(await told).toMatchObject({
		kind: 'broken',
		message: expect.stringMatching(/does not let Volley store.*insecure/) as string,
	});
	await expect(engine.listRuns()).rejects.toThrow('insecure');
});

test('runs are listed newest first, renamed and deleted', async () => {
	const engine = createEngine(openTab(browser).host);
	const dataset = await imported(engine, csv(2));
	const ids: string[] = [];
	for (let i = 0; i < 2; i++) {
		ids.push(await started(engine, setupOf(dataset, chatTemplates('{review}'))));
		await reached(engine, ids[i] ?? '', 'finished');
	}
	await engine.renameRun(ids[0] ?? '', 'First');
	expect(await engine.listRuns()).toMatchObject([
		{ id: ids[1], name: 'reviews', succeeded: 2 },
		{ id: ids[0], name: 'First' },
	]);
	await engine.deleteRun(ids[1] ?? '');
	expect(await engine.listRuns()).toMatchObject([{ id: ids[0] }]);
	expect(await engine.getRun(ids[1] ?? '')).toBeNull();
	expect(await engine.resumeRun(ids[1] ?? '')).toEqual({ ok: false, error: { kind: 'missing' } });
});

/** All that the databases hold, as text. */
async function storedText(factory: IDBFactory): Promise<string> {
	const texts: string[] = [];
	for (const { name = '' } of await factory.databases()) {
		const db = await answered(factory.open(name));
		for (const store of db.objectStoreNames)
			texts.push(JSON.stringify(await answered(db.transaction(store).objectStore(store).getAll())));
		db.close();
	}
	return texts.join('\n');
}

const answered = <T>(request: IDBRequest<T>): Promise<T> =>
	new Promise((resolve, reject) => {
		request.onsuccess = () => {
			resolve(request.result);
		};
		request.onerror = () => {
			reject(new Error(request.error?.message));
		};
	});

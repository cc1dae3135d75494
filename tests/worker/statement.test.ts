import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { EngineApi } from '#contract/engine-api.ts';
import { canonicalJson } from '#domain/canonical-json.ts';
import { defaultSettings, emptyDraft, type Draft } from '#domain/draft.ts';
import * as planRules from '#domain/plan-rules.ts';
import type { ResultItem } from '#domain/result-item.ts';
import type { RunSetup } from '#domain/run.ts';
import type { RunStatement } from '#domain/statement.ts';
import { BlockDigest } from '#worker/block-digest.ts';
import { createEngine } from '#worker/create-engine.ts';
import { openTab } from '../support/fake-host.ts';
import {
	browser,
	checkedSetup,
	endpoint,
	exported,
	freshForEachTest,
	imported,
	reached,
	started,
	whenever,
} from './run-fixtures.ts';

freshForEachTest();

const sha256 = (bytes: string | Buffer): Buffer => createHash('sha256').update(bytes).digest();

/** As docs/statement.md has it, from the text as a whole. */
function blockDigestOf(text: string): string {
	const bytes = Buffer.from(text);
	const blocks: Buffer[] = [];
	for (let at = 0; at < bytes.length; at += 2 ** 20)
		blocks.push(sha256(bytes.subarray(at, at + 2 ** 20)));
	return sha256(Buffer.concat(blocks)).toString('hex');
}

const linesOf = (lines: readonly unknown[]): string =>
	lines.map((line) => `${JSON.stringify(line)}\n`).join('');

const resultLine = (item: ResultItem) => [
	...[item.id, item.prompt_index, item.row_index, item.model_index, item.choice_index],
	...[item.response, item.error?.kind ?? null],
];

const csv = (rows: number): string =>
	`id,review\n${Array.from({ length: rows }, (_, i) => `r${String(i)},"Cup ${String(i)}, “fine”"`).join('\n')}\n`;

const draft = (change: Partial<Draft>): Draft => ({
	...emptyDraft,
	...{ provider: 'compatible', baseUrl: endpoint.url, models: ['m1', 'm2'], idColumn: 'id' },
	templates: ['Judge: {review}', 'Again: {review}'].map((content) => ({
		messages: [{ role: 'user', content }],
		prompt: content,
	})),
	...change,
});

async function statementOf(engine: EngineApi, runId: string): Promise<RunStatement> {
	const statement = await engine.makeStatement(runId);
	if (statement === null) throw new Error('No statement was made.');
	return statement;
}

async function finishedRun(engine: EngineApi, rows: number, change: Partial<Draft> = {}) {
	const dataset = await imported(engine, csv(rows));
	const setup: RunSetup = checkedSetup(draft(change), dataset, null, planRules);
	const runId = await started(engine, setup);
	await reached(engine, runId, 'finished');
	return { runId, setup, dataset };
}

describe('the digest of a text in blocks', () => {
	test.each([0, 1, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 3 * 2 ** 20 + 5])(
		'is that of the digests of its blocks: %i bytes, in any pieces',
		async (length) => {
			const text = 'Kawa — „mocna” 👍🏽 '.repeat(length).slice(0, length);
			const digest = new BlockDigest();
			for (let at = 0; at < length; at += 333_331) await digest.add(text.slice(at, at + 333_331));
			const whole = Array.from({ length: Math.ceil(length / 333_331) }, (_, i) =>
				Buffer.from(text.slice(i * 333_331, (i + 1) * 333_331)),
			);
			expect(await digest.digest()).toBe(blockDigestOf(Buffer.concat(whole).toString()));
		},
	);
});

describe('a statement', () => {
	test('of a finished run balances, and its hashes can be made anew from the files', async () => {
		endpoint.play(({ row }) => (row.includes('Judge: Cup 3,') ? 'contextTooLong' : 'plainReply'));
		const engine = createEngine(openTab(browser).host);
		const { runId, setup } = await finishedRun(engine, 12, {
			settings: { ...defaultSettings, completionsPerPrompt: 2, temperature: 0.7 },
		});
		const statement = await statementOf(engine, runId);
		const items = await exported(engine, runId);

		const { planned, waiting, in_flight, succeeded, failed } = statement.requests;
		expect([planned, waiting, in_flight, succeeded, failed]).toEqual([48, 0, 0, 46, 2]);
		expect(statement).toMatchObject({
			run: { id: runId, state: 'finished' },
			choices: { count: 92, finish_reasons: { stop: 92 } },
			failures: { contextLengthExceeded: 2 },
			attempts: 48,
			differences: [],
			models_asked: [
				{ name: 'm1', count: 24 },
				{ name: 'm2', count: 24 },
			],
		});
		expect(statement.models_returned.reduce((sum, { count }) => sum + count, 0)).toBe(46);
		expect(statement.tokens.in_results).toMatchObject(statement.tokens.paid);
		const starts = items.map(({ started_at }) => started_at).sort();
		expect(statement.times.first_attempt_at).toBe(starts[0]);

		const { hashes } = statement;
		const rows = Array.from({ length: 12 }, (_, i) => [
			`r${String(i)}`,
			`Cup ${String(i)}, “fine”`,
		]);
		expect(hashes.rows).toEqual({
			count: 12,
			digest: blockDigestOf(linesOf([['id', 'review'], ...rows])),
		});
		expect(hashes.results).toEqual({
			count: 94,
			digest: blockDigestOf(linesOf(items.map(resultLine))),
		});
		const raw = [...new Set(items.map((item) => JSON.stringify(item.messages_raw)))];
		expect(hashes.templates).toBe(
			sha256(canonicalJson(raw.map((text) => JSON.parse(text) as unknown))).toString('hex'),
		);
		expect(hashes.settings).toBe(sha256(canonicalJson(statement.settings)).toString('hex'));
		expect(statement.settings).toMatchObject({ models: setup.models, rowCount: 12 });
	});

	test('hashes the rows that were chosen, in their order, and not the others', async () => {
		const engine = createEngine(openTab(browser).host);
		const { runId } = await finishedRun(engine, 12, {
			models: ['m1'],
			rows: {
				...{ choose: 'range', count: null, seed: null, from: 3, to: 5 },
				...{ column: null, has: true, text: '' },
			},
		});
		const { hashes, requests } = await statementOf(engine, runId);
		expect(requests.planned).toBe(6);
		const rows = [2, 3, 4].map((i) => [`r${String(i)}`, `Cup ${String(i)}, “fine”`]);
		expect(hashes.rows).toEqual({
			count: 3,
			digest: blockDigestOf(linesOf([['id', 'review'], ...rows])),
		});
	});

	test('is made once, and anew when the run went on', async () => {
		endpoint.play(({ row }) => (row.includes('Cup 1,') ? 'contextTooLong' : 'plainReply'));
		const engine = createEngine(openTab(browser).host);
		const { runId } = await finishedRun(engine, 3);
		const first = await statementOf(engine, runId);
		expect(await statementOf(engine, runId)).toBe(first);
		endpoint.play('plainReply');
		await engine.retryFailed(runId);
		await reached(engine, runId, 'finished');
		const second = await statementOf(engine, runId);
		expect(second.requests).toMatchObject({ succeeded: 12, failed: 0 });
		expect(second).toMatchObject({ attempts: 16, differences: [] });
		expect(second.hashes.settings).toBe(first.hashes.settings);
		expect(second.hashes.results?.digest).not.toBe(first.hashes.results?.digest);
	});

	test('of a stopped run counts what waits; while it goes there is none', async () => {
		endpoint.hold();
		endpoint.letThrough(5);
		const engine = createEngine(openTab(browser).host);
		const dataset = await imported(engine, csv(20));
		const setup = checkedSetup(draft({ models: ['m1'] }), dataset);
		const runId = await started(engine, setup);
		await whenever(engine, runId, ({ counters }) => counters.succeeded >= 5);
		expect(await engine.makeStatement(runId)).toBeNull();
		await engine.stopRun(runId);
		endpoint.release();
		await whenever(engine, runId, (p) => p.phase.name === 'stopped' && p.inFlight === 0);
		const { requests, differences, run } = await statementOf(engine, runId);
		expect(run.state).toBe('stopped');
		expect(requests).toMatchObject({ planned: 40, succeeded: 5, waiting: 35, failed: 0 });
		expect(differences).toEqual([]);
	});

	test('of answers that are asked for again counts them as waiting', async () => {
		endpoint.play('cutAtLength');
		const engine = createEngine(openTab(browser).host);
		const { runId } = await finishedRun(engine, 4, {
			models: ['m1'],
			settings: { ...defaultSettings, maxTokens: 5 },
		});
		endpoint.hold();
		expect(await engine.retryTruncated(runId, 10)).toMatchObject({ ok: true });
		await engine.stopRun(runId);
		endpoint.release();
		await whenever(engine, runId, (p) => p.phase.name === 'stopped' && p.inFlight === 0);
		const { requests, differences, hashes } = await statementOf(engine, runId);
		expect(requests).toMatchObject({ planned: 8, waiting: 8, succeeded: 0 });
		expect(differences).toEqual([]);
		expect(hashes.results?.count).toBe(8);
	});

	test('that was cancelled is none, and the next is whole', async () => {
		const engine = createEngine(openTab(browser).host);
		const { runId } = await finishedRun(engine, 40);
		const cancelled = engine.makeStatement(runId);
		await engine.cancelStatement();
		expect(await cancelled).toBeNull();
		expect((await statementOf(engine, runId)).differences).toEqual([]);
	});
});

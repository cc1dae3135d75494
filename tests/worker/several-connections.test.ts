import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineApi } from '#contract/engine-api.ts';
import type { Connection } from '#domain/connection.ts';
import { dealOut } from '#domain/connection-share.ts';
import { defaultSettings, emptyDraft, emptyShare, type Draft } from '#domain/draft.ts';
import { numberAt, textAt } from '#domain/json.ts';
import { limitsOf } from '#domain/model-note.ts';
import type { RunSetup } from '#domain/run.ts';
import { createEngine } from '#worker/create-engine.ts';
import type { Fetch } from '#worker/host.ts';
import { createTestEndpoint, type TestEndpoint } from '../endpoint/test-endpoint.ts';
import { FakeBrowser, openTab } from '../support/fake-host.ts';
import {
	checkedSetup,
	exported,
	exportedText,
	imported,
	reached,
	reviews,
	started,
	whenever,
} from './run-fixtures.ts';

const keys = ['sk-of-the-first-endpoint', 'sk-of-the-second-endpoint'] as const;
let first: TestEndpoint;
let second: TestEndpoint;
let browser: FakeBrowser;

beforeEach(async () => {
	first = await createTestEndpoint({ key: keys[0] });
	second = await createTestEndpoint({ key: keys[1] });
	browser = new FakeBrowser();
});
afterEach(() => Promise.all([first.close(), second.close()]));

/** An engine that holds the right key of each, unless one is told otherwise. */
async function engineWith(
	[firstKey, secondKey]: readonly (string | null)[] = keys,
	fetcher?: Fetch,
): Promise<EngineApi> {
	const engine = createEngine(openTab(browser, fetcher).host);
	if (typeof firstKey === 'string') await engine.holdKey(first.origin, firstKey);
	if (typeof secondKey === 'string') await engine.holdKey(second.origin, secondKey);
	return engine;
}

async function setupWith(
	engine: EngineApi,
	rows: number,
	more: Partial<Draft> = {},
): Promise<RunSetup> {
	return checkedSetup(
		{
			...emptyDraft,
			provider: 'compatible',
			baseUrl: first.url,
			models: ['small'],
			templates: [{ messages: [{ role: 'user', content: 'Judge {review}' }], prompt: '' }],
			shares: [{ ...emptyShare, baseUrl: second.url }],
			...more,
		},
		await imported(engine, reviews(rows)),
	);
}

const names = (): readonly [string, string] => [
	new URL(first.origin).host,
	new URL(second.origin).host,
];

describe('a run with several connections', () => {
	test('shares its rows out by tokens a minute, each sent once, with the key of its own origin alone', async () => {
		const engine = await engineWith();
		const setup = await setupWith(engine, 100, {
			tokensPerMinute: 7_000_000,
			shares: [{ ...emptyShare, baseUrl: second.url, tokensPerMinute: 3_000_000 }],
		});
		const runId = await started(engine, setup);
		const { counters } = await reached(engine, runId, 'finished');
		expect(counters).toMatchObject({ succeeded: 100, failed: 0 });
		const deal = dealOut([0.7, 0.3]);
		const counts = [first, second].map(({ ledger }) => ledger.requests.length);
		expect(counts[0]).toBeGreaterThanOrEqual(68);
		expect(counts[0]).toBeLessThanOrEqual(72);
		expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBe(100);
		expect(new Set(first.ledger.requests.map(({ key }) => key))).toEqual(new Set([keys[0]]));
		expect(new Set(second.ledger.requests.map(({ key }) => key))).toEqual(new Set([keys[1]]));
		const rows = new Set(
			[...first.ledger.requests, ...second.ledger.requests].map(({ row }) => row),
		);
		expect(rows.size).toBe(100);

		const items = await exported(engine, runId);
		items.forEach((item, k) => {
			expect(item.connection).toBe(names()[deal(k)]);
		});
	});

	test('says in the results what each model is called where it answered, in JSON and CSV', async () => {
		const engine = await engineWith();
		const setup = await setupWith(engine, 6, {
			models: ['small', 'large'],
			shares: [{ ...emptyShare, baseUrl: second.url, models: ['', 'vendor/large'] }],
		});
		const runId = await started(engine, setup);
		await reached(engine, runId, 'finished');
		const sent = (endpoint: TestEndpoint): unknown =>
			[...new Set(endpoint.ledger.requests.map(({ body }) => body['model']))].sort();
		expect(sent(first)).toEqual(['large', 'small']);
		expect(sent(second)).toEqual(['small', 'vendor/large']);

		const items = await exported(engine, runId);
		const called = items.map(({ model_index, connection, model_args }) =>
			[model_index, connection, textAt(model_args, 'model')].join(' '),
		);
		expect([...new Set(called)].sort()).toEqual(
			[
				`0 ${names()[0]} small`,
				`0 ${names()[1]} small`,
				`1 ${names()[0]} large`,
				`1 ${names()[1]} vendor/large`,
			].sort(),
		);
		const lines = (await exportedText(engine, runId, 'csv')).trimEnd().split('\r\n');
		expect(lines[0]).toContain('prompt_index,model,connection,choice_index');
		lines.slice(1).forEach((line, k) => {
			expect(line).toContain(`,${items[k]?.connection ?? '?'},0,`);
		});
	});

	test('does not start while one of their keys is missing, and names its origin', async () => {
		const engine = await engineWith([keys[0], null]);
		const setup = await setupWith(engine, 2);
		const shares = setup.shares?.map((share) => ({
			...share,
			connection: { ...share.connection, usesKey: true },
		}));
		expect(await engine.startRun({ ...setup, ...(shares && { shares }) })).toEqual({
			ok: false,
			error: { kind: 'needsKey', origin: second.origin },
		});
		expect(first.ledger.requests).toHaveLength(0);
	});

	test('asks for the key of each in turn after a restart', async () => {
		const engine = await engineWith();
		const runId = await started(engine, await setupWith(engine, 2));
		await reached(engine, runId, 'finished');
		const later = await engineWith([null, null]);
		const refusal = async () => {
			const again = await later.resumeRun(runId);
			return again.ok ? null : again.error;
		};
		expect(await refusal()).toEqual({ kind: 'needsKey', origin: first.origin });
		await later.holdKey(first.origin, keys[0]);
		expect(await refusal()).toEqual({ kind: 'needsKey', origin: second.origin });
		await later.holdKey(second.origin, keys[1]);
		expect(await refusal()).toBeNull();
	});

	test('stops where one turns its key down after one call, names it, and goes on once it is mended', async () => {
		const engine = await engineWith([keys[0], 'sk-wrong']);
		const runId = await started(engine, await setupWith(engine, 40));
		const { phase } = await reached(engine, runId, 'needsAttention');
		expect(phase).toMatchObject({ failure: { kind: 'unauthorized', connection: names()[1] } });
		expect(second.ledger.requests).toHaveLength(1);

		await engine.holdKey(second.origin, keys[1]);
		await whenever(engine, runId, ({ inFlight }) => inFlight === 0);
		expect(await engine.resumeRun(runId)).toMatchObject({ ok: true });
		const { counters } = await reached(engine, runId, 'finished');
		expect(counters).toMatchObject({ succeeded: 40, failed: 0 });
		const sent = first.ledger.requests.map(({ row }) => row);
		expect(new Set(sent).size).toBe(sent.length);
	});

	test('goes on without one whose account is empty, and shows for each row where it was answered', async () => {
		const engine = await engineWith();
		for (const endpoint of [first, second]) {
			endpoint.hold();
			endpoint.letThrough(5);
		}
		const runId = await started(engine, await setupWith(engine, 60));
		await whenever(engine, runId, ({ counters }) => counters.succeeded === 10);
		second.play('quotaExhausted');
		second.release();
		first.release();
		await reached(engine, runId, 'needsAttention');
		// It is stored once every answer that came is.
		await expect.poll(async () => (await engine.getRun(runId))?.phase.name).toBe('needsAttention');
		const before = new Map(
			(await exported(engine, runId)).map(({ row_index, connection }) => [row_index, connection]),
		);
		expect([...before.values()]).toContain(names()[1]);

		// Another tab, another day: the key of the one that is left out is not asked for.
		const later = await engineWith([keys[0], null]);
		const asked = second.ledger.requests.length;
		expect(await later.resumeRun(runId)).toMatchObject({ error: { kind: 'needsKey' } });
		expect(await later.leaveOutConnection(runId, names()[1])).toMatchObject({ ok: true });
		const { counters } = await reached(later, runId, 'finished');
		expect(counters).toMatchObject({ succeeded: 60, failed: 0 });
		expect(second.ledger.requests).toHaveLength(asked);
		for (const { row_index, connection } of await exported(later, runId))
			expect(connection).toBe(before.get(row_index) ?? names()[0]);
	});

	test('is never left without any, though two tabs leave one out each', async () => {
		const engine = await engineWith(['sk-wrong', 'sk-wrong']);
		const runId = await started(engine, await setupWith(engine, 10));
		const other = await engineWith(['sk-wrong', 'sk-wrong']);
		for (const tab of [engine, other]) await reached(tab, runId, 'needsAttention');
		await whenever(engine, runId, ({ inFlight }) => inFlight === 0);
		expect(await engine.leaveOutConnection(runId, names()[0])).toEqual({ ok: true, value: null });
		await reached(engine, runId, 'needsAttention');
		await whenever(engine, runId, ({ inFlight }) => inFlight === 0);

		const asked = () => [first, second].map(({ ledger }) => ledger.requests.length);
		const before = asked();
		const refused = { ok: false, error: { kind: 'lastConnection' } };
		expect(await other.leaveOutConnection(runId, names()[1])).toEqual(refused);
		expect((await other.getProgress(runId))?.phase.name).toBe('needsAttention');
		expect(asked()).toEqual(before);
		await other.holdKey(second.origin, keys[1]);
		expect(await other.resumeRun(runId)).toMatchObject({ ok: true });
		expect((await reached(other, runId, 'finished')).counters.succeeded).toBe(10);
	});

	test('that is stopped and resumed sends each row to the connection that it would have gone to', async () => {
		const engine = await engineWith();
		for (const endpoint of [first, second]) {
			endpoint.hold();
			endpoint.letThrough(5);
		}
		const runId = await started(engine, await setupWith(engine, 60));
		await whenever(engine, runId, ({ counters }) => counters.succeeded === 10);
		await engine.stopRun(runId);
		await reached(engine, runId, 'stopped');
		for (const endpoint of [first, second]) endpoint.release();

		const later = await engineWith();
		await later.resumeRun(runId);
		await reached(later, runId, 'finished');
		const deal = dealOut([0.5, 0.5]);
		const wanted = Array.from({ length: 60 }, (_, row) => [`Judge cup ${String(row)}`, deal(row)]);
		const seen = new Map(
			[first, second].flatMap(({ ledger }, at) => ledger.requests.map(({ row }) => [row, at])),
		);
		expect(wanted.filter(([row, at]) => seen.get(row as string) !== at)).toEqual([]);
		expect((await exported(later, runId)).map(({ connection }) => connection)).toEqual(
			wanted.map(([, at]) => names()[at as 0 | 1]),
		);
	});

	test('carries more at once than one of them could, and never more at one than it can carry', async () => {
		const engine = await engineWith();
		for (const endpoint of [first, second]) {
			endpoint.hold();
			endpoint.letThrough(6);
		}
		const runId = await started(engine, await setupWith(engine, 60));
		const { concurrency } = await whenever(engine, runId, ({ inFlight }) => inFlight === 12);
		expect(concurrency).toBe(12);
		const most = (): number[] => [first, second].map(({ ledger }) => ledger.maxInFlight);
		// What has left arrives a moment later.
		await expect.poll(most).toEqual([6, 6]);
		for (const endpoint of [first, second]) endpoint.release();
		await reached(engine, runId, 'finished');
		expect(most()).toEqual([6, 6]);
	});

	test('knows the limits of each, by name, and remembers them with its origin', async () => {
		second.play((_, seenBefore) => (seenBefore === 0 ? 'rateLimitedOnce' : 'plainReply'));
		const engine = await engineWith();
		const runId = await started(engine, await setupWith(engine, 6));
		const { limits } = await reached(engine, runId, 'finished');
		expect(limits.map(({ connection }) => connection)).toEqual(names());
		expect(limits.map(({ tokensPerMinute }) => tokensPerMinute)).toEqual([null, 30_000]);
		await expect
			.poll(async () => {
				const [note] = await engine.modelNotes(second.origin, ['small']);
				return note && Object.values(note.limitsAt ?? {})[0];
			})
			.toMatchObject({ tokensPerMinute: 30_000 });
		expect(await engine.modelNotes(first.origin, ['small'])).toEqual([]);
	});

	test('remembers of each of two at one origin what was learned of that one', async () => {
		const engine = await engineWith();
		const connections = ['org-a', 'org-b'].map((organization) => ({
			...{ provider: 'openai', baseUrl: first.url, organization, project: '', usesKey: true },
		})) as readonly Connection[];
		first.play(({ headers }, seenBefore) =>
			headers['openai-organization'] === 'org-b' && seenBefore === 0
				? 'rateLimitedOnce'
				: 'plainReply',
		);
		const shares = connections.map((connection) => ({
			...{ name: connection.organization, connection, tokensPerMinute: null, models: [] },
		}));
		const runId = await started(engine, { ...(await setupWith(engine, 6)), shares });
		const { limits } = await reached(engine, runId, 'finished');
		expect(limits.map(({ tokensPerMinute }) => tokensPerMinute)).toEqual([null, 30_000]);
		await expect
			.poll(async () => {
				const [note] = await engine.modelNotes(first.origin, ['small']);
				return connections.map((one) => note && limitsOf(note, one)?.tokensPerMinute);
			})
			.toEqual([undefined, 30_000]);
	});

	test('leaves a refused parameter out where it was refused, now and in the next run, and nowhere else', async () => {
		second.play(({ body }) => ('temperature' in body ? 'unsupportedValue' : 'plainReply'));
		const engine = await engineWith();
		const settings = { ...defaultSettings, temperature: 0.2 };
		const setup = await setupWith(engine, 10, { settings });
		const runId = await started(engine, setup);
		const { phase } = await reached(engine, runId, 'needsAttention');
		const refused = {
			model: 'small',
			name: 'temperature',
			replacement: null,
			origin: second.origin,
		};
		expect(phase).toMatchObject({ failure: { connection: names()[1], parameter: refused } });
		await engine.repairRun(runId, refused);
		await reached(engine, runId, 'finished');
		const args = async (id: string) =>
			(await exported(engine, id)).map(({ connection, model_args }) =>
				[connection, numberAt(model_args, 'temperature') ?? 'none'].join(' '),
			);
		const expected = [`${names()[0]} 0.2`, `${names()[1]} none`].sort();
		expect([...new Set(await args(runId))].sort()).toEqual(expected);

		const before = second.ledger.requests.length;
		const next = await started(engine, setup);
		const { counters } = await reached(engine, next, 'finished');
		expect(counters.failed).toBe(0);
		expect([...new Set(await args(next))].sort()).toEqual(expected);
		expect(second.ledger.requests.slice(before).every(({ body }) => !('temperature' in body))).toBe(
			true,
		);
		expect(await engine.modelNotes(second.origin, ['small'])).toMatchObject([
			{ repairs: [{ model: 'small', name: 'temperature', replacement: null }] },
		]);
		expect(await engine.modelNotes(first.origin, ['small'])).toEqual([]);
	});

	test('says which is not reached while the other answers', async () => {
		let isUp = false;
		const engine = await engineWith(keys, (input, init) =>
			isUp || !String(input instanceof Request ? input.url : input).startsWith(second.origin)
				? fetch(input, init)
				: Promise.reject(new TypeError('Failed to fetch')),
		);
		const runId = await started(engine, await setupWith(engine, 12));
		const trying = await whenever(engine, runId, ({ unreached }) => (unreached ?? null) !== null);
		expect(trying.unreached?.connection).toBe(names()[1]);
		isUp = true;
		expect((await reached(engine, runId, 'finished')).counters.succeeded).toBe(12);
	});
});

import { describe, expect, test } from 'vitest';
import type { EngineApi } from '#contract/engine-api.ts';
import { defaultSettings, emptyDraft, type Draft } from '#domain/draft.ts';
import { numberAt } from '#domain/json.ts';
import { limitsOf } from '#domain/model-note.ts';
import type { RunSetup } from '#domain/run.ts';
import { createEngine } from '#worker/create-engine.ts';
import type { EndpointRequest } from '../endpoint/ledger.ts';
import type { Scenario } from '../endpoint/scenario.ts';
import { openTab } from '../support/fake-host.ts';
import {
	browser,
	checkedSetup,
	endpoint,
	exported,
	freshForEachTest,
	imported,
	reached,
	reviews,
	started,
	whenever,
} from './run-fixtures.ts';

freshForEachTest();

/** Rows of one column, `review`. */
async function setupWith(engine: EngineApi, rows: number, more: Partial<Draft>): Promise<RunSetup> {
	return checkedSetup(
		{
			...emptyDraft,
			provider: 'compatible',
			baseUrl: endpoint.url,
			models: ['m1'],
			templates: [{ messages: [{ role: 'user', content: 'Judge {review}' }], prompt: '' }],
			settings: { ...defaultSettings, maxTokens: 50, temperature: 0.2 },
			...more,
		},
		await imported(engine, reviews(rows)),
	);
}

/** As a reasoning model: it knows the newer name of the limit alone, and no temperature. */
const reasoning = ({ body }: EndpointRequest): Scenario =>
	'max_tokens' in body
		? 'unsupportedParameter'
		: 'temperature' in body
			? 'unsupportedValue'
			: 'plainReply';

const renamed = { model: 'm1', name: 'max_tokens', replacement: 'max_completion_tokens' };
const leftOut = { model: 'm1', name: 'temperature', replacement: null };

async function mended(engine: EngineApi, runId: string): Promise<void> {
	for (const repair of [renamed, leftOut]) {
		const { phase } = await whenever(
			engine,
			runId,
			(progress) =>
				progress.phase.name === 'needsAttention' &&
				progress.phase.failure.parameter?.name === repair.name,
		);
		expect(phase).toMatchObject({ failure: { kind: 'parameterRefused', parameter: repair } });
		expect(await engine.repairRun(runId, repair)).toMatchObject({ ok: true });
	}
	await reached(engine, runId, 'finished');
}

describe('a model that refuses parameters', () => {
	test('costs one call for each, and the results say what was really sent', async () => {
		endpoint.play(reasoning);
		const engine = createEngine(openTab(browser).host);
		const runId = await started(engine, await setupWith(engine, 8, {}));
		await mended(engine, runId);

		expect(endpoint.ledger.requests).toHaveLength(2 + 8);
		const items = await exported(engine, runId);
		expect(items).toHaveLength(8);
		for (const { model_args } of items)
			expect(model_args).toEqual({ model: 'm1', max_completion_tokens: 50 });
		expect((await engine.getRun(runId))?.revisions.map(({ repairs }) => repairs)).toEqual([
			[renamed],
			[renamed, leftOut],
		]);
	});

	test('is sent at once what it takes in the next run, until that is forgotten', async () => {
		endpoint.play(reasoning);
		const engine = createEngine(openTab(browser).host);
		const setup = await setupWith(engine, 3, {});
		await mended(engine, await started(engine, setup));
		expect(await engine.modelNotes(endpoint.origin, ['m1', 'm2'])).toMatchObject([
			{ model: 'm1', repairs: [renamed, leftOut] },
		]);

		// Another tab, another day.
		const later = createEngine(openTab(browser).host);
		const before = endpoint.ledger.requests.length;
		const next = await started(later, setup);
		await reached(later, next, 'finished');
		expect(endpoint.ledger.requests).toHaveLength(before + 3);
		expect((await later.getRun(next))?.setup.repairs).toEqual([renamed, leftOut]);
		expect((await exported(later, next))[0]?.model_args).toEqual({
			model: 'm1',
			max_completion_tokens: 50,
		});

		await later.forgetRepairs(endpoint.origin, 'm1');
		expect(await later.modelNotes(endpoint.origin, ['m1'])).toEqual([]);
		await reached(later, await started(later, setup), 'needsAttention');
	});

	test('changes nothing for another model of the same run', async () => {
		endpoint.play((request) =>
			request.body['model'] === 'm1' ? reasoning(request) : 'plainReply',
		);
		const engine = createEngine(openTab(browser).host);
		const runId = await started(engine, await setupWith(engine, 3, { models: ['m1', 'm2'] }));
		await mended(engine, runId);
		const items = await exported(engine, runId);
		expect(
			items.filter(({ model_index }) => model_index === 1).map((one) => one.model_args),
		).toEqual(Array.from({ length: 3 }, () => ({ model: 'm2', temperature: 0.2, max_tokens: 50 })));
	});

	test('but has answered others fails that row alone, also when it is retried', async () => {
		endpoint.play(({ body }) =>
			JSON.stringify(body).includes('cup 3') ? 'unsupportedValue' : 'plainReply',
		);
		const engine = createEngine(openTab(browser).host);
		const runId = await started(engine, await setupWith(engine, 6, {}));
		const rowFailed = { succeeded: 5, failed: 1, failures: { badRequest: 1 } };
		expect((await reached(engine, runId, 'finished')).counters).toMatchObject(rowFailed);

		// The only one that waits, and so the first of its session.
		await engine.retryFailed(runId);
		expect((await reached(engine, runId, 'finished')).counters).toMatchObject(rowFailed);
		expect(endpoint.ledger.requests).toHaveLength(6 + 1);
	});

	test('what was answered before a change keeps what it was sent', async () => {
		const engine = createEngine(openTab(browser).host);
		endpoint.hold();
		endpoint.letThrough(3);
		const runId = await started(engine, await setupWith(engine, 6, {}));
		await whenever(engine, runId, ({ counters }) => counters.succeeded === 3);
		await engine.stopRun(runId);
		await reached(engine, runId, 'stopped');
		endpoint.release();
		await engine.repairRun(runId, leftOut);
		await reached(engine, runId, 'finished');
		expect(
			(await exported(engine, runId)).map(({ model_args }) => model_args['temperature']),
		).toEqual([0.2, 0.2, 0.2, undefined, undefined, undefined]);
	});
});

describe('answers that were cut off', () => {
	/** Answers are as long as 100 tokens. */
	const short = ({ body }: EndpointRequest): Scenario =>
		(numberAt(body, 'max_tokens') ?? Infinity) < 100 ? 'cutAtLength' : 'plainReply';

	test('are asked for again with a higher limit, alone, and the results say so', async () => {
		endpoint.play((request, seenBefore) =>
			request.arrival % 2 === 0 ? short(request) : seenBefore === 0 ? 'plainReply' : short(request),
		);
		const engine = createEngine(openTab(browser).host);
		const runId = await started(engine, await setupWith(engine, 8, {}));
		const { counters } = await reached(engine, runId, 'finished');
		expect(counters.marks.truncated).toBe(4);

		endpoint.play(short);
		expect(await engine.retryTruncated(runId, 400)).toMatchObject({ ok: true });
		const after = await reached(engine, runId, 'finished');
		expect(endpoint.ledger.requests).toHaveLength(8 + 4);
		expect(after.counters).toMatchObject({ succeeded: 8, failed: 0, marks: { truncated: 0 } });
		const limits = (await exported(engine, runId)).map(
			({ model_args }) => model_args['max_tokens'],
		);
		expect(limits.filter((limit) => limit === 50)).toHaveLength(4);
		expect(limits.filter((limit) => limit === 400)).toHaveLength(4);
	});

	test('a new limit that the model refuses stops after one call, and is mended like any other', async () => {
		endpoint.play('cutAtLength');
		const engine = createEngine(openTab(browser).host);
		const runId = await started(engine, await setupWith(engine, 3, {}));
		await reached(engine, runId, 'finished');
		endpoint.play(({ body }) => ('max_tokens' in body ? 'unsupportedParameter' : 'plainReply'));
		await engine.retryTruncated(runId, 400);
		const { counters } = await reached(engine, runId, 'needsAttention');
		expect(counters).toMatchObject({ succeeded: 0, failed: 0 });
		expect(endpoint.ledger.requests).toHaveLength(3 + 1);
		await engine.repairRun(runId, renamed);
		await reached(engine, runId, 'finished');
		expect((await exported(engine, runId)).map(({ model_args }) => model_args)).toEqual(
			Array.from({ length: 3 }, () => ({
				model: 'm1',
				temperature: 0.2,
				max_completion_tokens: 400,
			})),
		);
	});

	test('stay as they were where the retry fails for good, and while it is stopped', async () => {
		endpoint.play(short);
		const engine = createEngine(openTab(browser).host);
		const runId = await started(engine, await setupWith(engine, 4, {}));
		await reached(engine, runId, 'finished');
		const before = await exported(engine, runId);

		endpoint.hold();
		await engine.retryTruncated(runId, null);
		await whenever(engine, runId, ({ inFlight }) => inFlight === 1);
		await engine.stopRun(runId);
		const stopped = await reached(engine, runId, 'stopped');
		expect(stopped.counters).toMatchObject({ planned: 4, succeeded: 0, failed: 0 });
		expect(await exported(engine, runId)).toEqual(before);

		endpoint.release();
		endpoint.play('contextTooLong');
		await engine.resumeRun(runId);
		const { counters } = await reached(engine, runId, 'finished');
		expect(counters).toMatchObject({ succeeded: 4, failed: 0, marks: { truncated: 4 } });
		const after = await exported(engine, runId);
		expect(after.map(({ attempt_history, ...item }) => [item, attempt_history])).toEqual(
			before.map((item) => [
				item,
				// Told beside the answer that stands.
				[expect.objectContaining({ error: expect.objectContaining({ status: 400 }) as unknown })],
			]),
		);
	});
});

describe('an endpoint that cannot be reached', () => {
	test('is told of while it is still being tried, and no more once it has answered', async () => {
		let isUp = false;
		const tab = openTab(browser, (input, init) =>
			isUp ? fetch(input, init) : Promise.reject(new TypeError('Failed to fetch')),
		);
		const engine = createEngine(tab.host);
		const runId = await started(engine, await setupWith(engine, 3, {}));
		const trying = await whenever(
			engine,
			runId,
			({ unreached }) => unreached !== null && unreached !== undefined,
		);
		expect(trying.phase.name).toBe('running');
		expect(trying.unreached?.message).toBe('Failed to fetch');
		isUp = true;
		expect((await reached(engine, runId, 'finished')).unreached).toBeFalsy();
	});
});

test('the limits that an endpoint has named are remembered with the model', async () => {
	endpoint.play((_, seenBefore) => (seenBefore === 0 ? 'rateLimitedOnce' : 'plainReply'));
	const engine = createEngine(openTab(browser).host);
	const setup = await setupWith(engine, 3, {});
	const runId = await started(engine, setup);
	await reached(engine, runId, 'finished');
	await expect
		.poll(async () => {
			const [note] = await engine.modelNotes(endpoint.origin, ['m1']);
			return note && limitsOf(note, setup.connection);
		})
		.toMatchObject({ tokensPerMinute: 30_000 });
});

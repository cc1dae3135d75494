import { beforeEach, describe, expect, test } from 'vitest';
import type { BatchImport, DoorRefusal, EngineApi } from '#contract/engine-api.ts';
import { readCustomId } from '#domain/batch-id.ts';
import { emptyDraft, emptyShare, type Draft } from '#domain/draft.ts';
import type { Result } from '#domain/result.ts';
import { createEngine } from '#worker/create-engine.ts';
import { FakeBrowser, openTab } from '../support/fake-host.ts';
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

let engine: EngineApi;
beforeEach(() => {
	engine = createEngine(openTab(browser).host);
});

interface BatchRequest {
	readonly custom_id: string;
	readonly method: string;
	readonly url: string;
	readonly body: Record<string, unknown>;
}

/** Of 8 requests to two models 2 have settled. */
async function stoppedRun(change: Partial<Draft> = {}): Promise<string> {
	const draft: Draft = {
		...emptyDraft,
		name: 'Cups',
		provider: 'compatible',
		baseUrl: endpoint.url,
		models: ['m1', 'm2'],
		templates: [{ messages: [{ role: 'user', content: 'Judge {review}' }], prompt: '' }],
		...change,
	};
	const setup = checkedSetup(draft, await imported(engine, reviews(4)));
	endpoint.hold();
	endpoint.letThrough(2);
	const runId = await started(engine, setup);
	await whenever(engine, runId, ({ counters }) => counters.succeeded === 2);
	await engine.stopRun(runId);
	await reached(engine, runId, 'stopped');
	endpoint.release();
	return runId;
}

async function exportedBatch(runId: string, by = engine): Promise<readonly BatchRequest[]> {
	const made = await by.exportBatch(runId);
	if (!made.ok) throw new Error(JSON.stringify(made.error));
	const texts = await Promise.all(made.value.files.map(({ blob }) => blob.text()));
	return texts.flatMap((text) =>
		text
			.trimEnd()
			.split('\n')
			.map((line) => JSON.parse(line) as BatchRequest),
	);
}

const answerTo = ({ custom_id, body }: BatchRequest): unknown => ({
	id: 'batch_req_1',
	custom_id,
	response: {
		status_code: 200,
		request_id: 'req-1',
		body: {
			id: `chatcmpl-${custom_id}`,
			created: 1_760_000_000,
			model: body['model'],
			choices: [
				{
					index: 0,
					message: { role: 'assistant', content: `to ${custom_id}` },
					finish_reason: 'stop',
				},
			],
			usage: { prompt_tokens: 7, completion_tokens: 3 },
		},
	},
	error: null,
});

const failureOf = ({ custom_id }: BatchRequest, status: number, error: unknown): unknown => ({
	id: 'batch_req_2',
	custom_id,
	response: { status_code: status, request_id: 'req-2', body: { error } },
	error: null,
});

const expired = ({ custom_id }: BatchRequest): unknown => ({
	id: 'batch_req_3',
	custom_id,
	response: null,
	error: {
		code: 'batch_expired',
		message: 'This request could not be executed before the completion window expired.',
	},
});

const output = (...lines: readonly unknown[]): File =>
	new File(
		[lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n')],
		'batch_1_output.jsonl',
	);

const read = (result: Result<BatchImport, DoorRefusal>): BatchImport => {
	if (!result.ok) throw new Error(JSON.stringify(result.error));
	return result.value;
};

describe('the files for the Batch API', () => {
	test('hold what waits, a model a file, each with the body that the run sends', async () => {
		const runId = await stoppedRun({
			settings: { ...emptyDraft.settings, temperature: 0.5, completionsPerPrompt: 2 },
		});
		const made = await engine.exportBatch(runId);
		expect(made.ok && made.value.files.map(({ name, requests }) => [name, requests])).toEqual([
			['Cups-batch-1-m1.jsonl', 3],
			['Cups-batch-2-m2.jsonl', 3],
		]);
		const lines = await exportedBatch(runId);
		expect(new Set(lines.map(({ url, method }) => `${method} ${url}`))).toEqual(
			new Set(['POST /v1/chat/completions']),
		);
		expect(Math.max(...lines.map(({ custom_id }) => custom_id.length))).toBeLessThanOrEqual(64);
		await engine.resumeRun(runId);
		await finished(engine, runId);
		const bodies = endpoint.ledger.requests.map(({ body }) => JSON.stringify(body));
		for (const { body } of lines) expect(bodies).toContain(JSON.stringify(body));
	});

	test('are none of a run with several connections: a batch goes to one', async () => {
		const other = new URL(endpoint.url);
		other.hostname = 'localhost';
		const runId = await stoppedRun({ shares: [{ ...emptyShare, baseUrl: other.href }] });
		expect(await engine.exportBatch(runId)).toMatchObject({
			error: { problems: [expect.stringMatching(/sends to several connections/)] },
		});
	});

	test('are none of a run of the Demo, of one that goes, and of one where nothing waits', async () => {
		const demo = checkedSetup(
			{
				...emptyDraft,
				name: 'D',
				templates: [{ messages: [{ role: 'user', content: 'x' }], prompt: '' }],
			},
			null,
		);
		const demoId = await started(engine, demo);
		await finished(engine, demoId);
		expect(await engine.exportBatch(demoId)).toMatchObject({
			error: { problems: [expect.stringMatching(/The Demo has no Batch API/)] },
		});
		const runId = await stoppedRun();
		await engine.resumeRun(runId);
		await finished(engine, runId);
		expect(await engine.exportBatch(runId)).toMatchObject({
			error: { problems: ['Nothing waits that could be sent.'] },
		});
	});
});

describe('output of the Batch API', () => {
	test('is filled in whatever its order, counted, and finishes the run', async () => {
		const runId = await stoppedRun();
		const lines = await exportedBatch(runId);
		const got = read(await engine.importBatch(runId, [output(...lines.map(answerTo).reverse())]));
		expect(got).toMatchObject({ succeeded: 6, failed: 0, duplicates: 0, unknown: 0, missing: 0 });
		const sent = endpoint.ledger.requests.length;
		const run = await engine.getRun(runId);
		expect(run).toMatchObject({ phase: { name: 'finished' }, counters: { succeeded: 8 } });
		const items = await exported(engine, runId);
		expect(items).toHaveLength(8);
		for (const { custom_id } of lines) {
			const { request = -1 } = readCustomId(custom_id) ?? {};
			const item = items[request];
			expect(item?.response).toBe(`to ${custom_id}`);
			expect(item?.number_of_prompt_tokens).toBe(7);
		}
		expect(endpoint.ledger.requests).toHaveLength(sent);
	});

	test('taken in a second time changes nothing', async () => {
		const runId = await stoppedRun();
		const lines = await exportedBatch(runId);
		const file = output(...lines.slice(0, 3).map(answerTo));
		read(await engine.importBatch(runId, [file]));
		const before = await engine.getRun(runId);
		const size = browser.journals?.text(`${runId}.journal`).match(/"settled"/g)?.length;
		expect(read(await engine.importBatch(runId, [file]))).toMatchObject({
			succeeded: 0,
			duplicates: 3,
			missing: 3,
		});
		expect((await engine.getRun(runId))?.counters).toEqual(before?.counters);
		expect(browser.journals?.text(`${runId}.journal`).match(/"settled"/g)?.length).toBe(size);
	});

	test('names what fails by its kind, what is of no request, and what is missing, which waits', async () => {
		const runId = await stoppedRun();
		const [a, b, c, d, e, f] = await exportedBatch(runId);
		if (!a || !b || !c || !d || !e || !f) throw new Error('Six wait.');
		const got = read(
			await engine.importBatch(runId, [
				output(
					answerTo(a),
					answerTo(a),
					{ ...(answerTo(b) as object), custom_id: 'row-17' },
					'no JSON',
				),
				new File(
					[
						[
							failureOf(c, 400, {
								message: 'maximum context length',
								code: 'context_length_exceeded',
							}),
							failureOf(d, 500, { message: 'server_error' }),
							expired(e),
						]
							.map((line) => JSON.stringify(line))
							.join('\n'),
					],
					'errors.jsonl',
				),
			]),
		);
		expect(got).toMatchObject({ succeeded: 1, failed: 2, duplicates: 1, unknown: 2, missing: 3 });
		expect(got.unknownIds[0]).toBe('row-17');
		expect(new Set(got.missingIds)).toEqual(new Set([b, e, f].map((one) => one.custom_id)));
		expect((await engine.readFailures(runId)).map(({ kind }) => kind).sort()).toEqual([
			'contextLengthExceeded',
			'serverError',
		]);
		expect(await engine.getProgress(runId)).toMatchObject({ phase: { name: 'stopped' } });
		const sent = endpoint.ledger.requests.length;
		await engine.resumeRun(runId);
		await finished(engine, runId);
		expect(endpoint.ledger.requests).toHaveLength(sent + 3);
	});

	test('of another run, or of the run with other prompts, is refused', async () => {
		const one = await exportedBatch(await stoppedRun());
		const other = await stoppedRun();
		expect(await engine.importBatch(other, [output(...one.map(answerTo))])).toMatchObject({
			ok: false,
			error: {
				problems: [
					expect.stringMatching(/None of its lines belongs to this run/),
					...Array.from({ length: 3 }, () => expect.any(String) as string),
				],
			},
		});
		const lines = (await exportedBatch(other)).map(({ custom_id, ...rest }): BatchRequest => ({
			...rest,
			custom_id: custom_id.replace(/^(volley-[0-9a-f]{8}-)[0-9a-f]{8}/, '$1deadbeef'),
		}));
		expect(await engine.importBatch(other, [output(...lines.map(answerTo))])).toMatchObject({
			ok: false,
		});
		expect(await engine.getRun(other)).toMatchObject({ counters: { succeeded: 2 } });
	});

	test('is taken in by itself: whoever resumes or retries meanwhile is told that the run is busy', async () => {
		const runId = await stoppedRun();
		const lines = await exportedBatch(runId);
		const file = output(...lines.slice(0, 5).map(answerTo));
		let open = (): void => undefined;
		const gate = new Promise<void>((resolve) => (open = resolve));
		const bytes = await file.arrayBuffer();
		file.stream = () =>
			new ReadableStream({
				pull: async (controller) => {
					await gate;
					controller.enqueue(new Uint8Array(bytes));
					controller.close();
				},
			});
		const importing = engine.importBatch(runId, [file]);
		await expect.poll(() => [...browser.locks.keys()]).toContain(`volley-run-${runId}`);
		const busy = { ok: false, error: { kind: 'going' } };
		expect(await engine.resumeRun(runId)).toEqual(busy);
		expect(await engine.retryFailed(runId)).toEqual(busy);
		open();
		expect(read(await importing)).toMatchObject({ succeeded: 5, missing: 1 });
		expect(await engine.resumeRun(runId)).toMatchObject({ ok: true });
		await finished(engine, runId);
	});

	test('of requests that were asked for again since is not counted as filled in', async () => {
		const runId = await stoppedRun();
		const cutOff = (await exportedBatch(runId)).map(
			(line) => JSON.parse(JSON.stringify(answerTo(line)).replace('"stop"', '"length"')) as unknown,
		);
		const file = output(...cutOff);
		expect(read(await engine.importBatch(runId, [file]))).toMatchObject({ succeeded: 6 });
		endpoint.hold();
		await engine.retryTruncated(runId, null);
		await engine.stopRun(runId);
		await reached(engine, runId, 'stopped');
		const before = await engine.getRun(runId);
		expect(before?.counters).toMatchObject({ succeeded: 2 });
		expect(read(await engine.importBatch(runId, [file]))).toMatchObject({
			...{ succeeded: 0, failed: 0, duplicates: 6, missing: 6 },
		});
		expect((await engine.getRun(runId))?.counters).toEqual(before?.counters);
		// Exported now, they are of the revision that is waited for.
		const again = output(...cutOff.slice(0, 1), ...(await exportedBatch(runId)).map(answerTo));
		expect(read(await engine.importBatch(runId, [again]))).toMatchObject({
			...{ succeeded: 6, duplicates: 1, missing: 0 },
		});
		expect(await engine.getRun(runId)).toMatchObject({ counters: { succeeded: 8 } });
	});

	test('whose times have fractions leaves a run that can be saved and opened', async () => {
		const runId = await stoppedRun();
		const lines = (await exportedBatch(runId)).map((line) =>
			JSON.stringify(answerTo(line)).replace('1760000000', '1700000000.1234'),
		);
		read(await engine.importBatch(runId, [output(...lines)]));
		const saved = await engine.saveRun(runId);
		if (!saved.ok) throw new Error('It rests.');
		const there = createEngine(openTab(new FakeBrowser()).host);
		expect(await there.openFile(new File([saved.value.blob], saved.value.name))).toMatchObject({
			ok: true,
			value: { kind: 'run', settled: 8 },
		});
	});

	test('finds its run by itself, also where that was taken as a file since', async () => {
		const runId = await stoppedRun();
		const lines = await exportedBatch(runId);
		const saved = await engine.saveRun(runId);
		if (!saved.ok) throw new Error('It rests.');
		const other = new FakeBrowser();
		for (let i = 0; i < 100; i++) other.nextId();
		const there = createEngine(openTab(other).host);
		const opened = await there.openFile(new File([saved.value.blob], saved.value.name));
		const copyId = opened.ok && opened.value.kind === 'run' ? opened.value.runId : '';
		expect(await there.openFile(output(...lines.map(answerTo)))).toMatchObject({
			ok: true,
			value: { kind: 'batch', batch: { runId: copyId, succeeded: 6, missing: 0 } },
		});
		const nowhere = createEngine(openTab(new FakeBrowser()).host);
		expect(await nowhere.openFile(output(...lines.map(answerTo)))).toMatchObject({
			ok: false,
			error: {
				problems: ['It is output of the Batch API, but of no run that is in this browser.'],
			},
		});
	});
});

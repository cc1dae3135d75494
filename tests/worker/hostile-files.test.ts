import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EngineApi } from '#contract/engine-api.ts';
import type { Dataset } from '#domain/dataset.ts';
import { emptyDraft, type Draft } from '#domain/draft.ts';
import { foundOut } from '#domain/reading-options.ts';
import { readTemplateFiles } from '#state/template-files.ts';
import { crc32 } from '#storage/checksum.ts';
import { createEngine } from '#worker/create-engine.ts';
import { createTestEndpoint, type TestEndpoint } from '../endpoint/test-endpoint.ts';
import { FakeBrowser, openTab } from '../support/fake-host.ts';
import { spoiledPlaces, spoiledTexts, type Json, type Spoiled } from '../support/hostile-json.ts';
import { hostileFile as hostileTable } from '../tabular/hostile-files.ts';
import { wide } from '../tabular/table-files.ts';
import {
	checkedSetup,
	exported,
	exportedText,
	imported,
	reached,
	started,
	whenever,
} from './run-fixtures.ts';

/**
 * Files that a careless or a malicious hand has made, through every door that takes files, into the engine as it is. Those of
 * tables alone are in tests/tabular/hostile.test.ts.
 */

interface HostileFile {
	readonly kind: string;
	readonly name: string;
	readonly content: string | Uint8Array<ArrayBuffer>;
}

const seed = 20_261_121;
const named =
	(name: string) =>
	({ kind, text }: Spoiled): HostileFile => ({ kind, name, content: text });
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const gzipped = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(gzipSync(text));

/** Of a hundred files, on a busy machine. */
const mostMs = 60_000;

/** Whole files, as Volley wrote them, to be spoiled. */
interface Whole {
	readonly setup: string;
	readonly run: readonly string[];
	readonly results: string;
	readonly batch: readonly string[];
}

let endpoint: TestEndpoint;
let whole: Whole;
/** Where the files were written. */
let homeBrowser: FakeBrowser;

const draft = (): Draft => ({
	...emptyDraft,
	name: 'Words',
	provider: 'compatible',
	baseUrl: endpoint.url,
	models: ['m1', 'm2'],
	templates: [{ messages: [{ role: 'user', content: 'Repeat {text}' }], prompt: '' }],
	idColumn: 'key',
	shares: [],
	rows: {
		...{ choose: 'all', count: null, seed: null, from: null, to: null },
		...{ column: null, has: true, text: '' },
	},
	bindings: [],
	modelParameters: ['', ''],
	pairing: 'cross',
});

const answerTo = (line: string): string => {
	const { custom_id, body } = JSON.parse(line) as { custom_id: string; body: { model: string } };
	return JSON.stringify({
		...{ id: 'batch_req_1', custom_id },
		response: {
			...{ status_code: 200, request_id: 'req-1' },
			body: {
				...{
					id: 'chatcmpl-1',
					object: 'chat.completion',
					created: 1_760_000_000,
					model: body.model,
				},
				choices: [
					{ index: 0, message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' },
				],
				usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
			},
		},
		error: null,
	});
};

/** Of 6 requests 2 have settled. */
async function stoppedRun(engine: EngineApi): Promise<string> {
	const dataset = await imported(engine, 'key,text\nk0,zero\nk1,one\nk2,two\n');
	endpoint.hold();
	endpoint.letThrough(2);
	const runId = await started(engine, checkedSetup(draft(), dataset));
	await whenever(engine, runId, ({ counters }) => counters.succeeded === 2);
	await engine.stopRun(runId);
	await reached(engine, runId, 'stopped');
	endpoint.release();
	return runId;
}

beforeAll(async () => {
	endpoint = await createTestEndpoint();
	homeBrowser = new FakeBrowser();
	const engine = createEngine(openTab(homeBrowser).host);
	const runId = await stoppedRun(engine);
	const { datasetId } = (await engine.getRun(runId))?.setup ?? { datasetId: null };
	const written = await engine.exportSetup(
		{ ...draft(), datasetId },
		{ name: 'Words', withData: true, withIds: true },
	);
	const run = await engine.saveRun(runId);
	const batch = await engine.exportBatch(runId);
	if (!written.ok || !run.ok || !batch.ok) throw new Error('It could not be written.');
	const requests = await Promise.all(batch.value.files.map(({ blob }) => blob.text()));
	whole = {
		setup: await written.value.blob.text(),
		run: gunzipSync(Buffer.from(await run.value.blob.arrayBuffer()))
			.toString('utf8')
			.trimEnd()
			.split('\n'),
		results: await exportedText(engine, runId, 'json'),
		batch: requests.flatMap((text) => text.trimEnd().split('\n')).map(answerTo),
	};
});
afterAll(() => endpoint.close());

let browser: FakeBrowser;
let engine: EngineApi;
let sent: number;
beforeEach(async () => {
	await begin();
	sent = endpoint.ledger.requests.length;
});

async function begin(): Promise<void> {
	browser = new FakeBrowser();
	// No id here is one of the browser that wrote the files.
	for (let i = 0; i < 100; i++) browser.nextId();
	engine = createEngine(openTab(browser).host);
	await engine.holdKey(new URL(endpoint.url).origin, 'sk-hostile-files-0123456789');
}

const fileOf = ({ name, content }: HostileFile): File => new File([content], name);

const stored = async (): Promise<unknown> => ({
	runs: await engine.listRuns(),
	datasets: await engine.listDatasets(),
	databases: (await browser.indexedDB.databases()).map(({ name }) => name).sort(),
	journals: [...(browser.journals?.files.keys() ?? [])].sort(),
});

const prototypes = (): string =>
	[Object, Array, String, Function]
		.map(({ prototype }) => Object.getOwnPropertyNames(prototype).join())
		.join();

/** Sentences for people, of a bounded length, without the words of an engine for its programmers. */
function expectWords(problems: readonly string[], kind: string): void {
	expect(problems.length, kind).toBeGreaterThan(0);
	expect(problems.length, kind).toBeLessThanOrEqual(12);
	for (const problem of problems) {
		expect(problem, kind).toMatch(/^\S.*[.…:\])]$|^import json, pickle$/s);
		expect(problem.length, kind).toBeLessThan(1_500);
		expect(problem, kind).not.toMatch(
			/undefined|\[object |is not a function|Cannot read|Maximum call stack|DataCloneError/,
		);
	}
}

/** Opens each; what is refused leaves nothing, what is taken can be read, and the next finds a new browser. */
async function expectBorne(
	files: readonly HostileFile[],
	open: (file: File, kind: string) => Promise<readonly string[] | null>,
): Promise<{ readonly refused: number; readonly taken: number }> {
	const before = prototypes();
	const sum = { refused: 0, taken: 0 };
	await engine.listRuns();
	const empty = await stored();
	for (const hostile of files) {
		const problems = await open(fileOf(hostile), hostile.kind);
		if (problems === null) {
			sum.taken++;
			await begin();
			await engine.listRuns();
		} else {
			sum.refused++;
			expectWords(problems, hostile.kind);
			expect(await stored(), hostile.kind).toEqual(empty);
		}
		expect(prototypes(), hostile.kind).toBe(before);
		expect(({} as Readonly<Record<string, unknown>>)['polluted'], hostile.kind).toBeUndefined();
	}
	expect(endpoint.ledger.requests).toHaveLength(sent);
	expect(await engine.heldKeys()).toHaveLength(1);
	return sum;
}

/** Looks at all of a run that was taken in. */
async function expectSound(runId: string, kind: string): Promise<void> {
	const run = await engine.getRun(runId);
	expect(run, kind).not.toBeNull();
	const progress = await engine.getProgress(runId);
	expect(['stopped', 'finished'], kind).toContain(progress?.phase.name);
	const items = await exported(engine, runId);
	expect(Array.isArray(items), kind).toBe(true);
	await exportedText(engine, runId, 'csv');
	const lines = await engine.readResults({ runId, offset: 0, limit: 50, show: 'all', search: '' });
	expect(lines.rows.length, kind).toBeLessThanOrEqual(50);
	await engine.readFailures(runId);
	const again = await engine.saveRun(runId);
	expect(again.ok, kind).toBe(true);
}

async function openFile(file: File, kind: string): Promise<readonly string[] | null> {
	const read = await engine.openFile(file);
	if (!read.ok) return read.error.kind === 'refused' ? read.error.problems : [];
	if (read.value.kind === 'setup') return openSetup(file);
	if (read.value.kind === 'table') return importTable(file);
	if (read.value.kind === 'run') await expectSound(read.value.runId, kind);
	return null;
}

async function expectRows({ id, columns, rowCount }: Dataset): Promise<void> {
	const rows = await engine.readRows(id, 0, 100);
	expect(rows).toHaveLength(Math.min(rowCount, 100));
	expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length);
	for (const row of rows) expect(row.length).toBeLessThanOrEqual(columns.length);
}

async function openSetup(file: File): Promise<readonly string[] | null> {
	const read = await engine.openSetup(file);
	if (!read.ok) return read.error;
	await engine.saveDraft({ ...read.value.draft, datasetId: null });
	if (read.value.dataset !== null) await expectRows(read.value.dataset);
	return null;
}

async function importTable(file: File): Promise<readonly string[] | null> {
	const read = await engine.importFiles([file], foundOut);
	if (!read.ok) return read.error.map(({ message }) => message);
	await expectRows(read.value);
	return null;
}

async function readTemplates(file: File): Promise<readonly string[] | null> {
	const read = await readTemplateFiles([file]);
	return read.ok ? null : read.error;
}

const json = (text: string): Json => JSON.parse(text) as Json;

/** As it would have been written: the checksum is that of the lines. */
function runWith(lines: readonly string[], end: string | undefined): string {
	const body = lines.map((line) => `${line}\n`).join('');
	const checksum = crc32(bytesOf(body)).toString(16).padStart(8, '0');
	return `${body}${(end ?? '').replace(/"checksum":"[^"]*"/, `"checksum":"${checksum}"`)}\n`;
}

function spoiledRuns(each: number): readonly HostileFile[] {
	const { run } = whole;
	const last = run.length - 1;
	const settled = run.findIndex((line) => line.startsWith('{"settled"'));
	return [0, 1, settled, last].flatMap((at) =>
		spoiledPlaces(json(run[at] ?? ''), each, seed + at).map(({ kind, text }) => {
			const lines = run.map((line, i) => (i === at ? text : line));
			return {
				kind: `line ${String(at + 1)}: ${kind}`,
				name: 'words.volley-run.jsonl',
				content: at === last ? `${lines.join('\n')}\n` : runWith(lines.slice(0, -1), lines.at(-1)),
			};
		}),
	);
}

/** Compressed, and not what it says it is. */
function spoiledGzip(text: string): readonly HostileFile[] {
	const name = 'words.volley-run.jsonl.gz';
	const good = gzipped(text);
	const [head = ''] = text.split('\n');
	const wrongSum = good.slice();
	wrongSum.set([1, 2, 3, 4], good.length - 8);
	const flipped = good.slice();
	flipped.set([(good[60] ?? 0) ^ 0xff], 60);
	return [
		{ kind: 'its half', name, content: good.slice(0, good.length / 2) },
		{ kind: 'its head alone', name, content: good.slice(0, 10) },
		{ kind: 'its mark alone', name, content: good.slice(0, 2) },
		{ kind: 'a wrong checksum', name, content: wrongSum },
		{ kind: 'a bit turned', name, content: flipped },
		{ kind: 'more behind it', name, content: new Uint8Array([...good, 1, 2, 3]) },
		{ kind: 'compressed twice', name, content: new Uint8Array(gzipSync(good)) },
		{ kind: 'a bomb of line ends', name, content: gzipped(`${head}\n${'\n'.repeat(17_000_000)}`) },
		{ kind: 'a bomb of blanks before all', name, content: gzipped(' '.repeat(17_000_000)) },
		{
			kind: 'a bomb of brackets',
			name,
			content: gzipped(`${head}\n{"rows":${'['.repeat(2_000_000)}\n`),
		},
		{
			kind: 'a bomb of empty rows',
			name,
			content: gzipped(`${head}\n{"rows":[${'[],'.repeat(4_100_000)}[]]}\n`),
		},
		{
			kind: 'a bomb of results',
			name: 'results.json.gz',
			content: gzipped(
				`[{"choice":null,"prompt":"x","completion":{}${',"a":{}'.repeat(4_100_000)}}]`,
			),
		},
	];
}

/** What no file is, by its beginning. */
const foreign = (name: string): readonly HostileFile[] => [
	{ kind: 'a workbook', name, content: new Uint8Array([0x50, 0x4b, 3, 4, 20, 0, 6, 0]) },
	{ kind: 'a pickle', name, content: new Uint8Array([0x80, 4, 0x95, 0, 0, 0]) },
	{ kind: 'zeros', name, content: new Uint8Array(5_000) },
	{ kind: 'UTF-16', name, content: wide(`\ufeff${whole.setup}`, false) },
	{ kind: 'UTF-16, the other way round', name, content: wide(`\ufeff${whole.setup}`, true) },
	{ kind: 'Latin-1', name, content: new Uint8Array([0x7b, 0x22, 0xe9, 0x22, 0x3a, 0x31, 0x7d]) },
	{
		kind: 'half a character at its end',
		name,
		content: bytesOf(`${whole.setup}☕`).slice(0, -1),
	},
];

describe('hostile files', () => {
	let files = 0;
	const count = ({ refused, taken }: { refused: number; taken: number }): void => {
		files += refused + taken;
		expect(refused).toBeGreaterThan(0);
	};

	test('in the place of a setup', async () => {
		const name = 'words.volley.json';
		count(
			await expectBorne(
				[
					...spoiledPlaces(json(whole.setup), 3, seed).map(named(name)),
					...spoiledTexts(whole.setup, seed).map(named(name)),
					...foreign(name),
				],
				openSetup,
			),
		);
	});

	test(
		'in the place of a run',
		async () => {
			const text = `${whole.run.join('\n')}\n`;
			count(
				await expectBorne(
					[
						...spoiledRuns(1),
						...spoiledTexts(text, seed).map(named('words.volley-run.jsonl')),
						...spoiledGzip(text),
						...foreign('words.volley-run.jsonl'),
					],
					openFile,
				),
			);
		},
		mostMs,
	);

	test('in the place of results', async () => {
		const item = json(whole.results) as readonly Json[];
		count(
			await expectBorne(
				[
					...spoiledPlaces(item[0] ?? null, 1, seed).map(({ kind, text }) => ({
						kind,
						name: 'results.jsonl',
						content: `${text}\n${JSON.stringify(item[1])}\n`,
					})),
					...spoiledTexts(whole.results, seed).map(named('results.json')),
					...foreign('results.json'),
				],
				openFile,
			),
		);
	});

	test('in the place of templates', async () => {
		const chat: Json = [{ messages: [{ role: 'user', content: 'Hello {name}' }] }];
		count(
			await expectBorne(
				['a.json', 'a.jsonl', 'a.md'].flatMap((name) => [
					...spoiledPlaces(chat, 6, seed).map(named(name)),
					...spoiledTexts(JSON.stringify(chat), seed).map(named(name)),
					...foreign(name),
				]),
				readTemplates,
			),
		);
	});

	test('in the place of a table, or of a table with templates', async () => {
		const tables = fc
			.sample(hostileTable, { numRuns: 40, seed })
			.map(({ kind, name, bytes }): HostileFile => ({ kind, name, content: bytes }));
		count(await expectBorne(tables, importTable));
		count(
			await expectBorne(tables.slice(0, 15), async (file) => {
				const read = await engine.readSmallTable(file, 100);
				return read.ok ? null : read.error.map(({ message }) => message);
			}),
		);
	});

	test('in the place of output of the Batch API', async () => {
		browser = homeBrowser;
		engine = createEngine(openTab(browser).host);
		const [run] = await engine.listRuns();
		const runId = run?.id ?? '';
		const before = prototypes();
		const [line = '', ...others] = whole.batch;
		const text = `${line}\n`;
		const hostile = [
			...spoiledPlaces(json(line), 2, seed).map(named('batch_1_output.jsonl')),
			...spoiledTexts(text, seed).map(named('batch_1_output.jsonl')),
			...spoiledGzip(text),
			...foreign('batch_1_output.jsonl'),
		];
		for (const file of hostile) {
			const read = await engine.importBatch(runId, [fileOf(file)]);
			if (!read.ok) {
				// Behind the sentence stand ids that it did not know.
				if (read.error.kind === 'refused') expectWords(read.error.problems.slice(0, 1), file.kind);
				else expect(file.kind).toBe('cancelled by nobody');
			}
			expect(prototypes(), file.kind).toBe(before);
			const { counters } = (await engine.getRun(runId)) ?? {};
			// The line is of one request: whatever the others say is of none.
			expect((counters?.succeeded ?? 0) + (counters?.failed ?? 0), file.kind).toBeLessThanOrEqual(
				3,
			);
		}
		files += hostile.length;
		// Half a file that is damaged brings what stands before the damage, and says where it ends.
		const half = bytesOf(`${others.join('\n')}\n☕`).slice(0, -1);
		const read = await engine.importBatch(runId, [new File([half], 'half.jsonl')]);
		expect(read).toMatchObject({
			ok: true,
			value: {
				succeeded: others.length,
				unknown: 1,
				unknownIds: ['half.jsonl: Not all of it is text in UTF-8.'],
			},
		});
		expect(endpoint.ledger.requests).toHaveLength(sent);
		await expectSound(runId, 'the run that they were given to');
	});

	test('were two hundred and more', () => {
		expect(files).toBeGreaterThanOrEqual(200);
	});
});

import { IDBFactory } from 'fake-indexeddb';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import type { DoorRefusal, EngineApi, OpenedFile } from '#contract/engine-api.ts';
import { emptyDraft, type Draft } from '#domain/draft.ts';
import type { Result } from '#domain/result.ts';
import { crc32 } from '#storage/checksum.ts';
import { createEngine } from '#worker/create-engine.ts';
import { FakeBrowser, openTab, type Tab } from '../support/fake-host.ts';
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

const secret = 'sk-test-this-key-stays-here-0123456789';
const table = (rows: number): string =>
	`key,text\n${Array.from({ length: rows }, (_, i) => `k${String(i)},"word ""${String(i)}"",\n=1+1"`).join('\n')}`;

const draftFor = (change: Partial<Draft> = {}): Draft => ({
	...emptyDraft,
	name: 'Words',
	provider: 'compatible',
	baseUrl: endpoint.url,
	models: ['m1', 'm2'],
	templates: [
		{ messages: [{ role: 'user', content: 'Repeat {text}' }], prompt: '' },
		{ messages: [{ role: 'user', content: 'Judge {text}' }], prompt: '' },
	],
	idColumn: 'key',
	...change,
});

let tab: Tab;
let engine: EngineApi;
beforeEach(() => {
	tab = openTab(browser);
	engine = createEngine(tab.host);
});

async function finishedRun(rows = 5): Promise<string> {
	const dataset = await imported(engine, table(rows));
	const runId = await started(engine, checkedSetup(draftFor(), dataset));
	await finished(engine, runId);
	return runId;
}

/** Of 40 requests 15 have settled; the others wait. */
async function stoppedRun(): Promise<string> {
	const dataset = await imported(engine, table(10));
	endpoint.hold();
	endpoint.letThrough(15);
	const runId = await started(engine, checkedSetup(draftFor(), dataset));
	await whenever(engine, runId, ({ counters }) => counters.succeeded === 15);
	await engine.stopRun(runId);
	await reached(engine, runId, 'stopped');
	endpoint.release();
	return runId;
}

let savedBefore: File | null = null;

/** Of a finished run of 20 requests; where the endpoint was does not matter. */
const savedOnce = async (): Promise<File> => (savedBefore ??= await saved(await finishedRun()));

async function saved(runId: string, from = engine): Promise<File> {
	const file = await from.saveRun(runId);
	if (!file.ok) throw new Error(JSON.stringify(file.error));
	return new File([file.value.blob], file.value.name);
}

const textOf = async (file: File): Promise<string> =>
	gunzipSync(Buffer.from(await file.arrayBuffer())).toString('utf8');

const asFile = (text: string): File => new File([text], 'words.volley-run.jsonl');

type Line = Record<string, unknown>;
const linesOf = (text: string): Line[] =>
	text
		.trimEnd()
		.split('\n')
		.map((line) => JSON.parse(line) as Line);

/** As it would have been written: the checksum is that of the lines. */
function textWith(lines: readonly Line[]): string {
	const body = lines.slice(0, -1).map((line) => `${JSON.stringify(line)}\n`);
	const checksum = crc32(new TextEncoder().encode(body.join('')));
	const end = { ...(lines.at(-1)?.['end'] as object) };
	if ('checksum' in end) end.checksum = checksum.toString(16).padStart(8, '0');
	return `${body.join('')}${JSON.stringify(Object.keys(end).length > 0 ? { end } : lines.at(-1))}\n`;
}

async function opened(file: File, by: EngineApi): Promise<Extract<OpenedFile, { kind: 'run' }>> {
	const read = await by.openFile(file);
	if (!read.ok) throw new Error(JSON.stringify(read.error));
	if (read.value.kind !== 'run') throw new Error(read.value.kind);
	return read.value;
}

const elsewhere = (): { browser: FakeBrowser; engine: EngineApi; tab: Tab } => {
	const other = new FakeBrowser();
	// No id of the one is one of the other.
	for (let i = 0; i < 100; i++) other.nextId();
	const otherTab = openTab(other);
	return { browser: other, engine: createEngine(otherTab.host), tab: otherTab };
};

describe('a run saved as a file', () => {
	test('is the same in another browser, answer by answer, and rests there', async () => {
		await engine.holdKey(new URL(endpoint.url).origin, secret);
		const runId = await finishedRun();
		const file = await saved(runId);
		expect(file.name).toBe('Words.volley-run.jsonl.gz');
		expect(await textOf(file)).not.toContain(secret);
		const there = elsewhere();
		const run = await opened(file, there.engine);
		expect(run).toMatchObject({ name: 'Words', settled: 20, waiting: 0 });
		expect(run.runId).not.toBe(runId);
		expect(await exported(there.engine, run.runId)).toEqual(await exported(engine, runId));
		const [before, after] = await Promise.all([
			engine.getRun(runId),
			there.engine.getRun(run.runId),
		]);
		expect(after?.counters).toEqual(before?.counters);
		expect(after).toMatchObject({ phase: { name: 'finished' }, createdAt: before?.createdAt });
		expect(after?.setup.cameFrom).toEqual({ file: file.name, runId });
		expect(await there.engine.heldKeys()).toEqual([]);
		const [[row], [rowThere]] = await Promise.all([engine.listRuns(), there.engine.listRuns()]);
		expect(row?.models).toEqual(['m1', 'm2']);
		expect([rowThere?.models, rowThere?.targets]).toEqual([row?.models, row?.targets]);
	});

	test('goes on there with what waits, and sends nothing again', async () => {
		const runId = await stoppedRun();
		const sent = endpoint.ledger.requests.length;
		const there = elsewhere();
		const run = await opened(await saved(runId), there.engine);
		expect(run).toMatchObject({ settled: 15, waiting: 25 });
		expect(await there.engine.getProgress(run.runId)).toMatchObject({ phase: { name: 'stopped' } });
		expect(endpoint.ledger.requests).toHaveLength(sent);
		expect(await there.engine.resumeRun(run.runId)).toEqual({ ok: true, value: null });
		await finished(there.engine, run.runId);
		expect(endpoint.ledger.requests).toHaveLength(sent + 25);
		const items = await exported(there.engine, run.runId);
		const places = items.map(({ prompt_index: p, row_index: r, model_index: m }) => [p, r, m]);
		expect(places).toEqual(
			[0, 1].flatMap((p) =>
				Array.from({ length: 10 }, (_, r) => [0, 1].map((m) => [p, r, m])).flat(),
			),
		);
	});

	test('asks for the key again, for its own origin alone', async () => {
		await engine.holdKey(new URL(endpoint.url).origin, secret);
		const runId = await stoppedRun();
		const there = elsewhere();
		await there.engine.holdKey('https://api.example.com', 'sk-of-another-origin');
		const run = await opened(await saved(runId), there.engine);
		expect(await there.engine.resumeRun(run.runId)).toEqual({
			ok: false,
			error: { kind: 'needsKey', origin: new URL(endpoint.url).origin },
		});
	});

	test('survives the loss of the database there: its journal holds every answer, under its name', async () => {
		const runId = await stoppedRun();
		const there = elsewhere();
		const run = await opened(await saved(runId), there.engine);
		const before = await exported(there.engine, run.runId);
		there.tab.kill();
		there.browser.indexedDB = new IDBFactory();
		const again = createEngine(openTab(there.browser).host);
		expect(await again.listRuns()).toMatchObject([
			{ id: run.runId, name: 'Words', succeeded: 15, phase: { name: 'stopped' } },
		]);
		const after = await exported(again, run.runId);
		expect(after.map(({ choice }) => choice)).toEqual(before.map(({ choice }) => choice));
	});

	test('becomes a second run where the first still is, over the same stored rows', async () => {
		const runId = await finishedRun();
		const run = await opened(await saved(runId), engine);
		expect(run.name).toBe('Words (imported)');
		expect(await engine.listDatasets()).toHaveLength(1);
		expect(await engine.listRuns()).toHaveLength(2);
		expect(await exported(engine, run.runId)).toEqual(await exported(engine, runId));
	});

	test('keeps what was changed of it since its start, and what is asked for again', async () => {
		const dataset = await imported(engine, table(3));
		const content = 'Repeat {text} [[scenario:cutAtLength]]';
		const templates = [{ messages: [{ role: 'user' as const, content }], prompt: '' }];
		const draft = draftFor({ models: ['m1'], templates });
		const runId = await started(engine, checkedSetup(draft, dataset));
		await finished(engine, runId);
		const run = await engine.getRun(runId);
		expect(run?.counters.marks.truncated).toBeGreaterThan(0);
		endpoint.hold();
		await engine.retryTruncated(runId, 50);
		await engine.stopRun(runId);
		await reached(engine, runId, 'stopped');
		const there = elsewhere();
		const copy = await opened(await saved(runId), there.engine);
		const [a, b] = await Promise.all([engine.getRun(runId), there.engine.getRun(copy.runId)]);
		expect(b?.revisions).toEqual(a?.revisions);
		expect(b?.counters).toEqual(a?.counters);
		expect(copy.waiting).toBe(run?.counters.marks.truncated);
		endpoint.release();
	});

	test('that is plain text is opened too', async () => {
		const text = await textOf(await saved(await finishedRun()));
		const run = await opened(asFile(text), elsewhere().engine);
		expect(run.settled).toBe(20);
	});

	test('is refused while it goes', async () => {
		const dataset = await imported(engine, table(3));
		endpoint.hold();
		const runId = await started(engine, checkedSetup(draftFor(), dataset));
		expect(await engine.saveRun(runId)).toEqual({
			ok: false,
			error: {
				kind: 'refused',
				problems: ['The run is going. Pause or stop it first.'],
			},
		});
		endpoint.release();
		await finished(engine, runId);
	});
});

describe('a file of a run that is not whole or not right', () => {
	const settled = (line: Line): Line => line['settled'] as Line;
	const cases: readonly (readonly [string, (lines: Line[]) => string, RegExp])[] = [
		['is cut off after a line', (l) => textWith(l).split('\n').slice(0, 9).join('\n'), /cut off/],
		[
			'is cut off within a line',
			(l) => textWith(l).slice(0, -150),
			/^Line \d+: It is not valid JSON, column \d+: .* cut off here, or damaged\.$/,
		],
		[
			'has a line that is no JSON',
			(l) => textWith(l).replace('\n{"settled"', '\n{settled'),
			/^Line 3: It is not valid JSON, column 2: /,
		],
		[
			'was changed by hand',
			(l) => textWith(l).replace('"attempts":1', '"attempts":2'),
			/checksum differs/,
		],
		[
			'is of a newer version',
			(l) => textWith([{ ...l[0], version: 2 }, ...l.slice(1)]),
			/newer version of Volley/,
		],
		[
			'has no version',
			(l) => textWith([{ ...l[0], version: null }, ...l.slice(1)]),
			/no version that Volley knows/,
		],
		[
			'is of another kind',
			(l) => textWith([{ ...l[0], volley: 'walk' }, ...l.slice(1)]),
			/not a run that Volley has saved/,
		],
		[
			'has a request outside the plan',
			(l) =>
				textWith(
					l.map((one) =>
						'settled' in one && settled(one)['request'] === 19
							? { settled: { ...settled(one), request: 20 } }
							: one,
					),
				),
			/^Line 22: Request 20 is not in the plan, which has 20 requests/,
		],
		[
			'has a request twice',
			(l) => textWith([...l.slice(0, 3), l[2] ?? {}, ...l.slice(3)]),
			/^Line 4: Request 0 stands there twice/,
		],
		[
			'has requests out of order',
			(l) => textWith([...l.slice(0, 2), l[3] ?? {}, l[2] ?? {}, ...l.slice(4)]),
			/^Line 4: Request 0 stands behind request 1/,
		],
		[
			'has choices that are no objects',
			(l) =>
				textWith(
					l.map((one, i) =>
						i === 2
							? {
									settled: {
										...settled(one),
										outcome: { ok: true, value: { rest: {}, choices: ['yes'] } },
									},
								}
							: one,
					),
				),
			/^Line 3: “settled › outcome › value › choices 1” is not an object/,
		],
		[
			'has an outcome that is neither',
			(l) =>
				textWith(
					l.map((one, i) => (i === 2 ? { settled: { ...settled(one), outcome: {} } } : one)),
				),
			/neither that it succeeded nor/,
		],
		[
			'names a revision that is not there',
			(l) =>
				textWith(
					l.map((one, i) => (i === 2 ? { settled: { ...settled(one), revision: 3 } } : one)),
				),
			/under revision 3, which the run does not have/,
		],
		[
			'lacks answers that its end counts',
			(l) => textWith([...l.slice(0, 5), ...l.slice(6)]),
			/last line says succeeded: 20, but it comes to 19/,
		],
		[
			'lacks rows',
			(l) =>
				textWith(
					l.map((one) => ('rows' in one ? { rows: (one['rows'] as unknown[]).slice(1) } : one)),
				),
			/It holds 4 rows; its first line speaks of 5 rows/,
		],
		[
			'has other rows',
			(l) =>
				textWith(
					l.map((one) =>
						'rows' in one
							? { rows: (one['rows'] as string[][]).map((cells) => cells.map((c) => `${c}!`)) }
							: one,
					),
				),
			/digest differs/,
		],
		[
			'has rows behind its answers',
			(l) => textWith([...l.slice(0, 4), l[1] ?? {}, ...l.slice(4)]),
			/^Line 5: Rows stand behind the answers/,
		],
		[
			'has a line of another kind',
			(l) => textWith([...l.slice(0, 4), { more: 1 }, ...l.slice(4)]),
			/neither rows, nor an answer, nor the end/,
		],
		['goes on behind its end', (l) => `${textWith(l)}{"more":1}\n`, /stand behind its end/],
		[
			'holds a field that is not known',
			(l) => textWith([{ ...l[0], apiKey: 'x' }, ...l.slice(1)]),
			/“apiKey” is not known to this version/,
		],
		[
			'says OpenAI and means another address',
			(l) =>
				textWith([
					{
						...l[0],
						setup: {
							...(l[0]?.['setup'] as Line),
							connection: {
								provider: 'openai',
								baseUrl: 'https://evil.example/v1',
								organization: '',
								project: '',
								usesKey: true,
							},
						},
					},
					...l.slice(1),
				]),
			/no connection that Volley would make/,
		],
		[
			'has an address with a key in it',
			(l) =>
				textWith([
					{
						...l[0],
						setup: {
							...(l[0]?.['setup'] as Line),
							connection: {
								provider: 'compatible',
								baseUrl: 'https://user:pw@host/v1',
								organization: '',
								project: '',
								usesKey: true,
							},
						},
					},
					...l.slice(1),
				]),
			/no connection that Volley would make/,
		],
		[
			'plans without end',
			(l) =>
				textWith([
					{ ...l[0], setup: { ...(l[0]?.['setup'] as Line), rowCount: 999_999_999 } },
					...l.slice(1),
				]),
			/plan that does not fit its rows|more than/,
		],
	];
	test.each(cases)(
		'that %s is refused in words, and leaves nothing behind',
		async (_, change, words) => {
			const text = await textOf(await savedOnce());
			const there = elsewhere();
			await there.engine.listRuns();
			const databases = async (): Promise<(string | undefined)[]> =>
				(await there.browser.indexedDB.databases()).map(({ name }) => name).sort();
			const before = await databases();
			const read = await there.engine.openFile(asFile(change(linesOf(text))));
			expect(problemsOf(read)).toMatch(words);
			expect(await there.engine.listRuns()).toEqual([]);
			expect(await there.engine.listDatasets()).toEqual([]);
			expect(await databases()).toEqual(before);
			expect([...(there.browser.journals?.files.keys() ?? [])]).toEqual([]);
		},
	);

	test('compressed and cut off is refused in words', async () => {
		const file = await savedOnce();
		const there = elsewhere();
		const cut = new File([file.slice(0, file.size - 40)], file.name);
		expect(problemsOf(await there.engine.openFile(cut))).toMatch(/cut off or damaged/);
		expect(await there.engine.listRuns()).toEqual([]);
	});

	test('is let go once it is refused', async () => {
		const head = '{"volley":"run","version":0}\n';
		const file = new File([head], 'odd.volley-run.jsonl');
		const reading = { begun: 0, cancelled: 0 };
		file.stream = () => {
			reading.begun++;
			return new ReadableStream({
				pull: (controller) => {
					controller.enqueue(new TextEncoder().encode(head.repeat(500)));
				},
				cancel: () => {
					reading.cancelled++;
				},
			});
		};
		expect(problemsOf(await engine.openFile(file))).toMatch(/no version that Volley knows/);
		expect(reading).toEqual({ begun: 2, cancelled: 2 });
	});

	test('that cannot be stored says why, and leaves nothing behind', async () => {
		const file = await savedOnce();
		const there = elsewhere();
		await there.engine.listRuns();
		if (there.browser.journals !== null) there.browser.journals.capacity = 3_000;
		expect(problemsOf(await there.engine.openFile(file))).toMatch(/could not be stored here/);
		expect(await there.engine.listRuns()).toEqual([]);
		expect([...(there.browser.journals?.files.keys() ?? [])]).toEqual([]);
	});

	test('is dropped whole where the person breaks it off, and where the tab is killed', async () => {
		const file = await savedOnce();
		const there = elsewhere();
		await there.engine.listRuns();
		const opening = there.engine.openFile(file);
		await there.engine.subscribe(() => undefined);
		await there.engine.cancelDoor();
		expect(await opening).toEqual({ ok: false, error: { kind: 'cancelled' } });
		expect(await there.engine.listRuns()).toEqual([]);

		// Killed with its answers half in: the journal refuses to grow, and nobody is left to take anything back.
		const stuck = new File([file], file.name);
		const journals = there.browser.journals;
		if (journals === null) throw new Error('It keeps files.');
		const killed = new Promise<void>((resolve) => {
			const open = journals.open.bind(journals);
			journals.open = async (name) => {
				const opened = await open(name);
				return {
					...opened,
					write: (bytes, at) => {
						opened.write(bytes, at);
						if (new TextDecoder().decode(bytes).includes('"settled"')) {
							there.tab.kill();
							journals.open = open;
							resolve();
							throw new Error('killed');
						}
					},
					truncate: () => {
						throw new Error('killed');
					},
				};
			};
		});
		void there.engine.openFile(stuck);
		await killed;
		const again = createEngine(openTab(there.browser).host);
		expect(await again.listRuns()).toEqual([]);
	});
});

function problemsOf(read: Result<OpenedFile, DoorRefusal>): string {
	if (read.ok) throw new Error(`It was opened as a ${read.value.kind}.`);
	if (read.error.kind === 'cancelled') throw new Error('It was cancelled.');
	return read.error.problems.join('\n');
}

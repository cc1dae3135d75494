import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { EngineApi, EngineEvent } from '#contract/engine-api.ts';
import { emptyDraft } from '#domain/draft.ts';
import { createEngine } from '#worker/create-engine.ts';
import { journalName } from '#storage/journal-folder.ts';
import type { Host } from '#worker/host.ts';
import { openTab } from '../support/fake-host.ts';
import type { MemoryFolder } from '../support/memory-folder.ts';
import {
	browser,
	checkedSetup,
	endpoint,
	exported,
	freshForEachTest,
	imported,
	reached,
	started as startedRun,
	whenever,
} from './run-fixtures.ts';

freshForEachTest();

let journals: MemoryFolder;
beforeEach(() => {
	if (browser.journals === null) throw new Error('A browser keeps files unless told otherwise.');
	journals = browser.journals;
});

async function started(engine: EngineApi, rows: number): Promise<string> {
	const text = `id,text\n${Array.from({ length: rows }, (_, i) => `${String(i)},word ${String(i)}`).join('\n')}`;
	const messages = [{ role: 'user', content: 'Repeat {text}' }] as const;
	const draft = {
		...emptyDraft,
		provider: 'compatible',
		baseUrl: endpoint.url,
		models: ['m1'],
		templates: [{ messages, prompt: '' }],
	} as const;
	return startedRun(engine, checkedSetup(draft, await imported(engine, text, 'words.csv')));
}

const rowsOf = async (engine: EngineApi, runId: string): Promise<(number | undefined)[]> =>
	(await exported(engine, runId)).map(({ row_index }) => row_index);

const range = (to: number): number[] => Array.from({ length: to }, (_, i) => i);

/** A run of 40 rows whose tab is killed when 15 have settled and 6 are in flight. */
async function killedRun(): Promise<string> {
	const tab = openTab(browser);
	const engine = createEngine(tab.host);
	endpoint.hold();
	endpoint.letThrough(15);
	const runId = await started(engine, 40);
	await endpoint.ledger.arrived(21);
	await whenever(engine, runId, ({ counters }) => counters.succeeded === 15);
	tab.kill();
	endpoint.release();
	await endpoint.ledger.ended(21);
	return runId;
}

test('after a crash the run names how many requests may be paid for twice, and goes on naming them', async () => {
	const runId = await killedRun();
	const engine = createEngine(openTab(browser).host);
	expect(await engine.getProgress(runId)).toMatchObject({
		phase: { name: 'interrupted' },
		possiblyPaidTwice: 6,
		journal: 'on',
	});
	await engine.resumeRun(runId);
	expect(await reached(engine, runId, 'finished')).toMatchObject({ possiblyPaidTwice: 6 });
	expect(endpoint.ledger.requests).toHaveLength(21 + 25);
});

describe('a browser that lost its database', () => {
	test('shows the run again with every answer, says so, and sends nothing', async () => {
		const runId = await killedRun();
		browser.indexedDB = new IDBFactory();
		const engine = createEngine(openTab(browser).host);
		const heard: EngineEvent[] = [];
		expect(await engine.listRuns()).toMatchObject([
			{ id: runId, phase: { name: 'interrupted' }, succeeded: 15 },
		]);
		await engine.subscribe((event) => heard.push(event));
		expect(heard).toMatchObject([
			{ kind: 'notice', message: expect.stringMatching(/One run was restored/) as string },
		]);
		// Which fifteen is the network's doing: requests of one moment may overtake each other.
		expect(new Set(await rowsOf(engine, runId)).size).toBe(15);
		expect(await engine.resumeRun(runId)).toEqual({ ok: false, error: { kind: 'dataMissing' } });
		expect(endpoint.ledger.requests).toHaveLength(21);
	});

	test('takes the same table again under the name the run has now, and refuses any other in words', async () => {
		const runId = await killedRun();
		const before = createEngine(openTab(browser).host);
		await before.getProgress(runId);
		await before.renameRun(runId, 'Renamed');
		await before.getRun(runId);
		browser.journals?.crash();
		browser.indexedDB = new IDBFactory();
		const engine = createEngine(openTab(browser).host);
		expect(await engine.listRuns()).toMatchObject([{ id: runId, name: 'Renamed', succeeded: 15 }]);
		expect(await engine.missingData(runId)).toMatchObject({
			name: 'words.csv',
			rowCount: 40,
			columns: [{ name: 'id' }, { name: 'text' }],
		});
		const text = (rows: number, word: string, header = 'id,text'): File[] => [
			new File(
				[
					`${header}\n${range(rows)
						.map((i) => `${String(i)},${i === 39 ? word : 'word'} ${String(i)}`)
						.join('\n')}`,
				],
				'other name.csv',
			),
		];
		for (const [files, words] of [
			[text(39, 'word'), /39 rows; the run's had 40 rows/],
			[text(40, 'ward'), /other text/],
			[text(40, 'word', 'id,words'), /columns are id, words; the run's were id, text/],
		] as const) {
			expect(await engine.attachFiles(runId, files)).toMatchObject({
				ok: false,
				error: [{ message: expect.stringMatching(words) as string }],
			});
			expect(await engine.missingData(runId)).not.toBeNull();
		}
		expect(await engine.attachFiles(runId, text(40, 'word'))).toEqual({ ok: true, value: null });
		expect(await engine.missingData(runId)).toBeNull();
		expect(await engine.resumeRun(runId)).toMatchObject({ ok: true });
		await reached(engine, runId, 'finished');
		expect(await rowsOf(engine, runId)).toEqual(range(40));
		expect(endpoint.ledger.requests).toHaveLength(21 + 25);
	});

	test.each([0, 1, 2, 5, 10, 20])(
		'keeps the rows that one tab took in from another tab that is given the wrong ones %i turns later',
		async (turns) => {
			const runId = await killedRun();
			browser.indexedDB = new IDBFactory();
			const [right, wrong] = [
				createEngine(openTab(browser).host),
				createEngine(openTab(browser).host),
			];
			const file = (word: string): readonly File[] => {
				const rows = range(40).map((i) => `${String(i)},${word} ${String(i)}`);
				return [new File([`id,text\n${rows.join('\n')}`], 'words.csv')];
			};
			await wrong.missingData(runId);
			const given = right.attachFiles(runId, file('word'));
			for (let turn = 0; turn < turns; turn++)
				await new Promise((resolve) => setImmediate(resolve));
			await Promise.all([given, wrong.attachFiles(runId, file('ward'))]);
			await right.attachFiles(runId, file('word'));
			expect(await right.missingData(runId)).toBeNull();
			const dataset = (await right.getRun(runId))?.setup.datasetId ?? '';
			expect(await wrong.readRows(dataset, 0, 100)).toHaveLength(40);
		},
	);

	test('sends whole prompts from a tab that had opened the run before another took its table in', async () => {
		const runId = await killedRun();
		browser.indexedDB = new IDBFactory();
		const early = createEngine(openTab(browser).host);
		expect(await early.resumeRun(runId)).toMatchObject({ error: { kind: 'dataMissing' } });
		expect(await rowsOf(early, runId)).toHaveLength(15);
		const other = createEngine(openTab(browser).host);
		const text = `id,text\n${range(40)
			.map((i) => `${String(i)},word ${String(i)}`)
			.join('\n')}`;
		expect(await other.attachFiles(runId, [new File([text], 'words.csv')])).toMatchObject({
			ok: true,
		});
		expect(await early.resumeRun(runId)).toMatchObject({ ok: true });
		await reached(early, runId, 'finished');
		const sent = endpoint.ledger.requests.slice(21).map(({ body }) => JSON.stringify(body));
		expect(sent).toHaveLength(25);
		expect(sent.filter((body) => !/Repeat word \d/.test(body))).toEqual([]);
	});

	test('but for the list goes on with what is missing alone', async () => {
		const runId = await killedRun();
		await gone(`volley-run-${runId}`);
		const engine = createEngine(openTab(browser).host);
		expect(await engine.resumeRun(runId)).toMatchObject({ ok: true });
		await reached(engine, runId, 'finished');
		expect(await rowsOf(engine, runId)).toEqual(range(40));
		expect(endpoint.ledger.requests).toHaveLength(21 + 25);
	});

	test('and the journal too says that answers are missing, and sends only once a person resumes', async () => {
		const runId = await killedRun();
		await gone(`volley-run-${runId}`);
		journals.change(`${runId}.journal`, (bytes) => bytes.slice(0, bytes.indexOf(10) + 1));
		const engine = createEngine(openTab(browser).host);
		expect(await engine.getProgress(runId)).toMatchObject({
			phase: { name: 'needsAttention', failure: { kind: 'resultsLost' } },
			counters: { succeeded: 0 },
		});
		expect(endpoint.ledger.requests).toHaveLength(21);
		expect(await engine.resumeRun(runId)).toMatchObject({ ok: true });
		await reached(engine, runId, 'finished');
		expect(endpoint.ledger.requests).toHaveLength(21 + 40);
	});

	test('and the journal too sends nothing at the first Resume, though nobody had looked at the run before', async () => {
		const runId = await killedRun();
		await gone(`volley-run-${runId}`);
		journals.change(`${runId}.journal`, (bytes) => bytes.slice(0, bytes.indexOf(10) + 1));
		const engine = createEngine(openTab(browser).host);
		await engine.resumeRun(runId);
		expect(await engine.getProgress(runId)).toMatchObject({
			phase: { name: 'needsAttention', failure: { kind: 'resultsLost' } },
		});
		expect(endpoint.ledger.requests).toHaveLength(21);
	});

	const gone = (name: string): Promise<void> =>
		new Promise((resolve) => {
			// The killed tab's connection closes when it hears of it.
			browser.indexedDB.deleteDatabase(name).addEventListener('success', () => {
				resolve();
			});
		});
});

test('a browser without files runs all the same, and says what it cannot promise', async () => {
	browser.journals = null;
	const engine = createEngine(openTab(browser).host);
	const runId = await started(engine, 5);
	expect(await reached(engine, runId, 'finished')).toMatchObject({
		journal: 'unavailable',
		possiblyPaidTwice: null,
	});
});

test('a full disk stops the run before anything is lost, and Resume pays for nothing twice', async () => {
	const engine = createEngine(openTab(browser).host);
	endpoint.hold();
	endpoint.letThrough(10);
	const runId = await started(engine, 30);
	await whenever(engine, runId, ({ counters }) => counters.succeeded === 10);
	await endpoint.ledger.arrived(16);
	journals.capacity = 0;
	endpoint.release();
	expect(await reached(engine, runId, 'needsAttention')).toMatchObject({
		phase: {
			failure: { kind: 'storage', message: expect.stringMatching(/QuotaExceededError/) as string },
		},
		counters: { succeeded: 10 },
	});
	expect(endpoint.ledger.requests).toHaveLength(16);
	journals.capacity = Infinity;
	await expect.poll(() => browser.locks.has(`volley-run-${runId}`)).toBe(false);
	expect(await engine.resumeRun(runId)).toMatchObject({ ok: true });
	await reached(engine, runId, 'finished');
	expect(endpoint.ledger.requests).toHaveLength(30);
	expect(await rowsOf(engine, runId)).toEqual(range(30));
});

test('a full disk does not keep answers from being read: what could not be put right is said', async () => {
	const runId = await killedRun();
	journals.capacity = 0;
	const engine = createEngine(openTab(browser).host);
	const heard: EngineEvent[] = [];
	await engine.subscribe((event) => heard.push(event));
	expect(await rowsOf(engine, runId)).toHaveLength(15);
	const notices = heard.flatMap((event) => (event.kind === 'notice' ? event.message : []));
	expect(notices).toEqual([expect.stringMatching(/could not be put right.*QuotaExceededError/)]);
	expect(await engine.getProgress(runId)).toMatchObject({ counters: { succeeded: 15 } });
	expect(await engine.resumeRun(runId)).toMatchObject({ error: { kind: 'storage' } });
	journals.capacity = Infinity;
	expect(await engine.resumeRun(runId)).toMatchObject({ ok: true });
	await reached(engine, runId, 'finished');
	expect(endpoint.ledger.requests).toHaveLength(21 + 25);
});

test.each(['pauseRun', 'stopRun'] as const)(
	'what %s overtakes while it is being noted does not leave, and nobody pays for it',
	async (end) => {
		const tab = openTab(browser);
		const engine = createEngine(tab.host);
		let isHeld = true;
		const noting = new Promise<() => void>((resolve) => {
			journals.later = (callBack) => {
				if (isHeld) resolve(callBack);
				else setImmediate(callBack);
			};
		});
		const runId = await started(engine, 5);
		const write = await noting;
		await engine[end](runId);
		isHeld = false;
		write();
		const name = end === 'pauseRun' ? 'paused' : 'stopped';
		expect(await reached(engine, runId, name)).toMatchObject({ counters: { succeeded: 0 } });
		expect(endpoint.ledger.arrivals).toBe(0);
		await vi.waitUntil(() =>
			journals.text(journalName(runId)).includes(`"phase":{"name":"${name}"`),
		);
		tab.kill();
		const next = createEngine(openTab(browser).host);
		await next.resumeRun(runId);
		expect(await reached(next, runId, 'finished')).toMatchObject({ possiblyPaidTwice: 0 });
		expect(endpoint.ledger.arrivals).toBe(5);
	},
);

test('a run that has just been renamed is not taken for one of another tab', async () => {
	const runId = await killedRun();
	const engine = createEngine(openTab(browser).host);
	await engine.getRun(runId);
	const [, resumed] = await Promise.all([
		engine.renameRun(runId, 'Renamed'),
		new Promise((resolve) => setImmediate(resolve)).then(async () => {
			while (!browser.locks.has(`volley-run-${runId}`))
				await new Promise((resolve) => setImmediate(resolve));
			return engine.resumeRun(runId);
		}),
	]);
	expect(resumed).toEqual({ ok: true, value: null });
	await reached(engine, runId, 'finished');
});

test('of three tabs one sends, the others look on, and one of them takes over when it dies', async () => {
	const owner = openTab(browser);
	const engine = createEngine(owner.host);
	endpoint.hold();
	endpoint.letThrough(4);
	const runId = await started(engine, 20);
	const [second, third] = [
		createEngine(openTab(browser).host),
		createEngine(openTab(browser).host),
	];
	const seen = await whenever(second, runId, ({ counters }) => counters.succeeded === 4);
	expect(seen.phase).toEqual({ name: 'running' });
	expect(await third.resumeRun(runId)).toMatchObject({ error: { kind: 'ownedElsewhere' } });
	await endpoint.ledger.arrived(10);
	owner.kill();
	endpoint.release();
	await reached(second, runId, 'interrupted');
	const taken = await Promise.all([second.resumeRun(runId), third.resumeRun(runId)]);
	expect(taken.filter(({ ok }) => ok)).toHaveLength(1);
	await reached(second, runId, 'finished');
	await reached(third, runId, 'finished');
	expect(endpoint.ledger.requests).toHaveLength(10 + 16);
	expect(await rowsOf(third, runId)).toEqual(range(20));
});

test('a run is taken from a tab that hangs; when that wakes it sends nothing, and watches', async () => {
	const hanging = openTab(browser);
	const owner = createEngine(hanging.host);
	endpoint.hold();
	endpoint.letThrough(4);
	const runId = await started(owner, 20);
	await endpoint.ledger.arrived(10);
	await whenever(owner, runId, ({ counters }) => counters.succeeded === 4);
	const other = createEngine(openTab(browser).host);
	expect(await other.resumeRun(runId)).toMatchObject({ error: { kind: 'ownedElsewhere' } });
	expect(await other.takeOverRun(runId)).toMatchObject({ ok: true });
	expect(await other.getProgress(runId)).toMatchObject({ possiblyPaidTwice: 6 });
	await expect.poll(async () => (await owner.getProgress(runId))?.elsewhere).toBe(true);
	endpoint.release();
	await reached(other, runId, 'finished');
	expect(await reached(owner, runId, 'finished')).toMatchObject({ unsaved: 0 });
	expect(await rowsOf(owner, runId)).toEqual(range(20));
	// The six that it had sent left once more, and nothing else did.
	expect(endpoint.ledger.requests).toHaveLength(20 + 6);
});

test('a browser without files leaves a run with the tab that has it', async () => {
	browser.journals = null;
	const owner = createEngine(openTab(browser).host);
	endpoint.hold();
	const runId = await started(owner, 3);
	await endpoint.ledger.arrived(1);
	const other = createEngine(openTab(browser).host);
	expect(await other.takeOverRun(runId)).toMatchObject({ error: { kind: 'ownedElsewhere' } });
	endpoint.release();
	await reached(owner, runId, 'finished');
});

test('after the computer slept, what was in flight is sent again and settles once', async () => {
	const tab = openTab(browser);
	const beats: (() => void)[] = [];
	const graces: (() => void)[] = [];
	let slept = 0;
	const host: Host = {
		...tab.host,
		clock: { ...tab.host.clock, epoch: () => tab.host.clock.epoch() + slept },
		after: (ms, callBack) => {
			if (ms !== 2_000 && ms !== 3_000) return tab.host.after(ms, callBack);
			(ms === 2_000 ? beats : graces).push(callBack);
			return () => undefined;
		},
	};
	const engine = createEngine(host);
	endpoint.hold();
	const runId = await started(engine, 3);
	await endpoint.ledger.arrived(1);
	beats.shift()?.();
	expect(endpoint.ledger.inFlight).toBe(1);
	slept = 60_000;
	beats.shift()?.();
	// An answer that came meanwhile has its time to be read.
	expect(endpoint.ledger.inFlight).toBe(1);
	graces.shift()?.();
	await endpoint.ledger.ended(1);
	endpoint.release();
	const { counters } = await reached(engine, runId, 'finished');
	expect(counters).toMatchObject({ succeeded: 3, failed: 0, attempts: 3 });
	expect(endpoint.ledger.requests.map(({ ending }) => ending)).toEqual([
		'aborted',
		'answered',
		'answered',
		'answered',
	]);
	expect(await engine.getProgress(runId)).toMatchObject({ possiblyPaidTwice: 1 });
	// The database may go, and the journal still knows.
	browser.indexedDB = new IDBFactory();
	const later = createEngine(openTab(browser).host);
	expect(await later.getProgress(runId)).toMatchObject({ possiblyPaidTwice: 1 });
});

import type { IDBPDatabase } from 'idb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkDraft } from '#domain/check-draft.ts';
import { defaultSettings, emptyDraft, type Draft } from '#domain/draft.ts';
import { libraryMigrations } from '#storage/library-schema.ts';
import { openDatabase, type Migration } from '#storage/open-database.ts';
import { runMigrations } from '#storage/run-schema.ts';
import { createEngine } from '#worker/create-engine.ts';
import { createTestEndpoint, type TestEndpoint } from '../endpoint/test-endpoint.ts';
import { FakeBrowser, openTab } from '../support/fake-host.ts';
import { exported } from './run-fixtures.ts';

let endpoint: TestEndpoint;
let browser: FakeBrowser;

beforeEach(async () => {
	endpoint = await createTestEndpoint();
	browser = new FakeBrowser();
});
afterEach(() => endpoint.close());

const calm = {
	onBlocked: () => undefined,
	onVersionChange: () => undefined,
	onTerminated: () => undefined,
};
const text = `id,text\n${Array.from({ length: 6 }, (_, i) => `${String(i)},word ${String(i)}`).join('\n')}`;

/** Writes a database anew as its first version had it: no newer store, and none of these fields at any depth. */
async function asFirstVersion(
	name: string,
	migrations: readonly Migration[],
	unknown: readonly string[],
): Promise<void> {
	// Stores are named by what is found here: no schema knows them.
	const open = (steps: readonly Migration[]): Promise<IDBPDatabase> =>
		openDatabase(browser.indexedDB, name, steps, calm) as unknown as Promise<IDBPDatabase>;
	const newer = await open(migrations);
	const held = new Map<string, readonly (readonly [IDBValidKey, unknown])[]>();
	for (const store of newer.objectStoreNames) {
		const [keys, values] = await Promise.all([newer.getAllKeys(store), newer.getAll(store)]);
		held.set(
			store,
			keys.map((key, i) => [key, values[i]]),
		);
	}
	newer.close();
	await new Promise((resolve) => {
		browser.indexedDB.deleteDatabase(name).addEventListener('success', resolve);
	});
	const older = await open(migrations.slice(0, 1));
	const stripped = (value: unknown): unknown =>
		JSON.parse(
			JSON.stringify(value, (field, inner: unknown) =>
				unknown.includes(field) ? undefined : inner,
			),
		);
	for (const store of older.objectStoreNames)
		for (const [key, value] of held.get(store) ?? []) {
			const inline = older.transaction(store).store.keyPath !== null;
			await older.put(store, stripped(value), inline ? undefined : key);
		}
	older.close();
}

test('a draft and a half-done run of the first version load, go on and are exported', async () => {
	const tab = openTab(browser);
	const engine = createEngine(tab.host);
	endpoint.hold();
	endpoint.letThrough(2);
	const read = await engine.importFiles([new File([text], 'words.csv')], {
		encoding: null,
		delimiter: null,
	});
	if (!read.ok) throw new Error(read.error[0]?.message);
	const messages = [{ role: 'user', content: 'Repeat {text}' }] as const;
	const draft: Draft = {
		...emptyDraft,
		provider: 'compatible',
		baseUrl: endpoint.url,
		models: ['m1'],
		datasetId: read.value.id,
		templates: [{ messages, prompt: '' }],
	};
	await engine.saveDraft(draft);
	const { setup } = checkDraft(draft, read.value);
	const start = setup === null ? null : await engine.startRun(setup);
	if (start?.ok !== true) throw new Error('The run does not start.');
	const runId = start.value;
	await expect.poll(async () => (await engine.getRun(runId))?.counters.succeeded).toBe(2);
	tab.kill();
	endpoint.release();
	const limits = ['requestsPerMinute', 'tokensPerMinute'];
	await asFirstVersion('volley', libraryMigrations, [...limits, 'digest', 'data', 'repairs']);
	await asFirstVersion(`volley-run-${runId}`, runMigrations, ['revision', 'askedAgainUnder']);
	browser.journals?.files.clear();
	const before = endpoint.ledger.requests.length;

	const next = createEngine(openTab(browser).host);
	const { requestsPerMinute, tokensPerMinute, ...older } = defaultSettings;
	expect([requestsPerMinute, tokensPerMinute]).toEqual([null, null]);
	const loaded = await next.loadDraft();
	expect(loaded?.settings).toEqual(older);
	expect(loaded && checkDraft(loaded, read.value).setup).toEqual(setup);
	expect(await next.getProgress(runId)).toMatchObject({
		phase: { name: 'interrupted' },
		counters: { succeeded: 2 },
	});
	expect(await next.resumeRun(runId)).toEqual({ ok: true, value: null });
	await expect.poll(async () => (await next.getRun(runId))?.phase.name).toBe('finished');
	expect(endpoint.ledger.requests.length - before).toBe(4);
	const items = await exported(next, runId);
	expect(items.map(({ row_index, error }) => [row_index, error])).toEqual(
		Array.from({ length: 6 }, (_, i) => [i, null]),
	);
});

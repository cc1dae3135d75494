import { beforeEach, describe, expect, test } from 'vitest';
import type { EngineApi, OpenedSetup } from '#contract/engine-api.ts';
import type { Dataset } from '#domain/dataset.ts';
import { emptyDraft, type Draft } from '#domain/draft.ts';
import { mostSetupBytes } from '#domain/setup-file.ts';
import { createEngine } from '#worker/create-engine.ts';
import { FakeBrowser, openTab } from '../support/fake-host.ts';

let browser: FakeBrowser;
let engine: EngineApi;
beforeEach(() => {
	browser = new FakeBrowser();
	engine = createEngine(openTab(browser).host);
});

async function imported(text: string): Promise<Dataset> {
	const read = await engine.importFiles([new File([text], 'reviews.csv')], {
		encoding: null,
		delimiter: null,
	});
	if (!read.ok) throw new Error(read.error[0]?.message);
	return read.value;
}

async function shared(draft: Draft, withData: boolean, from = engine): Promise<File> {
	const file = await from.exportSetup(draft, { name: 'Coffee / 1', withData, withIds: false });
	if (!file.ok) throw new Error(file.error);
	return new File([file.value.blob], file.value.name);
}

async function opened(file: File, by = engine): Promise<OpenedSetup> {
	const read = await by.openSetup(file);
	if (!read.ok) throw new Error(read.error[0]);
	return read.value;
}

const csv = `id,text,text\n${Array.from({ length: 1_200 }, (_, i) => `${String(i)},"a ""b"",\nc",=1+1\n`).join('')}9\n`;

describe('a shared setup', () => {
	test('brings the same rows under the same names to another browser', async () => {
		const dataset = await imported(csv);
		const draft: Draft = { ...emptyDraft, datasetId: dataset.id, idColumn: 'id' };
		const file = await shared(draft, true);
		expect(file.name).toBe('Coffee-1.volley.json');

		const other = createEngine(openTab(new FakeBrowser()).host);
		const { draft: there, dataset: rows } = await opened(file, other);
		expect(rows).toMatchObject({
			name: 'reviews.csv',
			columns: dataset.columns,
			rowCount: 1_201,
			digest: dataset.digest,
		});
		expect(there).toEqual({ ...draft, datasetId: rows?.id });
		const all = async (api: EngineApi, id: string | undefined) => api.readRows(id ?? '', 0, 2_000);
		expect(await all(other, rows?.id)).toEqual(await all(engine, dataset.id));
	});

	test('brings no rows unless they are asked for', async () => {
		const dataset = await imported(csv);
		const file = await shared({ ...emptyDraft, datasetId: dataset.id }, false);
		expect(await file.text()).not.toContain('=1+1');
		expect((await opened(file)).dataset).toBeNull();
		expect((await opened(file)).draft.datasetId).toBeNull();
	});

	test('that is no setup, or too large, is refused before anything is stored', async () => {
		expect(await engine.openSetup(new File(['id\n1\n'], 'a.volley.json'))).toMatchObject({
			ok: false,
		});
		const huge = new File([], 'huge.volley.json');
		Object.defineProperty(huge, 'size', { value: mostSetupBytes + 1 });
		expect(await engine.openSetup(huge)).toEqual({
			ok: false,
			error: ['It is larger than 100 MB, the most that a setup may be.'],
		});
	});

	test('whose rows cannot be stored says why', async () => {
		const file = await shared({ ...emptyDraft, datasetId: (await imported(csv)).id }, true);
		const full = new FakeBrowser();
		const other = createEngine(openTab(full).host);
		await other.loadDraft();
		full.indexedDB.open = () => {
			throw new DOMException('No room is left.', 'QuotaExceededError');
		};
		const read = await other.openSetup(file);
		expect(!read.ok && read.error[0]).toMatch(/^Its rows could not be stored: .*No room is left/);
	});
});

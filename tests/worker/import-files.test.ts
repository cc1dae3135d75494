import { describe, expect, test } from 'vitest';
import type { EngineApi } from '#contract/engine-api.ts';
import { emptyDraft } from '#domain/draft.ts';
import { foundOut, type ReadingOptions } from '#domain/reading-options.ts';
import { createEngine } from '#worker/create-engine.ts';
import { FakeBrowser, openTab } from '../support/fake-host.ts';

const people = new File(['id,name\n1,Ann\n2,Bob\n3\n'], 'people.csv');
const towns = new File(['[{"id": 1, "town": "Rome"}]'], 'towns.json');
const broken = new File([`id,town\n1,Rome\n2,${'x'.repeat(1_000_001)}\n`], 'broken.csv');

const engineIn = (browser: FakeBrowser): EngineApi => createEngine(openTab(browser).host);
const names = async (engine: EngineApi): Promise<readonly string[]> =>
	(await engine.listDatasets()).map(({ name, rowCount }) => `${name} ${String(rowCount)}`).sort();

async function imported(
	engine: EngineApi,
	files: readonly File[],
	options: ReadingOptions = foundOut,
	replaces?: string,
): Promise<string> {
	const read = await engine.importFiles(files, options, replaces);
	if (!read.ok) throw new Error(read.error[0]?.message);
	return read.value.id;
}

describe('files that make several tables', () => {
	test('are all stored, and the first is given back', async () => {
		const engine = engineIn(new FakeBrowser());
		const id = await imported(engine, [people, towns]);
		expect(await engine.readRows(id, 0, 1)).toEqual([['1', 'Ann']]);
		expect(await names(engine)).toEqual(['people.csv 3', 'towns.json 1']);
		const other = (await engine.listDatasets()).find(({ name }) => name === 'towns.json');
		expect(await engine.readRows(other?.id ?? '', 0, 5)).toEqual([['1', 'Rome']]);
	});

	test('leave nothing, not even half of it, where one of them cannot be read to its end', async () => {
		const browser = new FakeBrowser();
		const engine = engineIn(browser);
		const many = new File([`a,b\n${'1,2\n'.repeat(4_000)}`], 'many.csv');
		const read = await engine.importFiles([many, broken], foundOut);
		expect(read.ok ? [] : read.error.map(({ message }) => message)).toEqual([
			expect.stringContaining('broken.csv, row 2'),
		]);
		expect(await names(engine)).toEqual([]);
		const stored = (await browser.indexedDB.databases()).map(({ name }) => name);
		expect(stored).toEqual(['volley']);
	});
});

test('a file that turns out not to be UTF-8 when rows of it are stored is stored once, as it is', async () => {
	const browser = new FakeBrowser();
	const engine = engineIn(browser);
	const before = new TextEncoder().encode(`id,town\n${'1,Rome\n'.repeat(300_000)}`);
	const id = await imported(engine, [
		new File([before, new Uint8Array([0x32, 0x2c, 0xc5])], 'x.csv'),
	]);
	expect(await names(engine)).toEqual(['x.csv 300001']);
	expect(await engine.readRows(id, 300_000, 2)).toEqual([['2', 'Å']]);
	const stored = (await browser.indexedDB.databases()).map(({ name }) => name).sort();
	expect(stored).toEqual(['volley', `volley-dataset-${id}`]);
});

describe('files read again otherwise', () => {
	const skipping: ReadingOptions = { ...foundOut, oddRows: 'skip' };

	test('take the place of what they were, with all that came with it', async () => {
		const engine = engineIn(new FakeBrowser());
		const id = await imported(engine, [people, towns]);
		await engine.saveDraft({ ...emptyDraft, datasetId: id });
		const again = await imported(engine, [people, towns], skipping, id);
		expect(await names(engine)).toEqual(['people.csv 2', 'towns.json 1']);
		expect((await engine.getDataset(again))?.options).toEqual(skipping);
		expect(await engine.getDataset(id)).toBeNull();
	});

	test('leave what another tab has open', async () => {
		const browser = new FakeBrowser();
		const engine = engineIn(browser);
		const id = await imported(engine, [people]);
		await engineIn(browser).getDataset(id);
		await imported(engine, [people], skipping, id);
		expect(await names(engine)).toEqual(['people.csv 2', 'people.csv 3']);
	});

	test('leave it where they cannot be read so', async () => {
		const engine = engineIn(new FakeBrowser());
		const id = await imported(engine, [people]);
		const read = await engine.importFiles([people], { ...foundOut, delimiter: '"' }, id);
		expect(read.ok).toBe(false);
		expect(await names(engine)).toEqual(['people.csv 3']);
	});
});

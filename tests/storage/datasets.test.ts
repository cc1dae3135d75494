import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Row } from '#domain/dataset.ts';
import { emptyDraft } from '#domain/draft.ts';
import { metaOf, newWorld, setupOf, storedDataset, watchTransactions } from './world.ts';

const rowsOf = (count: number): Row[] =>
	Array.from({ length: count }, (_, i) => [String(i), `review ${String(i)}`]);

afterEach(() => {
	vi.restoreAllMocks();
});

describe('a dataset', () => {
	test('is read back as it was written, whatever the pieces it came in', async () => {
		const library = await newWorld().open();
		const rows = rowsOf(1_234);
		const writer = await library.createDataset();
		for (let i = 0; i < rows.length; i += 77) await writer.append(rows.slice(i, i + 77));
		const dataset = await writer.finish(metaOf(rows.length));

		expect(await library.getDataset(dataset.id)).toEqual(dataset);
		expect(await library.readRows(dataset.id, 0, 5_000)).toEqual(rows);
	});

	test.each([
		{ first: 0, count: 1 },
		{ first: 498, count: 4 },
		{ first: 500, count: 500 },
		{ first: 1_199, count: 10 },
		{ first: 1_200, count: 10 },
		{ first: 3, count: 0 },
	])('gives $count rows from $first on, as far as there are any', async ({ first, count }) => {
		const library = await newWorld().open();
		const rows = rowsOf(1_200);
		const id = await storedDataset(library, rows);
		expect(await library.readRows(id, first, count)).toEqual(rows.slice(first, first + count));
	});

	test('cuts chunks of long rows earlier, and never a row', async () => {
		const library = await newWorld().open();
		const long = 'ä'.repeat(200_000);
		const rows = [[long], [long], [long], ['x'.repeat(2_000_000)], ['short'], [long]];
		const id = await storedDataset(library, rows);
		for (const [i, row] of rows.entries()) expect(await library.readRows(id, i, 1)).toEqual([row]);
	});

	test('of 10,000 rows is read at random', async () => {
		const library = await newWorld().open();
		const rows = rowsOf(10_000);
		const id = await storedDataset(library, rows);
		for (let i = 0; i < 500; i++) {
			const row = (i * 7_919) % rows.length;
			expect(await library.readRows(id, row, 1)).toEqual([rows[row]]);
		}
	});

	test('of 10,000 rows is read in order with one look a chunk, by many readers at once too', async () => {
		const library = await newWorld().open();
		const rows = rowsOf(10_000);
		const id = await storedDataset(library, rows);
		const seen = watchTransactions();
		const read = await Promise.all(rows.map((_, row) => library.readRows(id, row, 1)));
		expect(read.flat()).toEqual(rows);
		// The dataset's record, the first rows of its chunks, and 20 chunks.
		expect(seen).toHaveLength(22);
	});

	test('keeps `__proto__` as a name and as text', async () => {
		const library = await newWorld().open();
		const names = ['__proto__', 'constructor', ''];
		const writer = await library.createDataset();
		await writer.append([['__proto__', '{"__proto__": 1}', '']]);
		const columns = names.map((name) => ({ name, header: name }));
		const { id } = await writer.finish({ ...metaOf(1), columns });
		expect((await library.getDataset(id))?.columns).toEqual(columns);
		expect(await library.readRows(id, 0, 1)).toEqual([['__proto__', '{"__proto__": 1}', '']]);
		expect(Object.keys(Object.prototype)).toEqual([]);
	});

	test('is not there before it is finished, nor after it was discarded', async () => {
		const world = newWorld();
		const library = await world.open();
		const writer = await library.createDataset();
		await writer.append(rowsOf(600));
		expect(await library.getDataset(writer.id)).toBeNull();
		expect(await library.readRows(writer.id, 0, 1)).toEqual([]);
		await writer.discard();
		expect(await world.databaseNames()).toEqual(['volley']);
	});

	test('holds its rows back only until a few chunks wait for the disk', async () => {
		const writer = await (await newWorld().open()).createDataset();
		const soon = async (promise: Promise<void>): Promise<boolean> => {
			let isDone = false;
			void promise.then(() => (isDone = true));
			// Promises that wait for no event of the database are through by then.
			for (let turn = 0; turn < 20; turn++) await Promise.resolve();
			return isDone;
		};
		expect(await soon(writer.append(rowsOf(500)))).toBe(true);
		expect(await soon(writer.append(rowsOf(2_000)))).toBe(true);
		const many = writer.append(rowsOf(500));
		expect(await soon(many)).toBe(false);
		await many;
		await writer.append(rowsOf(10));
		expect((await writer.finish(metaOf(3_010))).rowCount).toBe(3_010);
	});

	test('is refused where the rows appended are not as many as said', async () => {
		const writer = await (await newWorld().open()).createDataset();
		await writer.append(rowsOf(3));
		await expect(writer.finish(metaOf(4))).rejects.toThrow(RangeError);
	});

	test('that is unknown has no rows, and asking creates nothing', async () => {
		const world = newWorld();
		const library = await world.open();
		expect(await library.readRows('nowhere', 0, 10)).toEqual([]);
		expect(await world.databaseNames()).toEqual(['volley']);
	});
});

test('finished datasets are listed newest first, without their rows', async () => {
	const world = newWorld();
	const library = await world.open();
	const first = await storedDataset(library, rowsOf(3));
	world.clock.now += 1;
	const second = await storedDataset(library, rowsOf(5));
	await library.createDataset();
	const list = await library.listDatasets();
	expect(list.map(({ id, rowCount }) => [id, rowCount])).toEqual([
		[second, 5],
		[first, 3],
	]);
	expect(Object.keys(list[0] ?? {}).sort()).toEqual(['createdAt', 'id', 'name', 'rowCount']);
});

describe('deleteUnusedDatasets', () => {
	test('spares what a run, a draft, the caller or a writer of this life needs', async () => {
		const world = newWorld();
		const earlier = await world.open();
		const halfWritten = await earlier.createDataset();
		await halfWritten.append(rowsOf(600));
		const library = await world.open();
		const ofRun = await storedDataset(library, rowsOf(3));
		const ofDraft = await storedDataset(library, rowsOf(3));
		const kept = await storedDataset(library, rowsOf(3));
		const unused = await storedDataset(library, rowsOf(3));
		const writing = await library.createDataset();
		await writing.append(rowsOf(600));
		await library.createRun(setupOf(3, { datasetId: ofRun }));
		await library.saveDraft({ ...emptyDraft, datasetId: ofDraft });
		expect(await library.readRows(unused, 0, 1)).toHaveLength(1);

		await library.deleteUnusedDatasets([kept]);

		for (const id of [ofRun, ofDraft, kept]) expect(await library.getDataset(id)).not.toBeNull();
		expect(await library.getDataset(unused)).toBeNull();
		expect(await library.readRows(unused, 0, 1)).toEqual([]);
		expect(await world.databaseNames()).toEqual(
			['volley', ...[ofRun, ofDraft, kept, writing.id].map((id) => `volley-dataset-${id}`)].sort(),
		);
		await writing.append(rowsOf(400));
		await writing.finish(metaOf(1_000));
		expect(await library.readRows(writing.id, 599, 2)).toEqual([rowsOf(600)[599], rowsOf(1)[0]]);
		await halfWritten.append(rowsOf(600));
		await expect(halfWritten.finish(metaOf(1_200))).rejects.toMatchObject({ kind: 'closed' });
	});

	test('spares what is younger than the moment given', async () => {
		const world = newWorld();
		const library = await world.open();
		const old = await storedDataset(library, rowsOf(1));
		world.clock.now += 10_000;
		const young = await storedDataset(library, rowsOf(1));
		await library.deleteUnusedDatasets([], world.clock.now);
		expect(await library.getDataset(old)).toBeNull();
		expect(await library.getDataset(young)).not.toBeNull();
	});
});

describe('the draft', () => {
	test('comes back in the next life as it was saved last', async () => {
		const world = newWorld();
		const library = await world.open();
		expect(await library.loadDraft()).toBeNull();
		await library.saveDraft({ ...emptyDraft, name: 'first' });
		const draft = { ...emptyDraft, name: '__proto__', datasetId: 'd', models: ['a', 'b'] };
		await library.saveDraft(draft);
		expect(await (await world.open()).loadDraft()).toEqual(draft);
	});
});

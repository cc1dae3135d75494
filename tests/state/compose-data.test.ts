import { describe, expect, test } from 'vitest';
import type { Dataset } from '#domain/dataset.ts';
import { problem, type Problem } from '#domain/problem.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { ComposeState } from '#state/compose.svelte.ts';
import { likelyIdColumn } from '#state/draft-edits.ts';
import { rowsPerPage } from '#state/row-pages.svelte.ts';
import { coffeeReviews } from '#state/samples.ts';
import { composing, dataset, file, reviews, rowsFrom, write } from './compose-fixtures.ts';
import { rest, setup } from './run-fixtures.ts';

type Imported = Result<Dataset, readonly Problem[]>;

/** An import that ends when told. */
function slowImports() {
	const ends: ((result: Imported) => void)[] = [];
	const importFiles = (): Promise<Imported> => new Promise((resolve) => ends.push(resolve));
	return { importFiles, ends };
}

describe('a file', () => {
	test('becomes the draft’s data, with the column that looks like an id', async () => {
		const { compose } = await composing();
		await compose.takeFiles([file()]);
		expect(compose.draft).toMatchObject({ datasetId: 'd1', idColumn: 'ID' });
		expect(compose.data.dataset).toBe(reviews);
	});

	test('that replaces another keeps the chosen ID column where it has it', async () => {
		const { compose } = await composing();
		await compose.takeFiles([file()]);
		compose.set({ idColumn: 'stars' });
		await compose.takeFiles([file()]);
		expect(compose.draft.idColumn).toBe('stars');
	});

	test('that lacks the chosen ID column does not make one forget it', async () => {
		const files = [reviews, dataset(['id', 'text'], 3, 'd2'), reviews];
		const { compose } = await composing({
			importFiles: () => Promise.resolve(ok(files.shift() ?? reviews)),
		});
		const read: (string | null)[] = [];
		for (const name of ['a.csv', 'b.csv', 'a.csv']) {
			await compose.takeFiles([file(name)]);
			if (read.length === 0) compose.chooseIdColumn('stars');
			read.push(compose.draft.idColumn);
		}
		expect(read).toEqual(['stars', 'id', 'stars']);
	});

	test('that is to have no ID column has none when it is read again', async () => {
		const { compose } = await composing();
		await compose.takeFiles([file()]);
		compose.chooseIdColumn(null);
		await compose.readAgain({ encoding: null, delimiter: ';' });
		expect(compose.draft).toMatchObject({ datasetId: 'd1', idColumn: null });
		await compose.takeFiles([file('other.csv')]);
		expect(compose.draft.idColumn).toBe('ID');
	});

	test('that cannot be read as told gives its place to the next reading all the same', async () => {
		const results: Imported[] = [ok(reviews), err([problem('dataFiles', 'no rows')])];
		const replaced: (string | undefined)[] = [];
		const { compose } = await composing({
			importFiles: (_files, _options, replaces) => {
				replaced.push(replaces);
				return Promise.resolve(results.shift() ?? ok({ ...reviews, id: 'd2' }));
			},
		});
		await compose.takeFiles([file()]);
		await compose.readAgain({ encoding: 'utf-16le', delimiter: null });
		await compose.readAgain({ encoding: null, delimiter: null });
		expect(replaced).toEqual([undefined, 'd1', 'd1']);
	});

	test('that is refused leaves the data before in place', async () => {
		const results: Imported[] = [ok(reviews), err([problem('dataFiles', 'not a table')])];
		const { compose } = await composing({
			importFiles: () => Promise.resolve(results.shift() ?? ok(reviews)),
		});
		await compose.takeFiles([file()]);
		await compose.takeFiles([file('photo.png')]);
		expect(compose.data.problems.map(({ message }) => message)).toEqual(['not a table']);
		expect(compose.data.dataset).toBe(reviews);
		expect(compose.data.files.map(({ name }) => name)).toEqual(['reviews.csv']);
		expect(compose.draft.datasetId).toBe('d1');
	});

	test('is read again as told, from where it came', async () => {
		const { compose, worker } = await composing();
		const given = file();
		await compose.takeFiles([given]);
		await compose.readAgain({ encoding: 'windows-1252', delimiter: ';' });
		expect(worker.asked('importFiles').at(-1)).toEqual([
			[given],
			{ encoding: 'windows-1252', delimiter: ';' },
			'd1',
		]);
	});

	test('that was refused is read again otherwise, and the data before stay at hand meanwhile', async () => {
		const results: Imported[] = [
			ok(reviews),
			err([problem('dataFiles', 'an open quote')]),
			ok({ ...reviews, id: 'd2' }),
		];
		const asked: unknown[] = [];
		const { compose } = await composing({
			importFiles: (files, options, replaces) => {
				asked.push([files.map(({ name }) => name), options, replaces]);
				return Promise.resolve(results.shift() ?? ok(reviews));
			},
		});
		await compose.takeFiles([file('a.csv')]);
		await compose.takeFiles([file('b.csv')]);
		expect(compose.data.refused?.files.map(({ name }) => name)).toEqual(['b.csv']);
		await compose.readAgain({ encoding: null, delimiter: null, quotes: 'text' });
		expect(asked.at(-1)).toEqual([
			['b.csv'],
			{ encoding: null, delimiter: null, quotes: 'text' },
			undefined,
		]);
		expect(compose.data.refused).toBeNull();
		expect(compose.draft.datasetId).toBe('d2');
	});

	test('restored shows how it was read, though it can no longer be read otherwise', async () => {
		const options = { encoding: null, delimiter: null, oddRows: 'skip' } as const;
		const { compose } = await composing({
			getDataset: () => Promise.resolve({ ...reviews, options }),
		});
		await compose.duplicate({ ...setup, datasetId: 'd1', rowCount: 3 });
		expect([compose.data.options, compose.data.files]).toEqual([options, []]);
	});

	test('restored late does not come back once it was removed', async () => {
		let come: (() => void) | undefined;
		const { compose } = await composing({
			getDataset: () => new Promise((resolve) => (come = () => resolve(reviews))),
		});
		const opening = compose.duplicate({ ...setup, datasetId: 'd1', rowCount: 3 });
		compose.removeData();
		come?.();
		await opening;
		expect([compose.data.dataset, compose.draft.datasetId]).toEqual([null, null]);
	});

	test('removed is no longer the draft’s', async () => {
		const { compose } = await composing();
		await compose.takeFiles([file()]);
		compose.removeData();
		expect(compose.draft).toMatchObject({ datasetId: null, idColumn: null });
		expect([compose.data.dataset, compose.data.rows.first]).toEqual([null, []]);
	});
});

describe('while a file is read', () => {
	test('how far it is stands there, and then no longer', async () => {
		const { importFiles, ends } = slowImports();
		const { compose } = await composing({ importFiles });
		const taking = compose.takeFiles([file()]);
		compose.receive({ kind: 'importProgress', bytesRead: 2, bytesTotal: 4, rows: 7 });
		expect(compose.data.reading).toMatchObject({ bytesRead: 2, bytesTotal: 4, rows: 7 });
		ends[0]?.(ok(reviews));
		await taking;
		expect(compose.data.reading).toBeNull();
	});

	test('Cancel gives it up, and what comes after all is not taken', async () => {
		const { importFiles, ends } = slowImports();
		const { compose, worker } = await composing({ importFiles });
		const taking = compose.takeFiles([file()]);
		await compose.data.cancel();
		ends[0]?.(ok(reviews));
		await taking;
		expect(worker.asked('cancelImport')).toHaveLength(1);
		expect([compose.data.dataset, compose.data.reading]).toEqual([null, null]);
		expect(compose.draft.datasetId).toBeNull();
	});

	test.each<[string, (compose: ComposeState) => unknown]>([
		['Start over', (compose) => compose.startOver()],
		['Remove', (compose) => compose.removeData()],
		['Duplicate', (compose) => compose.duplicate(setup)],
	])('%s gives it up too: the file does not come back by itself', async (_, leave) => {
		const { importFiles, ends } = slowImports();
		const { compose, worker } = await composing({ importFiles });
		const taking = compose.takeFiles([file()]);
		await leave(compose);
		expect(compose.data.reading).toBeNull();
		ends[0]?.(ok(reviews));
		await taking;
		expect(worker.asked('cancelImport')).toHaveLength(1);
		expect([compose.data.dataset, compose.draft.datasetId]).toEqual([null, null]);
	});

	test('a sample that is still fetched when one starts over does not come either', async () => {
		let come: (() => void) | undefined;
		const { compose, worker } = await composing(
			{},
			{ fetchSample: (name) => new Promise((resolve) => (come = () => resolve(ok(file(name))))) },
		);
		const using = compose.useSample(coffeeReviews);
		compose.startOver();
		come?.();
		await using;
		expect(worker.asked('importFiles')).toEqual([]);
		expect(compose.untouched).toBe(true);
	});

	test('how it is asked to be read stands there already, so that two changes in a row are both made', async () => {
		const { importFiles, ends } = slowImports();
		const { compose } = await composing({ importFiles });
		const taking = compose.takeFiles([file()]);
		ends[0]?.(ok(reviews));
		await taking;
		void compose.readAgain({ ...compose.data.asked, delimiter: ';' });
		expect(compose.data.asked).toEqual({ encoding: null, delimiter: ';' });
		expect(compose.data.options).toEqual({ encoding: null, delimiter: null });
		await compose.data.cancel();
		expect(compose.data.asked).toEqual({ encoding: null, delimiter: null });
	});

	test('another file dropped takes its place', async () => {
		const { importFiles, ends } = slowImports();
		const { compose, worker } = await composing({ importFiles });
		const first = compose.takeFiles([file('a.csv')]);
		const second = compose.takeFiles([file('b.csv')]);
		await rest();
		ends[1]?.(ok({ ...reviews, id: 'd2' }));
		ends[0]?.(ok(reviews));
		await Promise.all([first, second]);
		expect(worker.asked('cancelImport')).toHaveLength(1);
		expect(compose.draft.datasetId).toBe('d2');
	});
});

describe('a dataset that is stored', () => {
	test('can be chosen, and is the draft’s then', async () => {
		const other = dataset(['id', 'title'], 7, 'd2');
		const { compose } = await composing({ getDataset: () => Promise.resolve(other) });
		await compose.takeFiles([file()]);
		await compose.chooseDataset('d2');
		expect(compose.data.dataset).toBe(other);
		expect(compose.draft).toMatchObject({ datasetId: 'd2', idColumn: 'id' });
	});

	test('chosen while files are read stays: they are given up', async () => {
		const other = dataset(['id', 'title'], 7, 'd2');
		const { importFiles, ends } = slowImports();
		const { compose, worker } = await composing({
			importFiles,
			getDataset: () => Promise.resolve(other),
		});
		const reading = compose.takeFiles([file()]);
		await rest();
		await compose.chooseDataset('d2');
		ends[0]?.(ok(reviews));
		await reading;
		expect(compose.data.dataset).toBe(other);
		expect(compose.draft.datasetId).toBe('d2');
		expect(worker.asked('cancelImport')).toHaveLength(1);
	});

	test('that is gone meanwhile leaves the one before, and the list', async () => {
		const { compose, worker } = await composing({ getDataset: () => Promise.resolve(null) });
		await compose.takeFiles([file()]);
		await compose.chooseDataset('d2');
		expect(compose.data.dataset).toBe(reviews);
		expect(compose.draft.datasetId).toBe('d1');
		expect(compose.data.problems[0]?.message).toContain('no longer stored');
		expect(worker.asked('listDatasets')).toHaveLength(1);
	});
});

describe('the ID column', () => {
	test.each([
		{ columns: ['id', 'text'], likely: 'id' },
		{ columns: ['text', 'Id'], likely: 'Id' },
		{ columns: ['identity', 'text'], likely: null },
	])('of $columns is likely $likely', ({ columns, likely }) => {
		expect(likelyIdColumn(dataset(columns).columns)).toBe(likely);
	});
});

describe('rows', () => {
	test('are asked for in pages, each once', async () => {
		const { compose, worker } = await composing({
			getDataset: () => Promise.resolve(reviews),
			importFiles: () => Promise.resolve(ok({ ...reviews, rowCount: 500 })),
		});
		await compose.takeFiles([file()]);
		await rest();
		for (const row of [70, 71, 60, 3]) {
			compose.preview.showRow(row);
			await rest();
		}
		expect(worker.asked('readRows')).toEqual([
			['d1', 0, rowsPerPage],
			['d1', rowsPerPage, rowsPerPage],
		]);
		expect(compose.preview.row?.[1]).toBe('review 3');
	});

	test('of the dataset before do not come late into the next', async () => {
		const late: (() => void)[] = [];
		const { compose } = await composing({
			readRows: (id, first, count) =>
				new Promise((resolve) => {
					late.push(() => {
						resolve(id === 'd1' ? [['old']] : rowsFrom(first, count));
					});
				}),
			importFiles: ([given]) =>
				Promise.resolve(ok({ ...reviews, id: given?.name === 'a.csv' ? 'd1' : 'd2' })),
		});
		await compose.takeFiles([file('a.csv')]);
		await compose.takeFiles([file('b.csv')]);
		late.forEach((come) => {
			come();
		});
		await rest();
		expect(compose.data.rows.first[0]).toEqual(['0', 'review 0', '5']);
	});

	test('that a notice names are picked out by their number', async () => {
		const { compose } = await composing();
		await compose.takeFiles([file()]);
		await compose.data.pick([41, 97]);
		expect(compose.data.picked).toEqual([
			{ number: 41, cells: rowsFrom(40, 1)[0] },
			{ number: 97, cells: rowsFrom(96, 1)[0] },
		]);
	});
});

describe('the preview', () => {
	test.each([
		{ wanted: 2, shown: 2 },
		{ wanted: 99, shown: 2 },
		{ wanted: -5, shown: 0 },
		{ wanted: 1.5, shown: 0 },
	])('asked for row $wanted of 3 shows $shown', async ({ wanted, shown }) => {
		const { compose } = await composing();
		await compose.takeFiles([file()]);
		await rest();
		compose.preview.showRow(wanted);
		await rest();
		expect(compose.preview.rowIndex).toBe(shown);
		expect(compose.preview.row?.[0]).toBe(String(shown));
	});
});

describe('the preview of pairs', () => {
	const pairs = ['A', 'B', 'C'].map((content) => ({
		messages: [{ role: 'user' as const, content }],
		prompt: content,
	}));

	test('shows each row with its own template alone', async () => {
		const { compose } = await composing();
		await compose.takeFiles([file()]);
		compose.set({ templates: pairs, pairing: 'pair' });
		const { preview } = compose;
		const shown = () => [preview.templateIndex(3), preview.rowIndex];
		expect(shown()).toEqual([0, 0]);
		preview.showRow(1);
		expect(shown()).toEqual([1, 1]);
		preview.showTemplate(2);
		expect(shown()).toEqual([2, 2]);
		compose.set({ pairing: 'cross' });
		preview.showTemplate(0);
		expect(shown()).toEqual([0, 2]);
	});

	test('shows no template with a row that has none', async () => {
		const { compose } = await composing();
		await compose.takeFiles([file()]);
		compose.set({ templates: pairs.slice(0, 2), pairing: 'pair' });
		compose.preview.showRow(2);
		expect(compose.preview.templateIndex(2)).toBe(2);
	});
});

describe('where nothing works', () => {
	const broken = { kind: 'broken', message: 'No engine.' } as const;

	test('nothing is read, no sample is fetched and no run is started', async () => {
		const fetched: string[] = [];
		const { compose, worker } = await composing(
			{},
			{
				fetchSample: (name) => {
					fetched.push(name);
					return Promise.resolve(ok(file(name)));
				},
			},
		);
		write(compose, 'Hello');
		compose.receive(broken);
		await compose.takeFiles([file()]);
		await compose.useSample(coffeeReviews);
		expect(await compose.start()).toBeNull();
		expect([fetched, worker.asked('importFiles'), worker.asked('startRun')]).toEqual([[], [], []]);
	});

	test('what was being read is no longer shown as going on', async () => {
		const { compose } = await composing({ importFiles: slowImports().importFiles });
		void compose.takeFiles([file()]);
		compose.receive(broken);
		expect(compose.data.reading).toBeNull();
	});
});

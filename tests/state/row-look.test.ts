import { describe, expect, test } from 'vitest';
import { emptyDraft, type Draft } from '#domain/draft.ts';
import { ok } from '#domain/result.ts';
import type { RowQuery, RowScan } from '#domain/row-scan.ts';
import { emptyRows, type RowsDraft } from '#domain/rows-draft.ts';
import { withBindingAdded, withModelParameters, withRows } from '#state/plan-edits.ts';
import { withoutModel } from '#state/draft-edits.ts';
import { composing, file, reviews, scanOf, write } from './compose-fixtures.ts';

/** A worker that answers a look when it is told to. */
function slowLooks() {
	const looks: { readonly query: RowQuery; readonly answer: (scan: RowScan | null) => void }[] = [];
	const scanRows = (_: string, query: RowQuery): Promise<RowScan | null> =>
		new Promise((answer) => {
			looks.push({ query, answer });
		});
	return { looks, scanRows };
}

const written: Draft = { ...emptyDraft, datasetId: 'd1' };
const range = (from: number, to: number): RowsDraft => ({
	...emptyRows,
	choose: 'range',
	from,
	to,
});

const scanned = (rowCount: number): RowScan => ({
	...scanOf({ kind: 'all' }),
	rowCount,
	numbers: Uint32Array.from({ length: rowCount }, (_, i) => i),
});

const asking = (text: string) =>
	({ ...emptyRows, choose: 'where', column: 'review', text }) as const;

describe('the look through the rows', () => {
	test('is made once for what is asked, whatever else is written', async () => {
		const { compose, worker } = await composing();
		await compose.takeFiles([file()]);
		write(compose, 'Judge {review}');
		compose.set({ name: 'A run' });
		// The likely ID column was chosen with the data.
		expect(worker.asked('scanRows')).toEqual([
			['d1', { endpoint: 'chatCompletions', rows: { kind: 'all' }, idColumn: 'ID', bindings: [] }],
		]);
	});

	test('is made anew for a setup that is opened over the data', async () => {
		const theirs = { ...emptyDraft, rows: asking('spam') };
		const { compose, worker } = await composing({
			openSetup: () => Promise.resolve(ok({ draft: theirs, dataset: null })),
		});
		await compose.takeFiles([file()]);
		await compose.rowLook.settled();
		const rowsFound = () => [compose.check.rows, compose.check.counted, compose.chosenRows?.count];
		expect(rowsFound()).toEqual([3, true, 3]);
		await compose.openSetup(new File(['{}'], 'a.volley.json'));
		await compose.rowLook.settled();
		expect(rowsFound()).toEqual([1, true, 1]);
		write(compose, 'Judge {review}');
		await compose.start();
		expect(worker.asked('startRun')).toMatchObject([[{ rowCount: 1 }]]);
	});

	test('is made anew for the draft that an opened setup had taken the place of', async () => {
		const { compose } = await composing({
			openSetup: () => Promise.resolve(ok({ draft: emptyDraft, dataset: null })),
		});
		await compose.takeFiles([file()]);
		compose.set({ rows: asking('spam') });
		await compose.openSetup(new File(['{}'], 'a.volley.json'));
		compose.set({ name: 'Theirs' });
		await compose.rowLook.settled();
		expect(compose.check.rows).toBe(3);
		await compose.undoOpen();
		await compose.rowLook.settled();
		expect(compose.check).toMatchObject({ counted: true, rows: 1 });
	});

	test('that an edit has overtaken counts for nothing', async () => {
		const { looks, scanRows } = slowLooks();
		const { compose } = await composing({ scanRows });
		await compose.takeFiles([file()]);
		compose.set({ idColumn: null, rows: asking('a') });
		compose.set({ rows: asking('ab') });
		expect(compose.check).toMatchObject({ counted: false, setup: null });
		looks[1]?.answer(scanned(3));
		await Promise.resolve();
		expect(compose.check.counted).toBe(false);
		looks[2]?.answer(scanned(2));
		await compose.rowLook.settled();
		expect(compose.check).toMatchObject({ counted: true, rows: 2 });
	});

	test('is called off when the data goes', async () => {
		const { looks, scanRows } = slowLooks();
		const { compose, worker } = await composing({ scanRows });
		await compose.takeFiles([file()]);
		expect(looks).toHaveLength(1);
		compose.removeData();
		expect(worker.asked('cancelScan')).toHaveLength(1);
		expect(compose.rowLook.looking).toBe(false);
	});

	test('is waited for by Start', async () => {
		const { looks, scanRows } = slowLooks();
		const { compose, worker } = await composing({ scanRows });
		await compose.takeFiles([file()]);
		write(compose, 'Judge {review}');
		compose.set({ idColumn: null, rows: asking('a') });
		const starting = compose.start();
		await Promise.resolve();
		expect(worker.asked('startRun')).toEqual([]);
		looks[1]?.answer(scanned(2));
		expect(await starting).toBe('r1');
		expect(worker.asked('startRun')[0]?.[0]).toMatchObject({ rowCount: 2 });
	});

	test('that fails is a problem only where the run depends on it', async () => {
		const scanRows = () => Promise.reject(new Error('the disk is gone'));
		const { compose } = await composing({ scanRows });
		await compose.takeFiles([file()]);
		write(compose, 'Judge {review}');
		await compose.rowLook.settled();
		expect(compose.problems).toEqual([]);
		compose.set({ rows: asking('a') });
		await compose.rowLook.settled();
		expect(compose.problems).toMatchObject([{ field: 'rows' }]);
		expect(compose.problems[0]?.message).toContain('the disk is gone');
	});

	test('is made for a draft that comes back', async () => {
		const { compose: written } = await composing();
		await written.takeFiles([file()]);
		const { compose, worker } = await composing({
			loadDraft: () => Promise.resolve(written.draft),
		});
		expect(worker.asked('scanRows')).toHaveLength(1);
		expect(compose.rowLook.scan?.ids?.repeated).toBe(0);
	});
});

describe('the preview', () => {
	test('steps through the chosen rows alone', async () => {
		const { compose } = await composing({
			getDataset: () => Promise.resolve({ ...reviews, rowCount: 500 }),
			loadDraft: () => Promise.resolve({ ...written, rows: range(201, 203) }),
		});
		expect(compose.preview).toMatchObject({ rowCount: 3, rowIndex: 0, rowNumber: 200 });
		compose.preview.showRow(9);
		expect(compose.preview).toMatchObject({ rowIndex: 2, rowNumber: 202 });
		compose.preview.showRowOfData(201);
		expect(compose.preview).toMatchObject({ rowIndex: 1, rowNumber: 201 });
		compose.preview.showRowOfData(3);
		expect(compose.preview).toMatchObject({ rowIndex: 0, rowNumber: 200 });
	});

	test('reads the row that another choice brings before it', async () => {
		const { compose } = await composing({
			getDataset: () => Promise.resolve({ ...reviews, rowCount: 500 }),
			loadDraft: () => Promise.resolve(written),
		});
		compose.edit((draft) => withRows(draft, range(301, 302)));
		await Promise.resolve();
		expect(compose.preview.row).toEqual(['300', 'review 300', '5']);
	});

	test('shows nothing where no row is chosen', async () => {
		const { compose } = await composing({ scanRows: () => Promise.resolve(scanned(0)) });
		await compose.takeFiles([file()]);
		compose.set({ rows: asking('nowhere') });
		await compose.rowLook.settled();
		expect(compose.preview).toMatchObject({ rowCount: 0, rowNumber: -1, row: null });
	});
});

describe('what is written of the plan', () => {
	test('comes back without the numbers that were none', async () => {
		const rows = { ...range(1, 2), count: NaN, seed: NaN };
		const { compose } = await composing({
			loadDraft: () => Promise.resolve({ ...written, rows }),
		});
		expect(compose.draft.rows).toMatchObject({ count: null, seed: null, from: 1, to: 2 });
	});

	test('a model that is removed takes its parameters with it', () => {
		const three = { ...written, models: ['a', 'b', 'c'] };
		const draft = withModelParameters(three, 2, '{"seed": 1}');
		expect(draft.modelParameters).toEqual(['', '', '{"seed": 1}']);
		expect(withoutModel(draft, 1).modelParameters).toEqual(['', '{"seed": 1}']);
	});

	test('a binding begins with a column that is called as a parameter, else with any that is free', () => {
		const columns = ['text', 'temperature'].map((name) => ({ name, header: name }));
		const once = withBindingAdded(written, columns, ['temperature']);
		expect(once.bindings).toEqual([{ column: 'temperature', parameter: 'temperature' }]);
		expect(withBindingAdded(once, columns, ['temperature']).bindings?.[1]).toEqual({
			column: 'text',
			parameter: '',
		});
	});
});

test.each([
	['asks for nothing of theirs', {}],
	['asks for rows', { rows: range(1, 2) }],
])('rules that cannot be loaded are a problem where a draft %s', async (_, more) => {
	const { compose } = await composing(
		{},
		{ loadRules: () => Promise.reject(new Error('offline')) },
	);
	await compose.takeFiles([file()]);
	write(compose, 'Judge {review}');
	compose.set(more);
	expect(compose.problems.map(({ field }) => field)).toEqual(['rows']);
	expect(await compose.start()).toBeNull();
});

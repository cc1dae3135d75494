import { describe, expect, test } from 'vitest';
import type { Binding } from '#domain/bindings.ts';
import type { Row } from '#domain/dataset.ts';
import type { RowQuery } from '#domain/row-scan.ts';
import type { ChosenRows } from '#domain/chosen-rows.ts';
import type { RowChoice } from '#domain/rows.ts';
import { passOver, type RowPass, type RowSource } from '#worker/row-pass.ts';

interface Table extends RowSource {
	/** The first rows of the stretches asked for. */
	readonly asked: number[];
}

function table(columns: readonly string[], rows: readonly Row[]): Table {
	const asked: number[] = [];
	return {
		asked,
		columns: columns.map((name) => ({ name, header: name })),
		rowCount: rows.length,
		read: (first, count) => {
			if (count > 1) asked.push(first);
			return Promise.resolve(rows.slice(first, first + count));
		},
	};
}

const looking = (more: Partial<RowQuery>): RowQuery => ({
	endpoint: 'chatCompletions',
	rows: { kind: 'all' },
	idColumn: null,
	bindings: [],
	...more,
});

async function pass(query: Partial<RowQuery>, source: RowSource): Promise<RowPass> {
	const found = await passOver(looking(query), source, new AbortController().signal);
	if (found === null) throw new Error('The look was called off.');
	return found;
}

const numbers = ({ count, rowAt }: ChosenRows): number[] =>
	Array.from({ length: count }, (_, i) => rowAt(i));

const big = (rows: number): Table =>
	table(
		['id', 'text'],
		Array.from({ length: rows }, (_, i) => [String(i), i % 7 === 0 ? 'seventh' : '']),
	);

test('finds the rows that the cells decide, over every stretch of the table', async () => {
	const where: RowChoice = { kind: 'where', column: 'text', has: true, text: 'SEV' };
	const { scan, rows } = await pass({ rows: where }, big(2_500));
	const expected = Array.from({ length: 358 }, (_, i) => 7 * i);
	expect(scan.rowCount).toBe(358);
	expect([...(scan.numbers ?? [])]).toEqual(expected);
	expect(numbers(rows)).toEqual(expected);
});

test('takes a cell that a short row lacks for blank', async () => {
	const source = table(['a', 'b'], [['1', 'x'], ['2'], ['3', ' ']]);
	const where: RowChoice = { kind: 'where', column: 'b', has: false, text: '' };
	expect(numbers((await pass({ rows: where }, source)).rows)).toEqual([1, 2]);
});

test('reads only the stretches in which rows are chosen', async () => {
	const source = big(10_000);
	const range: RowChoice = { kind: 'range', from: 4_001, to: 4_010 };
	const { scan } = await pass({ rows: range, idColumn: 'id' }, source);
	expect(source.asked).toEqual([4_000]);
	expect(scan).toMatchObject({ rowCount: 10, numbers: null });
});

test('names repeated and blank ids by the numbers of their rows in the data', async () => {
	const ids = ['a', '', 'b', 'a', 'c', 'b', 'a', ' ', 'left out: d', 'a'];
	const source = table(
		['id'],
		ids.map((id) => [id]),
	);
	const first: RowChoice = { kind: 'range', from: 2, to: 9 };
	const { scan } = await pass({ rows: first, idColumn: 'id' }, source);
	expect(scan.ids).toEqual({
		blank: { count: 2, numbers: [2, 8] },
		repeated: 4,
		examples: [
			{ id: 'b', rows: [3, 6] },
			{ id: 'a', rows: [4, 7] },
		],
	});
});

describe('columns that are bound', () => {
	const columns = ['heat', 'which'];
	const rows = [
		['0.1', 'm2'],
		['', 'm1 '],
		['hot', ''],
		['0.1', 'm2'],
		['3', 'm2'],
		[' 0.1', 'm1'],
	];
	const bindings: readonly Binding[] = [
		{ column: 'heat', parameter: 'temperature' },
		{ column: 'which', parameter: 'model' },
	];

	test('name the models in order of first sight, and each row its own', async () => {
		const { scan, models } = await pass({ bindings }, table(columns, rows));
		expect(scan.models).toEqual(['m2', 'm1', '']);
		expect([...(models ?? [])]).toEqual([0, 1, 2, 0, 0, 1]);
	});

	test.each([
		['service_tier', ['default', ' flex '], true],
		['service_tier', ['default', 'flexible'], undefined],
		['user', ['flex'], undefined],
	])('to %s with cells of %j ask for the flex tier: %s', async (parameter, tiers, asks) => {
		const source = table(
			['tier'],
			tiers.map((tier) => [tier]),
		);
		const { scan } = await pass({ bindings: [{ column: 'tier', parameter }] }, source);
		expect(scan.asksForFlex).toBe(asks);
	});

	test('list the cells that cannot be sent', async () => {
		const { scan } = await pass({ bindings }, table(columns, rows));
		expect(scan.unfit).toEqual([
			{
				binding: bindings[0],
				rows: { count: 2, numbers: [3, 5] },
				example: 'hot',
				fault: 'must be a number from 0 to 2.',
			},
		]);
	});

	test('give two rows one key only where they send the same', async () => {
		const { keys } = await pass({ bindings }, table(columns, rows));
		expect([...(keys ?? [])]).toEqual([0, 1, 2, 0, 3, 4]);
	});

	test('of which every row differs give each its own key, past the number that are kept', async () => {
		const many = Array.from({ length: 70_000 }, (_, i) => [String(i % 69_000)]);
		const query = { bindings: [{ column: 'seed', parameter: 'seed' }] };
		const keys = [...((await pass(query, table(['seed'], many))).keys ?? [])];
		expect(new Set(keys.slice(0, 69_000)).size).toBe(69_000);
		expect(keys.slice(69_000)).toEqual(keys.slice(0, 1_000));
	});

	test('name one model more than a run takes, and no more of a column that holds something else', async () => {
		const query = { bindings: [{ column: 'which', parameter: 'model' }] };
		const names = Array.from({ length: 1_000 }, (_, i) => [`name ${String(i)}`]);
		const { scan, models } = await pass(query, table(['which'], names));
		expect(scan.models.length).toBeGreaterThan(50);
		expect(scan.models.length).toBeLessThan(60);
		expect(models).toHaveLength(1_000);
	});
});

test('goes no further once it is called off', async () => {
	const source = big(5_000);
	const controller = new AbortController();
	const read: RowSource['read'] = (first, count) => {
		if (first === 1_000) controller.abort();
		return source.read(first, count);
	};
	const found = await passOver(looking({ idColumn: 'id' }), { ...source, read }, controller.signal);
	expect(found).toBeNull();
	expect(source.asked).toEqual([0, 1_000]);
});

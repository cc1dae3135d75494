import { describe, expect, test } from 'vitest';
import type { Dataset } from '#domain/dataset.ts';
import type { RunSetup } from '#domain/run.ts';
import { noLayout, type TableLayout } from '#state/table-layouts.ts';
import { isShown, pinnedBefore, placedColumns, tableColumns } from '#ui/run/table-columns.ts';
import { setup as plain } from '../state/run-fixtures.ts';

const dataset = (...names: string[]): Dataset =>
	({ columns: names.map((name) => ({ name })) }) as unknown as Dataset;
const setup: RunSetup = { ...plain, datasetId: 'd', idColumn: 'key' };
const table = dataset('key', 'stars', 'review', 'city');
const several: Partial<RunSetup> = {
	models: ['a', 'b'],
	templates: [...plain.templates, ...plain.templates],
	parameters: { ...plain.parameters, completionsPerPrompt: 2 },
};

const keysAt = (
	width: number,
	change: Partial<RunSetup> = {},
	layout: Partial<TableLayout> = {},
	data: Dataset | null = table,
): string =>
	placedColumns(tableColumns({ ...setup, ...change }, data), { ...noLayout, ...layout }, width)
		.map(({ key }) => key)
		.join(' ');

describe('the columns that are shown', () => {
	test.each<[string, number, Partial<RunSetup>, Partial<TableLayout>, string]>([
		['of a plain run', 1_040, {}, {}, 'id cell:2 response finish tokens latency'],
		[
			'of several of all',
			1_040,
			several,
			{},
			'id template model choice cell:2 response finish tokens latency',
		],
		['with less room', 700, several, {}, 'id template choice cell:2 response tokens latency'],
		['on a narrow page', 390, several, {}, 'id response'],
		[
			'of no template that uses one',
			1_040,
			{ templates: [] },
			{},
			'id cell:1 response finish tokens latency',
		],
		[
			'chosen on a narrow page',
			390,
			{},
			{ shown: { latency: true, 'cell:3': true } },
			'id cell:3 response latency',
		],
		[
			'left out by hand',
			1_040,
			{},
			{ shown: { response: false, finish: false } },
			'id cell:2 tokens latency',
		],
		[
			'always with the id',
			1_040,
			{},
			{ shown: { id: false } },
			'id cell:2 response finish tokens latency',
		],
		[
			'all that there are',
			1_040,
			several,
			{ shown: { 'cell:1': true, prompt: true, promptTokens: true, attempts: true } },
			'id template model choice cell:1 cell:2 prompt response finish promptTokens tokens latency attempts',
		],
	])('%s', (_, width, change, layout, keys) => {
		expect(keysAt(width, change, layout)).toBe(keys);
	});

	test('of a run whose table is gone are all but its own', () => {
		expect(keysAt(1_040, {}, {}, null)).toBe('id response finish tokens latency');
	});

	test('can tell the connection only where there are several', () => {
		const has = (change: Partial<RunSetup>): boolean =>
			tableColumns({ ...setup, ...change }, table).some(({ key }) => key === 'connection');
		expect(has({})).toBe(false);
		expect(has({ shares: [] })).toBe(true);
	});

	test('of 200 are two at most before a person chooses', () => {
		const names = Array.from({ length: 200 }, (_, i) => `c${String(i)}`);
		const content = names.map((name) => `{${name}}`).join(' ');
		const templates: RunSetup['templates'] = [
			{ kind: 'chat', messages: [{ role: 'user', content }] },
		];
		const columns = tableColumns({ ...setup, templates }, dataset(...names));
		const own = columns.filter(({ position }) => position !== null);
		expect(own).toHaveLength(200);
		expect(own.filter((column) => isShown(column, noLayout, 5_000))).toHaveLength(2);
	});
});

describe('of the table’s own columns', () => {
	const own = (content: string): readonly string[] =>
		keysAt(1_040, { templates: [{ kind: 'chat', messages: [{ role: 'user', content }] }] })
			.split(' ')
			.filter((key) => key.startsWith('cell'));

	test.each([
		['{city} {review} {city}', ['cell:2', 'cell:3']],
		['{review}', ['cell:2']],
		['{city} {review} {stars}', ['cell:2', 'cell:3']],
		['{key} {stars} {review} {city}', ['cell:1', 'cell:2']],
		['no column at all', ['cell:1']],
		['{gone}', ['cell:1']],
	])('“%s” uses %o', (content, columns) => {
		expect(own(content)).toEqual(columns);
	});
});

describe('their widths', () => {
	const placed = (width: number, layout: Partial<TableLayout> = {}) =>
		placedColumns(tableColumns(setup, table), { ...noLayout, ...layout }, width);
	const sum = (columns: readonly { readonly pixels: number }[]): number =>
		columns.reduce((all, { pixels }) => all + pixels, 0);

	test.each([320, 390, 620, 820, 1_040, 1_900])('fill a table of %d pixels', (width) => {
		expect(sum(placed(width))).toBe(width);
	});

	test('go past it where more are chosen than fit', () => {
		const shown = { 'cell:1': true, 'cell:3': true, prompt: true, attempts: true };
		expect(sum(placed(390, { shown }))).toBeGreaterThan(390);
		expect(placed(390, { shown }).find(({ key }) => key === 'response')?.pixels).toBe(150);
	});

	test('are those that were given', () => {
		const columns = placed(1_040, { widths: { response: 300, 'cell:2': 77 } });
		const widths = Object.fromEntries(columns.map(({ key, pixels }) => [key, pixels]));
		expect(widths).toMatchObject({ response: 300, 'cell:2': 77 });
		expect(sum(columns)).toBeLessThan(1_040);
	});

	test.each([
		['tokens', 'response'],
		['response', ''],
		['cell:2', ''],
	] as const)('that fill the room left stand still while %s is dragged', (key, pinned) => {
		expect(
			pinnedBefore(placed(1_040), key)
				.map((column) => column.key)
				.join(' '),
		).toBe(pinned);
	});
});

import { describe, expect, test } from 'vitest';
import { ResultsLayout } from '#state/results-layout.svelte.ts';
import {
	datasetMark,
	noLayout,
	readLayouts,
	withLayout,
	writeLayouts,
	type TableLayout,
} from '#state/table-layouts.ts';
import { inMemory } from '../support/in-memory.ts';

const columns = ['id', 'review', 'secret salary of Ann'];
const mark = datasetMark(columns);

describe('what was arranged', () => {
	test('is found again for a table with the same columns, and for no other', () => {
		const memory = inMemory();
		const layout = new ResultsLayout(memory, columns);
		layout.setShown('cell:2', true);
		layout.setShown('latency', false);
		layout.setLines(3);
		layout.setWidth('response', 512.4);
		layout.keep();
		const expected = {
			lines: 3,
			shown: { 'cell:2': true, latency: false },
			widths: { response: 512 },
		};
		expect(new ResultsLayout(memory, [...columns]).layout).toEqual(expected);
		expect(new ResultsLayout(memory, columns.slice(1)).layout).toEqual(noLayout);
		expect(new ResultsLayout(memory, []).layout).toEqual(noLayout);
	});

	test('names no column of the table', () => {
		const memory = inMemory();
		new ResultsLayout(memory, columns).setShown('cell:2', true);
		expect(memory.read()).not.toMatch(/review|salary|Ann/);
	});

	test('is forgotten once it is reset', () => {
		const memory = inMemory();
		const layout = new ResultsLayout(memory, columns);
		layout.setWidth('id', 200);
		layout.keep();
		layout.unsetWidth('id');
		expect(memory.read()).toBe(inMemory(writeLayouts(new Map())).read());
		layout.setLines(6);
		layout.reset();
		expect(layout.layout).toEqual(noLayout);
		expect(readLayouts(memory.read()).size).toBe(0);
	});

	test('leaves what another tab has arranged for other columns', () => {
		const memory = inMemory();
		const here = new ResultsLayout(memory, columns);
		new ResultsLayout(memory, ['other']).setLines(6);
		here.setLines(3);
		expect(new ResultsLayout(memory, ['other']).layout.lines).toBe(6);
		expect(new ResultsLayout(memory, columns).layout.lines).toBe(3);
	});
});

describe('what is remembered', () => {
	const stored = (change: object): string =>
		JSON.stringify({ version: 1, layouts: [{ mark, ...noLayout, ...change }] });

	test.each<[string, string | null, Partial<TableLayout>]>([
		['nothing', null, {}],
		['no JSON', '{"version":1', {}],
		['a number', '7', {}],
		['null', 'null', {}],
		['another version', JSON.stringify({ version: 2, layouts: [{ mark, lines: 3 }] }), {}],
		['layouts that are no list', JSON.stringify({ version: 1, layouts: { mark } }), {}],
		['an entry that is none', JSON.stringify({ version: 1, layouts: [null, 1, 'x', []] }), {}],
		['a mark that is none', stored({ mark: 'review', lines: 3 }), {}],
		['lines that there are not', stored({ lines: 2 }), {}],
		['widths out of bounds', stored({ widths: { id: 0, a: 1e9, b: '90', c: null, d: -5 } }), {}],
		['a good width among others', stored({ widths: { id: 90, a: 'x' } }), { widths: { id: 90 } }],
		['keys that are none', stored({ shown: { '<b>': true, 'cell:x': true, __proto: true } }), {}],
		[
			'what is neither shown nor hidden',
			stored({ shown: { id: 1, model: false } }),
			{ shown: { model: false } },
		],
	])('%s', (_, text, found) => {
		const { layout } = new ResultsLayout(inMemory(text), columns);
		expect(layout).toEqual({ ...noLayout, ...found });
	});

	test('stays below its bounds: what was changed longest ago goes first', () => {
		const widths = Object.fromEntries(
			Array.from({ length: 200 }, (_, at) => [`cell:${String(at)}`, 100 + at]),
		);
		let layouts = readLayouts(null);
		for (let i = 0; i < 60; i++)
			layouts = withLayout(layouts, datasetMark([`column ${String(i)}`]), { ...noLayout, widths });
		const text = writeLayouts(layouts);
		expect(text.length).toBeLessThanOrEqual(60_000);
		expect(readLayouts(text).size).toBeGreaterThan(5);
		expect(readLayouts(text).has(datasetMark(['column 59']))).toBe(true);
		expect(readLayouts(text).has(datasetMark(['column 0']))).toBe(false);
	});

	test('tells tables apart by their names, not by how those are joined', () => {
		const marks = [[], [''], ['ab'], ['a', 'b'], ['b', 'a'], ['a,b'], ['a","b']].map(datasetMark);
		expect(new Set(marks).size).toBe(marks.length);
	});
});

import { describe, expect, test } from 'vitest';
import { comparedAt, isComparable, requestsOf, seriesCount } from '#domain/comparison.ts';
import { placeOf, plannedRequests, type PlanSize } from '#domain/plan.ts';
import type { RunSetup } from '#domain/run.ts';
import { setup } from '../state/run-fixtures.ts';

describe.each<[string, PlanSize, number]>([
	['one of all', { templates: 1, rows: 4, models: 1 }, 1],
	['templates × models', { templates: 3, rows: 4, models: 2 }, 6],
	['repeats', { templates: 2, rows: 4, models: 2, repeats: 3 }, 4],
	['pairs', { templates: 4, rows: 4, models: 2, paired: true }, 2],
	['pairs with repeats', { templates: 4, rows: 4, models: 2, paired: true, repeats: 2 }, 2],
])('%s', (_, size, series) => {
	test('every request stands in one row and one series, its repeats together', () => {
		expect(seriesCount(size)).toBe(series);
		const found: number[] = [];
		for (let row = 0; row < size.rows; row++)
			for (let at = 0; at < series; at++) {
				const { first, count } = requestsOf(row, at, size);
				for (let request = first; request < first + count; request++) {
					expect(placeOf(request, size).rowIndex).toBe(row);
					expect(comparedAt(request, size)).toEqual({ row, series: at });
					found.push(request);
				}
			}
		expect(found.sort((a, b) => a - b)).toEqual(
			Array.from({ length: plannedRequests(size) }, (_, i) => i),
		);
	});
});

test.each<[boolean, Partial<RunSetup>]>([
	[false, {}],
	[true, { models: ['a', 'b'] }],
	[true, { templates: [...setup.templates, ...setup.templates] }],
	[true, { parameters: { ...setup.parameters, completionsPerPrompt: 2 } }],
	[true, { repeats: 2 }],
	[false, { templates: [...setup.templates, ...setup.templates], rowCount: 2, pairing: 'pair' }],
	[false, { models: ['a', 'b'], bindings: [{ column: 'which', parameter: 'model' }] }],
])('whether there is something to compare: %s, of %j', (is, change) => {
	expect(isComparable({ ...setup, ...change })).toBe(is);
});

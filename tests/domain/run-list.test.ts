import { describe, expect, test } from 'vitest';
import type { RunSetup, RunSummary } from '#domain/run.ts';
import { findRuns, freeName, isRunOrder, listedOf, type RunOrder } from '#domain/run-list.ts';
import { setupOf } from '../storage/world.ts';

const run = (id: string, change: Partial<RunSummary> = {}): RunSummary => ({
	id,
	name: `Run ${id}`,
	createdAt: 0,
	updatedAt: 0,
	phase: { name: 'finished' },
	planned: 10,
	succeeded: 10,
	failed: 0,
	...change,
});

const coffee = run('a', {
	name: 'Coffee reviews',
	createdAt: 3,
	updatedAt: 3,
	planned: 300,
	models: ['demo-small'],
	targets: ['demo'],
});
const titles = run('b', {
	name: 'titles 10',
	createdAt: 2,
	updatedAt: 9,
	planned: 20,
	models: ['gpt-4.1-mini', 'o4-mini'],
	targets: ['openai', 'api.openai.com'],
});
const older = run('c', { name: 'Titles 2', createdAt: 1, updatedAt: 1, planned: 300 });
const all = [titles, older, coffee];

describe('the list of runs', () => {
	test.each<[string, string[]]>([
		['', ['a', 'b', 'c']],
		['   ', ['a', 'b', 'c']],
		['TITLES', ['b', 'c']],
		['api.openai', ['b']],
		['o4', ['b']],
		['demo', ['a']],
		['mini titles', ['b']],
		['coffee openai', []],
		// Not over the end of one text and the start of the next.
		['10gpt', []],
	])('searched for “%s” is %j', (search, ids) => {
		expect(findRuns(all, search, 'newest').map(({ id }) => id)).toEqual(ids);
	});

	test.each<[RunOrder, string[]]>([
		['newest', ['a', 'b', 'c']],
		['changed', ['b', 'a', 'c']],
		['name', ['a', 'c', 'b']],
		['size', ['a', 'c', 'b']],
	])('in the order “%s” is %j', (order, ids) => {
		expect(findRuns(all, '', order).map(({ id }) => id)).toEqual(ids);
	});

	test.each([
		['name', true],
		['constructor', false],
		['', false],
		[null, false],
	])('%j is an order: %s', (text, is) => {
		expect(isRunOrder(text)).toBe(is);
	});
});

describe('what the list keeps of a setup', () => {
	const at = (baseUrl: string): RunSetup['connection'] => ({
		...setupOf(1).connection,
		provider: 'compatible',
		baseUrl,
	});
	test.each<[string, Partial<RunSetup>, ReturnType<typeof listedOf>]>([
		['the Demo', {}, { models: ['demo-small'], targets: ['demo'] }],
		[
			'a service',
			{
				connection: { ...at('https://api.groq.com/openai/v1'), preset: 'groq' },
				models: ['a', 'b'],
			},
			{ models: ['a', 'b'], targets: ['compatible', 'groq', 'api.groq.com'] },
		],
		[
			'an address that is none',
			{ connection: at('nowhere') },
			{ models: ['demo-small'], targets: ['compatible', 'nowhere'] },
		],
		[
			'several connections',
			{
				shares: [
					{ name: 'East', connection: at('https://e.test/v1'), tokensPerMinute: null, models: [] },
					{ name: 'West', connection: at('https://w.test/v1'), tokensPerMinute: null, models: [] },
				],
			},
			{ models: ['demo-small'], targets: ['compatible', 'e.test', 'w.test', 'East', 'West'] },
		],
		[
			'a model for every row',
			{ models: Array.from({ length: 500 }, (_, i) => `m${String(i)}`) },
			{ models: Array.from({ length: 20 }, (_, i) => `m${String(i)}`), targets: ['demo'] },
		],
	])('%s', (_, change, listed) => {
		expect(listedOf(setupOf(1, change))).toEqual(listed);
	});
});

test.each([
	['Tea', [], 'Tea'],
	['Tea', ['Coffee'], 'Tea'],
	['Tea', ['Tea'], 'Tea (2)'],
	['Tea', ['Tea', 'Tea (2)', 'Tea (4)'], 'Tea (3)'],
	['Tea (2)', ['Tea (2)'], 'Tea (2) (2)'],
	['x'.repeat(200), ['x'.repeat(200)], `${'x'.repeat(196)} (2)`],
])('“%s” beside %j is called “%s”', (wanted, taken, name) => {
	expect(freeName(wanted, taken)).toBe(name);
});

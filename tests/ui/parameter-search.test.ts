import { describe, expect, test } from 'vitest';
import { endpoints } from '#domain/connection.ts';
import { parameterTable } from '#domain/parameter-table.ts';
import { findParameters } from '#ui/compose/parameter-search.ts';
import { deprecatedWords, parameterMeaning } from '#ui/compose/parameter-words.ts';

describe('the search for a parameter', () => {
	const labels = (...search: Parameters<typeof findParameters>): readonly string[] =>
		findParameters(...search).map(({ label }) => label);

	test('without words gives all that the endpoint knows, deprecated ones last', () => {
		const found = findParameters('chatCompletions', [], '');
		expect(found).toHaveLength(
			parameterTable.filter((known) => known.endpoints.includes('chatCompletions')).length,
		);
		expect(found[0]?.label).toBe('audio');
		const fresh = found.filter(({ deprecated }) => !deprecated).length;
		expect(found.slice(0, fresh).every(({ deprecated }) => !deprecated)).toBe(true);
	});

	test.each([
		['a name', 'top_p', 'top_p'],
		['the beginning of a name', 'freq', 'frequency_penalty'],
		['a word of its meaning', 'schema', 'response_format'],
		['words in any order', 'cheaper thinks', 'reasoning_effort'],
		['capitals', 'STOP', 'stop'],
	])('finds by %s', (_, typed, first) => {
		expect(labels('chatCompletions', [], typed)[0]).toBe(first);
	});

	test('speaks the endpoint’s names, and finds by the other ones too', () => {
		expect(labels('responses', [], 'reasoning_effort')).toEqual(['reasoning.effort']);
		expect(labels('responses', [], 'text.f')).toEqual(['text.format']);
	});

	test('leaves out what is chosen and what the endpoint does not know', () => {
		expect(labels('chatCompletions', ['top_p'], 'top_p')).toEqual([]);
		expect(labels('responses', [], 'seed')).toEqual([]);
		expect(labels('completions', [], 'reasoning')).toEqual([]);
	});

	test('leads to the field where there is one', () => {
		expect(findParameters('responses', [], 'max_completion')).toMatchObject([
			{ name: 'max_completion_tokens', field: 'maxTokens' },
		]);
		expect(labels('chatCompletions', [], '')).not.toContain('temperature');
	});
});

test('each parameter of each endpoint has its meaning in a sentence', () => {
	for (const endpoint of endpoints)
		for (const { name, endpoints: known, deprecated } of parameterTable)
			if (known.includes(endpoint)) {
				expect(parameterMeaning(endpoint, name), name).toMatch(/^[A-Z].{10,90}\.$/);
				if (deprecated === true)
					expect(deprecatedWords(name)).toMatch(/^Deprecated\.( Use .+\.)?$/);
			}
});

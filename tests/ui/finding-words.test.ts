import { expect, test } from 'vitest';
import type { ResultFilter } from '#domain/result-filter.ts';
import { emptyCounters, type RunCounters } from '#domain/run.ts';
import { filterChips, foundWords, noLineWords, showOptions } from '#ui/run/finding-words.ts';

const counters: RunCounters = {
	...emptyCounters({ templates: 1, rows: 5_000, models: 1 }),
	succeeded: 4_000,
	failed: 2,
	marks: { complete: 7_980, truncated: 12, refused: 3, filtered: 4, empty: 0 },
};

test('each entry of Show has the number of its lines, where there are any', () => {
	expect(showOptions(counters, 2).map(({ label }) => label)).toEqual([
		'All',
		'Succeeded (8,000)',
		'Failed (4)',
		'Truncated (12)',
		'Refused (7)',
		'Empty',
	]);
});

test.each([
	{ found: { total: 1, looking: null }, words: '1 line' },
	{
		found: { total: 312, looking: { done: 240_000, total: 1_000_000, cancelled: false } },
		words: 'Looked through 240,000 of 1,000,000 · 312 lines',
	},
	{
		found: { total: 312, looking: { done: 240_000, total: 1_000_000, cancelled: true } },
		words: '312 lines · only the first 240,000 of 1,000,000 were looked through',
	},
])('what was found reads $words', ({ found, words }) => {
	expect(foundWords(found)).toBe(words);
});

test.each<{ filter: Partial<ResultFilter>; words: RegExp }>([
	{ filter: { search: 'x' }, words: /^No line holds “x”/ },
	{ filter: { answer: 'x' }, words: /exactly/ },
	{ filter: { show: 'failed' }, words: /^Nothing has failed/ },
	{ filter: { show: 'failed', failure: 'timeout' }, words: /in this way/ },
	{ filter: { show: 'truncated' }, words: /cut off/ },
	{ filter: {}, words: /No answer is here yet/ },
])('where no line passes $filter, why', ({ filter, words }) => {
	expect(noLineWords({ show: 'all', search: '', ...filter })).toMatch(words);
});

test('an answer and a kind of failure can be taken off a filter one by one', () => {
	const filter = { show: 'failed', search: 'cup', answer: ' ', failure: 'rateLimited' } as const;
	expect(filterChips(filter)).toEqual([
		{
			key: 'answer',
			text: 'Answer: (blank)',
			without: { show: 'failed', search: 'cup', failure: 'rateLimited' },
		},
		{
			key: 'failure',
			text: 'The endpoint asked to slow down',
			without: { show: 'failed', search: 'cup', answer: ' ' },
		},
	]);
	expect(filterChips({ show: 'all', search: '' })).toEqual([]);
});

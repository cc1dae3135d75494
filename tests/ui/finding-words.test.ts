import { expect, test } from 'vitest';
import type { ResultFilter } from '#domain/result-filter.ts';
import { emptyCounters, type RunCounters } from '#domain/run.ts';
import {
	filterChips,
	foundWords,
	noLineWords,
	showChips,
	showOptions,
} from '#ui/run/finding-words.ts';

const counters: RunCounters = {
	...emptyCounters({ templates: 1, rows: 5_000, models: 1 }),
	succeeded: 4_000,
	failed: 2,
	marks: { complete: 7_980, truncated: 12, refused: 3, filtered: 4, empty: 0 },
};

test('the entries of Show are plain words', () => {
	expect(showOptions.map(({ label }) => label)).toEqual([
		...['All', 'Succeeded', 'Failed', 'Truncated', 'Refused', 'Empty'],
	]);
});

test('an entry of Show that has lines has a chip with their number', () => {
	expect(showChips(counters, 2).map(({ label, lines }) => [label, lines])).toEqual([
		['Succeeded', 8_000],
		['Failed', 4],
		['Truncated', 12],
		['Refused', 7],
	]);
});

test('the number of those that succeeded has the room that it will need', () => {
	expect(showChips(counters, 2)[0]?.room).toBe('10,000'.length);
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
	{ filter: { show: 'succeeded', answer: 'x' }, words: /^No answer is exactly this text\.$/ },
	{ filter: { show: 'succeeded' }, words: /^Nothing has succeeded\.$/ },
	{
		filter: { show: 'succeeded', failure: 'timeout' },
		words: /^Nothing fits both Show: Succeeded and the failure “[^”]+[^.]”\.$/,
	},
	{
		filter: { show: 'failed', answer: 'x' },
		words: /^Nothing fits both Show: Failed and the answer “x”\.$/,
	},
	{
		filter: { show: 'failed', answer: ' ', search: 'cup' },
		words: /^Nothing fits all of Show: Failed, the answer \(blank\) and the search “cup”\.$/,
	},
])('where no line of a run that ended passes $filter, why', ({ filter, words }) => {
	expect(noLineWords({ show: 'all', search: '', ...filter }, true)).toMatch(words);
});

test.each<{ filter: Partial<ResultFilter>; words: string }>([
	{ filter: {}, words: 'No answer is here yet.' },
	{ filter: { show: 'succeeded' }, words: 'No answer is here yet.' },
	{ filter: { show: 'failed' }, words: 'Nothing has failed so far.' },
	{
		filter: { show: 'empty', search: 'x' },
		words: 'Nothing fits both Show: Empty and the search “x” so far.',
	},
])('while more may come, $filter has none so far', ({ filter, words }) => {
	expect(noLineWords({ show: 'all', search: '', ...filter }, false)).toBe(words);
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

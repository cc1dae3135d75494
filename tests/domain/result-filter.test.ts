import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#domain/json.ts';
import { matchesChoice, meansReopened, type ResultFilter } from '#domain/result-filter.ts';

const choice = (content: string | null, finish_reason = 'stop'): JsonObject => ({
	index: 0,
	message: { role: 'assistant', content },
	finish_reason,
});
const timeout = { kind: 'timeout', message: 'Nothing came in 60 s.' };

describe('a filter', () => {
	test.each<[Partial<ResultFilter>, JsonObject | null, boolean]>([
		[{}, choice('Good'), true],
		[{}, null, true],
		[{ show: 'succeeded' }, choice('Good'), true],
		[{ show: 'succeeded' }, null, false],
		[{ show: 'failed' }, choice('Good'), false],
		[{ show: 'failed' }, null, true],
		[{ show: 'truncated' }, choice('Goo', 'length'), true],
		[{ show: 'truncated' }, choice('Good'), false],
		[{ show: 'refused' }, choice('', 'content_filter'), true],
		[{ show: 'empty' }, choice(''), true],
		[{ answer: 'Good' }, choice(' Good\n'), true],
		[{ answer: ' Good ' }, choice('Good'), true],
		[{ answer: 'good' }, choice('Good'), false],
		[{ answer: 'Goo' }, choice('Goo', 'length'), false],
		[{ answer: 'Goo', show: 'truncated' }, choice('Goo', 'length'), true],
		[{ answer: '' }, null, false],
		[{ failure: 'timeout' }, null, true],
		[{ failure: 'network' }, null, false],
		[{ failure: 'timeout' }, choice('Good'), false],
		[{ search: ' GOO ' }, choice('Good'), true],
		[{ search: 'nothing came' }, null, true],
		[{ search: 'cup 7' }, choice('Good'), true],
		[{ search: 'cup 8' }, choice('Good'), false],
	])('%o of %o: %s', (filter, of, isMeant) => {
		const told = { choice: of, failure: of === null ? timeout : null, cells: ['a', 'Cup 7'] };
		expect(matchesChoice({ show: 'all', search: '', ...filter }, told)).toBe(isMeant);
	});

	test.each([
		['all', true],
		['succeeded', false],
		['failed', false],
		['truncated', false],
		['refused', false],
		['empty', false],
	] as const)('%s means answers that are asked for again: %s', (show, isMeant) => {
		expect(meansReopened({ show, search: 'Cup' })).toBe(isMeant);
	});
});

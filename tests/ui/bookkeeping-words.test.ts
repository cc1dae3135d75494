import { describe, expect, test } from 'vitest';
import { bookkeepingWords, inFlightWords } from '../../src/ui/run/bookkeeping-words.ts';
import { progressWith } from '../state/run-fixtures.ts';

describe('the notes under the progress', () => {
	test('are none where a journal is kept and nothing broke off', () => {
		expect(bookkeepingWords(progressWith({}))).toEqual([]);
	});

	test('warn while a run goes without a journal', () => {
		const running = { phase: { name: 'running' }, journal: 'unavailable' } as const;
		expect(bookkeepingWords(progressWith(running))).toEqual([
			expect.stringContaining('Download the results'),
		]);
		expect(bookkeepingWords(progressWith({ ...running, phase: { name: 'finished' } }))).toEqual([]);
	});

	test('say how many may have been paid for twice once it goes on', () => {
		const broken = { possiblyPaidTwice: 6 };
		expect(bookkeepingWords(progressWith({ ...broken, phase: { name: 'finished' } }))).toEqual([
			expect.stringContaining('up to 6 requests may have been paid for twice'),
		]);
		expect(bookkeepingWords(progressWith({ ...broken, phase: { name: 'interrupted' } }))).toEqual(
			[],
		);
	});
});

test.each([
	{ count: null, says: 'The few that were in flight' },
	{ count: 0, says: 'None was in flight' },
	{ count: 1, says: 'Up to 1 request in flight is sent again' },
	{ count: 6, says: 'Up to 6 requests in flight are sent again' },
])('of $count in flight it says “$says”', ({ count, says }) => {
	expect(inFlightWords(count)).toContain(says);
});

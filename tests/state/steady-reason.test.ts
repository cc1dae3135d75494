import { describe, expect, test } from 'vitest';
import type { HeldBackBy } from '#domain/run.ts';
import { isUnsettled, noReason, settleReason, withReason } from '#state/steady-reason.ts';

type Seen = readonly (readonly [at: number, reason: HeldBackBy | null])[];

const seenOf = (seen: Seen, said: HeldBackBy | null = null) =>
	seen.reduce((steady, [at, reason]) => withReason(steady, at, reason), { ...noReason, said });

describe('what is said to hold a run back', () => {
	test.each<[string, Seen, HeldBackBy | null, HeldBackBy | null]>([
		['nothing where nothing did', [[0, null]], null, null],
		['what did so last, without a second behind it', [[1_000, 'endpoint']], null, 'endpoint'],
		[
			'what did so for most of the last second',
			[
				[0, 'endpoint'],
				[400, 'tokensPerMinute'],
			],
			null,
			'tokensPerMinute',
		],
		[
			'not what came only at the end',
			[
				[0, 'tokensPerMinute'],
				[900, 'cooldown'],
			],
			'tokensPerMinute',
			'tokensPerMinute',
		],
		[
			'not what was long before',
			[
				[-60_000, 'concurrency'],
				[100, 'endpoint'],
			],
			'concurrency',
			'endpoint',
		],
		[
			'a reason between moments in which nothing did',
			[
				[0, null],
				[500, 'requestsPerMinute'],
				[520, null],
			],
			null,
			'requestsPerMinute',
		],
		[
			'the one said so far, where three share the second',
			[
				[0, 'endpoint'],
				[300, 'concurrency'],
				[600, 'tokensPerMinute'],
			],
			'endpoint',
			'endpoint',
		],
		[
			'the longest of three, where the one said so far is over',
			[
				[0, 'endpoint'],
				[300, 'concurrency'],
				[600, 'tokensPerMinute'],
			],
			'cooldown',
			'tokensPerMinute',
		],
	])('is %s', (_, seen, said, expected) => {
		expect(settleReason(seenOf(seen, said), 1_000).said).toBe(expected);
	});

	test('needs another look where time alone may change it', () => {
		const steady = settleReason(
			seenOf([
				[0, 'tokensPerMinute'],
				[900, 'cooldown'],
			]),
			1_000,
		);
		expect(isUnsettled(steady)).toBe(true);
		const later = settleReason(steady, 1_900);
		expect([later.said, isUnsettled(later)]).toEqual(['cooldown', false]);
	});

	test.each([
		['', noReason],
		[', also after the clock was set back', withReason(noReason, 1_000_000, 'cooldown')],
	])('is kept of the last second alone%s', (_, before) => {
		let steady = before;
		for (let at = 0; at < 100_000; at += 100)
			steady = withReason(steady, at, at % 200 === 0 ? 'endpoint' : 'tokensPerMinute');
		expect(steady.seen.length).toBeLessThanOrEqual(12);
	});

	test('does not stick at a time that a clock set back has still to reach', () => {
		const steady = withReason(withReason(noReason, 9_000, 'endpoint'), 1_000, 'cooldown');
		expect(settleReason(steady, 2_000).said).toBe('cooldown');
	});
});

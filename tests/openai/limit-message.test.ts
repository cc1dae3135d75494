import { describe, expect, test } from 'vitest';
import type { LimitReading } from '#domain/failure.ts';
import { classifyAnswer } from '#openai/classify.ts';
import { limitFromText, limitsFromHeaders, metLimit } from '#openai/limit-message.ts';

const reading = (
	dimension: LimitReading['dimension'],
	per: LimitReading['per'],
	limit: number,
	used: number,
	requested: number,
): LimitReading => ({ dimension, per, limit, used, requested });

describe('the limit that a 429 names', () => {
	test.each<[string, LimitReading | null]>([
		[
			'Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 29937, Requested 385. Please try again in 644ms.',
			reading('tokens', 'minute', 30_000, 29_937, 385),
		],
		[
			'Rate limit reached for gpt-4o in organization org-x on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.',
			reading('requests', 'minute', 3, 3, 1),
		],
		[
			'Rate limit reached on requests per day (RPD): Limit 10,000, Used 10,000, Requested 1. Please try again in 8.64s.',
			reading('requests', 'day', 10_000, 10_000, 1),
		],
		[
			'Rate limit reached on tokens per day (TPD): Limit 500000, Used 499000, Requested 2000. Please try again in 2m52.8s.',
			reading('tokens', 'day', 500_000, 499_000, 2_000),
		],
		[
			'Rate limit reached for default-text-davinci-002 in organization org-x on requests per min. Limit: 60.000000 / min. Current: 70.000000 / min. Contact support.',
			reading('requests', 'minute', 60, 60, 1),
		],
		[
			'Rate limit reached for 10KTPM-200RPM in organization org-x on tokens per min. Limit: 10000 / min. Please try again in 6ms.',
			null,
		],
		['Rate limit reached on images per min (IPM): Limit 5, Used 5, Requested 1.', null],
		['Request too large on tokens per min (TPM): Limit 30000, Requested 31538.', null],
		['on requests per min (RPM): Limit 0, Used 3, Requested 1.', null],
		['on requests per min (RPM): Limit 0.001, Used 0, Requested 1.', null],
		['on requests per min (RPM): Limit 99999999999, Used 3, Requested 1.', null],
		['on requests per min (RPM): Limit -5, Used 3, Requested 1.', null],
		['Rate limit is exceeded. Try again in 2 seconds.', null],
		['', null],
	])('%j is %j', (text, expected) => {
		expect(limitFromText(text)).toEqual(expected);
	});

	test('a hostile text of 100,000 characters is read in no time', () => {
		expect(limitFromText('limit 1 , '.repeat(10_000))).toBeNull();
	});

	test.each<[Record<string, string>, LimitReading | null]>([
		[
			{ 'x-ratelimit-limit-requests': '500', 'x-ratelimit-remaining-requests': '20' },
			reading('requests', 'minute', 500, 480, 0),
		],
		[
			{
				'x-ratelimit-limit-requests': '500',
				'x-ratelimit-remaining-requests': '400',
				'x-ratelimit-limit-tokens': '30000',
				'x-ratelimit-remaining-tokens': '0',
			},
			reading('tokens', 'minute', 30_000, 30_000, 0),
		],
		[{ 'x-ratelimit-limit-requests': '0', 'x-ratelimit-remaining-requests': '0' }, null],
		[{ 'x-ratelimit-limit-requests': '0.001', 'x-ratelimit-remaining-requests': '0' }, null],
		[{ 'x-ratelimit-limit-requests': '5', 'x-ratelimit-remaining-requests': '9' }, null],
		[{}, null],
	])('headers %j are %j', (headers, expected) => {
		expect(metLimit(limitsFromHeaders(new Headers(headers)))).toEqual(expected);
	});

	test('stands in the failure of a 429, and in no other', () => {
		const message =
			'Rate limit reached for m on requests per min (RPM): Limit 3, Used 3, Requested 1.';
		const failureOf = (status: number) =>
			classifyAnswer(
				{ status, body: { error: { message } }, requestId: null, waitMs: null },
				(text) => text,
			);
		expect(failureOf(429).limit).toEqual(reading('requests', 'minute', 3, 3, 1));
		expect(failureOf(500)).not.toHaveProperty('limit');
	});
});

import { afterEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '#domain/json.ts';
import { call } from './client.ts';
import { goDuration, HiddenLimiter, type HiddenLimits } from './limiter.ts';
import type { Refusal } from './refusals.ts';
import { createTestEndpoint, type TestEndpoint } from './test-endpoint.ts';

const cost = (tokens = 0, model = 'm') => ({ model, tokens });

const wordsOf = (refusal: Refusal | null): string =>
	refusal === null ? 'let in' : JSON.stringify(refusal.body);

/** How many of `count` requests at one moment are let in. */
function letIn(limiter: HiddenLimiter, count: number, now: number, tokens = 0): number {
	let passed = 0;
	for (let i = 0; i < count; i++) if (limiter.refuse(cost(tokens), now) === null) passed++;
	return passed;
}

describe('how much is let in', () => {
	test.each<readonly [string, HiddenLimits, readonly (readonly [number, number])[]]>([
		[
			'a bucket of a minute refills all the time',
			{ rpm: 60 },
			[
				[0, 60],
				[0, 0],
				[10_000, 10],
				[70_000, 60],
			],
		],
		[
			'enforced by the second, a minute’s limit lets a second’s worth in at once',
			{ rpm: 600, window: 'second' },
			[
				[0, 10],
				[500, 5],
				[60_000, 10],
			],
		],
		[
			'less than one a second still lets one in',
			{ rpm: 6, window: 'second' },
			[
				[0, 1],
				[5_000, 0],
				[10_000, 1],
			],
		],
		[
			'a sliding minute forgets all at once what came at once',
			{ rpm: 60, window: 'sliding' },
			[
				[0, 60],
				[59_999, 0],
				[60_000, 60],
			],
		],
		[
			'a burst of its own',
			{ rpm: 600, burst: 5 },
			[
				[0, 5],
				[1_000, 5],
				[1_100, 1],
			],
		],
		[
			'what others use is missing from the refill, not from the bucket',
			{ rpm: 60, others: 0.5 },
			[
				[0, 60],
				[10_000, 5],
			],
		],
		[
			'a refused request may count as well',
			{ rpm: 60, countsRejected: true },
			[
				[0, 60],
				// Of the 40 asked in vain, no more than a fifth of the bucket is held against one: 73 - 14 are left.
				[14_000, 1],
			],
		],
		[
			'no limit lets everything in',
			{},
			[
				[0, 100],
				[0, 100],
			],
		],
	])('%s', (_, limits, steps) => {
		const limiter = new HiddenLimiter(limits);
		expect(steps.map(([now]) => letIn(limiter, 100, now))).toEqual(
			steps.map(([, wanted]) => wanted),
		);
	});

	test('tokens are a limit of their own, and each model has its own', () => {
		const limiter = new HiddenLimiter({ rpm: 1_000, tpm: 1_000 });
		expect(letIn(limiter, 20, 0, 100)).toBe(10);
		expect(limiter.refuse(cost(100, 'other'), 0)).toBeNull();
		expect(letIn(limiter, 20, 30_000, 100)).toBe(5);
	});

	test.each(['minute', 'sliding'] as const)('tokens not used are given back: %s', (window) => {
		const limiter = new HiddenLimiter({ tpm: 1_000, window, refunds: true });
		expect(letIn(limiter, 2, 0, 500)).toBe(2);
		expect(letIn(limiter, 1, 0, 500)).toBe(0);
		limiter.done(cost(500), 100, 0);
		limiter.done(cost(500), 400, 0);
		expect(letIn(limiter, 2, 0, 500)).toBe(1);
		// A minute later nothing of it is left, neither used nor given back.
		expect(letIn(limiter, 3, 120_000, 500)).toBe(2);
		const keeps = new HiddenLimiter({ tpm: 1_000, window });
		letIn(keeps, 2, 0, 500);
		keeps.done(cost(500), 0, 0);
		expect(letIn(keeps, 1, 0, 500)).toBe(0);
	});
});

describe('what a refusal says', () => {
	const refused = (limits: HiddenLimits, tokens = 0, filled = 0): Refusal | null => {
		const limiter = new HiddenLimiter(limits);
		for (let i = 0; i < 1_000; i++) {
			const refusal = limiter.refuse(cost(i === 0 && filled > 0 ? filled : tokens), 0);
			if (refusal !== null) return refusal;
		}
		return null;
	};

	test.each<readonly [string, Refusal | null, string]>([
		[
			'as OpenAI says it of requests',
			refused({ rpm: 3 }),
			'{"error":{"message":"Rate limit reached for m in organization org-test on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s. Visit https://platform.openai.com/account/rate-limits to learn more.","type":"requests","param":null,"code":"rate_limit_exceeded"}}',
		],
		[
			'as OpenAI says it of tokens: (Used + Requested - Limit) · 60 / Limit',
			refused({ tpm: 30_000 }, 385, 29_937),
			'{"error":{"message":"Rate limit reached for m in organization org-test on tokens per min (TPM): Limit 30000, Used 29937, Requested 385. Please try again in 644ms. Visit https://platform.openai.com/account/rate-limits to learn more.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}',
		],
		[
			'too large to be let in ever',
			refused({ tpm: 30_000 }, 31_538),
			'{"error":{"message":"Request too large for m in organization org-test on tokens per min (TPM): Limit 30000, Requested 31538. The input or output tokens must be reduced in order to run successfully. Visit https://platform.openai.com/account/rate-limits to learn more.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}',
		],
		[
			'in whole seconds',
			refused({ tpm: 30_000, says: 'wholeSeconds' }, 385, 29_937),
			'{"error":{"message":"Rate limit reached for m in organization org-test on tokens per min (TPM): Limit 30000, Used 29937, Requested 385. Please try again in 1s. Visit https://platform.openai.com/account/rate-limits to learn more.","type":"tokens","param":null,"code":"rate_limit_exceeded"}}',
		],
		[
			'the wait alone',
			refused({ rpm: 3, says: 'waitOnly' }),
			'{"error":{"message":"Rate limit reached for m. Please try again in 20s.","type":"requests","param":null,"code":"rate_limit_exceeded"}}',
		],
		[
			'nothing',
			refused({ rpm: 3, says: 'nothing' }),
			'{"error":{"message":"Too many requests","type":"requests","param":null,"code":"rate_limit_exceeded"}}',
		],
		['nothing refused', refused({}), 'let in'],
	])('%s', (_, refusal, words) => {
		expect(wordsOf(refusal)).toBe(words);
	});

	test('by the second, the level is below the limit and the wait shows it', () => {
		const words = wordsOf(refused({ rpm: 600, window: 'second' }));
		expect(words).toContain('Limit 600, Used 10, Requested 1. Please try again in 100ms.');
	});

	test('the hint stands in the headers too, unless nothing is said', () => {
		expect(refused({ rpm: 3 })?.headers).toEqual({
			'retry-after': '20',
			'retry-after-ms': '20000',
		});
		expect(refused({ rpm: 3, says: 'nothing' })?.headers).toEqual({});
	});

	test.each([
		[0.2, '1ms'],
		[644, '644ms'],
		[8_640, '8.64s'],
		[18_642, '18.642s'],
		[360_000, '6m0s'],
		[3_723_000, '1h2m3s'],
		[411_480_000, '114h18m0s'],
	])('%d ms are %s', (ms, words) => {
		expect(goDuration(ms)).toBe(words);
	});
});

describe('at an endpoint', () => {
	let endpoint: TestEndpoint | null = null;
	afterEach(() => endpoint?.close());

	const chat = (more: JsonObject = {}): JsonObject => ({
		model: 'm',
		messages: [{ role: 'user', content: 'four' }],
		...more,
	});

	test.each(['http1', 'http2'] as const)(
		'the limit is met, told and noted, whatever the scenario: %s',
		async (protocol) => {
			endpoint = await createTestEndpoint({ protocol, limits: { rpm: 2 } });
			const answers = [];
			for (let i = 0; i < 3; i++) answers.push(await call(endpoint, chat()));
			expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
			expect(answers[2]?.text).toMatch(/Limit 2, Used 2, Requested 1\. Please try again in \d+/);
			expect(answers[2]?.header('retry-after')).toMatch(/^\d+$/);
			expect(answers[0]?.header('x-ratelimit-limit-requests')).toBe('2');
			expect(answers[0]?.header('x-ratelimit-remaining-requests')).toBe('1');
			expect(answers[0]?.header('access-control-expose-headers')).toBe('X-Request-ID, CF-Ray');
			expect(endpoint.ledger.requests.map(({ limited }) => limited)).toEqual([false, false, true]);
		},
	);

	test('an answer’s tokens count before it is given: its most, for each choice', async () => {
		endpoint = await createTestEndpoint({ limits: { tpm: 50 } });
		expect((await call(endpoint, chat({ n: 2, max_tokens: 20 }))).status).toBe(200);
		expect((await call(endpoint, chat({ max_tokens: 20 }))).status).toBe(429);
		expect((await call(endpoint, chat({ max_completion_tokens: 5 }))).status).toBe(200);
	});

	test('what an answer did not use is given back where the endpoint does so', async () => {
		endpoint = await createTestEndpoint({ limits: { tpm: 50, refunds: true } });
		// Each sets 21 aside and uses 5.
		for (let i = 0; i < 7; i++)
			expect((await call(endpoint, chat({ max_tokens: 20 }))).status).toBe(i < 6 ? 200 : 429);
	});

	test('headers can be exposed to pages', async () => {
		endpoint = await createTestEndpoint({ limits: { rpm: 1 }, exposedHeaders: '*' });
		expect((await call(endpoint, chat())).header('access-control-expose-headers')).toBe('*');
	});
});

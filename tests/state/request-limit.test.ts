import { describe, expect, test } from 'vitest';
import type { LearnedLimits } from '#domain/run.ts';
import { RequestLimit } from '#state/request-limit.ts';
import { progressWith } from './run-fixtures.ts';

const limits = (change: Partial<LearnedLimits> = {}): LearnedLimits => ({
	model: 'model-a',
	requestsPerMinute: null,
	tokensPerMinute: null,
	requestsShare: null,
	tokensShare: null,
	source: null,
	...change,
});

const lineOf = (all: readonly LearnedLimits[], settledPerMinute: number | null = 100) =>
	new RequestLimit().perMinute(progressWith({ limits: all, settledPerMinute }));

const tokens = { tokensPerMinute: 60_000, tokensShare: 0.5 };

describe('the limit that a rate is held against', () => {
	test.each<[string, readonly LearnedLimits[], number | null]>([
		['none where none is known', [limits()], null],
		['none before there are models', [], null],
		['that of requests', [limits({ requestsPerMinute: 500 })], 500],
		['that of tokens, at what a request is counted as', [limits(tokens)], 200],
		['the lower of the two', [limits({ ...tokens, requestsPerMinute: 150 })], 150],
		['the lower of the two, the other way', [limits({ ...tokens, requestsPerMinute: 250 })], 200],
		[
			'not that of tokens while hardly any are used',
			[limits({ ...tokens, tokensShare: 0.05, requestsPerMinute: 5_000 })],
			5_000,
		],
		[
			'the sum of all models',
			[limits({ requestsPerMinute: 500 }), limits({ requestsPerMinute: 60 })],
			560,
		],
		['none where one model has none', [limits({ requestsPerMinute: 500 }), limits()], null],
	])('is %s', (_, all, expected) => {
		expect(lineOf(all)).toBe(expected);
	});

	test.each<[string, readonly LearnedLimits[], number | null]>([
		['that of calls, by the prompts in each', [limits({ requestsPerMinute: 500 })], 10_000],
		['that of tokens where it is lower', [limits({ ...tokens, requestsPerMinute: 500 })], 200],
		[
			'the sum of all models’ calls',
			[limits({ requestsPerMinute: 500 }), limits({ requestsPerMinute: 60 })],
			11_200,
		],
	])('where twenty prompts share a call is %s', (_, all, expected) => {
		const progress = progressWith({ limits: all, settledPerMinute: 100, promptsPerCall: 20 });
		expect(new RequestLimit().perMinute(progress)).toBe(expected);
	});

	test('one odd reading hardly moves it', () => {
		const limit = new RequestLimit();
		const at = (settledPerMinute: number) =>
			limit.perMinute(progressWith({ limits: [limits(tokens)], settledPerMinute })) ?? 0;
		expect(at(100)).toBe(200);
		expect(at(10)).toBeGreaterThan(180);
		expect(at(0)).toBeGreaterThan(180);
	});
});

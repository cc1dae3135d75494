import { describe, expect, test } from 'vitest';
import type { LearnedLimits, RunProgress } from '#domain/run.ts';
import type { Pace } from '#state/pace.ts';
import { counters, progressWith, setup } from '../state/run-fixtures.ts';
import {
	leftLabel,
	leftText,
	limitWords,
	perCallWords,
	reasonWords,
	restWords,
	retryWords,
} from '#ui/run/pace-words.ts';

const until = Date.UTC(2026, 10, 12, 14, 3, 22);

const paceWith = (change: Partial<Pace> = {}): Pace => ({
	heldBackBy: null,
	until: null,
	settledPerMinute: null,
	secondsLeft: null,
	limits: [],
	retries: 0,
	rateLimited: 0,
	concurrency: 100,
	...change,
});

const local = {
	...setup,
	connection: {
		...setup.connection,
		provider: 'compatible',
		baseUrl: 'http://localhost:8000/v1',
	},
} as const;
const limits: readonly LearnedLimits[] = [
	{
		model: 'model-a',
		requestsPerMinute: 500,
		tokensPerMinute: null,
		requestsShare: null,
		tokensShare: null,
		source: 'endpoint',
	},
];
const two = { ...setup, models: ['model-a', 'model-b'] };
const half = { ...counters, succeeded: 480, failed: 20, attempts: 612 };

describe('what limits the run is said in plain words', () => {
	test.each<[Partial<Pace>, typeof setup, string]>([
		[{ heldBackBy: 'concurrency' }, setup, 'Limited by your Max concurrency: 100 at once.'],
		[
			{ heldBackBy: 'concurrency', concurrency: 6 },
			local,
			'Limited by the browser: 6 connections to an http:// address at most.',
		],
		[
			{ heldBackBy: 'concurrency', concurrency: 256 },
			{ ...setup, limits: { ...setup.limits, maxConcurrency: 1_000 } },
			'Limited by the browser: 256 requests at once at most.',
		],
		[{ heldBackBy: 'requestsPerMinute', limits }, setup, 'Limited by requests per minute.'],
		[
			{ heldBackBy: 'requestsPerMinute' },
			setup,
			'Limited by the pace that the endpoint was seen to allow.',
		],
		[{ heldBackBy: 'tokensPerMinute' }, setup, 'Limited by tokens per minute.'],
		[
			{ heldBackBy: 'cooldown', until },
			setup,
			'Waiting for the endpoint’s rate limit until 14:03:22; this costs no attempt.',
		],
		[
			{ heldBackBy: 'cooldown' },
			setup,
			'Waiting for the endpoint’s rate limit; this costs no attempt.',
		],
		[{ heldBackBy: 'cooldown' }, two, 'One model waits for its rate limit; the others go on.'],
		[
			{ heldBackBy: 'outage', until },
			setup,
			'Outage: one request at a time probes the endpoint, the next at 14:03:22.',
		],
		[
			{ heldBackBy: 'outage' },
			two,
			'Outage of one model: one request at a time probes the endpoint.',
		],
		[
			{ heldBackBy: 'firstRequest' },
			setup,
			'The first request goes alone: a wrong key would cost one call.',
		],
		[{ heldBackBy: 'endpoint' }, setup, 'As fast as the endpoint answers.'],
	])('%o', (change, of, words) => {
		expect(reasonWords(paceWith(change), progressWith({}), of, 'UTC')).toBe(words);
	});

	test.each<[Partial<RunProgress>, string]>([
		[{}, 'Nothing limits it yet.'],
		[{ counters: half }, 'As fast as this browser can send.'],
		[{ counters: half, inFlight: 500 }, 'The last answers are on their way.'],
	])('where nothing does, at %o', (change, words) => {
		expect(reasonWords(paceWith(), progressWith(change), setup)).toBe(words);
	});
});

describe('the time left stands with what it is counted by', () => {
	test.each<[Partial<Pace>, typeof setup, string]>([
		[{ heldBackBy: 'tokensPerMinute' }, setup, 'left, at the pace of the tokens/min limit'],
		[
			{ heldBackBy: 'requestsPerMinute', limits },
			setup,
			'left, at the pace of the requests/min limit',
		],
		[{ heldBackBy: 'requestsPerMinute' }, setup, 'left, at the pace seen to be allowed'],
		[{ heldBackBy: 'concurrency' }, setup, 'left, at the pace of your Max concurrency'],
		[
			{ heldBackBy: 'concurrency', concurrency: 6 },
			local,
			'left, at the pace that the browser allows',
		],
		[{ heldBackBy: 'cooldown' }, setup, 'left, at its pace before this wait'],
		[{ heldBackBy: 'endpoint' }, setup, 'left, at the endpoint’s own speed'],
		[{}, setup, 'left'],
	])('%o', (change, of, words) => {
		expect(leftLabel(paceWith(change), of)).toBe(words);
	});

	test('and is only about so long', () => {
		expect(leftText(paceWith({ secondsLeft: 715 }))).toBe('about 12 min');
		expect(leftText(paceWith())).toBeNull();
	});
});

describe('the limits of a model', () => {
	const known = (change: Partial<LearnedLimits>): LearnedLimits => ({
		model: 'model-a',
		requestsPerMinute: null,
		tokensPerMinute: null,
		requestsShare: null,
		tokensShare: null,
		source: 'endpoint',
		...change,
	});
	const typedBoth = { ...setup.limits, requestsPerMinute: 500, tokensPerMinute: 90_000 };

	test.each<[Partial<LearnedLimits>, typeof setup.limits, string]>([
		[
			{ tokensPerMinute: 60_000, tokensShare: 0.914 },
			setup.limits,
			'learned 60k tokens/min, using 91 %',
		],
		[
			{ requestsPerMinute: 481.6, requestsShare: 1, source: 'measured' },
			setup.limits,
			'measured 482 requests/min, using 100 %',
		],
		[
			{ requestsPerMinute: 500, tokensPerMinute: 90_000, source: 'typed' },
			typedBoth,
			'typed 90k tokens/min · typed 500 requests/min',
		],
		[
			// The endpoint named the one; the other is still what was typed.
			{ requestsPerMinute: 500, tokensPerMinute: 60_000 },
			typedBoth,
			'learned 60k tokens/min · typed 500 requests/min',
		],
		[{ source: null }, setup.limits, 'no limit met so far'],
	])('%o with %o: %s', (change, typed, words) => {
		expect(limitWords(known(change), typed)).toBe(words);
	});
});

describe('what had to be sent again', () => {
	test.each<[Partial<Pace>, string]>([
		[{}, 'No retries so far.'],
		[{ retries: 1 }, '1 retry so far.'],
		[{ rateLimited: 1 }, '1 rate-limit answer (429) so far; it cost no attempt.'],
		[{ rateLimited: 12 }, '12 rate-limit answers (429) so far; none cost an attempt.'],
		[
			{ retries: 3, rateLimited: 12 },
			'3 retries and 12 rate-limit answers (429) so far; the latter cost no attempt.',
		],
	])('%o: %s', (change, words) => {
		expect(retryWords(paceWith(change))).toBe(words);
	});

	test.each<[Partial<RunProgress>, string]>([
		[{ phase: { name: 'pausing' } }, 'What is in flight finishes; nothing new is sent.'],
		[{ phase: { name: 'finished' }, counters: half }, '112 attempts had to be repeated.'],
		[{ phase: { name: 'paused' } }, 'No attempt had to be repeated.'],
	])('of a run at rest, %o: %s', (change, words) => {
		expect(restWords(progressWith(change))).toBe(words);
	});
});

describe('what was found of how many prompts an endpoint takes at once', () => {
	const asked = { ...setup, promptsPerRequest: 20 };
	test.each([
		[{}, setup, null],
		[{ promptsPerCall: 20 }, asked, null],
		[{ promptsPerCall: 10 }, asked, /^This endpoint takes no more than 10 prompts a call:/],
		[{ promptsPerCall: 1 }, asked, /^This endpoint takes one prompt a call:/],
	])('%o', (change, of, words) => {
		const said = perCallWords(progressWith(change), of);
		if (words === null) expect(said).toBeNull();
		else expect(said).toMatch(words);
	});
});

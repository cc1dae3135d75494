import { describe, expect, test } from 'vitest';
import { emptyDraft, emptyShare } from '#domain/draft.ts';
import type { LearnedLimits, RunSetup } from '#domain/run.ts';
import type { Pace } from '#state/pace.ts';
import { shareWords } from '#ui/compose/plan-words.ts';
import { targetWords } from '#ui/compose/provider-words.ts';
import { attentionFor } from '#ui/run/attention.ts';
import { attemptFacts } from '#ui/run/item-facts.ts';
import { limitOwner, reasonWords } from '#ui/run/pace-words.ts';
import { shareFacts } from '#ui/run/setup-facts.ts';
import { destinationsOf } from '#ui/wording.ts';
import { failureOf, progressWith, setup } from '../state/run-fixtures.ts';
import { resultItem } from '../tabular/result-items.ts';

const two = {
	...setup.connection,
	provider: 'compatible',
	baseUrl: 'https://two.test/v1',
} as const;
const shares = [
	{ name: 'OpenAI', connection: setup.connection, tokensPerMinute: 70_000, models: [] },
	{ name: 'two.test', connection: two, tokensPerMinute: 30_000, models: ['vendor/a'] },
];
const shared: RunSetup = { ...setup, shares };
const here = { origin: 'https://volley.example', secure: true, offline: false };

test('the plan says what each connection gets', () => {
	expect(shareWords({ shares })).toBe('shared by 2 connections, 70 % / 30 %');
	expect(shareWords({ shares: [] })).toBeNull();
});

test('the target counts the connections beside the first', () => {
	const draft = { ...emptyDraft, shares: [emptyShare] };
	expect(targetWords(draft, null)).toBe('Demo + 1 · demo-small');
	expect(targetWords(emptyDraft, null)).toBe('Demo · demo-small');
});

test('a run says where its requests go, to all of them', () => {
	expect(destinationsOf(shared)).toBe('requests go to OpenAI, two.test');
	expect(destinationsOf(setup)).toBe('all requests go to api.openai.com');
});

test('the setup says each one’s part, limit, address and names', () => {
	expect(shareFacts(shared)).toEqual([
		{
			label: 'OpenAI',
			value:
				'70 % of the requests\nat most 70,000 tokens/min for each model\nhttps://api.openai.com/v1',
		},
		{
			label: 'two.test',
			value:
				'30 % of the requests\nat most 30,000 tokens/min for each model\nhttps://two.test/v1\nas vendor/a',
		},
	]);
	expect(shareFacts(setup)).toEqual([]);
});

test('a result says which connection it was sent to, where there are several', () => {
	const sentTo = (change: { connection?: string }) =>
		attemptFacts(resultItem(change)).find(({ label }) => label === 'Sent to')?.value;
	expect(sentTo({ connection: 'two.test' })).toBe('two.test');
	expect(sentTo({})).toBeUndefined();
});

test('limits are named with their connection', () => {
	const limits: LearnedLimits = {
		model: 'small',
		requestsPerMinute: null,
		tokensPerMinute: null,
		requestsShare: null,
		tokensShare: null,
		source: null,
	};
	expect(limitOwner(limits)).toBe('small');
	expect(limitOwner({ ...limits, connection: 'two.test' })).toBe('small at two.test');
});

describe('what limits a run with several connections', () => {
	const pace: Pace = {
		heldBackBy: null,
		until: null,
		settledPerMinute: null,
		secondsLeft: null,
		limits: [],
		retries: 0,
		rateLimited: 0,
		concurrency: 12,
	};
	test.each<[Partial<Pace>, number, string]>([
		[{ heldBackBy: 'cooldown' }, 3, 'One connection waits for its rate limit; the others go on.'],
		[
			{ heldBackBy: 'outage' },
			3,
			'Outage of one connection: one request at a time probes the endpoint.',
		],
		[
			{ heldBackBy: 'concurrency' },
			6,
			'Limited by the browser: one connection carries no more at once.',
		],
		[
			{ heldBackBy: 'concurrency' },
			12,
			'Limited by the browser: 12 requests at once at most on these connections.',
		],
		[
			{ heldBackBy: 'concurrency', concurrency: 100 },
			100,
			'Limited by your Max concurrency: 100 at once.',
		],
		[
			{ heldBackBy: 'firstRequest' },
			2,
			'The first request to each connection goes alone: a wrong key would cost one call.',
		],
	])('%j with %i in flight', (change, inFlight, words) => {
		expect(reasonWords({ ...pace, ...change }, progressWith({ inFlight }), shared)).toBe(words);
	});
});

describe('what stopped a run with several connections', () => {
	const attentionAt = (change: Parameters<typeof failureOf>[1], kind = 'unauthorized' as const) =>
		attentionFor(
			progressWith({ phase: { name: 'needsAttention', failure: failureOf(kind, change) } }),
			shared,
			null,
			{ lacksKeyFor: null, repairs: [], here },
		);

	test('begins with the name of the one it is about, and quotes that one', () => {
		const attention = attentionAt({ connection: 'two.test', message: 'No.', status: 401 });
		expect(attention?.title).toMatch(/^two\.test: The API key was not accepted\./);
		expect(attention?.text).toContain('two.test answered “No”.');
	});

	test('lists what to look at for the one that is not reached', () => {
		const unreached = failureOf('network', { connection: 'two.test' });
		const attention = attentionFor(progressWith({ unreached }), shared, null, {
			lacksKeyFor: null,
			repairs: [],
			here,
		});
		expect(attention?.title).toMatch(/^two\.test: /);
		expect(attention?.checks.join(' ')).toContain('https://two.test/v1');
	});
});

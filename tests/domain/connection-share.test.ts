import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dealOut, partsOf } from '#domain/connection-share.ts';
import { canLeaveOut, lackingKey, setupOfFailure, sharedSetups } from '#domain/shared-setup.ts';
import type { RunSetup } from '#domain/run.ts';
import { failureOf, setup as fixture } from '../state/run-fixtures.ts';

const weights = fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 2, maxLength: 6 });
const parts = (typed: readonly (number | null)[]): number[] =>
	partsOf(typed.map((tokensPerMinute) => ({ tokensPerMinute })));

/** How many of the requests each one gets. */
const counts = (deal: (request: number) => number, requests: Iterable<number>, n: number) => {
	const got = Array.from({ length: n }, () => 0);
	for (const request of requests) got[deal(request)] = (got[deal(request)] ?? 0) + 1;
	return got;
};
const stretch = (first: number, length: number, step = 1): number[] =>
	Array.from({ length }, (_, i) => first + i * step);

describe('requests that several connections share', () => {
	test('are in proportion to what each takes, in every hundred in a row', () => {
		fc.assert(
			fc.property(weights, fc.integer({ min: 0, max: 100_000_000 }), (typed, first) => {
				const wanted = parts(typed);
				const got = counts(dealOut(wanted), stretch(first, 100), typed.length);
				got.forEach((count, i) => {
					expect(Math.abs(count - 100 * (wanted[i] ?? 0))).toBeLessThanOrEqual(3);
				});
			}),
			{ numRuns: 2_000 },
		);
	});

	test('are in proportion among every second, third or seventh too: no pattern of the rows is one of the connections', () => {
		fc.assert(
			fc.property(
				fc.constantFrom(2, 3, 4, 5, 6, 7, 10),
				fc.integer({ min: 0, max: 1_000_000 }),
				(step, first) => {
					const [own = 0] = counts(dealOut(parts([1, 1])), stretch(first, 200, step), 2);
					expect(Math.abs(own - 100)).toBeLessThanOrEqual(6);
				},
			),
		);
	});

	test('go, of one that is left out, to the others in their proportion, and no other changes its place', () => {
		fc.assert(
			fc.property(weights, fc.nat(5), fc.nat(5), (typed, one, another) => {
				fc.pre(typed.length > 2);
				const out = [one % typed.length, another % typed.length];
				const wanted = parts(typed);
				const before = dealOut(wanted);
				const after = dealOut(wanted, (at) => out.includes(at));
				const kept = wanted.map((part, at) => (out.includes(at) ? 0 : part));
				const whole = kept.reduce((sum, part) => sum + part, 0);
				const requests = stretch(0, 2_000);
				for (const request of requests)
					if (!out.includes(before(request))) expect(after(request)).toBe(before(request));
				counts(after, requests, typed.length).forEach((count, at) => {
					const share = (2_000 * (kept[at] ?? 0)) / whole;
					expect(Math.abs(count - share)).toBeLessThanOrEqual(15);
				});
			}),
			{ numRuns: 300 },
		);
	});

	test.each([
		[
			[70_000, 30_000],
			[700, 300],
		],
		[
			[null, null],
			[500, 500],
		],
		[
			[1, 1, 2],
			[250, 250, 500],
		],
	])('of %j tokens a minute are %j of a thousand', (typed, wanted) => {
		const got = counts(dealOut(parts(typed)), stretch(0, 1_000), typed.length);
		got.forEach((count, i) => {
			expect(Math.abs(count - (wanted[i] ?? 0))).toBeLessThanOrEqual(2);
		});
	});
});

const second = {
	provider: 'compatible' as const,
	baseUrl: 'https://two.test/v1',
	organization: '',
	project: '',
	usesKey: true,
};
const shared: RunSetup = {
	...fixture,
	models: ['small', 'large'],
	limits: { ...fixture.limits, tokensPerMinute: 50_000 },
	shares: [
		{ name: 'OpenAI', connection: fixture.connection, tokensPerMinute: 70_000, models: [] },
		{ name: 'two.test', connection: second, tokensPerMinute: 30_000, models: ['', 'big'] },
	],
};

describe('a run with several connections', () => {
	test('is sent to each with its own address, names of the models and limit, the typed one never exceeded', () => {
		expect(
			sharedSetups(shared).map(({ connectionName, connection, models, limits }) => [
				connectionName,
				connection.baseUrl,
				models,
				limits.tokensPerMinute,
			]),
		).toEqual([
			['OpenAI', 'https://api.openai.com/v1', ['small', 'large'], 50_000],
			['two.test', 'https://two.test/v1', ['small', 'big'], 30_000],
		]);
	});

	test('finds the one that a failure came from, and the only one where none is named', () => {
		const at = (setup: RunSetup, connection?: string): string =>
			setupOfFailure(
				setup,
				failureOf('unauthorized', connection === undefined ? {} : { connection }),
			).connection.baseUrl;
		expect(at(shared, 'two.test')).toBe('https://two.test/v1');
		expect(at(shared, 'OpenAI')).toBe('https://api.openai.com/v1');
		expect(at(fixture)).toBe('https://api.openai.com/v1');
	});

	test('lacks the first key that is not held, of those it uses', () => {
		expect(lackingKey(shared, () => false)).toBe('https://api.openai.com');
		expect(lackingKey(shared, (origin) => origin.includes('openai'))).toBe('https://two.test');
		expect(lackingKey(shared, () => true)).toBeNull();
		expect(lackingKey(fixture, () => false)).toBe('https://api.openai.com');
		expect(lackingKey(shared, () => false, ['OpenAI'])).toBe('https://two.test');
	});

	test('can leave out any but the last', () => {
		expect(canLeaveOut(shared, [], 'OpenAI')).toBe(true);
		expect(canLeaveOut(shared, ['two.test'], 'OpenAI')).toBe(false);
		expect(canLeaveOut(fixture, [], 'OpenAI')).toBe(false);
	});
});

import { describe, expect, test } from 'vitest';
import { causeKey, CauseTally } from '#domain/failure-causes.ts';
import type { Failure } from '#domain/failure.ts';

const saying = (message: string, change: Partial<Failure> = {}): Failure => ({
	...{ kind: 'badRequest', message, status: 400, code: null, requestId: null, waitMs: null },
	...change,
});

describe('two failures have the same cause', () => {
	test.each([
		['where numbers differ', 'Limit 500, used 1,200.5', 'Limit 60000, used 7'],
		['where request ids differ', 'No (request id: req_a1B2c3)', 'No (request id: req_99zz)'],
		[
			'where uuids differ',
			'Ticket 3f2504e0-4f89-11d3-9a0c-0305e82c3301.',
			'Ticket 11111111-2222-3333-4444-555555555555.',
		],
		['where times differ', 'Retry at 12:03:59', 'Retry at 9:15'],
	])('%s', (_, a, b) => {
		expect(causeKey(saying(a))).toBe(causeKey(saying(b)));
	});
});

describe('two failures have different causes', () => {
	test.each([
		['where words differ', saying('Bad image'), saying('Bad text')],
		['where codes differ', saying('No', { code: 'a' }), saying('No', { code: 'b' })],
		['where statuses differ', saying('No'), saying('No', { status: 422 })],
		['where a word only looks like hex', saying('facade'), saying('decade')],
	])('%s', (_, a, b) => {
		expect(causeKey(a)).not.toBe(causeKey(b));
	});
});

describe('the tally', () => {
	test('names the most frequent first, each by the first that said it', () => {
		const tally = new CauseTally();
		for (const message of ['row 1 is bad', 'no image', 'no image', 'no image', 'row 2 is bad'])
			tally.add(saying(message));
		expect(tally.causes()).toEqual({
			causes: [
				{ example: saying('no image'), count: 3 },
				{ example: saying('row 1 is bad'), count: 2 },
			],
			others: 0,
		});
	});

	test('of an endpoint that says something else each time stays small, and loses no failure', () => {
		const tally = new CauseTally();
		const word = (i: number): string =>
			[...String(i)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
		for (let i = 0; i < 10_000; i++) tally.add(saying(`bad ${word(i)}`));
		tally.add(saying(`bad ${word(7)}`));
		const { causes, others } = tally.causes();
		expect(causes).toHaveLength(5);
		expect(causes[0]?.count).toBe(2);
		expect(causes.reduce((sum, { count }) => sum + count, others)).toBe(10_001);
	});
});

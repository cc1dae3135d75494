import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { weatherFor } from '#demo/weather.ts';
import { demoBaseUrl } from '#domain/connection.ts';
import { demoClient } from './demo-client.ts';
import { readSample, reviewsOf } from './samples.ts';

const reviews = reviewsOf(readSample('coffee-reviews.csv'));
const templates = [
	'Decide if the review is positive or negative. Review: ',
	'How many stars, 1 to 5? Review: ',
	'Positive or negative, in one word? Review: ',
	'Summarise. Review: ',
];
const bodyOf = (content: string): string =>
	JSON.stringify({ model: 'demo-small', messages: [{ role: 'user', content }] });

/** What a fresh endpoint makes of every review under every template: each call, and one more where it failed. */
async function playThrough() {
	const { fetch, slept } = demoClient();
	const replies: { status: number; text: string; requestId: string | null }[] = [];
	for (const template of templates)
		for (const review of reviews)
			for (let attempt = 0; attempt < 2; attempt++) {
				const response = await fetch(`${demoBaseUrl}/chat/completions`, {
					method: 'POST',
					body: bodyOf(template + review),
				});
				const requestId = response.headers.get('x-request-id');
				replies.push({ status: response.status, text: await response.text(), requestId });
				if (response.ok) break;
			}
	return { replies, slept };
}

describe('the endpoint', () => {
	test('answers, waits and fails the same way each time it is played the same sequence', async () => {
		expect(await playThrough()).toEqual(await playThrough());
	});

	test('fails now and then over the sample, and a retry succeeds', async () => {
		const { replies } = await playThrough();
		const sent = templates.length * reviews.length;
		const count = (status: number) => replies.filter((reply) => reply.status === status).length;
		expect(count(200)).toBe(sent);
		expect(count(429)).toBeGreaterThanOrEqual(4);
		expect(count(429)).toBeLessThanOrEqual(24);
		expect(count(500)).toBeGreaterThanOrEqual(2);
		expect(count(500)).toBeLessThanOrEqual(18);
	});

	test('says a rate limit and a server error in the API’s words', async () => {
		const { replies } = await playThrough();
		const errorOf = (status: number): unknown =>
			JSON.parse(replies.find((reply) => reply.status === status)?.text ?? '{}');
		expect(errorOf(429)).toEqual({
			error: {
				message:
					'Rate limit reached for demo-small in organization org-demo on requests per min (RPM): Limit 500, Used 500, Requested 1. Please try again in 644ms.',
				type: 'requests',
				param: null,
				code: 'rate_limit_exceeded',
			},
		});
		expect(errorOf(500)).toMatchObject({ error: { type: 'server_error' } });
	});

	test('gives every answer an id and a request id of its own', async () => {
		const { replies } = await playThrough();
		const ids = replies.flatMap(({ text }) => /"id":"([^"]+)"/.exec(text)?.[1] ?? []);
		expect(new Set(ids).size).toBe(templates.length * reviews.length);
		expect(new Set(replies.map(({ requestId }) => requestId)).size).toBe(replies.length);
	});

	test('lets the SDK see a rate limit as one', async () => {
		const { client } = demoClient();
		const outcomes = await Promise.allSettled(
			Array.from({ length: 300 }, (_, i) =>
				client.completions.create({ model: 'demo-large', prompt: `Row ${String(i)}` }),
			),
		);
		const reasons = outcomes.flatMap((outcome): unknown[] =>
			outcome.status === 'rejected' ? [outcome.reason] : [],
		);
		expect(reasons.some((reason) => reason instanceof OpenAI.RateLimitError)).toBe(true);
		expect(reasons.some((reason) => reason instanceof OpenAI.InternalServerError)).toBe(true);
		for (const reason of reasons) expect(String(reason)).toMatch(/demo-large|server had an error/);
	});
});

describe('the weather', () => {
	const many = Array.from({ length: 20_000 }, (_, i) => weatherFor(bodyOf(`Row ${String(i)}`), 0));
	const share = (kind: string) => many.filter((one) => one.kind === kind).length / many.length;

	test.each([
		['rateLimited', 1 / 25],
		['serverError', 1 / 40],
		['slow', 1 / 60],
	])('is %s as often as promised', (kind, expected) => {
		expect(share(kind)).toBeGreaterThan(expected * 0.85);
		expect(share(kind)).toBeLessThan(expected * 1.15);
	});

	test('lets an answer take 150 to 900 ms, and a slow one 4 to 6 seconds', () => {
		const range = (kind: string): readonly [number, number] => {
			const times = many.filter((one) => one.kind === kind).map((one) => one.latencyMs);
			return [Math.min(...times), Math.max(...times)];
		};
		const [least, most] = range('fair');
		expect(least).toBeGreaterThanOrEqual(150);
		expect(most).toBeLessThanOrEqual(900);
		expect(most - least).toBeGreaterThan(700);
		expect(range('slow')[0]).toBeGreaterThanOrEqual(4_000);
		expect(range('slow')[1]).toBeLessThanOrEqual(6_000);
	});

	test('never fails a body twice in a row, however often it comes', () => {
		let failures = 0;
		for (let i = 0; i < 200; i++) {
			let failedBefore = false;
			for (let seen = 0; seen < 50; seen++) {
				const { kind } = weatherFor(`body ${String(i)}`, seen);
				const failed = kind === 'rateLimited' || kind === 'serverError';
				expect(failed && failedBefore).toBe(false);
				failedBefore = failed;
				if (failed) failures++;
			}
		}
		expect(failures).toBeGreaterThan(400);
	});
});

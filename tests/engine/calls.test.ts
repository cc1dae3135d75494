import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FailureKind } from '#domain/failure.ts';
import {
	answering,
	each,
	failing,
	ScriptedWorld,
	type CallScript,
	type WorldOptions,
} from '../support/scripted-world.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const grouped = (options: WorldOptions): ScriptedWorld =>
	new ScriptedWorld({ promptsPerCall: 20, ...options });

/** Refuses every call that holds one of these. */
const refusing =
	(bad: readonly number[], kind: FailureKind = 'badRequest'): CallScript =>
	(requests) =>
		each(requests, requests.some((one) => bad.includes(one)) ? failing(kind) : answering());

/** Refuses every call of more than so many. */
const takingAtMost =
	(most: number, kind: FailureKind = 'badRequest'): CallScript =>
	(requests) =>
		each(requests, requests.length > most ? failing(kind) : answering());

const sizes = (world: ScriptedWorld): number[] => world.sent.map(({ requests }) => requests.length);

describe('requests that travel together', () => {
	test('leave in plan order, as many in a call as were asked for, and settle each with its own answer', async () => {
		const world = grouped({
			requests: 45,
			callScript: (requests) => ({
				ok: true,
				value: requests.map((one) => ({
					rest: {},
					choices: [{ text: `to ${String(one)}` }],
				})),
			}),
		});
		expect(await world.run()).toEqual({ name: 'finished' });
		expect(world.sent.map(({ requests }) => requests)).toEqual([
			upTo(20),
			upTo(20).map((i) => i + 20),
			upTo(5).map((i) => i + 40),
		]);
		for (const [request, settled] of world.settled)
			expect(settled).toMatchObject({
				outcome: { value: { choices: [{ text: `to ${String(request)}` }] } },
				attempts: 1,
				call: { size: request < 40 ? 20 : 5, position: request % 20 },
			});
		expect(world.storedTwice).toBe(0);
	});

	test('are one call to the concurrency', async () => {
		const world = grouped({ requests: 2_000, concurrency: 7 });
		const engine = world.engine();
		const session = engine.run();
		await world.clock.pass(2_500);
		expect(engine.snapshot()).toMatchObject({ inFlight: 140, callsInFlight: 7 });
		await world.clock.until(session);
		expect(world.mostInFlight).toBe(7);
		expect(world.sent).toHaveLength(100);
	});

	test('are only those that may share a call', async () => {
		const world = grouped({ requests: 30, callKey: (request) => (request < 13 ? 'warm' : 'cold') });
		await world.run();
		expect(sizes(world)).toEqual([13, 17]);
		expect(world.succeeded).toEqual(upTo(30));
	});

	test('share calls with those of their kind, though others stand between', async () => {
		const world = grouped({ requests: 40, callKey: (request) => request % 2 });
		await world.run();
		expect(world.sent.map(({ requests }) => requests)).toEqual(
			[0, 1].map((kind) => upTo(20).map((i) => 2 * i + kind)),
		);
	});

	test('wait for no others of their kind for long, where each is its own kind', async () => {
		const world = grouped({ requests: 1_000, callKey: (request) => request });
		await world.run();
		expect(world.sent.flatMap(({ requests }) => requests)).toEqual(upTo(1_000));
		expect(world.mostInFlight).toBeGreaterThan(1);
	});

	test('are one call where a key is wrong, and all stay waiting', async () => {
		const world = grouped({ requests: 100, script: () => failing('unauthorized') });
		expect(await world.run()).toMatchObject({ name: 'needsAttention' });
		expect(sizes(world)).toEqual([20]);
		expect(world.settled.size).toBe(0);
	});

	test('come back together after a 429, for no attempt', async () => {
		const world = grouped({
			requests: 60,
			maxRetries: 0,
			callScript: (requests, attempt) =>
				each(
					requests,
					requests[0] === 20 && attempt === 1
						? failing('rateLimited', { waitMs: 2_000 })
						: answering(),
				),
		});
		await world.run();
		expect(sizes(world)).toEqual([20, 20, 20, 20]);
		expect(world.succeeded).toEqual(upTo(60));
		expect([...world.settled.values()].every(({ attempts }) => attempts === 1)).toBe(true);
	});

	test.each<FailureKind>(['network', 'timeout', 'serverError', 'malformed'])(
		'come back together after %s, for one attempt of each',
		async (kind) => {
			const world = grouped({
				requests: 60,
				callScript: (requests, attempt) =>
					each(requests, requests[0] === 20 && attempt === 1 ? failing(kind) : answering()),
			});
			await world.run();
			expect(sizes(world)).toEqual([20, 20, 20, 20]);
			expect(upTo(60).map((i) => world.settled.get(i)?.attempts)).toEqual(
				upTo(60).map((i) => (i >= 20 && i < 40 ? 2 : 1)),
			);
		},
	);
});

describe('a call that is refused', () => {
	test.each([0, 7, 19, 25, 59])(
		'is halved until the bad prompt %d stands alone and fails alone; nobody else pays an attempt',
		async (bad) => {
			const world = grouped({ requests: 60, callScript: refusing([bad]) });
			expect(await world.run()).toEqual({ name: 'finished' });
			expect(world.failed).toEqual([bad]);
			expect(world.succeeded).toHaveLength(59);
			expect([...world.settled.values()].every(({ attempts }) => attempts === 1)).toBe(true);
			// Two for each halving of twenty, beside the three calls.
			expect(world.sent.length).toBeLessThanOrEqual(3 + 2 * 5);
			expect(world.settled.get(bad)?.call).toBeUndefined();
		},
	);

	test('fails every bad prompt and no other', async () => {
		const bad = [3, 4, 11, 20, 39];
		const world = grouped({ requests: 100, callScript: refusing(bad, 'contextLengthExceeded') });
		expect(await world.run()).toEqual({ name: 'finished' });
		expect(world.failed).toEqual(bad);
		expect(world.succeeded).toHaveLength(95);
	});

	test('because one prompt is bad leaves the size of later calls as it is', async () => {
		const world = grouped({ requests: 100, callScript: refusing([1]) });
		await world.run();
		expect(sizes(world).filter((size) => size === 20)).toHaveLength(5);
		expect(world.engine().snapshot()).toMatchObject({ promptsPerCall: 20 });
	});

	test('because an endpoint takes one prompt a call leads to one prompt a call from then on', async () => {
		const world = grouped({ requests: 100, callScript: takingAtMost(1) });
		const engine = world.engine();
		expect(await world.run(engine)).toEqual({ name: 'finished' });
		expect(world.succeeded).toEqual(upTo(100));
		expect(engine.snapshot().promptsPerCall).toBe(1);
		// The way down from twenty, and what had left beside it before the second single was answered.
		const together = world.sent.filter(({ requests }) => requests.length > 1);
		expect(together.length).toBeLessThanOrEqual(5 + 9);
		expect([...world.settled.values()].every(({ attempts }) => attempts === 1)).toBe(true);
	});

	test('one at a time is tried as five lists, no more', async () => {
		const world = grouped({ requests: 100, concurrency: 1, callScript: takingAtMost(1) });
		await world.run();
		expect(sizes(world)).toEqual([20, 10, 5, 3, 2, ...upTo(100).map(() => 1)]);
	});

	test.each<[FailureKind, number, number]>([
		['badRequest', 8, 5],
		['requestTooLarge', 12, 10],
		['serverError', 10, 10],
	])('with %s for more than %d leads to calls of %d', async (kind, most, found) => {
		const world = grouped({ requests: 200, callScript: takingAtMost(most, kind) });
		const engine = world.engine();
		await world.run(engine);
		expect(world.succeeded).toEqual(upTo(200));
		expect(engine.snapshot().promptsPerCall).toBe(found);
		expect(
			sizes(world)
				.slice(-5)
				.every((size) => size <= found),
		).toBe(true);
	});

	test('in one half alone leads to calls of the size that this half was answered in', async () => {
		const world = grouped({
			requests: 20,
			callScript: (requests) =>
				each(
					requests,
					requests.length > ((requests[0] ?? 0) < 10 ? 10 : 5)
						? failing('badRequest')
						: answering(),
				),
		});
		const engine = world.engine();
		await world.run(engine);
		expect(world.succeeded).toHaveLength(20);
		expect(engine.snapshot().promptsPerCall).toBe(5);
	});

	test('by a filter that thinks better of it leaves the size as it is', async () => {
		const world = grouped({
			requests: 100,
			callScript: (requests) =>
				each(
					requests,
					requests.length === 20 && requests[0] === 40 ? failing('contentFiltered') : answering(),
				),
		});
		const engine = world.engine();
		await world.run(engine);
		expect(world.succeeded).toHaveLength(100);
		expect(engine.snapshot().promptsPerCall).toBe(20);
	});

	test('prompt by prompt stops a run that has had no answer after twenty', async () => {
		const world = grouped({ requests: 10_000, script: () => failing('badRequest') });
		expect(await world.run()).toMatchObject({ name: 'needsAttention' });
		expect(world.failed.length).toBeGreaterThanOrEqual(20);
		expect(world.failed.length).toBeLessThanOrEqual(60);
	});
});

describe('a call that fails each time', () => {
	test('with too few choices fails all of its requests, once all attempts are made', async () => {
		const world = grouped({
			requests: 60,
			maxRetries: 3,
			callScript: (requests) =>
				each(requests, requests[0] === 20 ? failing('malformed') : answering()),
		});
		expect(await world.run()).toEqual({ name: 'finished' });
		expect(world.failed).toEqual(upTo(20).map((i) => i + 20));
		expect(sizes(world)).toEqual(Array<number>(3 + 3).fill(20));
		expect(world.settled.get(20)?.attempts).toBe(4);
	});

	test('with too few choices asks for a person where it is the first of the run', async () => {
		const world = grouped({
			requests: 10_000,
			maxRetries: 1,
			script: () => failing('malformed'),
		});
		expect(await world.run()).toMatchObject({ name: 'needsAttention' });
		expect(world.sent).toHaveLength(2);
		expect(world.failed).toEqual(upTo(20));
	});

	test('with a fault of the endpoint is taken apart, so that a prompt that breaks it fails alone', async () => {
		const world = grouped({
			requests: 60,
			maxRetries: 2,
			callScript: refusing([33], 'serverError'),
		});
		expect(await world.run()).toEqual({ name: 'finished' });
		expect(world.failed).toEqual([33]);
		expect(world.succeeded).toHaveLength(59);
		// Three times as one, then once for each size down to it alone.
		expect(world.settled.get(33)?.attempts).toBe(3 + 4);
	});

	test('where no retry is allowed is sent once', async () => {
		const world = grouped({
			requests: 20,
			maxRetries: 0,
			script: () => failing('serverError'),
		});
		await world.run();
		expect(world.sent).toHaveLength(1);
		expect(world.failed).toHaveLength(20);
	});
});

describe('a person', () => {
	test('who pauses lets calls finish; resuming sends no settled request again', async () => {
		const world = grouped({ requests: 1_000, concurrency: 5 });
		const engine = world.engine();
		const session = engine.run();
		await world.clock.pass(2_500);
		engine.pause();
		expect(await world.clock.until(session)).toEqual({ name: 'paused' });
		expect(world.settled.size).toBe(20 * world.sent.length);
		expect(await world.run()).toEqual({ name: 'finished' });
		expect(world.sent.flatMap(({ requests }) => requests).sort((a, b) => a - b)).toEqual(
			upTo(1_000),
		);
	});

	test('who stops has all of the calls in flight wait again', async () => {
		const world = grouped({ requests: 300, concurrency: 4 });
		const engine = world.engine();
		const session = engine.run();
		await world.clock.pass(1_500);
		engine.stop();
		expect(await world.clock.until(session)).toEqual({ name: 'stopped' });
		expect(world.settled.size).toBe(20);
		expect(engine.snapshot()).toMatchObject({ inFlight: 0, callsInFlight: 0 });
		await world.run();
		expect(world.succeeded).toEqual(upTo(300));
		expect(world.storedTwice).toBe(0);
	});
});

test('whatever is refused and fails in whatever order, the good are answered once and the bad fail alone', async () => {
	const passing: FailureKind[] = ['rateLimited', 'serverError', 'network', 'malformed'];
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 90 }),
			fc.integer({ min: 1, max: 16 }),
			fc.integer({ min: 1, max: 6 }),
			fc.uniqueArray(fc.nat(89), { maxLength: 8 }),
			fc.array(fc.nat(9), { minLength: 1, maxLength: 40 }),
			fc.integer({ min: 1, max: 20 }),
			fc.integer({ min: 1, max: 3 }),
			async (requests, promptsPerCall, concurrency, bad, dice, most, keys) => {
				const world = new ScriptedWorld({
					requests,
					promptsPerCall,
					concurrency,
					maxRetries: 100,
					callKey: (request) => Math.floor(request / 10) % keys,
					latencyMs: (request, attempt) => 100 + ((request * 7 + attempt * 13) % 900),
					callScript: (sent, attempt) => {
						// Passing faults end before any call has used up its attempts.
						const kind = passing[dice[((sent[0] ?? 0) * 5 + attempt) % dice.length] ?? 9];
						if (kind !== undefined && attempt < 4) return each(sent, failing(kind));
						const isRefused = sent.length > most || sent.some((one) => bad.includes(one));
						return each(sent, isRefused ? failing('badRequest') : answering());
					},
				});
				const engine = world.engine();
				const phase = await world.run(engine);
				const expected = bad.filter((one) => one < requests).sort((a, b) => a - b);
				expect(phase).toEqual({ name: 'finished' });
				expect(world.failed).toEqual(expected);
				expect(world.settled.size).toBe(requests);
				expect(world.storedTwice).toBe(0);
				expect(world.mostInFlight).toBeLessThanOrEqual(concurrency);
				for (const { requests: sent } of world.sent)
					expect(new Set(sent.map((one) => Math.floor(one / 10) % keys)).size).toBe(1);
				const perCall = engine.snapshot().promptsPerCall ?? 1;
				// Never fewer than half of what it takes: that is what halving finds.
				expect(perCall).toBeGreaterThanOrEqual(Math.min(promptsPerCall, Math.ceil(most / 2)));
			},
		),
		{ numRuns: 200 },
	);
});

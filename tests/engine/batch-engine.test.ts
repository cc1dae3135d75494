import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FailureKind } from '#domain/failure.ts';
import { answering, failing, ScriptedWorld, type Script } from '../support/scripted-world.ts';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('a run where all goes well', () => {
	test('sends each request once, in plan order, and finishes', async () => {
		const world = new ScriptedWorld({ requests: 200 });
		expect(await world.run()).toEqual({ name: 'finished' });
		expect(world.sent.map(({ request }) => request)).toEqual(upTo(200));
		expect(world.succeeded).toEqual(upTo(200));
		expect(world.storedTwice).toBe(0);
	});

	test('never has more in flight than allowed, and uses all it may', async () => {
		const world = new ScriptedWorld({ requests: 500, concurrency: 37 });
		await world.run();
		expect(world.mostInFlight).toBe(37);
	});

	test('is a sliding pool: one slow answer holds up nobody', async () => {
		const world = new ScriptedWorld({
			requests: 101,
			concurrency: 10,
			latencyMs: (request) => (request === 5 ? 12_000 : 1_000),
		});
		await world.run();
		// One second for the canary, one and a half until nine are let leave, then 99 seconds of work shared by nine.
		expect(world.clock.now()).toBeLessThanOrEqual(15_000);
	});

	test('with nothing to send is finished at once', async () => {
		expect(await new ScriptedWorld({ requests: 0 }).run()).toEqual({ name: 'finished' });
	});

	test('takes up no new rows while as many as may be in flight wait for a retry', async () => {
		const outage: Script = (request, attempt) =>
			attempt < 8 && request > 0 ? failing('serverError') : answering();
		const world = new ScriptedWorld({ requests: 400, concurrency: 10, script: outage });
		await world.run();
		expect(world.succeeded).toHaveLength(400);
		expect(world.mostHeld).toBeLessThanOrEqual(10 + 10);
	});

	test('sends nothing new while answers come faster than they are stored', async () => {
		const world = new ScriptedWorld({ requests: 1_000, concurrency: 10, storeMs: 60_000 });
		await world.run();
		expect(world.succeeded).toHaveLength(1_000);
		expect(world.mostHeld).toBeLessThanOrEqual(64 + 10);
	});
});

describe('a request that cannot succeed', () => {
	const tooLong = failing('promptTooLong');
	const unsendable = (is: (request: number) => boolean) => (request: number) =>
		is(request) && !tooLong.ok ? tooLong.error : null;

	test('is settled without an attempt, and the others are sent as ever', async () => {
		const world = new ScriptedWorld({
			requests: 90,
			unsendable: unsendable((request) => request % 3 === 0),
		});
		expect(await world.run()).toEqual({ name: 'finished' });
		expect(world.failed).toEqual(upTo(30).map((i) => i * 3));
		expect(world.sent.map(({ request }) => request)).toEqual(
			upTo(90).filter((request) => request % 3 !== 0),
		);
		expect(world.settled.get(3)).toMatchObject({ attempts: 0, latencyMs: 0, outcome: tooLong });
	});

	test('stops no run, however many come first, and is not the first request', async () => {
		const world = new ScriptedWorld({
			requests: 500,
			unsendable: unsendable((request) => request < 400),
			script: () => failing('unauthorized'),
		});
		expect(await world.run()).toMatchObject({
			name: 'needsAttention',
			failure: { kind: 'unauthorized' },
		});
		expect(world.failed).toHaveLength(400);
		expect(world.sent).toHaveLength(1);
	});

	test('fills no memory while the store is slow', async () => {
		const world = new ScriptedWorld({
			requests: 1_000,
			storeMs: 1_000,
			unsendable: unsendable(() => true),
		});
		await world.run();
		expect(world.failed).toHaveLength(1_000);
		expect(world.mostHeld).toBeLessThanOrEqual(64 + 10);
	});
});

describe('the first request', () => {
	test('leaves alone, and the others only once it has settled', async () => {
		const world = new ScriptedWorld({
			requests: 50,
			script: (request, attempt) =>
				request === 0 && attempt < 3 ? failing('serverError') : answering(),
		});
		await world.run();
		const first = world.sent.filter(({ request }) => request === 0);
		const others = world.sent.filter(({ request }) => request !== 0);
		expect(first).toHaveLength(3);
		expect(Math.min(...others.map(({ at }) => at))).toBeGreaterThan(first[2]?.at ?? Infinity);
	});

	test.each<FailureKind>([
		'unauthorized',
		'forbidden',
		'quotaExhausted',
		'modelNotFound',
		'wrongEndpoint',
		'notAnApi',
		'parameterRefused',
	])('refused with %s is the only call that is made, and it stays waiting', async (kind) => {
		const world = new ScriptedWorld({ requests: 1_000, script: () => failing(kind) });
		expect(await world.run()).toMatchObject({ name: 'needsAttention', failure: { kind } });
		expect(world.sent).toHaveLength(1);
		expect(world.settled.size).toBe(0);
	});
});

describe('failures', () => {
	test.each<[FailureKind, number]>([
		['badRequest', 1],
		['contextLengthExceeded', 1],
		['contentFiltered', 1],
		['requestTooLarge', 1],
		['overloaded', 9],
		['serverError', 9],
		['timeout', 9],
		['conflict', 9],
		['network', 9],
		['malformed', 9],
	])('%s is attempted %d times, then fails that request alone', async (kind, attempts) => {
		const world = new ScriptedWorld({
			requests: 20,
			script: (request) => (request === 7 ? failing(kind) : answering()),
		});
		expect(await world.run()).toEqual({ name: 'finished' });
		expect(world.failed).toEqual([7]);
		expect(world.succeeded).toHaveLength(19);
		expect(world.sent.filter(({ request }) => request === 7)).toHaveLength(attempts);
		expect(world.settled.get(7)).toMatchObject({ attempts, outcome: { error: { kind } } });
	});

	test('no retry is made where none is allowed', async () => {
		const world = new ScriptedWorld({
			requests: 3,
			maxRetries: 0,
			script: () => failing('serverError'),
		});
		await world.run();
		expect(world.sent).toHaveLength(3);
		expect(world.failed).toEqual([0, 1, 2]);
	});

	test('a retry waits for a backoff that frees its place for others', async () => {
		const world = new ScriptedWorld({
			requests: 100,
			concurrency: 2,
			script: (request, attempt) =>
				request === 1 && attempt <= 8 ? failing('serverError') : answering(),
		});
		await world.run();
		expect(world.succeeded).toHaveLength(100);
		const attempts = world.sent.filter(({ request }) => request === 1).map(({ at }) => at);
		expect(attempts).toHaveLength(9);
		// While the backoffs of one request add up to minutes, the other 99 are long done.
		const lastOther = Math.max(
			...world.sent.filter(({ request }) => request !== 1).map(({ at }) => at),
		);
		expect(lastOther).toBeLessThan(attempts.at(-1) ?? 0);
	});

	test('a web page instead of the API stops a run that has had no answer, and is retried in one that has', async () => {
		const world = new ScriptedWorld({
			requests: 10,
			script: (request, attempt) =>
				request === 5 && attempt === 1 ? failing('notAnApi') : answering(),
		});
		expect(await world.run()).toEqual({ name: 'finished' });
		expect(world.succeeded).toHaveLength(10);
	});

	test('twenty equal permanent failures without a success ask for a person', async () => {
		const world = new ScriptedWorld({
			requests: 10_000,
			concurrency: 5,
			script: () => failing('badRequest', { code: 'unsupported_parameter' }),
		});
		expect(await world.run()).toMatchObject({ name: 'needsAttention' });
		expect(world.failed.length).toBeGreaterThanOrEqual(20);
		expect(world.sent.length).toBeLessThanOrEqual(25);
	});

	test('however many fail alike after a success, the run goes on', async () => {
		const world = new ScriptedWorld({
			requests: 100,
			script: (request) => (request === 0 ? answering() : failing('badRequest')),
		});
		expect(await world.run()).toEqual({ name: 'finished' });
		expect(world.failed).toHaveLength(99);
	});

	test('different permanent failures, or a success among them, do not', async () => {
		const world = new ScriptedWorld({
			requests: 200,
			script: (request) =>
				request === 100 ? answering() : failing('badRequest', { code: String(request % 2) }),
		});
		expect(await world.run()).toEqual({ name: 'finished' });
		expect(world.failed).toHaveLength(199);
	});
});

describe('rate limits', () => {
	test('cost no attempt, hold everything back for the wait, and the request goes next in row order', async () => {
		const world = new ScriptedWorld({
			requests: 60,
			concurrency: 4,
			maxRetries: 0,
			script: (request, attempt) =>
				request === 20 && attempt === 1 ? failing('rateLimited', { waitMs: 30_000 }) : answering(),
		});
		await world.run();
		expect(world.succeeded).toEqual(upTo(60));
		expect(world.settled.get(20)?.attempts).toBe(1);
		const refusedAt = (world.sent.find(({ request }) => request === 20)?.at ?? 0) + 1_000;
		const during = world.sent.filter(({ at }) => at > refusedAt && at < refusedAt + 30_000);
		expect(during).toEqual([]);
		const after = world.sent.find(({ at }) => at >= refusedAt + 30_000);
		expect(after).toMatchObject({ request: 20, attempt: 2 });
	});

	test('without a hint are waited out longer each time, and never fail a row', async () => {
		const world = new ScriptedWorld({
			requests: 5,
			script: (_, attempt) => (attempt <= 12 ? failing('rateLimited') : answering()),
		});
		await world.run();
		expect(world.succeeded).toHaveLength(5);
		const canary = world.sent.filter(({ request }) => request === 0).map(({ at }) => at);
		const gaps = canary.slice(1).map((at, i) => at - (canary[i] ?? 0));
		expect(gaps[8]).toBeGreaterThan((gaps[0] ?? 0) * 8);
		expect(Math.max(...gaps)).toBeLessThanOrEqual(61_000);
	});

	test('met by a whole burst at once count as one', async () => {
		const world = new ScriptedWorld({
			requests: 101,
			concurrency: 50,
			learn: false,
			script: (request, attempt, now) =>
				request > 0 && now < 1_500 && attempt === 1
					? failing('rateLimited', { waitMs: 1_000 })
					: answering(),
		});
		await world.run();
		expect(world.succeeded).toHaveLength(101);
		// One second's wait and its jitter, not the minute that fifty episodes would come to.
		expect(world.clock.now()).toBeLessThan(10_000);
	});

	test('that ask for more than ten minutes are a person’s decision', async () => {
		const world = new ScriptedWorld({
			requests: 5,
			script: () => failing('rateLimited', { waitMs: 3_600_000 }),
		});
		expect(await world.run()).toMatchObject({
			name: 'needsAttention',
			failure: { kind: 'rateLimited' },
		});
		expect(world.sent).toHaveLength(1);
	});
});

describe('a person', () => {
	test('who pauses lets what is in flight finish, and resuming sends no settled request again', async () => {
		const world = new ScriptedWorld({ requests: 100, concurrency: 8 });
		const engine = world.engine();
		const session = engine.run();
		await world.clock.pass(3_500);
		const sentBefore = world.sent.length;
		engine.pause();
		expect(engine.snapshot()).toMatchObject({ phase: { name: 'pausing' }, inFlight: 8 });
		expect(await world.clock.until(session)).toEqual({ name: 'paused' });
		expect(world.sent).toHaveLength(sentBefore);
		expect(world.succeeded).toHaveLength(sentBefore);

		expect(await world.run()).toEqual({ name: 'finished' });
		expect(world.sent.map(({ request }) => request).sort((a, b) => a - b)).toEqual(upTo(100));
	});

	test('who stops aborts what is in flight, and those requests wait again', async () => {
		const world = new ScriptedWorld({ requests: 100, concurrency: 8 });
		const engine = world.engine();
		const session = engine.run();
		await world.clock.pass(3_500);
		engine.stop();
		expect(await world.clock.until(session)).toEqual({ name: 'stopped' });
		expect(world.clock.now()).toBe(3_500);
		expect(world.settled.size).toBe(11);
		expect(engine.snapshot().inFlight).toBe(0);

		await world.run();
		expect(world.succeeded).toEqual(upTo(100));
		expect(world.storedTwice).toBe(0);
	});

	test('who stops a run that a failure has halted need not wait for what still hangs', async () => {
		const world = new ScriptedWorld({
			requests: 50,
			concurrency: 6,
			script: (request) => (request === 3 ? failing('unauthorized') : answering()),
			latencyMs: (request) => (request === 0 || request === 3 ? 1_000 : 100_000),
		});
		const engine = world.engine();
		const session = engine.run();
		await world.clock.pass(3_000);
		expect(engine.snapshot()).toMatchObject({ phase: { name: 'needsAttention' }, inFlight: 5 });
		engine.stop();
		expect(await world.clock.until(session)).toMatchObject({ name: 'needsAttention' });
		expect(world.clock.now()).toBe(3_000);
		expect(world.succeeded).toEqual([0]);
	});

	test('who pauses during a cooldown or a backoff is not kept waiting for it', async () => {
		const world = new ScriptedWorld({
			requests: 5,
			script: () => failing('rateLimited', { waitMs: 300_000 }),
		});
		const engine = world.engine();
		const session = engine.run();
		await world.clock.pass(5_000);
		engine.pause();
		expect(await world.clock.until(session)).toEqual({ name: 'paused' });
		expect(world.clock.now()).toBe(5_000);
	});
});

describe('a store that fails', () => {
	test('halts the run, keeps every answer, and the next session stores them before it sends', async () => {
		let full = true;
		const world = new ScriptedWorld({
			requests: 40,
			concurrency: 4,
			store: ({ request }) => {
				if (full && request >= 10) throw new Error('QuotaExceededError');
			},
		});
		const engine = world.engine();
		const phase = await world.run(engine);
		expect(phase).toMatchObject({ name: 'needsAttention', failure: { kind: 'storage' } });
		expect(engine.unsaved.length).toBeGreaterThan(0);
		expect(world.settled.size + engine.unsaved.length).toBe(world.sent.length);

		full = false;
		const next = world.engine();
		await world.clock.until(next.run(engine.unsaved));
		expect(world.succeeded).toEqual(upTo(40));
		expect(world.sent).toHaveLength(40);
	});
});

test('whatever fails in whatever order, every request is settled once or waits, and attempts stay within bounds', async () => {
	const kinds: FailureKind[] = ['rateLimited', 'serverError', 'network', 'malformed', 'badRequest'];
	await fc.assert(
		fc.asyncProperty(
			fc.integer({ min: 1, max: 40 }),
			fc.integer({ min: 1, max: 12 }),
			fc.integer({ min: 0, max: 3 }),
			fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 50 }),
			async (requests, concurrency, maxRetries, dice) => {
				const world = new ScriptedWorld({
					requests,
					concurrency,
					maxRetries,
					latencyMs: (request, attempt) => 100 + ((request * 7 + attempt * 13) % 900),
					script: (request, attempt) => {
						const kind = kinds[dice[(request * 5 + attempt) % dice.length] ?? 9];
						return kind === undefined || attempt > 30 ? answering() : failing(kind);
					},
				});
				const phase = await world.run();
				expect(world.storedTwice).toBe(0);
				expect(world.mostInFlight).toBeLessThanOrEqual(concurrency);
				for (const { attempts } of world.settled.values())
					expect(attempts).toBeLessThanOrEqual(maxRetries + 1);
				if (phase.name === 'finished') expect(world.settled.size).toBe(requests);
				// It halts after twenty equal failures, or where the endpoint has never answered.
				else expect(world.failed.length >= 20 || world.succeeded.length === 0).toBe(true);
			},
		),
		{ numRuns: 150 },
	);
});

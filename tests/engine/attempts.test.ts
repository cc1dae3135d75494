import { describe, expect, test } from 'vitest';
import type { FailureKind } from '#domain/failure.ts';
import type { PastAttempt, SettledRequest } from '#domain/outcome.ts';
import { answering, each, failing, ScriptedWorld, type Script } from '../support/scripted-world.ts';

/** What became of a request, as far as it is told. */
function told(world: ScriptedWorld, request: number): SettledRequest {
	const settled = world.settled.get(request);
	if (settled === undefined) throw new Error(`Request ${String(request)} has not settled.`);
	return settled;
}

const past = (world: ScriptedWorld, request: number): readonly PastAttempt[] =>
	told(world, request).past ?? [];

const kinds = (attempts: readonly PastAttempt[]) => attempts.map(({ failure }) => failure?.kind);

/** Each began when the one before had ended and waited, to the rounding, and the one that settled after the last of them. */
function expectNoGap(world: ScriptedWorld, request: number): void {
	const { startedAt } = told(world, request);
	const all = past(world, request);
	all.forEach((one, i) => {
		const nextAt = all[i + 1]?.startedAt ?? startedAt;
		expect(Math.abs(one.startedAt + one.latencyMs + one.waitedMs - nextAt)).toBeLessThan(2);
	});
}

describe('the attempts before the last', () => {
	test.each<FailureKind>([
		'rateLimited',
		'overloaded',
		'serverError',
		'timeout',
		'conflict',
		'network',
		'malformed',
	])('%s is told with its time, what it said and its wait', async (kind) => {
		const failure = failing(kind, { requestId: 'req_1', status: 429, message: 'Not now.' });
		const world = new ScriptedWorld({
			requests: 9,
			latencyMs: 700,
			script: (request, attempt) => (request === 4 && attempt === 1 ? failure : answering()),
		});
		await world.run();
		const sent = world.sent.filter(({ request }) => request === 4).map(({ at }) => at);
		expect(past(world, 4)).toEqual([
			{
				startedAt: world.clock.epoch() - world.clock.now() + (sent[0] ?? 0),
				latencyMs: 700,
				failure: failure.ok ? null : failure.error,
				waitedMs: Math.round((sent[1] ?? 0) - (sent[0] ?? 0) - 700),
			},
		]);
		expect(told(world, 4).attempts).toBe(kind === 'rateLimited' ? 1 : 2);
		expect(past(world, 3)).toEqual([]);
	});

	test('stand in order, whatever came between, without a gap', async () => {
		const way: readonly FailureKind[] = ['rateLimited', 'serverError', 'network', 'rateLimited'];
		const script: Script = (request, attempt) => {
			const kind = request === 2 ? way[attempt - 1] : undefined;
			return kind === undefined ? answering() : failing(kind);
		};
		const world = new ScriptedWorld({ requests: 5, script });
		await world.run();
		expect(kinds(past(world, 2))).toEqual(way);
		expect(past(world, 2).every(({ waitedMs }) => waitedMs > 0)).toBe(true);
		expectNoGap(world, 2);
	});

	test('of a request that fails for good are told without the failure that settled it', async () => {
		const world = new ScriptedWorld({
			requests: 3,
			maxRetries: 2,
			script: (request, attempt) =>
				request === 1 ? failing('serverError', { code: String(attempt) }) : answering(),
		});
		await world.run();
		expect(past(world, 1).map(({ failure }) => failure?.code)).toEqual(['1', '2']);
		expect(told(world, 1)).toMatchObject({ attempts: 3, outcome: { error: { code: '3' } } });
		expectNoGap(world, 1);
	});

	test('are those of the first request too, which is sent again before any other leaves', async () => {
		const world = new ScriptedWorld({
			requests: 4,
			script: (request, attempt) =>
				request === 0 && attempt < 3 ? failing('timeout') : answering(),
		});
		await world.run();
		expect(kinds(past(world, 0))).toEqual(['timeout', 'timeout']);
		expectNoGap(world, 0);
	});

	test('of a request that goes wrong a hundred times are the first five and the last fifteen', async () => {
		const world = new ScriptedWorld({
			requests: 2,
			maxRetries: 200,
			script: (request, attempt) =>
				request === 1 && attempt <= 100
					? failing('serverError', { code: String(attempt) })
					: answering(),
		});
		await world.run();
		const codes = past(world, 1).map(({ failure }) => Number(failure?.code));
		expect(codes).toEqual([1, 2, 3, 4, 5, ...Array.from({ length: 15 }, (_, i) => 86 + i)]);
		expect(told(world, 1)).toMatchObject({ outcome: { ok: true }, pastOmitted: 80 });
	});

	test('of prompts that were refused together are told of each, down to the one that is to blame', async () => {
		const world = new ScriptedWorld({
			requests: 8,
			promptsPerCall: 4,
			callScript: (requests) =>
				each(
					requests,
					requests.includes(6)
						? failing('contentFiltered', { code: String(requests.length) })
						: answering(),
				),
		});
		await world.run();
		const codes = (request: number) => past(world, request).map(({ failure }) => failure?.code);
		expect([4, 5, 6, 7].map(codes)).toEqual([['4'], ['4'], ['4', '2'], ['4', '2']]);
		expect(told(world, 6)).toMatchObject({ outcome: { error: { code: '1' } } });
		expect([0, 1, 2, 3].flatMap(codes)).toEqual([]);
		for (const request of [4, 5, 6, 7]) expectNoGap(world, request);
	});

	test('say of one that was given up after a sleep that nobody knows whether it was answered', async () => {
		const world = new ScriptedWorld({
			requests: 1,
			latencyMs: (_, attempt) => (attempt === 1 ? 1e9 : 1_000),
		});
		const engine = world.engine();
		const session = engine.run();
		await world.clock.pass(5_000);
		engine.sendAgain(5_000);
		await world.clock.until(session);
		expect(past(world, 0)).toMatchObject([
			{ latencyMs: 5_000, waitedMs: 0, failure: { kind: 'network' } },
		]);
		expect(told(world, 0).attempts).toBe(1);
	});

	test('of a session that was stopped are not told in the next, where the request is sent anew', async () => {
		const world = new ScriptedWorld({
			requests: 1,
			script: (_, attempt) => (attempt === 1 ? failing('serverError') : answering()),
		});
		const engine = world.engine();
		const session = engine.run();
		await world.clock.pass(1_001);
		engine.stop();
		await world.clock.until(session);
		await world.run();
		expect(told(world, 0)).not.toHaveProperty('past');
	});
});

describe('the time in the queue', () => {
	test('is next to nothing where little holds a request back, and a retry adds nothing to it', async () => {
		const world = new ScriptedWorld({
			requests: 30,
			script: (request, attempt) =>
				request === 9 && attempt === 1 ? failing('rateLimited', { waitMs: 900 }) : answering(),
		});
		await world.run();
		expect(past(world, 9)[0]?.waitedMs).toBeGreaterThan(899);
		expect(told(world, 9).queuedMs).toBeLessThanOrEqual(300);
		expect(told(world, 0).queuedMs).toBe(0);
	});

	test('is what a request waited that was taken up while the limits held it', async () => {
		const world = new ScriptedWorld({
			requests: 4,
			concurrency: 2,
			latencyMs: (request) => (request === 1 ? 1_000 : 3_000),
			script: (request, attempt) =>
				request === 1 && attempt === 1 ? failing('rateLimited', { waitMs: 60_000 }) : answering(),
		});
		await world.run();
		expect(world.sent.at(-1)).toMatchObject({ request: 3 });
		expect(told(world, 3).queuedMs).toBeGreaterThan(1_000);
		for (const request of [0, 1, 2]) expect(told(world, request).queuedMs).toBeLessThan(400);
	});

	test('is not told of what was never sent', async () => {
		const tooLong = failing('promptTooLong');
		const world = new ScriptedWorld({
			requests: 1,
			unsendable: () => (tooLong.ok ? null : tooLong.error),
		});
		await world.run();
		expect(told(world, 0)).not.toHaveProperty('queuedMs');
		expect(told(world, 0)).not.toHaveProperty('past');
	});
});

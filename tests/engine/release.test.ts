import { describe, expect, test } from 'vitest';
import type { Failure, FailureKind } from '#domain/failure.ts';
import { Limiter, unknownLimits, type LimiterOptions } from '#engine/limiter.ts';
import { Release, type ReleaseOptions } from '#engine/release.ts';
import type { Flight } from '#engine/scope.ts';

const failure = (kind: FailureKind, more: Partial<Failure> = {}): Failure => ({
	kind,
	message: '',
	status: null,
	code: null,
	requestId: null,
	waitMs: null,
	...more,
});

const perDay = (limit: number, used: number): Partial<Failure> => ({
	limit: { dimension: 'requests', per: 'day', limit, used, requested: 1 },
});

interface BenchOptions extends Partial<ReleaseOptions> {
	readonly scopes?: number;
	readonly limits?: Partial<LimiterOptions>;
}

class Bench {
	now = 0;
	readonly release: Release;
	readonly #left: number[];
	#next = 0;

	constructor({ scopes = 1, limits = {}, ...options }: BenchOptions = {}, requests = 1_000) {
		const ports = { clock: { now: () => this.now }, random: () => 0.5 };
		this.release = new Release(ports, {
			concurrency: 100,
			maxRetries: 8,
			limiters: Array.from(
				{ length: scopes },
				() => new Limiter(ports, { ...unknownLimits, learn: false, ...limits }),
			),
			...options,
		});
		this.#left = this.release.scopes.map(() => requests);
	}

	/** Everything that may leave at this moment. */
	flights(): readonly Flight[] {
		const flights: Flight[] = [];
		for (;;) {
			const move = this.release.next();
			if (move.kind === 'send') flights.push(move.flight);
			else if (move.kind === 'pull') this.#pull(move.scope);
			else return flights;
		}
	}

	flight(): Flight {
		const [flight] = this.flights();
		if (flight === undefined) throw new Error('nothing leaves');
		return flight;
	}

	scopeOf({ scope }: Flight): number {
		return this.release.scopes.indexOf(scope);
	}

	succeed(flights: readonly Flight[]): void {
		for (const flight of flights) this.release.succeeded(flight, null);
	}

	/** The canaries of all models answered. */
	warmUp(): void {
		while (this.release.scopes.some(({ canarySettled }) => !canarySettled)) {
			const canaries = this.flights();
			this.now += 1_000;
			this.succeed(canaries);
		}
	}

	#pull(scope: number): void {
		const left = this.#left[scope] ?? 0;
		if (left === 0) this.release.scopes[scope]?.dry();
		else {
			this.release.scopes[scope]?.offer(this.#next++, 0);
			this.#left[scope] = left - 1;
		}
	}
}

describe('the first request', () => {
	test('goes alone, whichever its model', () => {
		const bench = new Bench({ scopes: 3 });
		expect(bench.flights()).toHaveLength(1);
		expect(bench.release.heldBackBy).toBe('firstRequest');
	});

	test('is the same one until it has settled', () => {
		const bench = new Bench();
		const canary = bench.flight();
		expect(bench.release.failed(canary, failure('serverError')).kind).toBe('back');
		expect(bench.flights()).toHaveLength(0);
		bench.now += 60_000;
		expect(bench.flight().request).toBe(canary.request);
	});

	test('settled, others follow up to the ramp', () => {
		const bench = new Bench();
		bench.warmUp();
		expect(bench.flights()).toHaveLength(9);
	});

	test('of each further model goes alone in its model', () => {
		const bench = new Bench({ scopes: 2 });
		bench.succeed(bench.flights());
		const seconds = bench.flights();
		expect(seconds.filter((flight) => bench.scopeOf(flight) === 1)).toHaveLength(1);
		expect(seconds.length).toBeGreaterThan(1);
	});
});

describe('several models', () => {
	test('take turns under one cap', () => {
		const bench = new Bench({ scopes: 2, concurrency: 6 });
		bench.warmUp();
		const counts = [0, 0];
		for (const flight of bench.flights())
			counts[bench.scopeOf(flight)] = (counts[bench.scopeOf(flight)] ?? 0) + 1;
		expect(counts).toEqual([3, 3]);
	});

	test('one that is limited never holds up another', () => {
		const bench = new Bench({ scopes: 2, concurrency: 10 });
		bench.warmUp();
		const limited = bench.flights().find((flight) => bench.scopeOf(flight) === 0);
		if (limited === undefined) throw new Error('the first model sent nothing');
		bench.release.failed(limited, failure('rateLimited', { waitMs: 300_000 }));
		const next = bench.flights();
		expect(next.map((flight) => bench.scopeOf(flight))).toEqual([1]);
		expect(bench.release.heldUntil).toBe(0);
	});

	test('one in an outage never holds up another', () => {
		const bench = new Bench({ scopes: 2, concurrency: 40 });
		bench.warmUp();
		bench.succeed(bench.flights());
		for (const flight of bench.flights())
			if (bench.scopeOf(flight) === 0) bench.release.failed(flight, failure('network'));
			else bench.release.succeeded(flight, null);
		expect(bench.release.scopes[0]?.breaker.isOpen).toBe(true);
		const next = bench.flights();
		expect(next.length).toBeGreaterThan(5);
		expect(next.every((flight) => bench.scopeOf(flight) === 1)).toBe(true);
	});

	test('one that is missing stops, the others finish, then a person has to look', () => {
		const bench = new Bench({ scopes: 2 }, 3);
		const missing = failure('modelNotFound');
		expect(bench.release.failed(bench.flight(), missing)).toEqual({
			kind: 'back',
			attention: null,
		});
		for (let i = 0; i < 4; i++) {
			const flights = bench.flights();
			expect(flights.every((flight) => bench.scopeOf(flight) === 1)).toBe(true);
			expect(bench.release.next().kind).toBe(flights.length > 0 ? 'wait' : 'finished');
			bench.succeed(flights);
		}
		expect(bench.release.next()).toEqual({ kind: 'finished', attention: missing });
	});

	test('the only one that is missing stops the run at once', () => {
		const bench = new Bench();
		const missing = failure('modelNotFound');
		expect(bench.release.failed(bench.flight(), missing)).toEqual({
			kind: 'back',
			attention: missing,
		});
	});
});

describe('failures', () => {
	test('are counted by their kind where the request goes back, and not where it is settled', () => {
		const bench = new Bench({ maxRetries: 1 });
		bench.warmUp();
		const [first, second, third] = bench.flights();
		if (first === undefined || second === undefined || third === undefined)
			throw new Error('three leave');
		bench.release.failed(first, failure('timeout'));
		bench.release.failed(second, failure('serverError'));
		bench.release.failed({ ...second, failures: 1 }, failure('serverError'));
		bench.release.failed(third, failure('rateLimited', { waitMs: 10 }));
		const { retries, rateLimited, retriedBy } = bench.release;
		expect(retriedBy).toEqual({ timeout: 1, serverError: 1, rateLimited: 1 });
		expect([retries, rateLimited]).toEqual([2, 1]);
	});

	test.each<[FailureKind, 'back' | 'settled', boolean]>([
		['unauthorized', 'back', true],
		['forbidden', 'back', true],
		['quotaExhausted', 'back', true],
		['wrongEndpoint', 'back', true],
		['badRequest', 'settled', false],
		['contentFiltered', 'settled', false],
		['requestTooLarge', 'settled', false],
		['rateLimited', 'back', false],
		['serverError', 'back', false],
		['network', 'back', false],
	])('%s: the request is %s, a person has to look: %s', (kind, is, asks) => {
		const bench = new Bench();
		bench.warmUp();
		const consequence = bench.release.failed(bench.flight(), failure(kind));
		expect(consequence.kind).toBe(is);
		expect(consequence.attention !== null).toBe(asks);
	});

	test.each([
		{ answered: false, minutes: 10, asks: false },
		{ answered: false, minutes: 11, asks: true },
		{ answered: true, minutes: 30, asks: false },
		{ answered: true, minutes: 31, asks: true },
	])(
		'nothing but 429s for $minutes minutes, of a model that has answered before: $answered, asks a person: $asks',
		({ answered, minutes, asks }) => {
			const bench = new Bench();
			if (answered) bench.warmUp();
			expect(bench.release.failed(bench.flight(), failure('rateLimited')).attention).toBeNull();
			bench.now += minutes * 60_000;
			const { attention } = bench.release.failed(bench.flight(), failure('rateLimited'));
			expect(attention !== null).toBe(asks);
		},
	);

	test('a success among the 429s begins their time anew', () => {
		const bench = new Bench();
		bench.release.failed(bench.flight(), failure('rateLimited'));
		bench.now += 9 * 60_000;
		bench.succeed([bench.flight()]);
		bench.now += 9 * 60_000;
		expect(bench.release.failed(bench.flight(), failure('rateLimited')).attention).toBeNull();
	});

	test.each<[string, FailureKind, Partial<Failure>, boolean]>([
		['ten minutes', 'rateLimited', { waitMs: 600_000 }, false],
		['more', 'rateLimited', { waitMs: 600_001 }, true],
		['an outage of more', 'overloaded', { waitMs: 600_001 }, true],
		['more, of a request that fails for good', 'badRequest', { waitMs: 600_001 }, false],
		['no wait and 200 a day, seven minutes each', 'rateLimited', perDay(200, 200), false],
		['no wait and one a day', 'rateLimited', perDay(1, 1), true],
		['a wait and one a day', 'rateLimited', { ...perDay(1, 1), waitMs: 60_000 }, false],
		['no wait and numbers that cannot be true', 'rateLimited', perDay(1, 1_000), false],
	])('a wait is a person’s decision: %s', (_, kind, more, asks) => {
		const bench = new Bench();
		const { attention } = bench.release.failed(bench.flight(), failure(kind, more));
		expect(attention !== null).toBe(asks);
		if (attention !== null) expect(attention.waitMs).toBeGreaterThan(600_000);
	});

	test('whatever numbers an endpoint names, nothing is held for longer than ten minutes unasked', () => {
		const bench = new Bench({ limits: { learn: true } });
		for (let i = 0; i < 12; i++) {
			const flight = bench.flight();
			const said = { waitMs: 590_000, ...perDay(200, 200) };
			bench.release.failed(flight, failure('rateLimited', said));
			bench.flights();
			expect(bench.release.heldUntil).toBeLessThanOrEqual(bench.now + 600_000);
			bench.now += 3_600_000;
		}
	});

	test('twenty alike without one success stop the run; nineteen, or different ones, do not', () => {
		const asked = (kinds: readonly FailureKind[]): number => {
			const bench = new Bench();
			return kinds.findIndex(
				(kind) => bench.release.failed(bench.flight(), failure(kind)).attention !== null,
			);
		};
		expect(asked(Array<FailureKind>(25).fill('badRequest'))).toBe(19);
		const mixed: FailureKind[] = [...Array<FailureKind>(19).fill('badRequest'), 'contentFiltered'];
		expect(asked([...mixed, ...mixed])).toBe(-1);
	});

	test('a 429 costs no attempt, a fault one', () => {
		const bench = new Bench();
		bench.warmUp();
		const [refused, faulty] = bench.flights();
		if (refused === undefined || faulty === undefined) throw new Error('nothing leaves');
		bench.release.failed(refused, failure('rateLimited', { waitMs: 10 }));
		bench.release.failed(faulty, failure('serverError'));
		bench.now += 120_000;
		const again = bench.flights();
		const failures = (request: number): number | undefined =>
			again.find((flight) => flight.request === request)?.failures;
		expect(failures(refused.request)).toBe(0);
		expect(failures(faulty.request)).toBe(1);
	});

	test('what came back leaves before what is new, in plan order', () => {
		const bench = new Bench();
		bench.warmUp();
		const flights = bench.flights();
		for (const flight of flights.slice(2, 5).reverse())
			bench.release.failed(flight, failure('rateLimited', { waitMs: 10 }));
		bench.now += 60_000;
		const again = bench.flights().map(({ request }) => request);
		expect(again).toEqual(flights.slice(2, 5).map(({ request }) => request));
	});

	test('what came back leaves before what was taken up and had to wait', () => {
		const bench = new Bench({ limits: { requestsPerMinute: 3 } });
		bench.warmUp();
		const [faulty] = bench.flights();
		if (faulty === undefined) throw new Error('nothing leaves');
		bench.release.failed(faulty, failure('serverError'));
		bench.now += 21_000;
		expect(bench.flight().request).toBe(faulty.request);
	});

	test('an outage resets the ramp, and probes one by one', () => {
		const bench = new Bench();
		bench.warmUp();
		for (let i = 0; i < 3; i++) bench.succeed(bench.flights());
		for (const flight of bench.flights()) bench.release.failed(flight, failure('network'));
		expect(bench.release.heldBackBy).not.toBeNull();
		expect(bench.flights()).toHaveLength(0);
		expect(bench.release.heldUntil).toBe(bench.now + 5_000);
		bench.now += 60_000;
		const probes = bench.flights();
		expect(probes).toHaveLength(1);
		bench.succeed(probes);
		expect(bench.flights()).toHaveLength(9);
	});

	test('a probe that was given up, as after a sleep, lets another leave', () => {
		const bench = new Bench();
		bench.warmUp();
		for (let i = 0; i < 3; i++) bench.succeed(bench.flights());
		const [old, ...others] = bench.flights();
		for (const flight of others) bench.release.failed(flight, failure('network'));
		bench.now += 60_000;
		const [probe] = bench.flights();
		if (old === undefined || probe === undefined) throw new Error('nothing probes');
		bench.release.broughtBack(old);
		expect(bench.flights()).toHaveLength(0);
		bench.release.broughtBack(probe);
		const [next] = bench.flights();
		if (next === undefined) throw new Error('no other probe left');
		bench.succeed([next]);
		expect(bench.release.scopes[0]?.breaker.isOpen).toBe(false);
	});

	test('an endpoint that never answers is a person’s to look at after five probes', () => {
		const bench = new Bench();
		let asks = false;
		for (let i = 0; i < 80 && !asks; i++) {
			for (const flight of bench.flights())
				asks ||= bench.release.failed(flight, failure('network')).attention !== null;
			bench.now += 120_000;
		}
		expect(asks).toBe(true);
		expect(bench.release.scopes[0]?.breaker.failedProbes).toBe(5);
	});
});

describe('what holds the run back', () => {
	test('is the cap, where that many are in flight', () => {
		const bench = new Bench({ concurrency: 4 });
		bench.warmUp();
		expect(bench.flights()).toHaveLength(4);
		expect(bench.release.heldBackBy).toBe('concurrency');
	});

	test('is the endpoint’s own speed below the cap', () => {
		const bench = new Bench();
		bench.warmUp();
		bench.flights();
		expect(bench.release.heldBackBy).toBe('endpoint');
	});

	test('is a limit, a cooldown or nothing', () => {
		const limited = new Bench({ limits: { requestsPerMinute: 3 } });
		limited.warmUp();
		limited.flights();
		expect(limited.release.heldBackBy).toBe('requestsPerMinute');
		const cooling = new Bench();
		cooling.warmUp();
		cooling.release.failed(cooling.flight(), failure('rateLimited', { waitMs: 60_000 }));
		cooling.flights();
		expect(cooling.release.heldUntil).toBeGreaterThan(cooling.now + 60_000);
	});

	test('a model that is done does not hide that all others wait', () => {
		const bench = new Bench({ scopes: 2 }, 1);
		bench.succeed(bench.flights());
		const [second] = bench.flights();
		if (second === undefined) throw new Error('the second model sent nothing');
		bench.flights();
		bench.release.failed(second, failure('rateLimited', { waitMs: 60_000 }));
		expect(bench.release.heldUntil).toBeGreaterThan(bench.now + 59_000);
	});
});

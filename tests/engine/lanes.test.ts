import { describe, expect, test } from 'vitest';
import type { Failure, FailureKind } from '#domain/failure.ts';
import { Lane } from '#engine/lane.ts';
import { Limiter, unknownLimits } from '#engine/limiter.ts';
import { Release } from '#engine/release.ts';
import type { Flight } from '#engine/scope.ts';

const failure = (kind: FailureKind): Failure => ({
	kind,
	message: '',
	status: null,
	code: null,
	requestId: null,
	waitMs: null,
});

interface BenchOptions {
	readonly ceilings: readonly number[];
	/** Models at each connection. */
	readonly models?: number;
	readonly concurrency?: number;
	/** Left out: without end. */
	readonly requests?: readonly number[];
}

/** A run of several connections, driven by hand. */
class Bench {
	now = 0;
	readonly lanes: readonly Lane[];
	readonly release: Release;
	readonly #left: number[];
	#next = 0;

	constructor({ ceilings, models = 1, concurrency = 100, requests = [] }: BenchOptions) {
		const ports = { clock: { now: () => this.now }, random: () => 0.5 };
		this.lanes = ceilings.map((ceiling) => new Lane(ceiling));
		const lanes = this.lanes.flatMap((lane) => Array.from({ length: models }, () => lane));
		this.release = new Release(ports, {
			concurrency,
			maxRetries: 8,
			limiters: lanes.map(() => new Limiter(ports, { ...unknownLimits, learn: false })),
			lanes,
		});
		this.#left = lanes.map((_, i) => requests[i] ?? Infinity);
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

	laneOf = ({ scope }: Flight): number => this.lanes.indexOf(scope.lane);

	/** So many rounds in which all that is in flight is answered, and nothing left on its way. */
	warmUp(rounds: number): void {
		for (let i = 0; i < rounds; i++) {
			const flights = this.flights();
			this.now += 1_000;
			for (const flight of flights) this.release.succeeded(flight, null);
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

describe('several connections', () => {
	test('begin with one request each, whichever its model', () => {
		const bench = new Bench({ ceilings: [6, 256], models: 2 });
		expect(bench.flights().map(bench.laneOf)).toEqual([0, 1]);
	});

	test('never have more in flight than each can carry, their models together', () => {
		const bench = new Bench({ ceilings: [6, 256], models: 2 });
		bench.warmUp(12);
		const flights = bench.flights();
		expect(flights).toHaveLength(100);
		expect(flights.filter((flight) => bench.laneOf(flight) === 0)).toHaveLength(6);
		expect(bench.lanes.map(({ inFlight }) => inFlight)).toEqual([6, 94]);
		expect(bench.release.heldBackBy).toBe('concurrency');
	});

	test('have a full one say so only where no other has anything to send', () => {
		const bench = new Bench({ ceilings: [6, 256], requests: [Infinity, 3] });
		bench.warmUp(4);
		expect(bench.flights()).toHaveLength(6);
		expect(bench.release.heldBackBy).toBe('concurrency');
	});

	test('leave half of a tight cap to the one that answers fast, however slow the other is', () => {
		const bench = new Bench({ ceilings: [256, 256], concurrency: 6 });
		bench.warmUp(3);
		let fast: readonly Flight[] = [];
		let slow = 0;
		for (let round = 0; round < 50; round++) {
			const left = bench.flights();
			slow += left.filter((flight) => bench.laneOf(flight) === 0).length;
			fast = [...fast, ...left.filter((flight) => bench.laneOf(flight) === 1)];
			const [first, ...others] = fast;
			if (first !== undefined) bench.release.succeeded(first, null);
			fast = others;
		}
		expect(slow).toBe(3);
	});

	test('give back the place of an aborted request', () => {
		const bench = new Bench({ ceilings: [1, 1] });
		const flights = bench.flights();
		for (const flight of flights) bench.release.aborted(flight);
		expect(bench.lanes.map(({ inFlight }) => inFlight)).toEqual([0, 0]);
	});

	test('are each asked about after twenty failures alike, whatever the other answers', () => {
		const bench = new Bench({ ceilings: [256, 256] });
		let asked = 0;
		for (let round = 1; asked === 0 && round < 50; round++)
			for (const flight of bench.flights())
				if (bench.laneOf(flight) === 0) bench.release.succeeded(flight, null);
				else if (bench.release.failed(flight, failure('badRequest')).attention !== null)
					asked = round;
		expect(asked).toBeGreaterThan(1);
	});

	test('judge a web page by the address that answered it', () => {
		const bench = new Bench({ ceilings: [256, 256] });
		const [first, second] = bench.flights();
		if (first === undefined || second === undefined) throw new Error('one did not begin');
		bench.release.succeeded(first, null);
		expect(bench.release.failed(second, failure('notAnApi')).attention?.kind).toBe('notAnApi');
	});
});

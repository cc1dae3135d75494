import { describe, expect, test } from 'vitest';
import type { Failure, LimitReading } from '#domain/failure.ts';
import { Limiter, type Departure, type LimiterOptions } from '#engine/limiter.ts';

class Bench {
	now = 0;
	readonly limiter: Limiter;

	constructor(options: Partial<LimiterOptions> = {}) {
		this.limiter = new Limiter(
			{ clock: { now: () => this.now }, random: () => 0.5 },
			{ requestsPerMinute: null, tokensPerMinute: null, learn: true, ...options },
		);
	}

	/** So many leave at once, whatever the limiter thinks of it. */
	leave(count: number, estimate = 0): readonly Departure[] {
		return Array.from({ length: count }, () => this.limiter.leave(estimate));
	}

	refuse(departure: Departure | undefined, more: Partial<Failure> = {}): void {
		if (departure === undefined) throw new Error('nothing left');
		this.limiter.refused(departure, { ...rateLimited, ...more });
	}

	accept(departure: Departure | undefined, readings: readonly LimitReading[] = []): void {
		if (departure === undefined) throw new Error('nothing left');
		this.limiter.accepted(departure, null, readings);
	}

	get until(): number {
		return this.limiter.until - this.now;
	}
}

const rateLimited: Failure = {
	kind: 'rateLimited',
	message: '',
	status: 429,
	code: null,
	requestId: null,
	waitMs: null,
};

const requests = (limit: number, used = limit): LimitReading => ({
	dimension: 'requests',
	per: 'minute',
	limit,
	used,
	requested: 1,
});

const tokens = (limit: number, used: number, requested: number): LimitReading => ({
	...requests(limit, used),
	dimension: 'tokens',
	requested,
});

describe('an episode of refusals', () => {
	test('is all that left before its first: it is waited out once', () => {
		const bench = new Bench({ learn: false });
		const volley = bench.leave(5);
		bench.now = 200;
		bench.refuse(volley[0]);
		const { until } = bench;
		for (const departure of volley.slice(1)) bench.refuse(departure);
		expect(bench.until).toBe(until);
	});

	test('is followed by a longer one while nothing is let in, and by a short one after', () => {
		const pauses = (letIn: boolean): number[] => {
			const bench = new Bench({ learn: false });
			return [1, 2, 3].map(() => {
				bench.now = Math.max(bench.now + 100, bench.limiter.until);
				const [first, second] = bench.leave(2);
				bench.now += 100;
				if (letIn) bench.accept(first);
				bench.refuse(second);
				return bench.until;
			});
		};
		expect(pauses(false)).toEqual([375, 750, 1_500]);
		expect(pauses(true)).toEqual([375, 375, 375]);
	});

	test('a request that has had no answer for two seconds was let in', () => {
		const bench = new Bench({ learn: false });
		bench.refuse(bench.leave(1)[0]);
		bench.now = 1_000;
		bench.leave(1);
		bench.now = 4_000;
		bench.refuse(bench.leave(1)[0]);
		expect(bench.until).toBe(375);
	});
});

describe('a wait that is named', () => {
	test('is kept, and a little more', () => {
		const bench = new Bench({ learn: false });
		bench.refuse(bench.leave(1)[0], { waitMs: 2_000 });
		expect(bench.until).toBeGreaterThanOrEqual(2_050);
		expect(bench.until).toBeLessThan(2_500);
	});

	test('asked for in vain, it grows where nothing else is known', () => {
		const bench = new Bench();
		const pauses = [1, 2, 3].map(() => {
			bench.now = Math.max(bench.now, bench.limiter.until);
			bench.refuse(bench.leave(1)[0], { waitMs: 20_000 });
			return Math.round(bench.until / 20_000);
		});
		expect(pauses).toEqual([1, 2, 3]);
	});

	test('learning nothing, a limiter paces nothing afterwards', () => {
		const bench = new Bench({ learn: false });
		bench.refuse(bench.leave(100)[0], { waitMs: 100, limit: requests(10) });
		bench.now = bench.limiter.until;
		expect(bench.limiter.hold(1)).toEqual({ ms: 0, by: null });
		expect(bench.limiter.snapshot().source).toBeNull();
	});
});

describe('the numbers of a 429', () => {
	test('become the limit, and hold back what would be refused', () => {
		const bench = new Bench();
		const [first] = bench.leave(601);
		bench.now = 100;
		bench.refuse(first, { limit: requests(600), waitMs: 100 });
		expect(bench.limiter.hold(0)).toMatchObject({ by: 'requestsPerMinute' });
		expect(bench.limiter.hold(0).ms).toBeGreaterThan(60_000);
		expect(bench.limiter.snapshot()).toMatchObject({
			requestsPerMinute: 600,
			tokensPerMinute: null,
			source: 'endpoint',
		});
	});

	test('count what left later, and the refused one itself', () => {
		const wait = (later: number): number => {
			const bench = new Bench();
			const [first] = bench.leave(1);
			bench.now = 200;
			bench.leave(later);
			bench.refuse(first, { limit: requests(60), waitMs: 1_000 });
			return bench.limiter.hold(0).ms;
		};
		expect(wait(5) - wait(0)).toBeCloseTo(5_000, 3);
		// One for the refused one, one that is to leave, and the margin of a hundredth, at one a second.
		expect(wait(0)).toBeCloseTo(2_600, 3);
	});

	test('count what left just before, which may arrive after', () => {
		const wait = (agoMs: number): number => {
			const bench = new Bench();
			bench.leave(3);
			bench.now = agoMs;
			const [refused] = bench.leave(1);
			bench.refuse(refused, { limit: requests(60), waitMs: 1_000 });
			return bench.limiter.hold(0).ms;
		};
		expect(wait(50) - wait(1_000)).toBeCloseTo(3_000, 3);
	});

	test('of tokens do not count the refused request itself', () => {
		const bench = new Bench();
		const [first] = bench.leave(1, 1_000);
		bench.refuse(first, { limit: tokens(60_000, 60_000, 1_000), waitMs: 1_000 });
		expect(bench.limiter.hold(1_000)).toMatchObject({ by: 'tokensPerMinute' });
		expect(bench.limiter.hold(1_000).ms).toBeLessThan(2_000);
	});

	test('that cannot be true teach nothing, and the wait is kept', () => {
		const bench = new Bench();
		bench.refuse(bench.leave(1)[0], { limit: requests(-1), waitMs: 3_000 });
		expect(bench.until).toBeGreaterThan(3_000);
		expect(bench.limiter.snapshot()).toMatchObject({ source: null, requestsPerMinute: null });
	});

	test('make what was measured before worthless', () => {
		const bench = new Bench();
		bench.now = 10_000;
		bench.refuse(bench.leave(1)[0]);
		bench.now = 20_000;
		bench.refuse(bench.leave(1)[0], { limit: requests(6_000, 1) });
		bench.now = 40_000;
		bench.leave(3);
		expect(bench.limiter.hold(0).ms).toBe(0);
	});

	test('refused though it should have fitted, it waits longer each time', () => {
		const bench = new Bench();
		const pauses = [1, 2, 3].map(() => {
			bench.now += 100_000;
			bench.refuse(bench.leave(1)[0], { limit: requests(600), waitMs: 100 });
			return bench.until;
		});
		expect(pauses[0]).toBeLessThanOrEqual(0);
		expect(pauses[1]).toBeGreaterThan(750);
		expect(pauses[2]).toBeGreaterThan(1.5 * (pauses[1] ?? Infinity));
	});

	test.each([
		{ per: 'minute', holds: false },
		{ per: 'day', holds: true },
	] as const)('of a $per are for a $per: it holds is $holds', ({ per, holds }) => {
		const bench = new Bench();
		bench.refuse(bench.leave(1)[0], { limit: { ...requests(600), per }, waitMs: 100 });
		bench.now = 100_000;
		bench.leave(300);
		expect(bench.limiter.hold(0).ms > 0).toBe(holds);
		expect(bench.limiter.snapshot().requestsPerMinute).toBe(per === 'day' ? null : 600);
	});
});

describe('the tokens of a request', () => {
	const calibrated = (estimates: readonly number[]): number => {
		const bench = new Bench();
		for (const estimate of estimates)
			bench.refuse(bench.leave(1, estimate)[0], { limit: tokens(1e6, 1e6, 1_000) });
		return bench.leave(1, 1_000)[0]?.tokens ?? Number.NaN;
	};

	test.each([
		{ name: 'counted as estimated', estimates: [1_000], least: 960, most: 1_000 },
		{ name: 'counted double', estimates: [500], least: 1_700, most: 1_850 },
		{
			name: 'counted double every time',
			estimates: Array<number>(9).fill(500),
			least: 1_900,
			most: 2_000,
		},
		{ name: 'counted beyond reason', estimates: [0.001], least: 14_000, most: 20_000 },
	])('are reserved as the endpoint counts them: $name', ({ estimates, least, most }) => {
		expect(calibrated(estimates)).toBeGreaterThanOrEqual(least);
		expect(calibrated(estimates)).toBeLessThanOrEqual(most);
	});

	test('are tried with less while nothing is heard, down to a fifth', () => {
		const bench = new Bench();
		bench.refuse(bench.leave(1, 1_000)[0], { limit: tokens(1e6, 1e6, 1_000) });
		const at = (now: number): number => {
			bench.now = now;
			return bench.leave(1, 1_000)[0]?.tokens ?? Number.NaN;
		};
		expect(at(120_000)).toBeLessThan(at(0));
		expect(at(3_600_000)).toBeCloseTo(800, 6);
	});

	test('that an answer did not use are free again', () => {
		const bench = new Bench({ tokensPerMinute: 10_000 });
		const [first] = bench.leave(1, 9_900);
		expect(bench.limiter.hold(5_000).ms).toBeGreaterThan(0);
		if (first !== undefined) bench.limiter.accepted(first, 4_000);
		expect(bench.limiter.hold(5_000).ms).toBe(0);
	});

	test('within the error of an estimate are no refund', () => {
		const bench = new Bench({ tokensPerMinute: 10_000 });
		const [first] = bench.leave(1, 9_900);
		if (first !== undefined) bench.limiter.accepted(first, 8_000);
		expect(bench.limiter.hold(1_000).ms).toBeGreaterThan(0);
	});
});

describe('what is known at the start', () => {
	test('typed limits hold at once, and are called typed', () => {
		const bench = new Bench({ requestsPerMinute: 60 });
		bench.leave(60);
		expect(bench.limiter.hold(0)).toMatchObject({ by: 'requestsPerMinute' });
		expect(bench.limiter.snapshot()).toMatchObject({ requestsPerMinute: 60, source: 'typed' });
	});

	test('remembered limits hold at once, and readings raise them', () => {
		const remembered = { requestsPerMinute: 60, tokensPerMinute: 9_000, calibration: 1.5 };
		const bench = new Bench({ remembered });
		const [first] = bench.leave(60, 10);
		expect(first?.tokens).toBe(15);
		expect(bench.limiter.hold(0)).toMatchObject({ by: 'requestsPerMinute' });
		bench.refuse(first, { limit: requests(600, 100) });
		expect(bench.limiter.hold(0).ms).toBe(0);
		expect(bench.limiter.snapshot()).toMatchObject({ ...remembered, requestsPerMinute: 600 });
	});

	test('what was learned begins the next run', () => {
		const first = new Bench();
		first.refuse(first.leave(1, 1_000)[0], { limit: tokens(50_000, 50_000, 1_200) });
		const remembered = first.limiter.snapshot();
		expect(remembered).toMatchObject({ requestsPerMinute: null, tokensPerMinute: 50_000 });
		const second = new Bench({ remembered });
		expect(second.limiter.snapshot()).toMatchObject({
			tokensPerMinute: 50_000,
			source: 'endpoint',
			calibration: remembered.calibration,
		});
	});

	test('knowing nothing, few leave until some are let in', () => {
		const bench = new Bench();
		bench.leave(1);
		expect(bench.limiter.hold(0)).toEqual({ ms: 300, by: 'endpoint' });
		expect(new Bench({ learn: false, requestsPerMinute: null }).limiter.hold(0).ms).toBe(0);
		const told = new Bench({ requestsPerMinute: 6_000 });
		told.leave(1);
		expect(told.limiter.hold(0).ms).toBe(0);
	});
});

describe('headers that an answer brings', () => {
	test('set limits and levels right without a refusal', () => {
		const bench = new Bench();
		const [first] = bench.leave(1, 100);
		bench.now = 1_000;
		bench.accept(first, [requests(600, 595), tokens(60_000, 100, 0)]);
		expect(bench.limiter.snapshot()).toMatchObject({
			source: 'endpoint',
			requestsPerMinute: 600,
			tokensPerMinute: 60_000,
		});
		bench.leave(4);
		expect(bench.limiter.hold(0).ms).toBe(0);
		bench.leave(12);
		expect(bench.limiter.hold(0)).toMatchObject({ by: 'requestsPerMinute' });
	});

	test('count what left after the request that they answer', () => {
		const bench = new Bench();
		const [first] = bench.leave(300);
		bench.now = 1;
		bench.accept(first, [requests(600, 300)]);
		expect(bench.limiter.hold(0).ms).toBeGreaterThan(0);
	});

	test('teach nothing where nothing is to be learned', () => {
		const bench = new Bench({ learn: false });
		const [first] = bench.leave(1);
		bench.now = 1;
		bench.accept(first, [requests(600, 600)]);
		expect(bench.limiter.hold(0).ms).toBe(0);
		expect(bench.limiter.snapshot().source).toBeNull();
	});
});

describe('without numbers', () => {
	test('one among many let in makes only its own request wait', () => {
		const bench = new Bench();
		for (let i = 0; i < 20; i++) {
			bench.now += 500;
			bench.accept(bench.leave(1)[0]);
		}
		const refused = bench.leave(1)[0];
		if (refused === undefined) throw new Error('nothing left');
		expect(bench.limiter.refused(refused, rateLimited)).toBeGreaterThan(200);
		expect(bench.until).toBeLessThanOrEqual(0);
		expect(bench.limiter.snapshot().requestsPerMinute).toBeNull();
	});

	test('the rate is measured, and shown as what it is', () => {
		const bench = new Bench();
		for (let i = 0; i < 20; i++) {
			bench.now += 500;
			bench.accept(bench.leave(1)[0]);
		}
		for (const departure of bench.leave(5)) bench.refuse(departure);
		const { requestsPerMinute, source } = bench.limiter.snapshot();
		expect(source).toBe('measured');
		expect(requestsPerMinute).toBeGreaterThan(80);
		expect(requestsPerMinute).toBeLessThan(110);
		// It is tried faster by and by; what was measured is no more for that, and is all that is remembered.
		const before = bench.now;
		bench.now += 3_600_000;
		expect(bench.limiter.snapshot().requestsPerMinute).toBe(requestsPerMinute);
		bench.now = before;
		bench.now = bench.limiter.until;
		bench.leave(1);
		expect(bench.limiter.hold(0)).toMatchObject({ by: 'requestsPerMinute' });
	});

	test('the share used is of what left and was not refused', () => {
		const bench = new Bench({ requestsPerMinute: 100 });
		for (let i = 0; i < 50; i++) {
			bench.now += 1_000;
			bench.leave(1);
		}
		const share = bench.limiter.snapshot().requestsShare ?? 0;
		bench.refuse(bench.leave(10)[0], { limit: requests(100) });
		expect(share).toBeGreaterThan(0.5);
		expect(share).toBeLessThan(0.7);
		expect(bench.limiter.snapshot().requestsShare).toBeLessThanOrEqual(1);
	});
});

describe('runs that share a limit', () => {
	test('take turns, though the timer of one goes off first each time', () => {
		const bench = new Bench({ requestsPerMinute: 60 });
		bench.leave(60);
		const runs = [{ left: 0 }, { left: 0 }, { left: 0 }];
		for (let i = 0; i < 300; i++) {
			// All ask at the same moment, always in this order, as timers of one length do.
			for (const run of runs)
				if (bench.limiter.hold(0, run).ms === 0) {
					bench.limiter.leave(0, run);
					run.left++;
				}
			bench.now += bench.limiter.hold(0, runs[0]).ms;
		}
		const counts = runs.map(({ left }) => left);
		expect(Math.min(...counts)).toBeGreaterThan(0.8 * Math.max(...counts));
	});

	test('share tokens evenly, though the requests of one are sixty times as large', () => {
		const bench = new Bench({ tokensPerMinute: 6_000 });
		const runs = [3_000, 50].map((estimate) => ({ estimate, tokens: 0, wakesAt: 0 }));
		for (; bench.now < 30 * 60_000; bench.now += 10)
			for (const run of runs) {
				if (run.wakesAt > bench.now) continue;
				const { ms } = bench.limiter.hold(run.estimate, run);
				run.wakesAt = bench.now + Math.min(ms, 5_000);
				if (ms > 0) continue;
				bench.limiter.leave(run.estimate, run);
				run.tokens += run.estimate;
			}
		for (const { tokens } of runs) expect(tokens / (30 * 6_000)).toBeGreaterThan(0.45);
	});

	test('wait no more than seconds for one that was paused while it waited for much', () => {
		const bench = new Bench({ tokensPerMinute: 6_000 });
		const [large, small] = [{}, {}];
		bench.limiter.leave(6_000, small);
		const dueAt = bench.limiter.hold(3_000, large).ms;
		for (; bench.now < dueAt; bench.now += 1_000) {
			bench.limiter.hold(3_000, large);
			if (bench.limiter.hold(50, small).ms === 0) bench.limiter.leave(50, small);
		}
		expect(bench.limiter.hold(3_000, large).ms).toBeGreaterThan(10_000);
		bench.now += 2_000;
		expect(bench.limiter.hold(50, small).ms).toBeGreaterThan(5_000);
		bench.now += 3_100;
		expect(bench.limiter.hold(50, small).ms).toBe(0);
	});

	test('do not wait for one that has gone', () => {
		const bench = new Bench({ requestsPerMinute: 60 });
		bench.leave(60);
		const [here, gone] = [{}, {}];
		bench.limiter.leave(0, here);
		bench.now += bench.limiter.hold(0, gone).ms;
		expect(bench.limiter.hold(0, here).ms).toBe(1);
		bench.now += 60;
		expect(bench.limiter.hold(0, here).ms).toBe(0);
	});
});

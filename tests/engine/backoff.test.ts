import { describe, expect, test } from 'vitest';
import { backoffMs, cooldownMs } from '#engine/backoff.ts';
import { Throughput } from '#engine/throughput.ts';

describe('the backoff', () => {
	test.each([
		{ failures: 1, random: 0, asked: null, waits: 0 },
		{ failures: 1, random: 0.5, asked: null, waits: 500 },
		{ failures: 2, random: 0.5, asked: null, waits: 1_000 },
		{ failures: 4, random: 1, asked: null, waits: 8_000 },
		{ failures: 7, random: 1, asked: null, waits: 60_000 },
		{ failures: 60, random: 1, asked: null, waits: 60_000 },
		{ failures: 1, random: 0.5, asked: 2_000, waits: 2_500 },
	])(
		'after $failures failures, asked $asked, draws $waits ms',
		({ failures, random, asked, waits }) => {
			expect(backoffMs(failures, () => random, asked)).toBe(waits);
		},
	);

	test.each([
		{ episodes: 1, random: 0, asked: null, waits: 250 },
		{ episodes: 1, random: 1, asked: null, waits: 500 },
		{ episodes: 3, random: 1, asked: null, waits: 2_000 },
		{ episodes: 30, random: 1, asked: null, waits: 60_000 },
		{ episodes: 1, random: 0, asked: 20_000, waits: 20_050 },
		{ episodes: 5, random: 1, asked: 20_000, waits: 21_050 },
		{ episodes: 2, random: 1, asked: 0, waits: 150 },
		{ episodes: 6, random: 1, asked: 0, waits: 16_000 },
	])(
		'a cooldown of episode $episodes, asked $asked, is $waits ms',
		({ episodes, random, asked, waits }) => {
			expect(cooldownMs(episodes, () => random, asked)).toBe(waits);
		},
	);
});

describe('the throughput', () => {
	test('is unknown before anything was counted', () => {
		expect(new Throughput().perMinute(5_000)).toBeNull();
	});

	test('of a steady ten a second is six hundred a minute, early and late', () => {
		const rate = new Throughput();
		for (let now = 0; now < 120_000; now += 100) {
			rate.count(now);
			if (now === 10_000 || now === 119_900) expect(rate.perMinute(now) ?? 0).toBeGreaterThan(580);
			if (now === 10_000 || now === 119_900) expect(rate.perMinute(now) ?? 0).toBeLessThan(625);
		}
	});

	test('falls to nothing half a minute after the last one', () => {
		const rate = new Throughput();
		rate.count(0);
		rate.count(500);
		expect(rate.perMinute(31_000)).toBe(0);
		expect(rate.perMinute(600_000)).toBe(0);
	});
});

import { describe, expect, test } from 'vitest';
import { Opening } from '#engine/opening.ts';
import { Ramp } from '#engine/ramp.ts';

describe('the ramp', () => {
	test.each([
		{ ceiling: 100, successes: 0, allowed: 8 },
		{ ceiling: 100, successes: 1, allowed: 9 },
		{ ceiling: 100, successes: 8, allowed: 16 },
		{ ceiling: 100, successes: 24, allowed: 32 },
		{ ceiling: 100, successes: 500, allowed: 100 },
		{ ceiling: 6, successes: 0, allowed: 6 },
		{ ceiling: 6, successes: 50, allowed: 6 },
	])(
		'allows $allowed of $ceiling after $successes successes',
		({ ceiling, successes, allowed }) => {
			const ramp = new Ramp(ceiling);
			for (let i = 0; i < successes; i++) ramp.succeeded();
			expect(ramp.allowed).toBe(allowed);
		},
	);

	test('begins anew after an outage', () => {
		const ramp = new Ramp(100);
		for (let i = 0; i < 50; i++) ramp.succeeded();
		ramp.reset();
		expect(ramp.allowed).toBe(8);
		ramp.succeeded();
		expect(ramp.allowed).toBe(9);
	});
});

describe('the opening', () => {
	/** When requests leave, each as soon as it may. */
	const departures = (opening: Opening, count: number): number[] => {
		const times: number[] = [];
		for (let now = 0; times.length < count;) {
			const waitMs = opening.waitMs(now);
			now += waitMs;
			if (waitMs > 0) continue;
			opening.left(now);
			times.push(now);
		}
		return times;
	};

	test('lets one leave after the other until some are let in, then more at once', () => {
		expect(departures(new Opening(), 10)).toEqual([
			0, 300, 600, 900, 1_200, 1_200, 1_500, 1_500, 1_500, 1_800,
		]);
	});

	test('waits no longer than an answer takes', () => {
		const opening = new Opening();
		opening.left(0);
		opening.answered(0, 20);
		opening.left(20);
		expect(opening.waitMs(20)).toBe(20);
		expect(opening.waitMs(40)).toBe(0);
	});
});

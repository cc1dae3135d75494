import { describe, expect, test } from 'vitest';
import { Breaker } from '#engine/breaker.ts';

/** Faults of so many different requests in turn, all at one moment; what of them was charged. */
const faults = (breaker: Breaker, count: number, requests: number, now = 0): boolean[] =>
	Array.from({ length: count }, (_, i) => breaker.faulted(i % requests, now, now));

describe('the breaker', () => {
	test.each([
		{ name: 'ten in a row of four requests', count: 10, requests: 4, open: true },
		{ name: 'nine in a row', count: 9, requests: 4, open: false },
		{ name: 'ten in a row of three requests', count: 10, requests: 3, open: false },
		{ name: 'the whole budget, of one request', count: 50, requests: 1, open: true },
		{ name: 'all but one of the budget', count: 49, requests: 1, open: false },
	])('$name: open is $open', ({ count, requests, open }) => {
		const breaker = new Breaker();
		faults(breaker, count, requests);
		expect(breaker.isOpen).toBe(open);
	});

	test('charges faults to their requests until it opens, and none after', () => {
		const breaker = new Breaker();
		expect(faults(breaker, 12, 4)).toEqual([...Array<boolean>(9).fill(true), false, false, false]);
	});

	test('an answer between ends a row; two buy back one fault of the budget', () => {
		const breaker = new Breaker();
		for (let i = 0; i < 49; i++) {
			breaker.faulted(i, 0, 0);
			breaker.answered(0);
			breaker.answered(0);
		}
		expect(breaker.isOpen).toBe(false);
		const spent = new Breaker();
		for (let i = 0; i < 99; i++) {
			spent.faulted(i, 0, 0);
			if (i < 98) spent.answered(0);
		}
		expect(spent.isOpen).toBe(true);
	});

	test('open, it lets nothing leave for five seconds, then one probe at a time', () => {
		const breaker = new Breaker();
		faults(breaker, 10, 4);
		expect(breaker.waitMs(0)).toBe(5_000);
		expect(breaker.waitMs(4_000)).toBe(1_000);
		expect(breaker.waitMs(5_000)).toBe(0);
		breaker.left();
		expect(breaker.waitMs(5_000)).toBeNull();
	});

	test('each probe in vain doubles the pause, up to a minute', () => {
		const breaker = new Breaker();
		faults(breaker, 10, 4);
		const pauses: number[] = [];
		for (let i = 0, now = 5_000; i < 6; i++) {
			breaker.left();
			breaker.faulted(0, now, now);
			pauses.push(breaker.until - now);
			now = breaker.until;
		}
		expect(pauses).toEqual([10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
		expect(breaker.failedProbes).toBe(6);
	});

	test('what left before the outage neither closes it nor counts as a probe', () => {
		const breaker = new Breaker();
		faults(breaker, 10, 4);
		breaker.answered(0);
		breaker.faulted(9, 0, 100);
		expect(breaker.isOpen).toBe(true);
		expect(breaker.failedProbes).toBe(0);
		expect(breaker.until).toBe(5_000);
	});

	test('a probe that is answered closes it, with budget for few faults', () => {
		const breaker = new Breaker();
		faults(breaker, 50, 1);
		breaker.left();
		breaker.answered(5_000);
		expect(breaker.isOpen).toBe(false);
		expect(breaker.waitMs(5_000)).toBe(0);
		faults(breaker, 9, 1, 6_000);
		expect(breaker.isOpen).toBe(false);
		faults(breaker, 1, 1, 6_000);
		expect(breaker.isOpen).toBe(true);
	});
});

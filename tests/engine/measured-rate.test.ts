import { describe, expect, test } from 'vitest';
import { MeasuredRate, type Refusal } from '#engine/measured-rate.ts';

const perMinute = (rate: number): number => rate / 60_000;
const refusal = (more: Partial<Refusal> = {}): Refusal => ({
	lately: perMinute(200),
	minute: perMinute(200),
	accepted: 0,
	sinceMs: Infinity,
	...more,
});

describe('the measured rate', () => {
	test('holds back nothing before the first refusal', () => {
		const rate = new MeasuredRate();
		rate.take(0);
		expect(rate.perMs(0)).toBe(Infinity);
		expect(rate.waitMs(0)).toBe(0);
	});

	test('begins with four fifths of what was let in lately', () => {
		const rate = new MeasuredRate();
		rate.cut(refusal(), 0);
		expect(rate.perMs(0)).toBeCloseTo(perMinute(160), 9);
	});

	test.each([
		{ name: 'what was let in between two', accepted: 25, sinceMs: 10_000, is: 142.5 },
		{ name: 'no less than half', accepted: 1, sinceMs: 10_000, is: 80 },
		{ name: 'no more than a fifth above', accepted: 100, sinceMs: 10_000, is: 192 },
		{ name: 'too soon after, a tenth less at most', accepted: 5, sinceMs: 3_000, is: 144 },
	])('$name', ({ accepted, sinceMs, is }) => {
		const rate = new MeasuredRate();
		rate.cut(refusal(), 0);
		rate.cut(refusal({ accepted, sinceMs, minute: perMinute(100) }), 0);
		expect(rate.perMs(0) * 60_000).toBeCloseTo(is, 6);
	});

	test('is never less than one a minute, however little was let in', () => {
		const rate = new MeasuredRate();
		for (let i = 0; i < 50; i++) rate.cut(refusal({ lately: 0, minute: 0, sinceMs: 10_000 }), 0);
		expect(rate.perMs(0)).toBe(1 / 60_000);
	});

	test.each([
		{ s: 10, grows: 0.02 },
		{ s: 30, grows: 0.06 },
		{ s: 60, grows: 0.36 },
		{ s: 120, grows: 0.24 + 0.72 + 0.9 },
	])('creeps up while nothing is refused, ever faster: after $s s', ({ s, grows }) => {
		const rate = new MeasuredRate();
		rate.cut(refusal(), 0);
		expect(rate.perMs(s * 1_000) / rate.perMs(0)).toBeCloseTo(Math.exp(grows), 6);
	});

	test('keeps requests apart', () => {
		const rate = new MeasuredRate();
		rate.cut(refusal(), 0);
		rate.take(0);
		expect(rate.waitMs(0)).toBeCloseTo(375, 6);
		rate.take(0);
		expect(rate.waitMs(100)).toBeCloseTo(650, 6);
	});

	test('is forgotten where numbers are known', () => {
		const rate = new MeasuredRate();
		rate.cut(refusal(), 0);
		rate.take(0);
		rate.forget();
		expect(rate.perMs(0)).toBe(Infinity);
		expect(rate.waitMs(0)).toBe(0);
	});
});

import { describe, expect, test } from 'vitest';
import {
	formatAbout,
	formatLimit,
	formatTime,
	formatClock,
	formatCount,
	formatCounted,
	formatDuration,
	formatLatency,
	formatMoment,
	formatOrdinal,
	formatPercent,
	formatRate,
	formatShare,
	formatShort,
} from '#ui/format.ts';

test.each([
	[0, '0'],
	[4_858, '4,858'],
	[1_234_567, '1,234,567'],
])('the count %d is written %s', (count, written) => {
	expect(formatCount(count)).toBe(written);
});

test.each([
	[999_999, '999,999'],
	[12_400_000, '12.4M'],
])('shortened where there is little room, %d is %s', (count, written) => {
	expect(formatShort(count)).toBe(written);
});

test.each([
	[1, '1 retry'],
	[0, '0 retries'],
	[2_000, '2,000 retries'],
])('%d of them are “%s”', (count, written) => {
	expect(formatCounted(count, 'retry', 'retries')).toBe(written);
});

describe('percent', () => {
	test.each([
		[0, 8_000, '0 %'],
		[1, 8_000, '<1 %'],
		[4_906, 8_000, '61 %'],
		[7_999, 8_000, '99 %'],
		[8_000, 8_000, '100 %'],
		[0, 0, '0 %'],
	])('of progress, %d of %d is %s: 100 % only at the end', (part, total, written) => {
		expect(formatPercent(part, total)).toBe(written);
	});

	test.each([
		[1, 1_000, '<1 %'],
		[999, 1_000, '>99 %'],
		[276, 1_000, '28 %'],
		[1_000, 1_000, '100 %'],
		[0, 0, '0 %'],
	])('of a share, %d of %d is %s', (part, total, written) => {
		expect(formatShare(part, total)).toBe(written);
	});
});

test.each([
	[1, '1st'],
	[2, '2nd'],
	[3, '3rd'],
	[4, '4th'],
	[11, '11th'],
	[12, '12th'],
	[21, '21st'],
	[113, '113th'],
])('the ordinal of %d is %s', (n, written) => {
	expect(formatOrdinal(n)).toBe(written);
});

test.each([
	[0, '0 s'],
	[0.4, '0 s'],
	[42, '42 s'],
	[59.6, '1 min'],
	[450, '7 min 30 s'],
	[3_600, '1 h'],
	[7_500, '2 h 5 min'],
	[86_400, '1 d'],
	[273_600, '3 d 4 h'],
])('%d seconds are “%s”', (seconds, written) => {
	expect(formatDuration(seconds)).toBe(written);
});

test.each([
	[412.4, '412/min'],
	[9.96, '10/min'],
	[4.23, '4.2/min'],
	[1_200, '1,200/min'],
])('a rate of %d is %s', (rate, written) => {
	expect(formatRate(rate)).toBe(written);
});

test.each([
	[4, '4 ms'],
	[96, '0.1 s'],
	[840, '0.8 s'],
	[9_940, '9.9 s'],
	[12_300, '12 s'],
	[125_000, '2 min 5 s'],
])('an answer after %d ms took “%s”', (ms, written) => {
	expect(formatLatency(ms)).toBe(written);
});

describe('moments', () => {
	const now = Date.UTC(2026, 10, 12, 14, 3, 22);

	test.each([
		[now, 'today 14:03'],
		[now - 14 * 3_600_000, 'today 00:03'],
		[now - 15 * 3_600_000, 'yesterday 23:03'],
		[Date.UTC(2026, 9, 3, 9, 5), '3 Oct 2026, 09:05'],
	])('%d is “%s”', (epochMs, written) => {
		expect(formatMoment(epochMs, now, 'UTC')).toBe(written);
	});

	test('the time of day has seconds, in the zone asked for', () => {
		expect(formatClock(now, 'UTC')).toBe('14:03:22');
		expect(formatClock(now, 'Europe/Warsaw')).toBe('15:03:22');
	});
});

test.each([
	[3, '3'],
	[4.25, '4.3'],
	[482.4, '482'],
	[9_999, '9,999'],
	[60_000, '60k'],
	[12_345, '12.3k'],
	[1_250_000, '1.25M'],
])('a limit of %d a minute is written %s', (perMinute, written) => {
	expect(formatLimit(perMinute)).toBe(written);
});

test.each([
	[0, 'a few seconds'],
	[7.9, 'a few seconds'],
	[42, 'about 40 s'],
	[89, 'about 90 s'],
	[90, 'about 2 min'],
	[715, 'about 12 min'],
	[3_569, 'about 59 min'],
	[3_570, 'about 1 h'],
	[7_900, 'about 2 h 10 min'],
	[200_000, 'about 2 d 8 h'],
])('an estimate of %d seconds is %s', (seconds, written) => {
	expect(formatAbout(seconds)).toBe(written);
});

test('a time of day without seconds', () => {
	expect(formatTime(Date.UTC(2026, 10, 12, 4, 3, 22), 'UTC')).toBe('04:03');
});

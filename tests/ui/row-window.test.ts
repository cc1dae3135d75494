import { describe, expect, test } from 'vitest';
import { rowPixels, rowWindow, scrollTopFor } from '#ui/run/row-window.ts';

const view = 500;
const heightOf = (scrollTop: number, total: number): number => {
	const { before, count, after } = rowWindow(scrollTop, view, total);
	return before + count * rowPixels + after;
};

describe('the lines in the document', () => {
	test.each([
		{ total: 0, scrollTop: 0, top: 0, first: 0, count: 0 },
		{ total: 3, scrollTop: 0, top: 0, first: 0, count: 3 },
		{ total: 1_000, scrollTop: 0, top: 0, first: 0, count: 25 },
		{ total: 1_000, scrollTop: 3_010, top: 100, first: 92, count: 33 },
		{ total: 1_000, scrollTop: 29_500, top: 983, first: 975, count: 25 },
		{ total: 1_000, scrollTop: 90_000, top: 983, first: 975, count: 25 },
	])(
		'$total lines, scrolled to $scrollTop: from $first, $count of them',
		({ total, scrollTop, ...wanted }) => {
			expect(rowWindow(scrollTop, view, total)).toMatchObject(wanted);
		},
	);

	test.each([30, 1_000, 400_000])('of %d, keep the scroll bar as it is', (total) => {
		const whole = total * rowPixels;
		for (const scrollTop of [0, 17, whole / 3, whole - view])
			expect(heightOf(scrollTop, total)).toBeCloseTo(whole, 3);
	});
});

describe.each([600_000, 2_000_000, 20_000_000])('of %d lines', (total) => {
	test('the height stays below what browsers can draw', () => {
		for (const scrollTop of [0, 5, 40, 1_000, 7_000_000, 15_000_000 - view])
			expect(heightOf(scrollTop, total)).toBeLessThan(15_000_100);
	});

	test('the view is always full of lines', () => {
		for (let scrollTop = 0; scrollTop <= 15_000_000 - view; scrollTop += 99_991) {
			const { before, count } = rowWindow(scrollTop, view, total);
			expect(before).toBeLessThanOrEqual(scrollTop + rowPixels);
			expect(before + count * rowPixels).toBeGreaterThanOrEqual(scrollTop + view - rowPixels);
		}
	});

	test('the first and the last line can be reached', () => {
		expect(rowWindow(0, view, total).first).toBe(0);
		const end = rowWindow(15_000_000 - view, view, total);
		expect(end.first + end.count).toBe(total);
	});

	test('the bar can be moved to see any line', () => {
		for (const line of [0, 1, 999, 123_456, total - 1]) {
			const { top } = rowWindow(scrollTopFor(line, 0, view, total), view, total);
			expect(Math.abs(top - line)).toBeLessThanOrEqual(view / rowPixels + 1);
		}
	});
});

test('a line that is seen already does not move the bar', () => {
	expect(scrollTopFor(105, 3_000, view, 1_000)).toBe(3_000);
	expect(scrollTopFor(99, 3_000, view, 1_000)).toBe(2_970);
	expect(scrollTopFor(117, 3_000, view, 1_000)).toBe(118 * rowPixels - view);
});

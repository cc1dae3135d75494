import { describe, expect, test } from 'vitest';
import { rowWindow, scrollTopAt, scrollTopFor, type RowTable } from '#ui/run/row-window.ts';

const view = 500;
/** The heights of a line: of one, three and six lines of text, and of a comparison. */
const heights = [30, 70, 130, 390];
const tableOf = (total: number, pixels = 30): RowTable => ({ view, total, pixels });
const heightOf = (scrollTop: number, table: RowTable): number => {
	const { before, count, after } = rowWindow(scrollTop, table);
	return before + count * table.pixels + after;
};

describe('the lines in the document', () => {
	test.each([
		{ total: 0, scrollTop: 0, top: 0, first: 0, count: 0 },
		{ total: 3, scrollTop: 0, top: 0, first: 0, count: 3 },
		{ total: 1_000, scrollTop: 0, top: 0, first: 0, count: 25 },
		{ total: 1_000, scrollTop: 3_010, top: 100, first: 92, count: 33 },
		{ total: 1_000, scrollTop: 29_500, top: 983, first: 975, count: 25 },
		{ total: 1_000, scrollTop: 90_000, top: 983, first: 975, count: 25 },
		{ total: 1_000, pixels: 70, scrollTop: 7_000, top: 100, first: 92, count: 24 },
		{ total: 1_000, pixels: 130, scrollTop: 0, top: 0, first: 0, count: 12 },
	])(
		'$total lines, scrolled to $scrollTop: from $first, $count of them',
		({ total, pixels = 30, scrollTop, ...wanted }) => {
			expect(rowWindow(scrollTop, tableOf(total, pixels))).toMatchObject(wanted);
		},
	);

	test.each([30, 1_000, 100_000])('of %d, keep the scroll bar as it is', (total) => {
		for (const pixels of [30, 70, 130]) {
			const whole = total * pixels;
			for (const scrollTop of [0, 17, whole / 3, whole - view])
				expect(heightOf(scrollTop, tableOf(total, pixels))).toBeCloseTo(whole, 3);
		}
	});
});

describe.each(
	[600_000, 2_000_000, 20_000_000].flatMap((total) => heights.map((pixels) => ({ total, pixels }))),
)('of $total lines of $pixels pixels', ({ total, pixels }) => {
	const table = tableOf(total, pixels);

	test('the height stays below what browsers can draw', () => {
		for (const scrollTop of [0, 5, 40, 1_000, 7_000_000, 15_000_000 - view])
			expect(heightOf(scrollTop, table)).toBeLessThan(15_000_000 + 4 * pixels);
	});

	test('the view is always full of lines', () => {
		for (let scrollTop = 0; scrollTop <= 15_000_000 - view; scrollTop += 99_991) {
			const { before, count } = rowWindow(scrollTop, table);
			expect(before).toBeLessThanOrEqual(scrollTop + pixels);
			expect(before + count * pixels).toBeGreaterThanOrEqual(scrollTop + view - pixels);
		}
	});

	test('the first and the last line can be reached', () => {
		expect(rowWindow(0, table).first).toBe(0);
		for (const scrollTop of [0, 0.4, 1].map((off) => 15_000_000 - view - off)) {
			const end = rowWindow(scrollTop, table);
			expect(end.first + end.count).toBe(total);
		}
		const end = rowWindow(scrollTopFor(total - 1, 0, table), table);
		expect(end.first + end.count).toBe(total);
	});

	test('the bar can be moved to see any line', () => {
		for (const line of [0, 1, 999, 123_456, total - 1]) {
			const { top } = rowWindow(scrollTopFor(line, 0, table), table);
			expect(Math.abs(top - line)).toBeLessThanOrEqual(view / pixels + 1);
			const at = rowWindow(scrollTopAt(line, table), table);
			expect(at.first).toBeLessThanOrEqual(line);
			expect(at.first + at.count).toBeGreaterThan(line);
		}
	});
});

test('a line that is seen already does not move the bar', () => {
	expect(scrollTopFor(105, 3_000, tableOf(1_000))).toBe(3_000);
	expect(scrollTopFor(99, 3_000, tableOf(1_000))).toBe(2_970);
	expect(scrollTopFor(117, 3_000, tableOf(1_000))).toBe(118 * 30 - view);
});

import { expect, test } from 'vitest';
import { columnWindow } from '#ui/run/column-window.ts';

const hundred = Array.from({ length: 100 }, () => ({ pixels: 100 }));

test.each([
	{ columns: 0, scrollLeft: 0, width: 1_000, first: 0, count: 0 },
	{ columns: 6, scrollLeft: 0, width: 1_000, first: 0, count: 6 },
	{ columns: 100, scrollLeft: 0, width: 1_000, first: 0, count: 13 },
	{ columns: 100, scrollLeft: 5_000, width: 1_000, first: 47, count: 16 },
	{ columns: 100, scrollLeft: 9_000, width: 1_000, first: 87, count: 13 },
	{ columns: 100, scrollLeft: 99_000, width: 1_000, first: 100, count: 0 },
])(
	'of $columns columns at $scrollLeft, in $width: from $first, $count of them',
	({ columns, scrollLeft, width, first, count }) => {
		expect(columnWindow(hundred.slice(0, columns), scrollLeft, width)).toEqual({ first, count });
	},
);

/** Columns kept ready on both sides, in pixels. */
const spare = 240;

/** The columns of which something is seen in a table that is scrolled sideways: the first of them, and how many. */
export function columnWindow(
	columns: readonly { readonly pixels: number }[],
	scrollLeft: number,
	width: number,
): { readonly first: number; readonly count: number } {
	let left = 0;
	let first = 0;
	let count = 0;
	for (const [i, { pixels }] of columns.entries()) {
		const isBefore = left + pixels < scrollLeft - spare;
		const isAfter = left > scrollLeft + width + spare;
		left += pixels;
		if (isBefore) first = i + 1;
		else if (!isAfter) count += 1;
	}
	return { first: Math.min(first, columns.length), count };
}

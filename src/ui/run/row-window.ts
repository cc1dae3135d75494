/**
 * Which lines of a long table stand in the document. Browsers stop at some height (Firefox near 17.8 million pixels), so
 * past `mostPixels` the scroll bar is a scale: a pixel of it stands for several pixels of lines.
 */
const mostPixels = 15_000_000;
/** Lines kept ready above and below, so that a quick scroll shows text at once. */
const spare = 8;

export interface RowWindow {
	/** The first line in the document, and how many. */
	readonly first: number;
	readonly count: number;
	/** The first line that is seen. */
	readonly top: number;
	/** Heights of the empty stretches above and below them, in pixels. */
	readonly before: number;
	readonly after: number;
}

/** A table of lines that are all equally high. */
export interface RowTable {
	/** The height in which lines can be seen. */
	readonly view: number;
	readonly total: number;
	/** The height of a line. */
	readonly pixels: number;
}

export function rowWindow(scrollTop: number, table: RowTable): RowWindow {
	const { view, total, pixels } = table;
	const height = heightOf(table);
	const offset = offsetAt(scrollTop, table);
	const inLine = offset % pixels;
	const at = placeOfBar(scrollTop, table);
	const top = Math.floor(offset / pixels);
	const spareAbove = Math.max(0, Math.min(spare, Math.floor((at - inLine) / pixels)));
	const first = Math.max(0, top - spareAbove);
	const before = Math.max(0, at - inLine - spareAbove * pixels);
	// A sum of fractions may lie a hair below a whole number of lines.
	const fits = Math.floor((height - before) / pixels + 0.001);
	const wanted = spareAbove + Math.ceil((view + inLine) / pixels) + spare;
	const count = Math.max(0, Math.min(wanted, fits, total - first));
	const after = Math.max(0, height - before - count * pixels);
	return { first, count, top, before, after };
}

/** Where to scroll so that a line is seen whole; the present place where it already is. */
export function scrollTopFor(line: number, scrollTop: number, table: RowTable): number {
	const offset = offsetAt(scrollTop, table);
	const top = line * table.pixels;
	if (top < offset) return scrollTopAt(line, table);
	const bottom = top + table.pixels - table.view;
	return bottom > offset ? bottom / scaleOf(table) : scrollTop;
}

/** Where to scroll so that a line is the first that is seen. */
export const scrollTopAt = (line: number, table: RowTable): number =>
	(line * table.pixels) / scaleOf(table);

const heightOf = ({ total, pixels }: RowTable): number => Math.min(total * pixels, mostPixels);

const scaleOf = (table: RowTable): number => {
	const { view, total, pixels } = table;
	const height = heightOf(table);
	return height === total * pixels || height <= view
		? 1
		: (total * pixels - view) / (height - view);
};

/** Where the bar stands; browsers round it, and where it is a scale the last pixel of it may hold many lines. */
function placeOfBar(scrollTop: number, table: RowTable): number {
	const end = heightOf(table) - table.view;
	const isEnd = scaleOf(table) > 1 && scrollTop > end - 1.5;
	return Math.max(0, isEnd ? end : Math.min(scrollTop, end));
}

/** How many pixels of lines lie above the view. */
function offsetAt(scrollTop: number, table: RowTable): number {
	const all = table.total * table.pixels - table.view;
	return Math.max(0, Math.min(placeOfBar(scrollTop, table) * scaleOf(table), all));
}

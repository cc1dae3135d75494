/**
 * Which lines of a long table stand in the document. Browsers stop at some height (Firefox near 17.8 million pixels), so
 * past `mostPixels` the scroll bar is a scale: a pixel of it stands for several pixels of lines.
 */
export const rowPixels = 30;
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

/** `view` is the height in which lines can be seen. */
export function rowWindow(scrollTop: number, view: number, total: number): RowWindow {
	const height = heightOf(total);
	const offset = offsetAt(scrollTop, view, total);
	const inLine = offset % rowPixels;
	const at = Math.max(0, Math.min(scrollTop, height - view));
	const top = Math.floor(offset / rowPixels);
	const spareAbove = Math.max(0, Math.min(spare, Math.floor((at - inLine) / rowPixels)));
	const first = Math.max(0, top - spareAbove);
	const before = Math.max(0, at - inLine - spareAbove * rowPixels);
	const fits = Math.floor((height - before) / rowPixels);
	const wanted = spareAbove + Math.ceil((view + inLine) / rowPixels) + spare;
	const count = Math.max(0, Math.min(wanted, fits, total - first));
	const after = Math.max(0, height - before - count * rowPixels);
	return { first, count, top, before, after };
}

/** Where to scroll so that a line is seen whole; the present place where it already is. */
export function scrollTopFor(line: number, scrollTop: number, view: number, total: number): number {
	const offset = offsetAt(scrollTop, view, total);
	const top = line * rowPixels;
	if (top < offset) return top / scaleOf(view, total);
	const bottom = top + rowPixels - view;
	return bottom > offset ? bottom / scaleOf(view, total) : scrollTop;
}

const heightOf = (total: number): number => Math.min(total * rowPixels, mostPixels);

const scaleOf = (view: number, total: number): number => {
	const height = heightOf(total);
	return height === total * rowPixels || height <= view
		? 1
		: (total * rowPixels - view) / (height - view);
};

/** How many pixels of lines lie above the view. */
const offsetAt = (scrollTop: number, view: number, total: number): number =>
	Math.max(0, Math.min(scrollTop * scaleOf(view, total), total * rowPixels - view));

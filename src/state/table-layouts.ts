import { longTextMark } from '#domain/text-hash.ts';

/** The least and the most that a column can be wide, in pixels. */
export const leastWidth = 36;
export const mostWidth = 1_600;

/** Lines of text that a row of the table can have. */
export const lineCounts = [1, 3, 6] as const;
export type LineCount = (typeof lineCounts)[number];

/** What a person has changed of a table; all else is as the table has it by itself. */
export interface TableLayout {
	readonly lines: LineCount;
	/** By column, where it was shown or hidden by hand. */
	readonly shown: Readonly<Record<string, boolean>>;
	/** By column, in pixels, where it was made wider or narrower. */
	readonly widths: Readonly<Record<string, number>>;
}

export const noLayout: TableLayout = { lines: 1, shown: {}, widths: {} };

/** By `datasetMark`, the one changed last at the end. */
export type TableLayouts = ReadonlyMap<string, TableLayout>;

/** The name under which they are remembered. They hold neither a cell nor an answer, nor the name of a column. */
export const layoutsName = 'volley-results-layout';

const version = 1;
const mostLayouts = 40;
const mostText = 60_000;
/** Of a column: one of the table's own by its place, all others by a name of ours. */
const keyForm = /^[a-zA-Z]{1,20}(:\d{1,6})?$/;

/** Stands for the names of a table's columns: equal for equal names, and no name can be read from it. */
export const datasetMark = (columns: readonly string[]): string =>
	longTextMark(JSON.stringify(columns));

/** Whatever is no layout is left out: what stands there may be older, newer, or another's. */
export function readLayouts(text: string | null): TableLayouts {
	const stored = objectOf(parsed(text));
	if (stored['version'] !== version || !Array.isArray(stored['layouts'])) return new Map();
	const entries = (stored['layouts'] as readonly unknown[]).slice(-mostLayouts);
	return new Map(
		entries.flatMap((entry) => {
			const { mark, lines, shown, widths } = objectOf(entry);
			if (typeof mark !== 'string' || !/^[0-9a-f]{16}$/.test(mark)) return [];
			const layout: TableLayout = {
				lines: lineCounts.find((count) => count === lines) ?? noLayout.lines,
				shown: kept(shown, (value) => (typeof value === 'boolean' ? value : null)),
				widths: kept(widths, widthOf),
			};
			return [[mark, layout] as const];
		}),
	);
}

export function withLayout(layouts: TableLayouts, mark: string, layout: TableLayout): TableLayouts {
	const next = new Map(layouts);
	next.delete(mark);
	if (!isPlain(layout)) next.set(mark, layout);
	return next;
}

/** As text of a bounded length: those changed longest ago are left out first. */
export function writeLayouts(layouts: TableLayouts): string {
	const entries = [...layouts].slice(-mostLayouts).map(([mark, layout]) => ({ mark, ...layout }));
	for (;;) {
		const text = JSON.stringify({ version, layouts: entries });
		if (text.length <= mostText || entries.length === 0) return text;
		entries.shift();
	}
}

const isPlain = ({ lines, shown, widths }: TableLayout): boolean =>
	lines === noLayout.lines && Object.keys(shown).length + Object.keys(widths).length === 0;

const widthOf = (value: unknown): number | null =>
	typeof value === 'number' && value >= leastWidth && value <= mostWidth ? Math.round(value) : null;

function kept<T>(value: unknown, read: (value: unknown) => T | null): Readonly<Record<string, T>> {
	return Object.fromEntries(
		Object.entries(objectOf(value)).flatMap(([key, each]) => {
			const found = keyForm.test(key) ? read(each) : null;
			return found === null ? [] : [[key, found] as const];
		}),
	);
}

function parsed(text: string | null): unknown {
	if (text === null || text.length > mostText) return null;
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
	typeof value === 'object' && value !== null
		? // Read key by key, whatever each holds.
			(value as Readonly<Record<string, unknown>>)
		: {};

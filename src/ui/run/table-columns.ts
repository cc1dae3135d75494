import type { Dataset } from '#domain/dataset.ts';
import { textsOf } from '#domain/prompt.ts';
import { choicesAsked, type RunSetup } from '#domain/run.ts';
import { parseTemplate } from '#domain/template.ts';
import { leastWidth, mostWidth, type TableLayout } from '#state/table-layouts.ts';

export type ColumnKey =
	| 'id'
	| 'template'
	| 'model'
	| 'connection'
	| 'choice'
	/** One of the table's own columns, by its place among them. */
	| `cell:${number}`
	| 'prompt'
	| 'response'
	| 'finish'
	| 'promptTokens'
	| 'tokens'
	| 'latency'
	| 'attempts';

/** A column that the results of a run can be shown with. */
export interface TableColumn {
	readonly key: ColumnKey;
	/** Its head. */
	readonly label: string;
	/** What it is called where there is room; left out: as its head. */
	readonly name?: string;
	/** Its place among the table's own columns; null for all others. */
	readonly position: number | null;
	/** How wide it is by itself, in pixels. */
	readonly width: number;
	readonly isNumber: boolean;
	/** The least width of the table at which it is shown by itself; null: not before it is chosen. */
	readonly from: number | null;
}

/** A column in the table, with its width in pixels. */
export interface PlacedColumn extends TableColumn {
	readonly pixels: number;
}

/** Widths of the table below which it leaves columns out by itself. */
const roomy = 820;
const middling = 620;
/** The table's own columns that are shown by themselves. */
const ownAtFirst = 2;
const leastResponse = 150;

/** Every column there is for a run, in the order in which they stand. */
export function tableColumns(setup: RunSetup, dataset: Dataset | null): readonly TableColumn[] {
	const own = ownColumns(setup, dataset);
	const several = (is: boolean, column: TableColumn): readonly TableColumn[] =>
		is ? [column] : [];
	return [
		{ ...plain('id', 'id', 96), from: 0 },
		...several(setup.templates.length > 1, {
			...plain('template', 'T', 44),
			name: 'template',
			from: middling,
		}),
		...several(setup.models.length > 1, { ...plain('model', 'model', 140), from: roomy }),
		...several(setup.shares !== undefined, plain('connection', 'connection', 130)),
		...several(choicesAsked(setup) > 1, { ...plain('choice', 'choice', 72), from: middling }),
		...own,
		{ ...plain('prompt', 'prompt', 260) },
		{ ...plain('response', 'response', 260), from: 0 },
		{ ...plain('finish', 'finish', 116), name: 'finish reason', from: roomy },
		numeric('promptTokens', 'prompt tokens', 110, null),
		{ ...numeric('tokens', 'tokens', 76, middling), name: 'completion tokens' },
		numeric('latency', 'latency', 96, middling),
		numeric('attempts', 'attempts', 84, null),
	];
}

const plain = (key: ColumnKey, label: string, width: number): TableColumn => ({
	key,
	label,
	position: null,
	width,
	isNumber: false,
	from: null,
});

const numeric = (
	key: ColumnKey,
	label: string,
	width: number,
	from: number | null,
): TableColumn => ({ ...plain(key, label, width), isNumber: true, from });

/** The table's own but the one that the ids are from. By themselves stand those that the templates use, else the first. */
function ownColumns(setup: RunSetup, dataset: Dataset | null): readonly TableColumn[] {
	const columns = (dataset?.columns ?? [])
		.map(({ name }, position) => ({ name, position }))
		.filter(({ name }) => name !== setup.idColumn);
	const variables = new Set(
		setup.templates.flatMap(textsOf).flatMap((text) => parseTemplate(text).variables),
	);
	const used = [...variables].flatMap((name) => columns.filter((column) => column.name === name));
	const atFirst = (used.length > 0 ? used.slice(0, ownAtFirst) : columns.slice(0, 1)).map(
		({ position }) => position,
	);
	return columns.map(({ name, position }) => {
		const at = atFirst.indexOf(position);
		const from = at === -1 ? null : at === 0 ? middling : roomy;
		return { ...plain(`cell:${String(position)}` as ColumnKey, name, 170), position, from };
	});
}

/** What a person chose counts at every width; by itself a column stands where there is room for it. */
export const isShown = (column: TableColumn, layout: TableLayout, tableWidth: number): boolean =>
	column.key === 'id' ||
	(layout.shown[column.key] ?? (column.from !== null && tableWidth >= column.from));

/**
 * Those that are shown, each with its width. The response takes what the others leave, unless it was given a width; past
 * that the table is wider than its box, which then scrolls.
 */
export function placedColumns(
	columns: readonly TableColumn[],
	layout: TableLayout,
	tableWidth: number,
): readonly PlacedColumn[] {
	const shown = columns.filter((column) => isShown(column, layout, tableWidth));
	const placed = shown.map((column) => ({
		...column,
		pixels: layout.widths[column.key] ?? column.width,
	}));
	const filling = placed.find(({ key }) => key === fillingKey(placed));
	if (filling === undefined || layout.widths[filling.key] !== undefined) return placed;
	const others = placed.reduce((sum, { pixels }) => sum + pixels, 0) - filling.pixels;
	const pixels = Math.max(leastResponse, Math.floor(tableWidth - others));
	return placed.map((column) => (column === filling ? { ...column, pixels } : column));
}

/** The column that takes the room that is left; null: none, all have their width. */
const fillingKey = (placed: readonly TableColumn[]): ColumnKey | null =>
	(['response', 'prompt'] as const).find((key) => placed.some((column) => column.key === key)) ??
	null;

/** The height of a line of the table whose cells have so many lines of text, its padding and its border with them. */
export const linePixels = (textLines: number): number => textLines * 20 + 10;

export const withinWidths = (pixels: number): number =>
	Math.max(leastWidth, Math.min(mostWidth, Math.round(pixels)));

/**
 * The columns whose widths have to stand before one is made wider: one before it that fills the room left would else give
 * way, and the edge would not stay under the pointer.
 */
export function pinnedBefore(
	placed: readonly PlacedColumn[],
	key: ColumnKey,
): readonly PlacedColumn[] {
	const at = placed.findIndex((column) => column.key === key);
	return placed.slice(0, at).filter((column) => column.key === fillingKey(placed));
}

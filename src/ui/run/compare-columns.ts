import { choicesShown, seriesCount } from '#domain/comparison.ts';
import { choicesAsked, planSizeOf, type RunSetup } from '#domain/run.ts';
import type { TableLayout } from '#state/table-layouts.ts';
import { formatCount } from '../format.ts';
import { isShown, type TableColumn } from './table-columns.ts';

export interface CompareColumn {
	readonly key: string;
	readonly label: string;
	readonly pixels: number;
	/** Its place among the table's own columns, or among all series; null where it is neither. */
	readonly position: number | null;
	readonly series: number | null;
}

const leastSeries = 220;

/** What a series is called: both its template and its model, where there are several of each. */
export function seriesName(series: number, setup: RunSetup): string {
	const { models } = planSizeOf(setup);
	const modelIndex = series % models;
	const template = (series - modelIndex) / models;
	const hasTemplates =
		setup.pairing !== 'pair' && setup.listed === undefined && setup.templates.length > 1;
	const parts = [
		...(hasTemplates ? [`Template ${formatCount(template + 1)}`] : []),
		...(models > 1 ? [setup.models[modelIndex] ?? ''] : []),
	];
	return parts.length === 0 ? 'response' : parts.join(' · ');
}

/** The columns of the comparison with their widths: the id, those of the rows, whether the answers agree, the series. */
export function compareColumns(
	setup: RunSetup,
	columns: readonly TableColumn[],
	layout: TableLayout,
	tableWidth: number,
	series: { readonly first: number; readonly shown: number },
): readonly CompareColumn[] {
	const plain = (key: string, label: string, pixels: number): CompareColumn => ({
		key,
		label,
		pixels: layout.widths[key] ?? pixels,
		position: null,
		series: null,
	});
	const heads = [
		plain('id', 'id', 96),
		...(setup.pairing === 'pair' || setup.listed !== undefined
			? [plain('template', 'template', 84)]
			: []),
		...columns
			.filter((column) => column.position !== null && isShown(column, layout, tableWidth))
			.map(({ key, label, width, position }) => ({ ...plain(key, label, width), position })),
		plain('agreement', 'answers', 112),
	];
	const taken = heads.reduce((sum, { pixels }) => sum + pixels, 0);
	const last = Math.min(seriesCount(planSizeOf(setup)), series.first + series.shown);
	const shown = Array.from({ length: last - series.first }, (_, i) => series.first + i);
	const each = Math.max(leastSeries, Math.floor((tableWidth - taken) / Math.max(1, shown.length)));
	return [
		...heads,
		...shown.map((at) => ({
			...plain(`series:${String(at)}`, seriesName(at, setup), each),
			series: at,
		})),
	];
}

/** The height of a line: its choices below each other, each of so many lines of text, and one that counts the others. */
export function comparedPixels(setup: RunSetup, textLines: number): number {
	const asked = choicesAsked(setup);
	const shown = Math.min(asked, choicesShown);
	return (shown * textLines + (asked > shown ? 1 : 0)) * 20 + (shown - 1) * 4 + 10;
}

/** What the answers of a row say beside each other, in a word or two. */
export function agreementWords(row: {
	readonly answers: number;
	readonly distinct: number;
	readonly waits: boolean;
}): string {
	if (row.distinct > 1) return `${formatCount(row.distinct)} different`;
	if (row.answers > 1) return row.waits ? 'same so far' : 'same';
	return '';
}

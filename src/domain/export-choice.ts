import { markOf, type ChoiceMark } from './completion.ts';
import { matchesChoice, type ResultFilter } from './result-filter.ts';
import type { ResultItem } from './result-item.ts';

export const exportFormats = ['json', 'jsonl', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** What of an item a person may leave out of JSON and JSONL. */
export const itemParts = ['row', 'prompt', 'template', 'model_args', 'completion'] as const;
export type ItemPart = (typeof itemParts)[number];

/** The keys of the item that each part is. */
export const keysOfPart: Readonly<Record<ItemPart, readonly (keyof ResultItem)[]>> = {
	row: ['row'],
	prompt: ['messages', 'prompt'],
	template: ['messages_raw', 'prompt_raw'],
	model_args: ['model_args'],
	completion: ['completion'],
};

export const csvLayouts = ['answers', 'rows'] as const;
/** `answers`: a line for each choice or failed request; `rows`: a line for each row, with a column for each of its choices. */
export type CsvLayout = (typeof csvLayouts)[number];

export const csvDelimiters = [',', ';', '\t'] as const;
export type CsvDelimiter = (typeof csvDelimiters)[number];

export interface CsvForm {
	readonly layout: CsvLayout;
	/** Whether cells that a spreadsheet would take for formulas get an apostrophe. */
	readonly guardFormulas: boolean;
	/** Whether the file opens with a mark by which Excel knows UTF-8. */
	readonly byteOrderMark: boolean;
	readonly delimiter: CsvDelimiter;
}

/** What a file of a run's results is to hold, and in which form. */
export interface ExportChoice {
	readonly format: ExportFormat;
	/** Null: all. */
	readonly filter: ResultFilter | null;
	readonly failures: boolean;
	/** Answers that a limit cut off, that the model refused or a filter took away. */
	readonly partial: boolean;
	/** Of JSON and JSONL. */
	readonly parts: readonly ItemPart[];
	readonly csv: CsvForm;
}

/** Everything, as the plain downloads have it. */
export const wholeExport = (format: ExportFormat): ExportChoice => ({
	format,
	filter: null,
	failures: true,
	partial: true,
	parts: itemParts,
	csv: { layout: 'answers', guardFormulas: true, byteOrderMark: false, delimiter: ',' },
});

const partialMarks: ReadonlySet<ChoiceMark> = new Set(['truncated', 'refused', 'filtered']);

/** Whether an item belongs in the file. */
export function isChosen(
	{ filter, failures, partial }: Pick<ExportChoice, 'filter' | 'failures' | 'partial'>,
	{ choice, error, row }: ResultItem,
): boolean {
	if (choice === null ? !failures : !partial && partialMarks.has(markOf(choice))) return false;
	return (
		filter === null || matchesChoice(filter, { choice, failure: error, cells: Object.values(row) })
	);
}

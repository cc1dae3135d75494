import { finishReasonOf } from '#domain/completion.ts';
import type { Column } from '#domain/dataset.ts';
import { textAt } from '#domain/json.ts';
import type { ResultItem } from '#domain/result-item.ts';
import { uniqueName } from './column-names.ts';
import { guardFormulas } from './formula-guard.ts';
import { gathered } from './gathered.ts';

export interface CsvOptions {
	/** Whether cells that a spreadsheet would take for formulas get an apostrophe. */
	readonly guardFormulas: boolean;
	/** Whether each line names the connection that it was sent to; left out: there is one. */
	readonly connections?: boolean;
}

interface ResultColumn {
	readonly name: string;
	readonly of: (item: ResultItem) => string | number | null;
}

/** A result's own columns, behind the row's. */
const resultColumnsOf = ({ connections = false }: CsvOptions): readonly ResultColumn[] => [
	{ name: 'prompt_index', of: (item) => item.prompt_index },
	{ name: 'model', of: (item) => textAt(item.model_args, 'model') },
	...(connections
		? [{ name: 'connection', of: (item: ResultItem) => item.connection ?? null }]
		: []),
	{ name: 'choice_index', of: (item) => item.choice_index },
	{ name: 'response', of: (item) => item.response },
	{
		name: 'finish_reason',
		of: ({ choice }) => (choice === null ? null : finishReasonOf(choice)),
	},
	{ name: 'prompt_tokens', of: (item) => item.number_of_prompt_tokens },
	{ name: 'completion_tokens', of: (item) => item.number_of_generated_tokens },
	{
		name: 'error',
		of: ({ error }) => (error === null ? null : `${error.kind}: ${error.message}`),
	},
];

/** A header, then a line for each choice or failed request, as text in chunks. */
export const csvChunks = (
	items: AsyncIterable<ResultItem>,
	columns: readonly Column[],
	options: CsvOptions,
): AsyncGenerator<string> => gathered(csvLines(items, columns, options));

async function* csvLines(
	items: AsyncIterable<ResultItem>,
	columns: readonly Column[],
	options: CsvOptions,
): AsyncGenerator<string> {
	const cellText = (value: string | number | null): string => {
		if (value === null) return '';
		if (typeof value === 'number') return value.toString();
		return quotedCell(options.guardFormulas ? guardFormulas(value) : value);
	};
	const line = (values: readonly (string | number | null)[]): string =>
		`${values.map(cellText).join(',')}\r\n`;
	const resultColumns = resultColumnsOf(options);
	yield line(headerNames(columns, resultColumns));
	for await (const item of items)
		yield line([
			...columns.map(({ name }) => (Object.hasOwn(item.row, name) ? (item.row[name] ?? '') : '')),
			...resultColumns.map(({ of }) => of(item)),
		]);
}

function headerNames(
	columns: readonly Column[],
	resultColumns: readonly ResultColumn[],
): readonly string[] {
	const names = columns.map(({ name }) => name);
	const taken = new Set([...names, ...resultColumns.map(({ name }) => name)]);
	const own = new Set(names);
	const results = resultColumns.map(({ name }) =>
		own.has(name) ? uniqueName(name, (candidate) => taken.has(candidate)) : name,
	);
	return [...names, ...results];
}

const quotedCell = (text: string): string =>
	/[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

import type { CsvForm } from '#domain/export-choice.ts';
import { finishReasonOf } from '#domain/completion.ts';
import { cellAt, type Column, type Row } from '#domain/dataset.ts';
import { textAt } from '#domain/json.ts';
import type { ItemError, ResultItem } from '#domain/result-item.ts';
import { uniqueName } from './column-names.ts';
import { csvLine, type CsvCell } from './csv-line.ts';
import type { ItemWriter } from './item-writer.ts';

type Form = Omit<CsvForm, 'layout'>;

export interface AnswerOptions extends Form {
	/** Whether each line names the connection that it was sent to; left out: there is one. */
	readonly connections?: boolean;
}

interface ResultColumn {
	readonly name: string;
	readonly of: (item: ResultItem) => CsvCell;
}

/** A result's own columns, behind the row's. */
const resultColumnsOf = ({ connections = false }: AnswerOptions): readonly ResultColumn[] => [
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
	{ name: 'error', of: ({ error }) => (error === null ? null : errorText(error)) },
];

/** A header, then a line for each choice or failed request. */
export function csvWriter(columns: readonly Column[], options: AnswerOptions): ItemWriter {
	const line = csvLine(options);
	const resultColumns = resultColumnsOf(options);
	let written = 0;
	return {
		open: () =>
			openingMark(options) +
			line(
				headerNames(
					columns,
					resultColumns.map(({ name }) => name),
				),
			),
		items: (items) => {
			let text = '';
			for (const item of items) {
				text += line([
					...columns.map(({ name }) => cellOf(item, name)),
					...resultColumns.map(({ of }) => of(item)),
				]);
				written++;
			}
			return text;
		},
		close: () => '',
		get written() {
			return written;
		},
	};
}

/** Which answers a row can have: a column is named for what the run has more than one of. */
export interface WideShape {
	readonly templates: number;
	/** Their names; empty where each row names its own. */
	readonly models: readonly string[];
	/** Of each template and model. */
	readonly choices: number;
	/** How many requests bring those choices: each can fail by itself. */
	readonly repeats: number;
}

export interface WideOptions extends Form {
	/** Whether failed requests have a column for their error. */
	readonly failures: boolean;
}

/** An item with the template and the model it stands under, and which repeat its request was; all from 0. */
export interface PlacedItem {
	readonly item: ResultItem;
	readonly template: number;
	readonly model: number;
	readonly repeat: number;
}

export interface WideWriter {
	open(): string;
	/** The row's cells, and what there is of its answers, in any order. */
	row(cells: Row, items: readonly PlacedItem[]): string;
	readonly written: number;
}

/**
 * A header, then a line for each row: its own columns, the model where each row names one, then a column for each choice
 * of each template and model.
 */
export function wideCsvWriter(
	columns: readonly Column[],
	shape: WideShape,
	options: WideOptions,
): WideWriter {
	const line = csvLine(options);
	const { templates, models, choices, repeats } = shape;
	const modelCount = Math.max(1, models.length);
	const suffix = (template: number, model: number, choice: number | null): string =>
		[
			templates > 1 ? `_t${String(template + 1)}` : '',
			modelCount > 1 ? `_${models[model] ?? ''}` : '',
			choice !== null && choices > 1 ? `_c${String(choice + 1)}` : '',
		].join('');
	const errors = !options.failures ? 0 : repeats;
	const block = choices + errors;
	const own: string[] = models.length === 0 ? ['model'] : [];
	const before = columns.length + own.length;
	for (let template = 0; template < templates; template++)
		for (let model = 0; model < modelCount; model++) {
			for (let choice = 0; choice < choices; choice++)
				own.push(`response${suffix(template, model, choice)}`);
			for (let repeat = 0; repeat < errors; repeat++)
				own.push(`error${suffix(template, model, repeats > 1 ? repeat : null)}`);
		}
	let written = 0;
	return {
		open: () => openingMark(options) + line(headerNames(columns, own)),
		row: (cells, items) => {
			const values: CsvCell[] = new Array<CsvCell>(columns.length + own.length).fill(null);
			columns.forEach((_, i) => {
				values[i] = cellAt(cells, i);
			});
			for (const { item, template, model, repeat } of items) {
				if (models.length === 0) values[columns.length] ??= textAt(item.model_args, 'model');
				const start = before + (template * modelCount + model) * block;
				const { choice_index: choice, error } = item;
				if (choice !== null && choice < choices) values[start + choice] = item.response;
				if (error !== null && repeat < errors) values[start + choices + repeat] = errorText(error);
			}
			written++;
			return line(values);
		},
		get written() {
			return written;
		},
	};
}

const openingMark = ({ byteOrderMark }: Form): string => (byteOrderMark ? '\ufeff' : '');

const errorText = ({ kind, message }: ItemError): string => `${kind}: ${message}`;

const cellOf = ({ row }: ResultItem, name: string): string =>
	Object.hasOwn(row, name) ? (row[name] ?? '') : '';

/** Columns of the row keep their names; those of the results give way, to those and to each other. */
function headerNames(columns: readonly Column[], results: readonly string[]): readonly string[] {
	const names = columns.map(({ name }) => name);
	const given = new Set(names);
	const taken = new Set([...names, ...results]);
	return [
		...names,
		...results.map((name) => {
			const free = given.has(name) ? uniqueName(name, (one) => taken.has(one)) : name;
			given.add(free);
			taken.add(free);
			return free;
		}),
	];
}

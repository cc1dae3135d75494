import type { EngineApi } from '#contract/engine-api.ts';
import { mostTemplates, tooManyTemplates } from '#domain/caps.ts';
import type { Endpoint } from '#domain/connection.ts';
import { cellAt, columnPositions, type Column, type Dataset, type Row } from '#domain/dataset.ts';
import type { Draft, TemplateDraft } from '#domain/draft.ts';
import { readTemplateFile } from '#domain/template-files.ts';
import { firstFaults, ofText } from '#domain/template-reader.ts';
import { err, ok, type Result } from '#domain/result.ts';

/** What files or a column have come to. */
export interface FoundTemplates {
	/** In words, for “3 templates from …”. */
	readonly from: string;
	readonly templates: readonly TemplateDraft[];
	/** What of it no template holds: sentences. */
	readonly notes: readonly string[];
}

/** Sentences: what is wrong, where, and what to do. */
type Faults = readonly string[];

const mostBytes = 50_000_000;

const isTable = ({ name }: File): boolean => /\.(csv|tsv|tab)$/i.test(name);

/** The table among the files, where there is one: its column is to be chosen. */
export function tableAmong(files: readonly File[]): Result<File | null, Faults> {
	const table = files.find(isTable);
	if (table === undefined) return ok(null);
	return files.length === 1
		? ok(table)
		: err([
				`${table.name} is a table. Choose it alone: its templates stand in one of its columns.`,
			]);
}

async function textOf(file: File): Promise<Result<string, Faults>> {
	let bytes: Uint8Array;
	try {
		bytes = new Uint8Array(await file.arrayBuffer());
	} catch {
		return err([
			`${file.name} could not be read: it was moved, changed or removed after it was chosen. Choose it again.`,
		]);
	}
	const wide = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : null;
	const wideBigEnd = bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : null;
	try {
		return ok(new TextDecoder(wide ?? wideBigEnd ?? 'utf-8', { fatal: true }).decode(bytes));
	} catch {
		return err([`${file.name} is not UTF-8 text. Save it as UTF-8 and choose it again.`]);
	}
}

/** The templates of text, Markdown, JSON and JSONL files, in the order of the files. */
export async function readTemplateFiles(
	files: readonly File[],
): Promise<Result<FoundTemplates, Faults>> {
	const bytes = files.reduce((sum, { size }) => sum + size, 0);
	if (bytes > mostBytes)
		return err(['Templates of more than 50 MB are not read. Split the files.']);
	const templates: TemplateDraft[] = [];
	const notes: string[] = [];
	const faults: string[] = [];
	for (const file of files) {
		const text = await textOf(file);
		const read = text.ok ? readTemplateFile(file.name, text.value) : text;
		if (!read.ok) {
			faults.push(...read.error);
			continue;
		}
		// Not spread into `push`: so many arguments a call does not take.
		for (const template of read.value.templates) templates.push(template);
		const { ignored } = read.value;
		if (ignored.length > 0) notes.push(ignoredNote(file.name, ignored));
	}
	const [first] = files;
	const from = files.length === 1 ? (first?.name ?? '') : `${String(files.length)} files`;
	if (faults.length > 0) return err(firstFaults(faults));
	if (templates.length > mostTemplates)
		return err([tooManyTemplates(`${from} hold`, templates.length)]);
	return ok({ from, templates, notes });
}

const mostKeysNamed = 10;

function ignoredNote(file: string, keys: readonly string[]): string {
	const named = keys.slice(0, mostKeysNamed).map((key) => `“${key}”`);
	const more =
		keys.length > mostKeysNamed ? ` and ${String(keys.length - mostKeysNamed)} more` : '';
	return `${file}: ${named.join(', ')}${more} ${keys.length === 1 ? 'is' : 'are'} not taken over: templates hold texts and roles alone.`;
}

/** Each cell that is not blank is a prompt. */
export function templatesOfColumn(
	table: {
		readonly name: string;
		readonly columns: readonly Column[];
		readonly rows: readonly Row[];
	},
	column: string,
): Result<FoundTemplates, Faults> {
	const position = columnPositions(table.columns).get(column) ?? -1;
	const cells = table.rows.map((row) => cellAt(row, position));
	const templates = cells.filter((cell) => cell.trim() !== '').map(ofText);
	if (templates.length === 0)
		return err([`Column “${column}” of ${table.name} is empty. Choose another one.`]);
	const blank = cells.length - templates.length;
	const notes =
		blank === 0
			? []
			: [`${blank.toLocaleString('en-US')} of its cells are empty and give no template.`];
	return ok({ from: `column “${column}” of ${table.name}`, templates, notes });
}

const rowsAtOnce = 1_000;

/** The rows of a dataset that has no more of them than templates are taken. */
export async function readWholeDataset(
	api: Pick<EngineApi, 'readRows'>,
	dataset: Dataset,
): Promise<Result<readonly Row[], Faults>> {
	if (dataset.rowCount > mostTemplates)
		return err([
			`${dataset.name} has more rows than the ${mostTemplates.toLocaleString('en-US')} templates that a run takes.`,
		]);
	const rows: Row[] = [];
	for (let first = 0; first < dataset.rowCount; first += rowsAtOnce)
		for (const row of await api.readRows(dataset.id, first, rowsAtOnce)) rows.push(row);
	return ok(rows);
}

export type TakeOver = 'add' | 'replace';

/** Why these templates cannot be taken over into this draft, in words; null where they can. */
export function takeOverProblem(
	{ endpoint, templates }: Draft,
	found: FoundTemplates,
	how: TakeOver,
): string | null {
	const all = found.templates.length + (how === 'add' ? templates.length : 0);
	if (all > mostTemplates)
		return `${tooManyTemplates('The run would hold', all)} Replace those that are there.`;
	const chat = found.templates.findIndex((template) => isChatAlone(endpoint, template));
	return chat === -1
		? null
		: `Template ${String(chat + 1)} of ${found.from} is a list of messages, which Completions does not take. Choose Chat Completions as Endpoint, then import again.`;
}

const isChatAlone = (endpoint: Endpoint, { prompt, messages }: TemplateDraft): boolean =>
	endpoint === 'completions' && prompt === '' && messages.some(({ content }) => content !== '');

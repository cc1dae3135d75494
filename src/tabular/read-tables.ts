import type { Column, Dataset, ImportNotice, OddRow, Row } from '#domain/dataset.ts';
import { cellAt, columnPositions } from '#domain/dataset.ts';
import { problem, type Problem } from '#domain/problem.ts';
import type { ReadingOptions } from '#domain/reading-options.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { extraColumns, uniqueName } from './column-names.ts';
import { NotUtf8, UnreadableFile } from './file-text.ts';
import { openTable, type OpenTable } from './open-table.ts';
import { ReadBytes } from './read-bytes.ts';
import { readRows } from './read-rows.ts';
import {
	fileProblem,
	readContext,
	type ReadContext,
	type ReadFailure,
	type Reading,
} from './reading.ts';
import { noDelimiter } from './table-format.ts';
import { differenceText } from './table-problems.ts';

/** A dataset but for what storing it adds. */
export type TableRead = Omit<Dataset, 'id' | 'createdAt'>;

const mostOddRows = 100;

/**
 * Reads files into tables, their rows given to the sink in order and in the columns' order. Files with the same columns are
 * stacked into one, and a column tells each row's file. Cells beyond the header come last, in columns known once all is
 * read.
 */
export async function readTables(
	files: readonly File[],
	options: ReadingOptions,
	reading: Reading,
): Promise<Result<readonly TableRead[], ReadFailure>> {
	const context = readContext(options, reading);
	const notUtf8 = new Set<Blob>();
	try {
		for (;;) {
			const read = await readAll(files, options, context, notUtf8);
			if (read !== 'again') return read.ok ? read : err({ kind: 'refused', problems: read.error });
			await context.onRestart();
		}
	} catch (error) {
		const { signal } = context;
		if (signal.aborted && error === signal.reason) return err({ kind: 'cancelled' });
		throw error;
	}
}

type AllRead = Result<readonly TableRead[], readonly Problem[]>;

/**
 * `again`: a file that was taken for UTF-8 is not, and is now among those that are not. Most show it within the sample,
 * before a row was given out; to read each file whole first, only to know, would cost every reading a fifth of its time.
 */
async function readAll(
	files: readonly File[],
	options: ReadingOptions,
	context: ReadContext,
	notUtf8: Set<Blob>,
): Promise<AllRead | 'again'> {
	try {
		return await readAsTaken(files, options, context, notUtf8);
	} catch (error) {
		if (!(error instanceof NotUtf8)) throw error;
		notUtf8.add(error.file);
		return 'again';
	}
}

async function readAsTaken(
	files: readonly File[],
	options: ReadingOptions,
	context: ReadContext,
	notUtf8: ReadonlySet<Blob>,
): Promise<AllRead> {
	const progress = new ReadBytes(files, context.onProgress);
	const opened = await openAll(files, context, notUtf8, progress);
	if (!opened.ok) return opened;
	const stacks = stacksOf(opened.value);
	const tables: TableRead[] = [];
	for (const [number, stack] of stacks.entries()) {
		const read = await readStack(stack, number, options, context, progress);
		if (!read.ok) return read;
		const notices = number === 0 ? ownTableNotices(stacks) : [];
		tables.push({ ...read.value, notices: [...read.value.notices, ...notices] });
	}
	return ok(tables);
}

/** Every file's columns are looked at before the first row is read: what cannot be read costs no time. */
async function openAll(
	files: readonly File[],
	context: ReadContext,
	notUtf8: ReadonlySet<Blob>,
	progress: ReadBytes,
): Promise<Result<readonly OpenTable[], readonly Problem[]>> {
	if (files.length === 0) return err([problem('dataFiles', 'Choose a file to read.')]);
	const tables: OpenTable[] = [];
	const problems: Problem[] = [];
	for (const [index, file] of files.entries()) {
		const opened = await whileReadable(file, index, () =>
			openTable(file, index, context, notUtf8.has(file), (bytes) => {
				progress.opened(index, bytes);
			}),
		);
		if (opened.ok) tables.push(opened.value);
		else problems.push(opened.error);
	}
	return problems.length > 0 ? err(problems) : ok(tables);
}

type Stack = readonly [OpenTable, ...OpenTable[]];

/** Files with the same columns as one before them, in whatever order, go with it. */
function stacksOf(tables: readonly OpenTable[]): readonly Stack[] {
	const stacks: [OpenTable, ...OpenTable[]][] = [];
	for (const table of tables) {
		const { file, columns } = table;
		const stack = stacks.find(
			([first]) => differenceText(file.name, columns, first.columns) === null,
		);
		if (stack === undefined) stacks.push([table]);
		else stack.push(table);
	}
	return stacks;
}

function ownTableNotices([first, ...others]: readonly Stack[]): readonly ImportNotice[] {
	return others.map(([{ file, columns }]) => ({
		kind: 'ownTable',
		message: `${differenceText(file.name, columns, first?.[0].columns ?? []) ?? file.name}, so it is a dataset of its own: choose it under Dataset.`,
		rows: [],
	}));
}

async function readStack(
	stack: Stack,
	number: number,
	options: ReadingOptions,
	context: ReadContext,
	progress: ReadBytes,
): Promise<Result<TableRead, readonly Problem[]>> {
	const [first] = stack;
	const ownColumns = first.columns;
	const hasHeader = first.layout.kind === 'json' || first.layout.hasHeader;
	const source = stack.length > 1 ? [sourceColumn(ownColumns)] : [];
	const notices: ImportNotice[] = [];
	const oddRows: OddRow[] = [];
	let oddCount = 0;
	let rowCount = 0;
	let width = ownColumns.length;
	for (const table of stack) {
		const { file, index } = table;
		const rowsBefore = rowCount;
		const place = {
			table: number,
			arrange: stack.length > 1 ? stacked(table, ownColumns) : (cells: Row) => cells,
			rowsBefore,
			onRead: (bytesRead: number, rows: number) => {
				progress.read(index, bytesRead, rows);
			},
		};
		const read = await whileReadable(file, index, () => readRows(table, place, context));
		if (!read.ok) return err([read.error]);
		notices.push(...read.value.notices);
		oddRows.push(...read.value.odd.first.slice(0, mostOddRows - oddRows.length));
		oddCount += read.value.odd.count;
		rowCount += read.value.rows;
		width = Math.max(width, read.value.width);
	}
	const names = stack.map(({ file }) => file.name);
	const { layout } = first;
	return ok({
		name: stackName(names),
		files: names,
		columns: [
			...ownColumns,
			...source,
			...extraColumns(ownColumns, ownColumns.length, width, hasHeader),
		],
		rowCount,
		encoding: first.encoding.encoding,
		delimiter: layout.kind === 'delimited' ? layout.format.delimiter : noDelimiter,
		notices,
		format: layout.kind === 'delimited' ? 'table' : 'json',
		hasHeader,
		options,
		...(oddCount === 0 ? {} : { oddRows: { count: oddCount, first: oddRows } }),
	});
}

function sourceColumn(columns: readonly Column[]): Column {
	const names = columnPositions(columns);
	return { name: uniqueName('source file', (name) => names.has(name)), header: '' };
}

/** A row in the first file's order of columns, with its file's name behind them, then any cells beyond the header. */
function stacked({ file, columns }: OpenTable, order: readonly Column[]): (cells: Row) => Row {
	const positions = columnPositions(columns);
	const from = order.map(({ name }) => positions.get(name) ?? -1);
	return (cells) => [
		...from.map((position) => cellAt(cells, position)),
		file.name,
		...cells.slice(columns.length),
	];
}

const stackName = (names: readonly string[]): string =>
	names.length <= 3
		? names.join(', ')
		: `${names.slice(0, 2).join(', ')} and ${(names.length - 2).toString()} more`;

async function whileReadable<T>(
	file: File,
	index: number,
	read: () => Promise<Result<T, Problem>>,
): Promise<Result<T, Problem>> {
	try {
		return await read();
	} catch (error) {
		if (!(error instanceof UnreadableFile)) throw error;
		return fileProblem(
			`${file.name} could not be read: it was moved, changed or removed after it was chosen. Choose it again.`,
			index,
		);
	}
}

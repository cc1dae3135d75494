import type { Column, Dataset, ImportNotice, Row } from '#domain/dataset.ts';
import { cellAt, columnPositions } from '#domain/dataset.ts';
import { problem, type Problem } from '#domain/problem.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { extraColumns, uniqueName } from './column-names.ts';
import { UnreadableFile } from './file-text.ts';
import { openTable, type OpenTable } from './open-table.ts';
import { readRows } from './read-rows.ts';
import {
	fileProblem,
	readContext,
	type ReadContext,
	type ReadFailure,
	type Reading,
	type ReadOptions,
} from './reading.ts';
import { stackingText } from './table-problems.ts';

/** A dataset but for what storing it adds. */
export type TableRead = Omit<Dataset, 'id' | 'createdAt'>;

/**
 * Reads files into one table, its rows given to the sink in order and in the columns' order. Files with the same columns
 * are stacked, and a column tells each row's file. Cells beyond the header come last, in columns known once all is read.
 */
export async function readTables(
	files: readonly File[],
	options: ReadOptions,
	reading: Reading,
): Promise<Result<TableRead, ReadFailure>> {
	const context = readContext(options, reading);
	try {
		const opened = await openAll(files, context);
		const read = opened.ok ? await readAll(opened.value, context) : opened;
		return read.ok ? read : err({ kind: 'refused', problems: read.error });
	} catch (error) {
		const { signal } = context;
		if (signal.aborted && error === signal.reason) return err({ kind: 'cancelled' });
		throw error;
	}
}

/** Every header is looked at before the first row is read: files that do not fit cost no time. */
async function openAll(
	files: readonly File[],
	context: ReadContext,
): Promise<Result<readonly OpenTable[], readonly Problem[]>> {
	if (files.length === 0) return err([problem('dataFiles', 'Choose a file to read.')]);
	const tables: OpenTable[] = [];
	const problems: Problem[] = [];
	for (const [index, file] of files.entries()) {
		const opened = await whileReadable(file, index, () => openTable(file, index, context));
		if (opened.ok) tables.push(opened.value);
		else problems.push(opened.error);
	}
	const [first, ...others] = tables;
	if (first !== undefined)
		for (const { file, index, columns } of others) {
			const message = stackingText(file.name, columns, first.file.name, first.columns);
			if (message !== null) problems.push(problem('dataFiles', message, index));
		}
	return problems.length > 0 ? err(problems) : ok(tables);
}

async function readAll(
	tables: readonly OpenTable[],
	context: ReadContext,
): Promise<Result<TableRead, readonly Problem[]>> {
	const [first] = tables;
	if (first === undefined) return err([]);
	const ownColumns = first.columns;
	const source = tables.length > 1 ? [sourceColumn(ownColumns)] : [];
	const bytesTotal = tables.reduce((sum, { file }) => sum + file.size, 0);
	const notices: ImportNotice[] = [];
	let bytesBefore = 0;
	let rowCount = 0;
	let width = ownColumns.length;
	for (const table of tables) {
		const { file, index } = table;
		const [bytesDone, rowsBefore] = [bytesBefore, rowCount];
		const place = {
			arrange: tables.length > 1 ? stacked(table, ownColumns) : (cells: Row) => cells,
			rowsBefore,
			onRead: (bytesRead: number, rows: number) => {
				context.onProgress({
					bytesRead: bytesDone + bytesRead,
					bytesTotal,
					rows: rowsBefore + rows,
				});
			},
		};
		const read = await whileReadable(file, index, () => readRows(table, place, context));
		if (!read.ok) return err([read.error]);
		notices.push(...read.value.notices);
		bytesBefore += file.size;
		rowCount += read.value.rows;
		width = Math.max(width, read.value.width);
	}
	return ok({
		name: stackName(tables.map(({ file }) => file.name)),
		files: tables.map(({ file }) => file.name),
		columns: [...ownColumns, ...source, ...extraColumns(ownColumns, ownColumns.length, width)],
		rowCount,
		encoding: first.encoding.encoding,
		delimiter: first.format.delimiter,
		notices,
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

import type { ImportNotice, Row } from '#domain/dataset.ts';
import type { Problem } from '#domain/problem.ts';
import { ok, type Result } from '#domain/result.ts';
import { extraColumns } from './column-names.ts';
import { fileText } from './file-text.ts';
import type { OpenTable } from './open-table.ts';
import { fileProblem, type ReadContext } from './reading.ts';
import { RowCensus } from './row-census.ts';
import { RowSplitter, type SplitRow } from './row-splitter.ts';
import { faultText } from './table-problems.ts';
import { encodingName } from './wording.ts';

export interface RowsRead {
	readonly rows: number;
	/** Cells of the widest row, the header included. */
	readonly width: number;
	readonly notices: readonly ImportNotice[];
}

export interface RowsPlace {
	/** A row as the dataset has it. */
	readonly arrange: (cells: Row) => Row;
	/** What the files before it have come to. */
	readonly rowsBefore: number;
	readonly onRead: (bytesRead: number, rows: number) => void;
}

/** Reads a table's rows from its file's start to its end. Throws the signal's reason once aborted. */
export async function readRows(
	table: OpenTable,
	{ arrange, rowsBefore, onRead }: RowsPlace,
	context: ReadContext,
): Promise<Result<RowsRead, Problem>> {
	const { file, index, encoding, columns } = table;
	const { limits, signal } = context;
	const refuse = (message: string): Result<never, Problem> => fileProblem(message, index);
	const splitter = new RowSplitter(table.format, limits);
	const census = new RowCensus(columns);
	let isHeaderRead = false;

	const take = async (split: readonly SplitRow[]): Promise<void> => {
		const rows: Row[] = [];
		for (const row of split) {
			if (isHeaderRead) {
				census.addRow(row);
				rows.push(arrange(row.cells));
			} else {
				census.addHeader(row);
				isHeaderRead = true;
			}
		}
		for (let at = 0; at < rows.length; at += context.batchRows) {
			signal.throwIfAborted();
			await context.sink(rows.slice(at, at + context.batchRows));
		}
	};
	const wrong = (): string | null => {
		if (splitter.fault !== null) return faultText(file.name, splitter.fault, columns, limits);
		return rowsBefore + census.rows > limits.rows ? tooManyRows(file.name, limits.rows) : null;
	};

	const { encoding: name, markBytes } = encoding;
	for await (const { text, bytesRead } of fileText(file, name, markBytes, context.sliceBytes)) {
		signal.throwIfAborted();
		await take(splitter.push(text));
		const message = wrong();
		if (message !== null) return refuse(message);
		onRead(bytesRead, census.rows);
	}
	await take(splitter.finish());
	const message = wrong() ?? (census.rows === 0 ? headerOnly(file.name) : null);
	if (message !== null) return refuse(message);
	onRead(file.size, census.rows);
	signal.throwIfAborted();

	const extra = extraColumns(columns, columns.length, census.width);
	return ok({
		rows: census.rows,
		width: census.width,
		notices: [
			...table.notices,
			...unreadableNotice(table, census.unreadable),
			...census.notices(file.name, extra),
		],
	});
}

const tooManyRows = (file: string, most: number): string =>
	`${file} goes past ${most.toLocaleString('en-US')} rows. Split the table and load the parts as runs of their own.`;

const headerOnly = (file: string): string =>
	`${file} has a header but no rows. Add rows below it; the first line is always read as the header.`;

/** Text that was valid may hold the replacement character of its own: only a doubtful decoding is told. */
const unreadableNotice = (table: OpenTable, place: string | null): ImportNotice[] =>
	place === null || table.encoding.basis === 'valid'
		? []
		: [
				{
					kind: 'encoding',
					message: `${table.file.name} has characters that could not be read as ${encodingName(table.encoding.encoding)} and show as “\ufffd”, first in ${place}. Choose another encoding, or mend the file.`,
					rows: [],
				},
			];

import type { ImportNotice, OddRows, Row } from '#domain/dataset.ts';
import type { Problem } from '#domain/problem.ts';
import { ok, type Result } from '#domain/result.ts';
import { encodingName } from '#domain/text-encoding.ts';
import { extraColumns } from './column-names.ts';
import { fileText } from './file-text.ts';
import type { OpenTable } from './open-table.ts';
import { fileProblem, type ReadContext } from './reading.ts';
import { RowCensus } from './row-census.ts';
import { rowSource } from './row-source.ts';

export interface RowsRead {
	readonly rows: number;
	/** Cells of the widest row, the header included. */
	readonly width: number;
	readonly notices: readonly ImportNotice[];
	readonly odd: OddRows;
}

export interface RowsPlace {
	/** Which table the rows are of, from 0. */
	readonly table: number;
	/** A row as the dataset has it. */
	readonly arrange: (cells: Row) => Row;
	/** What the files before it have come to. */
	readonly rowsBefore: number;
	readonly onRead: (bytesRead: number, rows: number) => void;
}

/** Reads a table's rows from its file's start to its end. Throws the signal's reason once aborted. */
export async function readRows(
	table: OpenTable,
	{ table: number, arrange, rowsBefore, onRead }: RowsPlace,
	context: ReadContext,
): Promise<Result<RowsRead, Problem>> {
	const { file, index, encoding, columns, layout } = table;
	const { limits, signal } = context;
	const refuse = (message: string): Result<never, Problem> => fileProblem(message, index);
	const hasHeader = layout.kind === 'delimited' && layout.hasHeader;
	const skipsOdd = context.oddRows === 'skip';
	const census = new RowCensus({
		file: index,
		fileName: file.name,
		columns,
		hasHeader,
		rowsBefore,
		skipsOdd,
	});
	const source = rowSource(table, census, context);

	const take = async (found: readonly Row[]): Promise<void> => {
		for (let at = 0; at < found.length; at += context.batchRows) {
			signal.throwIfAborted();
			await context.sink(found.slice(at, at + context.batchRows).map(arrange), number);
		}
	};
	const wrong = (): string | null =>
		source.fault ??
		(rowsBefore + census.rows > limits.rows ? tooManyRows(file.name, limits.rows) : null);

	for await (const { text, bytesRead } of fileText(file, encoding, context.sliceBytes)) {
		signal.throwIfAborted();
		census.announce(text);
		await take(source.push(text));
		const message = wrong();
		if (message !== null) return refuse(message);
		onRead(bytesRead, census.rows);
	}
	await take(source.finish());
	const none = (): string => noRows(file.name, hasHeader, census.odd.count);
	const message = wrong() ?? (census.rows === 0 ? none() : null);
	if (message !== null) return refuse(message);
	onRead(file.size, census.rows);
	signal.throwIfAborted();

	const extra = extraColumns(columns, columns.length, census.width, hasHeader);
	return ok({
		rows: census.rows,
		width: census.width,
		odd: census.odd,
		notices: [
			...table.notices,
			...unreadableNotice(table, census.unreadable),
			...census.notices(file.name, extra),
		],
	});
}

const tooManyRows = (file: string, most: number): string =>
	`${file} goes past ${most.toLocaleString('en-US')} rows. Split the table and load the parts as runs of their own.`;

function noRows(file: string, hasHeader: boolean, odd: number): string {
	if (odd > 0) return `${file} has no rows but ones that do not fit. Keep them, or mend the file.`;
	return hasHeader
		? `${file} has a header but no rows. Add rows below it, or choose that it has no header row.`
		: `${file} has no rows.`;
}

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

import type { Column, Row } from '#domain/dataset.ts';
import { problem, type Problem } from '#domain/problem.ts';
import { foundOut } from '#domain/reading-options.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { readTables } from './read-tables.ts';

export interface SmallTable {
	readonly columns: readonly Column[];
	readonly rows: readonly Row[];
}

/** A table whose rows are held in memory is one for a page to look at, not a dataset. */
const mostCharacters = 50_000_000;

/** Reads a table of at most so many rows whole; nothing of it is stored. */
export async function readSmallTable(
	file: File,
	mostRows: number,
): Promise<Result<SmallTable, readonly Problem[]>> {
	let rows: Row[] = [];
	let characters = 0;
	const tooMuch = new AbortController();
	const read = await readTables([file], foundOut, {
		signal: tooMuch.signal,
		sink: (batch) => {
			for (const row of batch) {
				rows.push(row);
				for (const cell of row) characters += cell.length;
			}
			if (rows.length > mostRows || characters > mostCharacters) tooMuch.abort();
			return Promise.resolve();
		},
		onRestart: () => {
			rows = [];
			characters = 0;
			return Promise.resolve();
		},
	});
	// One file is one table.
	const [table] = read.ok ? read.value : [];
	if (table !== undefined && rows.length <= mostRows) return ok({ columns: table.columns, rows });
	if (!read.ok && read.error.kind === 'refused') return err(read.error.problems);
	const most = `${mostRows.toLocaleString('en-US')} rows`;
	return err([problem('dataFiles', `${file.name} holds more than ${most} or 50 MB. Split it.`)]);
}

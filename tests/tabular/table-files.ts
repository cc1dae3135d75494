import type { Row } from '#domain/dataset.ts';
import type { ReadingOptions } from '#domain/reading-options.ts';
import { tableLimits, type TableLimits } from '#tabular/limits.ts';
import { readTables, type TableRead } from '#tabular/read-tables.ts';
import type { Reading } from '#tabular/reading.ts';

export type Content = string | readonly number[] | Uint8Array<ArrayBuffer>;

export const fileOf = (content: Content, name = 'reviews.csv'): File =>
	new File([typeof content === 'string' ? content : new Uint8Array(content)], name);

/** UTF-16 with no mark of its own. */
export function wide(text: string, isBigEndian: boolean): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(text.length * 2);
	const view = new DataView(bytes.buffer);
	for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), !isBigEndian);
	return bytes;
}

export interface Tried {
	/** Of the first table. */
	readonly rows: readonly Row[];
	readonly table: TableRead | null;
	/** All of them. */
	readonly tables: readonly { readonly table: TableRead; readonly rows: readonly Row[] }[];
	/** How often it was begun anew. */
	readonly restarts: number;
	readonly problems: readonly string[];
}

export const withLimits = (limits: Partial<TableLimits>): TableLimits => ({
	...tableLimits,
	...limits,
});

/** Reads files into memory. */
export async function read(
	content: Content | File | readonly File[],
	options: Partial<ReadingOptions & Omit<Reading, 'sink' | 'onRestart'>> = {},
): Promise<Tried> {
	const files = isFiles(content) ? content : [content instanceof File ? content : fileOf(content)];
	const { encoding = null, delimiter = null, header, quotes, oddRows, edits, ...reading } = options;
	const rows: Row[][] = [];
	let restarts = 0;
	const chosen: ReadingOptions = {
		...{ encoding, delimiter },
		...(header === undefined ? {} : { header }),
		...(quotes === undefined ? {} : { quotes }),
		...(oddRows === undefined ? {} : { oddRows }),
		...(edits === undefined ? {} : { edits }),
	};
	const result = await readTables(files, chosen, {
		...reading,
		sink: (batch, table) => {
			(rows[table] ??= []).push(...batch);
			return Promise.resolve();
		},
		onRestart: () => {
			rows.splice(0);
			restarts++;
			return Promise.resolve();
		},
	});
	if (result.ok) {
		const tables = result.value.map((table, i) => ({ table, rows: rows[i] ?? [] }));
		return {
			rows: rows[0] ?? [],
			table: tables[0]?.table ?? null,
			tables,
			restarts,
			problems: [],
		};
	}
	const { error } = result;
	return {
		rows: rows[0] ?? [],
		table: null,
		tables: [],
		restarts,
		problems:
			error.kind === 'refused' ? error.problems.map(({ message }) => message) : ['cancelled'],
	};
}

const isFiles = (content: Content | File | readonly File[]): content is readonly File[] =>
	Array.isArray(content) && content.every((part) => part instanceof File);

export const namesOf = ({ table }: Tried): readonly string[] =>
	table?.columns.map(({ name }) => name) ?? [];

export const noticesOf = ({ table }: Tried): readonly string[] =>
	table?.notices.map(({ kind, message }) => `${kind} · ${message}`) ?? [];

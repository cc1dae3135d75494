import type { Binding } from './bindings.ts';
import type { Endpoint } from './connection.ts';
import type { RowChoice } from './rows.ts';

/** What one look through the data is to find out. */
export interface RowQuery {
	/** What parameters are depends on it. */
	readonly endpoint: Endpoint;
	readonly rows: RowChoice;
	/** Null: nothing about ids. */
	readonly idColumn: string | null;
	readonly bindings: readonly Binding[];
}

/** Rows of the data, counted, and the first few by their number from 1. */
export interface SomeRows {
	readonly count: number;
	readonly numbers: readonly number[];
}

export interface RepeatedId {
	readonly id: string;
	/** Their numbers from 1: the first few. */
	readonly rows: readonly number[];
}

export interface IdScan {
	readonly blank: SomeRows;
	/** Rows that share their id with another. */
	readonly repeated: number;
	/** The first few ids that repeat. */
	readonly examples: readonly RepeatedId[];
}

/** Cells that cannot be sent as the parameter that they are bound to. */
export interface UnfitCells {
	readonly binding: Binding;
	readonly rows: SomeRows;
	/** The first of them, cut short. */
	readonly example: string;
	/** What is wrong with that one: the rest of a sentence that begins with the parameter's name. */
	readonly fault: string;
}

export interface RowScan {
	/** How many rows are chosen. */
	readonly rowCount: number;
	/** Their numbers from 0, where only the cells could tell; else null. */
	readonly numbers: Uint32Array | null;
	readonly ids: IdScan | null;
	/** What the column bound to `model` holds, in order of first sight, '' where it is blank: one more than a run takes at most. */
	readonly models: readonly string[];
	readonly unfit: readonly UnfitCells[];
	/** Whether any row asks for answers of the flex tier; left out: none does. */
	readonly asksForFlex?: true;
}

/** Rows named in a sentence. */
export const namedRows = 10;

/** Equal where the queries are. */
export const queryKey = ({ endpoint, rows, idColumn, bindings }: RowQuery): string =>
	JSON.stringify([
		rows,
		idColumn,
		...bindings.map(({ column, parameter }) => [endpoint, column, parameter]),
	]);

/** Whether the run itself depends on what the look finds; what it says of ids is only told. */
export const decidesRun = ({ rows, bindings }: Pick<RowQuery, 'rows' | 'bindings'>): boolean =>
	rows.kind === 'where' || bindings.length > 0;

import { modelColumnOf, type Binding } from '#domain/bindings.ts';
import { boundValue } from '#domain/bound-value.ts';
import { mostModels } from '#domain/caps.ts';
import { cellAt, columnPositions, type Column, type Row } from '#domain/dataset.ts';
import { IdCensus } from '#domain/id-census.ts';
import {
	namedRows,
	type IdScan,
	type RowQuery,
	type RowScan,
	type SomeRows,
	type UnfitCells,
} from '#domain/row-scan.ts';
import type { ChosenRows } from '#domain/chosen-rows.ts';
import { cellTest, chosenRows, listedRows } from '#domain/rows.ts';
import { boundKeys } from './bound-keys.ts';

/** A table as it is read: the rows [first, first + count). */
export interface RowSource {
	readonly columns: readonly Column[];
	readonly rowCount: number;
	readonly read: (first: number, count: number) => Promise<readonly Row[]>;
}

/** What one look through the rows of a run has found. By position among the rows chosen. */
export interface RowPass {
	readonly scan: RowScan;
	readonly rows: ChosenRows;
	/** Which of `scan.models` each row names; null where no column is bound to `model`. */
	readonly models: Uint8Array | null;
	/** Equal where two rows send the same parameters; null where no column is bound. */
	readonly keys: Uint32Array | null;
}

/** Rows asked of the store at a time: a stretch holds a few of its chunks. */
const rowsAtATime = 1_000;
const exampleLength = 40;

/** Looks through the rows that a query chooses, a stretch at a time; null where it was called off. */
export async function passOver(
	query: RowQuery,
	source: RowSource,
	signal: AbortSignal,
): Promise<RowPass | null> {
	const pass = new Pass(query, source);
	for (let first = 0; first < source.rowCount; first += rowsAtATime) {
		if (signal.aborted) return null;
		if (!pass.wants(first + rowsAtATime)) continue;
		const rows = await source.read(first, rowsAtATime);
		for (const [i, row] of rows.entries()) pass.look(first + i, row);
	}
	return signal.aborted ? null : pass.finish();
}

class Pass {
	readonly #query: RowQuery;
	readonly #source: RowSource;
	/** Known beforehand, but where the cells decide. */
	readonly #known: ChosenRows | null;
	readonly #belongs: (row: Row) => boolean;
	readonly #found: Uint32Array;
	readonly #ids: IdCensus | null;
	readonly #idPosition: number;
	readonly #blankIds = new CountedRows();
	readonly #bindings: readonly (Binding & { readonly position: number })[];
	readonly #models: Uint8Array | null;
	readonly #modelPosition: number;
	readonly #modelNames = new Map<string, number>();
	readonly #keys: Uint32Array | null;
	readonly #keyOf = boundKeys();
	readonly #unfit = new Map<Binding, UnfitSoFar>();
	#asksForFlex = false;
	/** How many of the chosen rows were looked at. */
	#position = 0;

	constructor(query: RowQuery, source: RowSource) {
		this.#query = query;
		this.#source = source;
		const { rows, bindings, idColumn } = query;
		const positions = columnPositions(source.columns);
		const isWhere = rows.kind === 'where';
		this.#known = isWhere ? null : chosenRows(rows, source.rowCount);
		this.#belongs = isWhere ? belongsBy(rows, positions) : () => true;
		const most = this.#known?.count ?? source.rowCount;
		this.#found = new Uint32Array(isWhere ? most : 0);
		this.#idPosition = positions.get(idColumn ?? '') ?? -1;
		this.#ids = idColumn === null || this.#idPosition === -1 ? null : new IdCensus(most);
		this.#bindings = bindings.flatMap((binding) => {
			const position = positions.get(binding.column);
			return position === undefined ? [] : [{ ...binding, position }];
		});
		const modelColumn = modelColumnOf(bindings);
		this.#modelPosition = positions.get(modelColumn ?? '') ?? -1;
		this.#models = modelColumn === null ? null : new Uint8Array(most);
		this.#keys = bindings.length === 0 ? null : new Uint32Array(most);
	}

	/** Whether any row before `end` is still to be looked at. */
	wants(end: number): boolean {
		if (this.#known === null) return true;
		const { count, rowAt } = this.#known;
		return this.#position < count && rowAt(this.#position) < end;
	}

	look(number: number, row: Row): void {
		const isChosen =
			this.#known === null
				? this.#belongs(row)
				: this.#position < this.#known.count && this.#known.rowAt(this.#position) === number;
		if (!isChosen) return;
		const position = this.#position++;
		if (this.#known === null) this.#found[position] = number;
		if (this.#ids !== null) {
			const id = cellAt(row, this.#idPosition);
			this.#ids.add(id);
			if (id.trim() === '') this.#blankIds.add(number);
		}
		if (this.#models !== null)
			this.#models[position] = this.#modelOf(cellAt(row, this.#modelPosition).trim());
		if (this.#keys !== null)
			this.#keys[position] = this.#keyOf(
				this.#bindings.map((binding) => cellAt(row, binding.position).trim()),
				position,
			);
		for (const binding of this.#bindings) this.#check(binding, number, row);
	}

	async finish(): Promise<RowPass> {
		const count = this.#position;
		const numbers = this.#known === null ? this.#found.slice(0, count) : null;
		const rows = this.#known ?? listedRows(this.#found.subarray(0, count));
		return {
			rows,
			models: this.#models?.subarray(0, count) ?? null,
			keys: this.#keys?.subarray(0, count) ?? null,
			scan: {
				rowCount: count,
				numbers,
				ids: await this.#idScan(rows),
				models: [...this.#modelNames.keys()],
				unfit: [...this.#unfit].map(([binding, { rows, ...rest }]): UnfitCells => {
					return { binding, rows: rows.counted, ...rest };
				}),
				...(this.#asksForFlex ? { asksForFlex: true } : {}),
			},
		};
	}

	/** Past the most that a run takes they are one: such a query is refused anyway. */
	#modelOf(name: string): number {
		const known = this.#modelNames.get(name);
		if (known !== undefined) return known;
		const next = this.#modelNames.size;
		if (next > mostModels + 1) return next - 1;
		this.#modelNames.set(name, next);
		return next;
	}

	#check(
		{ column, parameter, position }: Binding & { position: number },
		number: number,
		row: Row,
	) {
		const cell = cellAt(row, position);
		const bound = boundValue(this.#query.endpoint, parameter, cell);
		if (bound.ok) {
			if (parameter === 'service_tier' && bound.value?.value === 'flex') this.#asksForFlex = true;
			return;
		}
		const binding = this.#query.bindings.find(
			(one) => one.column === column && one.parameter === parameter,
		);
		if (binding === undefined) return;
		const soFar = this.#unfit.get(binding) ?? {
			rows: new CountedRows(),
			example: cell.length > exampleLength ? `${cell.slice(0, exampleLength)}…` : cell,
			fault: bound.error,
		};
		soFar.rows.add(number);
		this.#unfit.set(binding, soFar);
	}

	/** The ids are read again, so that two whose marks agree by chance are not called equal. */
	async #idScan(rows: ChosenRows): Promise<IdScan | null> {
		if (this.#ids === null) return null;
		const { rows: sharing, groups } = this.#ids.repeated();
		let repeated = sharing;
		const examples: { id: string; rows: readonly number[] }[] = [];
		for (const group of groups) {
			const numbers = group.map((position) => rows.rowAt(position));
			const ids = await Promise.all(
				numbers.map(async (number) => {
					const [row] = await this.#source.read(number, 1);
					return cellAt(row ?? [], this.#idPosition);
				}),
			);
			const same = numbers.filter((_, i) => ids[i] === ids[0]);
			if (same.length > 1)
				examples.push({ id: ids[0] ?? '', rows: same.map((number) => number + 1) });
			else repeated -= group.length;
		}
		return { blank: this.#blankIds.counted, repeated, examples };
	}
}

interface UnfitSoFar {
	readonly rows: CountedRows;
	readonly example: string;
	readonly fault: string;
}

class CountedRows {
	#count = 0;
	readonly #numbers: number[] = [];

	add(number: number): void {
		if (this.#count++ < namedRows) this.#numbers.push(number + 1);
	}

	get counted(): SomeRows {
		return { count: this.#count, numbers: this.#numbers };
	}
}

function belongsBy(
	choice: Parameters<typeof cellTest>[0],
	positions: ReadonlyMap<string, number>,
): (row: Row) => boolean {
	const position = positions.get(choice.column);
	const test = cellTest(choice);
	return (row) => position !== undefined && test(cellAt(row, position));
}

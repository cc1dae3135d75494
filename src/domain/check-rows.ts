import type { Dataset } from './dataset.ts';
import { problem, type Hint, type Problem } from './problem.ts';
import { emptyRows, type RowsDraft } from './rows-draft.ts';
import type { RowChoice } from './rows.ts';

const largestSeed = 4_294_967_295;
const count = (value: number): string => value.toLocaleString('en');
const rowsWords = (value: number): string => `${count(value)} ${value === 1 ? 'row' : 'rows'}`;

const isWhole = (value: number | null, least: number): value is number =>
	value !== null && Number.isSafeInteger(value) && value >= least;

/** The choice that a draft stands for, or its problem in words. */
export type RowsCheck =
	| { readonly choice: RowChoice; readonly hint: string | null }
	| { readonly choice: null; readonly problem: string };

const right = (choice: RowChoice, hint: string | null = null): RowsCheck => ({ choice, hint });
const wrong = (message: string): RowsCheck => ({ choice: null, problem: message });

export function readRows(draft: RowsDraft = emptyRows, { columns, rowCount }: Dataset): RowsCheck {
	const few = `There are only ${rowsWords(rowCount)}, so all are taken.`;
	switch (draft.choose) {
		case 'all':
			return right({ kind: 'all' });
		case 'first':
			if (!isWhole(draft.count, 1)) return wrong(howMany);
			return right({ kind: 'first', count: draft.count }, draft.count > rowCount ? few : null);
		case 'random':
			if (!isWhole(draft.count, 1)) return wrong(howMany);
			if (!isWhole(draft.seed, 0) || draft.seed > largestSeed)
				return wrong(`Seed must be a whole number from 0 to ${count(largestSeed)}.`);
			return right(
				{ kind: 'random', count: draft.count, seed: draft.seed },
				draft.count > rowCount ? few : null,
			);
		case 'range': {
			const { from, to } = draft;
			if (!isWhole(from, 1) || (to !== null && !isWhole(to, 1)))
				return wrong('Rows are counted from 1: write the first and the last one as whole numbers.');
			if (to !== null && to < from)
				return wrong(`The last row, ${count(to)}, stands before the first, ${count(from)}.`);
			if (from > rowCount)
				return wrong(`Row ${count(from)} is past the end: there are ${rowsWords(rowCount)}.`);
			return right(
				{ kind: 'range', from, to: Math.min(to ?? rowCount, rowCount) },
				to !== null && to > rowCount ? `The last row is ${count(rowCount)}.` : null,
			);
		}
		case 'where': {
			const { column, has, text } = draft;
			if (column === null) return wrong('Choose the column that is looked at.');
			if (!columns.some(({ name }) => name === column))
				return wrong(`The data has no column “${column}”. Choose another one.`);
			return right({ kind: 'where', column, has, text: text.trim() });
		}
	}
}

const howMany = 'Write how many rows, as a whole number from 1.';

/** The rows of the run; null while that cannot be told. */
export function checkRows(
	draft: RowsDraft | undefined,
	dataset: Dataset,
	problems: Problem[],
	hints: Hint[],
): RowChoice | null {
	const read = readRows(draft, dataset);
	if (read.choice === null) problems.push(problem('rows', read.problem));
	else if (read.hint !== null) hints.push({ field: 'rows', index: 0, message: read.hint });
	return read.choice;
}

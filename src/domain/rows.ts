import type { ChosenRows } from './chosen-rows.ts';
import { sample } from './sample.ts';

/** Which rows of the data a run goes over. Rows count from 1 here, as people count; their order is the file's. */
export type RowChoice =
	| { readonly kind: 'all' }
	| { readonly kind: 'first'; readonly count: number }
	/** The same seed chooses the same rows of as many, everywhere. */
	| { readonly kind: 'random'; readonly count: number; readonly seed: number }
	/** Both ends belong to it. */
	| { readonly kind: 'range'; readonly from: number; readonly to: number }
	/** Rows whose cell holds `text`, whatever its case, or (`has` false) does not; empty text: any text at all. */
	| {
			readonly kind: 'where';
			readonly column: string;
			readonly has: boolean;
			readonly text: string;
	  };

/** What only a look at every cell can tell. */
export type WhereChoice = Extract<RowChoice, { kind: 'where' }>;
export type ArithmeticChoice = Exclude<RowChoice, WhereChoice>;

export const listedRows = (numbers: Uint32Array): ChosenRows => ({
	count: numbers.length,
	rowAt: (position) => numbers[position] ?? -1,
});

/** How many of `total` rows a choice stands for. */
export function chosenCount(choice: ArithmeticChoice, total: number): number {
	switch (choice.kind) {
		case 'all':
			return total;
		case 'first':
		case 'random':
			return Math.min(choice.count, total);
		case 'range':
			return Math.max(0, Math.min(choice.to, total) - choice.from + 1);
	}
}

/** The rows of `total` that a choice stands for where no cell has to be looked at. */
export function chosenRows(choice: ArithmeticChoice, total: number): ChosenRows {
	const count = chosenCount(choice, total);
	if (choice.kind === 'random') return listedRows(sample(count, total, choice.seed));
	const first = choice.kind === 'range' ? choice.from - 1 : 0;
	return { count, rowAt: (position) => first + position };
}

/** Whether a row belongs to the choice, by its cell. */
export function cellTest({ has, text }: WhereChoice): (cell: string) => boolean {
	const wanted = text.trim().toLowerCase();
	const holds =
		wanted === ''
			? (cell: string) => cell.trim() !== ''
			: (cell: string) => cell.toLowerCase().includes(wanted);
	return (cell) => holds(cell) === has;
}

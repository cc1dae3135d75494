import type { RowChoice } from './rows.ts';

export const rowChoices = [
	'all',
	'first',
	'random',
	'range',
	'where',
] as const satisfies readonly RowChoice['kind'][];

/** A choice of rows being made: every field as typed, so that looking at another kind loses none. */
export interface RowsDraft {
	readonly choose: RowChoice['kind'];
	/** Of the first rows, and of a random sample. */
	readonly count: number | null;
	readonly seed: number | null;
	readonly from: number | null;
	/** Null: to the last row. */
	readonly to: number | null;
	readonly column: string | null;
	readonly has: boolean;
	/** Empty: any text at all. */
	readonly text: string;
}

export const emptyRows: RowsDraft = {
	choose: 'all',
	count: 10,
	seed: 1,
	from: 1,
	to: null,
	column: null,
	has: true,
	text: '',
};

/** The draft of which the choice was made. */
export function rowsDraftOf(choice: RowChoice): RowsDraft {
	const { kind, ...fields } = choice;
	return { ...emptyRows, choose: kind, ...fields };
}

/** The rows of a run: position 0 is its first row, `rowAt` the number of that row in the data, from 0. */
export interface ChosenRows {
	readonly count: number;
	readonly rowAt: (position: number) => number;
}

export const everyRow = (count: number): ChosenRows => ({ count, rowAt: (position) => position });

/** The position of the first of the rows that is `row` or stands behind it; the last one where none does. */
export function positionAt({ count, rowAt }: ChosenRows, row: number): number {
	let low = 0;
	let high = Math.max(0, count - 1);
	while (low < high) {
		const middle = (low + high) >>> 1;
		if (rowAt(middle) < row) low = middle + 1;
		else high = middle;
	}
	return low;
}

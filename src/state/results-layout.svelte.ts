import type { Remembered } from './remembered.ts';
import {
	datasetMark,
	noLayout,
	readLayouts,
	withLayout,
	writeLayouts,
	type LineCount,
	type TableLayout,
} from './table-layouts.ts';

/** How a person has arranged the columns of the results, for every run over a table with the same columns. */
export class ResultsLayout {
	readonly #remembered: Remembered;
	readonly #mark: string;

	layout = $state.raw<TableLayout>(noLayout);

	/** `columns` are the names of the table's own, in order. */
	constructor(remembered: Remembered, columns: readonly string[]) {
		this.#remembered = remembered;
		this.#mark = datasetMark(columns);
		this.layout = readLayouts(remembered.read()).get(this.#mark) ?? noLayout;
	}

	setShown(key: string, shown: boolean): void {
		this.#change({ shown: { ...this.layout.shown, [key]: shown } });
	}

	setLines(lines: LineCount): void {
		this.#change({ lines });
	}

	/** While a column's edge is dragged: `keep` once it is let go. */
	setWidth(key: string, pixels: number): void {
		const widths = { ...this.layout.widths, [key]: Math.round(pixels) };
		this.layout = { ...this.layout, widths };
	}

	unsetWidth(key: string): void {
		const widths = Object.fromEntries(
			Object.entries(this.layout.widths).filter(([other]) => other !== key),
		);
		this.#change({ widths });
	}

	reset(): void {
		this.#change(noLayout);
	}

	keep(): void {
		// What another tab has arranged meanwhile, for other columns, stands.
		const layouts = withLayout(readLayouts(this.#remembered.read()), this.#mark, this.layout);
		this.#remembered.write(writeLayouts(layouts));
	}

	#change(change: Partial<TableLayout>): void {
		this.layout = { ...this.layout, ...change };
		this.keep();
	}
}

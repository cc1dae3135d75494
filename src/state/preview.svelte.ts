import type { Row } from '#domain/dataset.ts';
import { positionAt, type ChosenRows } from '#domain/chosen-rows.ts';
import type { DataState } from './data.svelte.ts';

/** Which row and which template the preview shows. Only rows that are chosen are shown, and counted. */
export class PreviewState {
	readonly #data: DataState;
	#wantedRow = $state.raw(0);
	#wantedTemplate = $state.raw(0);
	readonly #chosen: () => ChosenRows | null;
	readonly #paired: () => boolean;
	readonly rowCount: number = $derived.by(() => this.#chosen()?.count ?? 0);
	/** Its place among the rows chosen, from 0. */
	readonly rowIndex: number = $derived(Math.max(0, Math.min(this.#wantedRow, this.rowCount - 1)));
	/** Its number in the data, from 0; -1 where there is none. */
	readonly rowNumber: number = $derived.by(() =>
		this.rowCount === 0 ? -1 : (this.#chosen()?.rowAt(this.rowIndex) ?? -1),
	);
	/** Null while it is read, and where there is none. */
	readonly row: Row | null = $derived.by(() =>
		this.rowNumber === -1 ? null : this.#data.rows.rowAt(this.rowNumber),
	);

	/** `paired`: template i goes with the row at i alone, so the one is never shown with another. */
	constructor(data: DataState, chosen: () => ChosenRows | null, paired: () => boolean) {
		this.#data = data;
		this.#chosen = chosen;
		this.#paired = paired;
	}

	showRow(index: number): void {
		if (!Number.isInteger(index)) return;
		this.#wantedRow = index;
		this.rowsChanged();
	}

	/** The row with that number in the data, from 0; the next one that is chosen, where it is not. */
	showRowOfData(number: number): void {
		const chosen = this.#chosen();
		if (chosen !== null) this.showRow(positionAt(chosen, number));
	}

	/** Other rows are chosen: what is shown may have to be read. */
	rowsChanged(): void {
		if (this.rowNumber !== -1) void this.#data.rows.need(this.rowNumber);
	}

	showTemplate(index: number): void {
		this.#wantedTemplate = index;
		if (this.#paired()) this.showRow(index);
	}

	/** In pairs: past the last one where no template goes with the row. */
	templateIndex(count: number): number {
		if (this.#paired() && this.rowCount > 0) return Math.min(this.rowIndex, count);
		return Math.max(0, Math.min(this.#wantedTemplate, count - 1));
	}
}

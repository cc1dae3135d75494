import type { Row } from '#domain/dataset.ts';
import type { DataState } from './data.svelte.ts';

/** Which row and which template the preview shows. */
export class PreviewState {
	readonly #data: DataState;
	#wantedRow = $state.raw(0);
	#wantedTemplate = $state.raw(0);
	readonly rowCount: number = $derived.by(() => this.#data.dataset?.rowCount ?? 0);
	/** From 0. */
	readonly rowIndex: number = $derived(Math.max(0, Math.min(this.#wantedRow, this.rowCount - 1)));
	/** Null while it is read, and where there is no data. */
	readonly row: Row | null = $derived.by(() => this.#data.rows.rowAt(this.rowIndex));

	constructor(data: DataState) {
		this.#data = data;
	}

	showRow(index: number): void {
		if (!Number.isInteger(index)) return;
		this.#wantedRow = index;
		void this.#data.rows.need(this.rowIndex);
	}

	showTemplate(index: number): void {
		this.#wantedTemplate = index;
	}

	templateIndex(count: number): number {
		return Math.max(0, Math.min(this.#wantedTemplate, count - 1));
	}
}

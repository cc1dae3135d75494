import { tick, untrack } from 'svelte';
import { rowWindow, scrollTopAt, scrollTopFor, type RowTable } from './row-window.ts';

export interface LineTable {
	readonly total: number;
	/** The height of a line, and of the head above them that stays. */
	readonly pixels: number;
	readonly headPixels: number;
}

/** The lines of a long table that stand in its box, and the one that the keys move. Made while its component is. */
export class LineWindow {
	readonly #table: () => LineTable;

	/** The box that scrolls; bound, with what the browser says of it. */
	box = $state.raw<HTMLElement | undefined>();
	boxHeight = $state(0);
	scrollTop = $state(0);
	/** The line that had the focus last. */
	active = $state(0);

	/** The height in which lines can be seen. */
	readonly view: number = $derived.by(() => Math.max(0, this.boxHeight - this.#table().headPixels));
	readonly #rows: RowTable = $derived.by(() => {
		const { total, pixels } = this.#table();
		return { view: this.view, total, pixels };
	});
	readonly lines = $derived.by(() => rowWindow(this.scrollTop, this.#rows));
	/** The one line in the tab order, from which the keys move: the active one, or the first seen where that is scrolled away. */
	readonly stop: number = $derived.by(() => {
		const { first, count, top } = this.lines;
		return this.active >= first && this.active < first + count ? this.active : top;
	});

	constructor(table: () => LineTable) {
		this.#table = table;

		let drawn: { readonly top: number; readonly pixels: number; readonly view: number } | null =
			null;
		$effect(() => {
			const { pixels } = this.#rows;
			const before = drawn;
			if (before !== null && before.pixels !== pixels)
				untrack(() => {
					this.#keep(before.top, before.view / before.pixels);
				});
			drawn = { top: this.lines.top, pixels, view: this.view };
		});

		// A line that is scrolled away is taken out of the document: the focus stays with the table, not lost to the page.
		$effect.pre(() => {
			const { first, count } = this.lines;
			const { box } = this;
			const focused = lineOf(document.activeElement);
			if (focused === null || box?.contains(document.activeElement) !== true) return;
			if (focused < first || focused >= first + count) box.focus({ preventScroll: true });
		});
	}

	toTop(): void {
		this.active = 0;
		if (this.box !== undefined) this.box.scrollTop = 0;
	}

	/** Makes it the active line and scrolls until it is seen; settles once it stands in the document. */
	async reveal(line: number): Promise<void> {
		const { box } = this;
		const { total } = this.#rows;
		if (box === undefined || total === 0) return;
		this.active = Math.max(0, Math.min(line, total - 1));
		box.scrollTop = scrollTopFor(this.active, box.scrollTop, this.#rows);
		this.scrollTop = box.scrollTop;
		await tick();
	}

	/** The height of the lines has changed: the first that was seen stays it, and the active one is seen if it was. */
	#keep(top: number, seen: number): void {
		if (this.box === undefined) return;
		this.box.scrollTop = scrollTopAt(top, this.#rows);
		this.scrollTop = this.box.scrollTop;
		if (this.active >= top && this.active < top + seen) void this.reveal(this.active);
	}

	/** Where a key leads to from `stop`; null where it is none of ours. */
	moved({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): number | null {
		if (ctrlKey || metaKey || altKey) return null;
		const page = Math.max(1, Math.floor(this.view / this.#rows.pixels) - 1);
		switch (key) {
			case 'ArrowDown':
				return this.stop + 1;
			case 'ArrowUp':
				return this.stop - 1;
			case 'PageDown':
				return this.stop + page;
			case 'PageUp':
				return this.stop - page;
			case 'Home':
				return 0;
			case 'End':
				return this.#rows.total - 1;
			default:
				return null;
		}
	}
}

/** The number of the line that something stands in; null outside them. */
export function lineOf(target: EventTarget | null): number | null {
	const row = target instanceof Element ? target.closest<HTMLElement>('tr[data-line]') : null;
	return row === null ? null : Number(row.dataset['line']);
}

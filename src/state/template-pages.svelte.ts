/** As many stand open below each other; of more, one is open at a time and the others are lines. */
export const mostOpenTemplates = 20;

/** Which of many templates are on the page. */
export class TemplatePages {
	readonly size = mostOpenTemplates;
	/** The one that is open where not all are; from 0. */
	opened = $state.raw(0);
	#first = $state.raw(0);

	isPaged(count: number): boolean {
		return count > this.size;
	}

	/** The first on the page: templates may have been removed since it was turned. */
	first(count: number): number {
		return Math.max(0, Math.min(this.#first, Math.floor((count - 1) / this.size) * this.size));
	}

	/** Turns to the page that this one stands on, and opens it. */
	open(index: number): void {
		this.opened = index;
		this.#first = Math.floor(index / this.size) * this.size;
	}

	/** Turns the page; its first template is open. */
	turn(first: number): void {
		this.open(Math.max(0, first));
	}
}

import type { ResultItem } from '#domain/result-item.ts';

/** Writes the text of a file of results, piece by piece. */
export interface ItemWriter {
	/** What stands before the first item. */
	open(): string;
	/** The items of one request or of several, in their order. */
	items(items: readonly ResultItem[]): string;
	/** What stands after the last item. */
	close(): string;
	/** Items, or lines of a table without its header. */
	readonly written: number;
}

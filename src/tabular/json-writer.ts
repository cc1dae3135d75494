import { itemParts, type ItemPart } from '#domain/export-choice.ts';
import type { ResultItem } from '#domain/result-item.ts';
import { itemJson } from './item-json.ts';
import type { ItemWriter } from './item-writer.ts';

/** A JSON array, an item a line. */
export const jsonWriter = (parts: readonly ItemPart[] = itemParts): ItemWriter =>
	writerOf(parts, { open: '[', before: (written) => (written === 0 ? '\n' : ',\n'), after: '' }, [
		']\n',
		'\n]\n',
	]);

/** An item a line. */
export const jsonlWriter = (parts: readonly ItemPart[] = itemParts): ItemWriter =>
	writerOf(parts, { open: '', before: () => '', after: '\n' }, ['', '']);

interface Frame {
	readonly open: string;
	readonly before: (written: number) => string;
	readonly after: string;
}

function writerOf(
	parts: readonly ItemPart[],
	{ open, before, after }: Frame,
	[closeEmpty, close]: readonly [string, string],
): ItemWriter {
	const json = itemJson(parts);
	let written = 0;
	return {
		open: () => open,
		items: (items: readonly ResultItem[]) => {
			let text = '';
			for (const item of items) text += before(written++) + json(item) + after;
			return text;
		},
		close: () => (written === 0 ? closeEmpty : close),
		get written() {
			return written;
		},
	};
}

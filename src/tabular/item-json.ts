import { itemParts, keysOfPart, type ItemPart } from '#domain/export-choice.ts';
import type { ResultItem } from '#domain/result-item.ts';

/** An item's JSON, without the parts that are not among `parts`. Lone surrogates are escaped, so it is always valid UTF-8. */
export function itemJson(parts: readonly ItemPart[]): (item: ResultItem) => string {
	const leftOut = new Set<string>(
		itemParts.filter((part) => !parts.includes(part)).flatMap((part) => keysOfPart[part]),
	);
	if (leftOut.size === 0) return (item) => JSON.stringify(item);
	return (item) =>
		JSON.stringify(Object.fromEntries(Object.entries(item).filter(([key]) => !leftOut.has(key))));
}

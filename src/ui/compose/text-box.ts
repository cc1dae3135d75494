import type { Box } from './list-place.ts';

/** Where the character before an offset is drawn; null where the element has no such one. */
export function characterBox(element: HTMLElement, offset: number): Box | null {
	const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
	let before = 0;
	for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
		const { length } = node.textContent ?? '';
		if (before + length >= offset && offset > before) {
			const range = document.createRange();
			range.setStart(node, offset - before - 1);
			range.setEnd(node, offset - before);
			return range.getBoundingClientRect();
		}
		before += length;
	}
	return null;
}

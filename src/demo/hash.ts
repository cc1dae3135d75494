/** FNV-1a over UTF-16 units with a final mix: 32 bits, even in the low ones. Not for secrets. */
export function hash(text: string): number {
	let h = 0x811c9dc5;
	for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return (h ^ (h >>> 16)) >>> 0;
}

/** The text's place in [0, 1): the same each time. */
export const fraction = (text: string): number => hash(text) / 2 ** 32;

/** An identifier of `length` letters and digits that stands for the text. */
export function identifier(text: string, length: number): string {
	let found = '';
	for (let part = 0; found.length < length; part++)
		found += hash(`${String(part)} ${text}`).toString(36);
	return found.slice(0, length);
}

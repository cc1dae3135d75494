const fnvOffset = 0x811c9dc5;

/** FNV-1a over UTF-16 units with a final mix: 32 bits, even in the low ones. Not for secrets. */
export function textHash(text: string, offset = fnvOffset): number {
	let h = offset;
	for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return (h ^ (h >>> 16)) >>> 0;
}

/** `textHash` as 8 hexadecimal digits. */
export const textMark = (text: string, offset = fnvOffset): string =>
	textHash(text, offset).toString(16).padStart(8, '0');

/** 16 hexadecimal digits, from two beginnings: 64 bits are enough that no two of one person's texts meet. */
export const longTextMark = (text: string): string => textMark(text) + textMark(text, 0x01000193);

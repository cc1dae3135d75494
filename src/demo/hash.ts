import { textHash as hash } from '#domain/text-hash.ts';

export { hash };

/** The text's place in [0, 1): the same each time. */
export const fraction = (text: string): number => hash(text) / 2 ** 32;

/** An identifier of `length` letters and digits that stands for the text. */
export function identifier(text: string, length: number): string {
	let found = '';
	for (let part = 0; found.length < length; part++)
		found += hash(`${String(part)} ${text}`).toString(36);
	return found.slice(0, length);
}

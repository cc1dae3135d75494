/** In characters. */
export const leastPassphrase = 8;

/** How long it would hold out against somebody who has the disk and guesses. */
export type PassphraseStrength = 'tooShort' | 'weak' | 'fair' | 'good';

/** By length and kinds of characters alone: whether it is a known one is not looked up, which would need a list or a service. */
export function passphraseStrength(text: string): PassphraseStrength {
	const { length } = [...text];
	if (length < leastPassphrase) return 'tooShort';
	const different = new Set(text.toLowerCase()).size;
	const kinds = [/\p{L}/u, /\d/, /\s/, /[^\p{L}\d\s]/u].filter((kind) => kind.test(text)).length;
	if (different < 6 || (length < 12 && kinds < 2)) return 'weak';
	return length >= 20 || (length >= 14 && kinds >= 3) ? 'good' : 'fair';
}

/** In characters. Tokens of clouds have up to a few thousand, and servers take no header that is longer. */
export const mostKey = 8_000;

/** What nobody sees comes along with what is copied. */
const unseen = /[\p{Default_Ignorable_Code_Point}\p{Cf}]|(?!\s)\p{Cc}/gu;
const before = /^(?:["'`“”„‟‘’‚‛«»‹›\s]|bearer\s)+/iu;
const after = /["'`“”„‟‘’‚‛«»‹›\s]/u;

/** The key in what was typed or pasted: without what nobody sees, and without what is copied around it. */
export function keyIn(text: string): string {
	const key = text.replace(unseen, '').replace(before, '');
	// No pattern for the end: on a long paste one takes the square of its length.
	let end = key.length;
	while (end > 0 && after.test(key.charAt(end - 1))) end -= 1;
	return key.slice(0, end);
}

/** Why this can be no API key, in words; null where it may be one. */
export function keyProblem(text: string): string | null {
	const key = keyIn(text);
	if (key.length > mostKey)
		return `A key has at most ${mostKey.toLocaleString('en')} characters. What stands here has more: paste the key alone.`;
	// A header takes no other.
	const signs = [...key];
	const at = signs.findIndex((sign) => !/[!-~]/u.test(sign));
	if (at === -1) return null;
	const sign = signs[at] ?? '';
	const shown = sign.trim() === '' ? 'a space' : `“${sign}”`;
	return `A key has only letters, digits and signs of ASCII; this one has ${shown} at place ${String(at + 1)}.`;
}

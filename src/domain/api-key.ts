/** In characters. Tokens of clouds have up to a few thousand, and servers take no header that is longer. */
export const mostKey = 8_000;

/** Why this can be no API key, in words; null where it may be one. */
export const keyProblem = (text: string): string | null =>
	text.trim().length > mostKey
		? `A key has at most ${mostKey.toLocaleString('en')} characters. What stands here has more: paste the key alone.`
		: null;

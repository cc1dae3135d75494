export type LineEnd = '\n' | '\r';

/**
 * What ends a row: `\r` only in files that have nothing else. `\n` stands for `\r\n` too, and for a mix of both: the
 * splitter takes the `\r` off.
 */
export function detectLineEnd(sample: string, quotesEnclose: boolean): LineEnd {
	// A `\r` at the very end may be the first half of a `\r\n` that the sample cuts through.
	let isQuoted = false;
	let returns = 0;
	let feeds = 0;
	for (const [mark] of sample.matchAll(/"|\r\n|\n|\r(?!$)/g)) {
		if (mark === '"') isQuoted = quotesEnclose && !isQuoted;
		else if (isQuoted) continue;
		else if (mark === '\r') returns++;
		else feeds++;
	}
	// All of them within quotes: the first quote is never closed.
	if (returns + feeds === 0 && quotesEnclose) return detectLineEnd(sample, false);
	return returns > feeds ? '\r' : '\n';
}

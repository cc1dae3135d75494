const sliceLength = 16_384;
/** A word this long takes a merging tokenizer quadratic time: 20,000 characters without a space, ten seconds. */
const longest = /\S{256}(?=\S)|\s{256}(?=\s)/gu;
const betweenWords = /[A-Za-z](?= [A-Za-z])/g;

/**
 * A long text in slices of some milliseconds each. They are cut before a space between two words, where tokenizers cut
 * in any case, so that the counts add up to that of the whole; only where there is none, in the middle of something.
 */
export function* slicesOf(text: string): Generator<string> {
	let start = 0;
	while (text.length - start > sliceLength) {
		betweenWords.lastIndex = start + sliceLength / 2;
		const found = betweenWords.exec(text);
		const isNear = found !== null && found.index < start + sliceLength;
		const end = isNear ? found.index + 1 : wholeCharacter(text, start + sliceLength);
		yield text.slice(start, end);
		start = end;
	}
	yield text.slice(start);
}

/** Overlong words and gaps broken up. */
export function withoutLongRuns(slice: string): readonly string[] {
	const parts: string[] = [];
	let start = 0;
	for (const { index, 0: found } of slice.matchAll(longest)) {
		parts.push(slice.slice(start, index + found.length));
		start = index + found.length;
	}
	parts.push(slice.slice(start));
	return parts;
}

/** A cut that parts no surrogate pair. */
const wholeCharacter = (text: string, at: number): number => {
	const unit = text.charCodeAt(at);
	return unit >= 0xdc00 && unit < 0xe000 ? at - 1 : at;
};

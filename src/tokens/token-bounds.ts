/** No tokenizer makes fewer or more tokens of a text. */
export interface TokenBounds {
	readonly fewest: number;
	readonly most: number;
}

const letter = 1;
const digit = 2;
/** What may stand within a word: an apostrophe, an accent, half of a character beyond the first 65,536. */
const joiner = 3;

/** More letters, digits and other characters than any one token of the published vocabularies holds (64, 16 and 128). */
const lettersPerToken = 64;
const digitsPerToken = 16;
const othersPerToken = 128;

let kinds: Uint8Array | null = null;

/** The kind of every UTF-16 unit: looked up, because a pattern for each character takes twenty times as long. */
function kindsOfUnits(): Uint8Array {
	if (kinds !== null) return kinds;
	kinds = new Uint8Array(65_536);
	for (let unit = 0; unit < kinds.length; unit++) {
		const char = String.fromCharCode(unit);
		if (/\p{L}/u.test(char)) kinds[unit] = letter;
		else if (/\p{N}/u.test(char)) kinds[unit] = digit;
		else if (/['’\p{M}\p{Cs}]/u.test(char)) kinds[unit] = joiner;
	}
	return kinds;
}

/**
 * Between how many tokens a text comes to, told in one pass without a vocabulary. At most one for each byte of UTF-8: no
 * tokenizer splits a byte. At least one for each word and each number: published tokenizers cut the text there before
 * they merge anything, so that none of their tokens holds parts of two words.
 */
export function tokenBounds(text: string): TokenBounds {
	const kindOf = kindsOfUnits();
	let fewest = 0;
	let bytes = 0;
	let run = 0;
	let kind = 0;
	for (let i = 0; i < text.length; i++) {
		const unit = text.charCodeAt(i);
		// Each half of a surrogate pair is two of the pair's four bytes.
		bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
		let next = kindOf[unit] ?? 0;
		if (next === joiner) {
			if (kind === letter) continue;
			next = 0;
		}
		if (next === kind) run += 1;
		else {
			fewest += tokensOfRun(kind, run);
			kind = next;
			run = 1;
		}
	}
	return { fewest: fewest + tokensOfRun(kind, run), most: bytes };
}

function tokensOfRun(kind: number, length: number): number {
	if (kind === letter) return Math.ceil(length / lettersPerToken);
	if (kind === digit) return Math.ceil(length / digitsPerToken);
	// The last of them may begin the next word's token.
	return Math.ceil(Math.max(0, length - 1) / othersPerToken);
}

import type { TextEncoding } from '#domain/text-encoding.ts';

export interface EncodingChoice {
	readonly encoding: TextEncoding;
	/** Bytes of a byte order mark to pass over. */
	readonly markBytes: number;
	/** `valid`: it is UTF-8 as long as every byte is right; `fallback`: one was not, and this is a guess. */
	readonly basis: 'forced' | 'mark' | 'nulPattern' | 'valid' | 'fallback';
}

interface Mark {
	readonly encoding: TextEncoding;
	readonly bytes: readonly number[];
}

const marks: readonly Mark[] = [
	{ encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
	{ encoding: 'utf-16le', bytes: [0xff, 0xfe] },
	{ encoding: 'utf-16be', bytes: [0xfe, 0xff] },
];

/**
 * Finds out the encoding from a file's first bytes. Where they do not tell, it is UTF-8 unless its bytes have been seen not
 * to be: they are judged while they are read, and `NotUtf8` ends a reading that took them for it.
 */
export function detectEncoding(
	head: Uint8Array,
	forced: TextEncoding | null,
	isNotUtf8: boolean,
): EncodingChoice {
	const mark = marks.find(({ bytes }) => bytes.every((byte, i) => head[i] === byte));
	const markBytes = mark?.bytes.length ?? 0;
	if (forced !== null) return { encoding: forced, markBytes, basis: 'forced' };
	if (mark !== undefined) return { encoding: mark.encoding, markBytes, basis: 'mark' };
	const wide = wideEncoding(head);
	if (wide !== null) return { encoding: wide, markBytes, basis: 'nulPattern' };
	return isNotUtf8
		? { encoding: 'windows-1252', markBytes, basis: 'fallback' }
		: { encoding: 'utf-8', markBytes, basis: 'valid' };
}

/**
 * UTF-16 without a mark: ASCII characters (delimiters and line ends at least) have a NUL as their high byte, always on the
 * same side. A stray NUL in 8-bit text also stands on one side only, so a share or a line end is asked for.
 */
function wideEncoding(head: Uint8Array): TextEncoding | null {
	const units = Math.floor(head.length / 2);
	const ascii = [0, 0];
	const lineEnds = [0, 0];
	const nuls = [0, 0];
	for (let i = 0; i < units * 2; i++) {
		if (head[i] !== 0) continue;
		const side = i % 2;
		const low = head[side === 0 ? i + 1 : i - 1] ?? 0;
		nuls[side] = (nuls[side] ?? 0) + 1;
		if (low >= 0x20 && low < 0x7f) ascii[side] = (ascii[side] ?? 0) + 1;
		if (low === 0x0a || low === 0x0d) lineEnds[side] = (lineEnds[side] ?? 0) + 1;
	}
	for (const [side, encoding] of [[1, 'utf-16le'] as const, [0, 'utf-16be'] as const]) {
		if ((nuls[1 - side] ?? 0) > 0) continue;
		if ((ascii[side] ?? 0) * 10 >= units && (ascii[side] ?? 0) > 0) return encoding;
		if ((lineEnds[side] ?? 0) > 0) return encoding;
	}
	return null;
}

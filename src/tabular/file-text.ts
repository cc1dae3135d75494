import type { EncodingChoice } from './encoding.ts';

/** 1 MB: one slice's parse stays in the tens of milliseconds, so a cancel is heard soon. */
export const defaultSliceBytes = 1_048_576;

/** The file was moved, changed or taken away since it was chosen. */
export class UnreadableFile extends Error {}

/** It was taken for UTF-8, and a byte is wrong. */
export class NotUtf8 extends Error {
	readonly file: Blob;

	constructor(file: Blob, options: ErrorOptions) {
		super('Not every byte is UTF-8.', options);
		this.file = file;
	}
}

export async function readBytes(
	file: Blob,
	from: number,
	to: number,
): Promise<Uint8Array<ArrayBuffer>> {
	try {
		return new Uint8Array(await file.slice(from, to).arrayBuffer());
	} catch (cause) {
		throw new UnreadableFile('The file cannot be read.', { cause });
	}
}

/** The file's bytes from an offset on, a slice at a time; the next one is fetched while one is worked on. */
export async function* fileSlices(
	file: Blob,
	from: number,
	sliceBytes: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
	if (from >= file.size) return;
	let next = readBytes(file, from, from + sliceBytes);
	for (let at = from; at < file.size; at += sliceBytes) {
		const slice = await next;
		if (at + sliceBytes < file.size) {
			next = readBytes(file, at + sliceBytes, at + 2 * sliceBytes);
			// Its failure is told when it is its turn; where nobody comes for it, to no one.
			next.catch(() => undefined);
		}
		yield slice;
	}
}

export interface TextPiece {
	readonly text: string;
	/** Bytes of the file read so far. */
	readonly bytesRead: number;
}

/** The file's text; a character whose bytes lie in two slices stays whole. */
export async function* fileText(
	file: Blob,
	{ encoding, markBytes, basis }: EncodingChoice,
	sliceBytes: number,
): AsyncGenerator<TextPiece> {
	const decoder = new TextDecoder(encoding, { fatal: basis === 'valid' });
	// Always in stream mode: one-shot windows-1252 is Latin-1 in some Node versions.
	const decode = (slice?: Uint8Array): string => {
		try {
			return slice === undefined ? decoder.decode() : decoder.decode(slice, { stream: true });
		} catch (cause) {
			throw new NotUtf8(file, { cause });
		}
	};
	let bytesRead = markBytes;
	for await (const slice of fileSlices(file, markBytes, sliceBytes)) {
		bytesRead += slice.length;
		yield { text: decode(slice), bytesRead };
	}
	yield { text: decode(), bytesRead };
}

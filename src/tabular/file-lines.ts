import { readBytes } from './file-text.ts';

/** A file that is not whole, or not what it should be. Its message is a sentence for people. */
export class DamagedFile extends Error {}

export interface FileLine {
	readonly text: string;
	/** From 1. */
	readonly number: number;
}

interface LineOptions {
	/** Characters that a line may have. */
	readonly longest: number;
	readonly signal: AbortSignal;
	/** Told how many bytes of the file have been read. */
	readonly onBytes?: (bytes: number) => void;
}

const lineFeed = '\n';

/** The lines of a file of UTF-8, compressed by gzip or not: one in memory at a time, blank ones left out. */
export async function* fileLines(
	file: Blob,
	{ longest, signal, onBytes }: LineOptions,
): AsyncGenerator<FileLine, void, undefined> {
	let number = 0;
	let parts: string[] = [];
	let held = 0;
	const line = (): FileLine | null => {
		number++;
		const text = parts.join('').trim();
		parts = [];
		held = 0;
		return text === '' ? null : { text, number };
	};
	for await (const text of fileTexts(file, signal, onBytes)) {
		for (let start = 0; ;) {
			const end = text.indexOf(lineFeed, start);
			const part = text.slice(start, end === -1 ? undefined : end);
			parts.push(part);
			held += part.length;
			if (held > longest)
				throw new DamagedFile(
					`Line ${String(number + 1)} is longer than ${longest.toLocaleString('en')} characters.`,
				);
			if (end === -1) break;
			const found = line();
			if (found !== null) yield found;
			start = end + 1;
		}
	}
	const last = line();
	if (last !== null) yield last;
}

/** A few megabytes of gzip can hold gigabytes of line ends, which come to nothing that would ever fill a line. */
const mostBlank = 16_000_000;

/** The file's text in pieces, decompressed where it begins as gzip does. */
export async function* fileTexts(
	file: Blob,
	signal: AbortSignal,
	onBytes: (bytes: number) => void = () => undefined,
): AsyncGenerator<string, void, undefined> {
	const mark = await readBytes(file, 0, 2);
	const isGzip = mark[0] === 0x1f && mark[1] === 0x8b;
	let bytes = 0;
	const counted = file.stream().pipeThrough(
		new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
			transform: (chunk, controller) => {
				bytes += chunk.length;
				onBytes(bytes);
				controller.enqueue(chunk);
			},
		}),
	);
	const reader = (
		isGzip ? counted.pipeThrough(new DecompressionStream('gzip')) : counted
	).getReader();
	const decoder = new TextDecoder('utf-8', { fatal: true });
	let blank = 0;
	try {
		for (;;) {
			signal.throwIfAborted();
			const { done, value } = await reader.read().catch((cause: unknown) => {
				// What the disk refuses is a DOMException.
				throw isGzip && !(cause instanceof DOMException)
					? new DamagedFile('It is cut off or damaged: it cannot be decompressed to its end.', {
							cause,
						})
					: cause;
			});
			const text = decoded(decoder, value);
			blank = text.trim() === '' ? blank + text.length : 0;
			if (blank > mostBlank)
				throw new DamagedFile(
					`It holds more than ${mostBlank.toLocaleString('en')} blank characters in a row. Remove them.`,
				);
			if (text !== '') yield text;
			if (done) return;
		}
	} finally {
		await reader.cancel().catch(() => undefined);
	}
}

function decoded(decoder: TextDecoder, bytes: Uint8Array | undefined): string {
	try {
		return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
	} catch (cause) {
		throw new DamagedFile('Not all of it is text in UTF-8.', { cause });
	}
}

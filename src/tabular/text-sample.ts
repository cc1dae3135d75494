import type { EncodingChoice } from './encoding.ts';
import { fileText } from './file-text.ts';
import type { ReadContext } from './reading.ts';

const sampleCharacters = 262_144;

/** The beginning of a file's text. */
export interface Sample {
	readonly text: string;
	readonly isWhole: boolean;
}

export async function readSample(
	file: File,
	encoding: EncodingChoice,
	{ sliceBytes, signal }: ReadContext,
): Promise<Sample> {
	let text = '';
	for await (const piece of fileText(file, encoding, sliceBytes)) {
		signal.throwIfAborted();
		text += piece.text;
		if (text.length > sampleCharacters)
			return { text: text.slice(0, sampleCharacters), isWhole: false };
	}
	return { text, isWhole: true };
}

import { gathered } from './gathered.ts';

const partCharacters = 1_048_576;

/**
 * A Blob of Blobs of about 1 MB: each part leaves the heap as it is made, and there is never one string, which could
 * not hold more than half a gigabyte.
 */
export async function toBlob(chunks: AsyncIterable<string>, type = ''): Promise<Blob> {
	const parts: Blob[] = [];
	for await (const text of gathered(chunks, partCharacters)) parts.push(new Blob([text]));
	return new Blob(parts, { type });
}

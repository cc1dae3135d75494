import { gathered } from './gathered.ts';

const partBytes = 1_048_576;
const encoder = new TextEncoder();

/** As `toBlob`, compressed on the way: what is held of it is never more than about 1 MB. */
export async function gzipBlob(chunks: AsyncIterable<string>): Promise<Blob> {
	const { readable, writable } = new CompressionStream('gzip');
	const [blob] = await Promise.all([gather(readable), write(chunks, writable)]);
	return blob;
}

async function write(
	chunks: AsyncIterable<string>,
	writable: WritableStream<BufferSource>,
): Promise<void> {
	const writer = writable.getWriter();
	try {
		for await (const text of gathered(chunks)) await writer.write(encoder.encode(text));
		await writer.close();
	} catch (cause) {
		// Whoever reads is told too.
		await writer.abort(cause).catch(() => undefined);
		throw cause;
	}
}

async function gather(readable: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<Blob> {
	const parts: Blob[] = [];
	let held: Uint8Array<ArrayBuffer>[] = [];
	let bytes = 0;
	const reader = readable.getReader();
	for (;;) {
		const { done, value } = await reader.read();
		if (value !== undefined) {
			held.push(value);
			bytes += value.length;
		}
		if (!done && bytes < partBytes) continue;
		parts.push(new Blob(held));
		held = [];
		bytes = 0;
		if (done) return new Blob(parts, { type: 'application/gzip' });
	}
}

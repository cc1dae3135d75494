import type { ResultItem } from '#domain/result-item.ts';
import { gathered } from './gathered.ts';

/** A JSON array, an item a line, as text in chunks. `JSON.stringify` escapes lone surrogates, so it is always valid UTF-8. */
export const jsonChunks = (items: AsyncIterable<ResultItem>): AsyncGenerator<string> =>
	gathered(arrayPieces(items));

/** An item a line, as text in chunks. */
export const jsonlChunks = (items: AsyncIterable<ResultItem>): AsyncGenerator<string> =>
	gathered(linePieces(items));

async function* arrayPieces(items: AsyncIterable<ResultItem>): AsyncGenerator<string> {
	let before = '[\n';
	for await (const item of items) {
		yield before + JSON.stringify(item);
		before = ',\n';
	}
	yield before === '[\n' ? '[]\n' : '\n]\n';
}

async function* linePieces(items: AsyncIterable<ResultItem>): AsyncGenerator<string> {
	for await (const item of items) yield `${JSON.stringify(item)}\n`;
}

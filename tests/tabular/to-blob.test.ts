import { expect, test } from 'vitest';
import { toBlob } from '#tabular/to-blob.ts';
import { streamOf } from './result-items.ts';

test('the Blob holds the chunks in order, and its type', async () => {
	const blob = await toBlob(streamOf(['a', '☕', '', 'b']), 'text/csv');
	expect(await blob.text()).toBe('a☕b');
	expect(blob.type).toBe('text/csv');
});

test('nothing at all is an empty Blob', async () => {
	expect((await toBlob(streamOf([]))).size).toBe(0);
});

test('many chunks come to a Blob of every byte', async () => {
	const chunk = 'x'.repeat(300_000);
	const blob = await toBlob(streamOf(Array.from({ length: 12 }, () => chunk)));
	expect(await blob.text()).toBe(chunk.repeat(12));
});

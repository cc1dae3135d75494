import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonChunks, jsonlChunks } from '#tabular/json-chunks.ts';
import { failedItem, joined, resultItem, streamOf } from './result-items.ts';

const nasty = 'a "b"\n\u2028 \ud800 \udfff ☕ </script> \\';

test('no item at all is still a JSON array', async () => {
	expect(await joined(jsonChunks(streamOf([])))).toBe('[]\n');
	expect(await joined(jsonlChunks(streamOf([])))).toBe('');
});

test('an item a line', async () => {
	const items = [resultItem(), failedItem(), resultItem({ response: nasty })];
	const json = await joined(jsonChunks(streamOf(items)));
	expect(json.split('\n')).toHaveLength(items.length + 3);
	expect(JSON.parse(json)).toEqual(items);
	const jsonl = await joined(jsonlChunks(streamOf(items)));
	expect(
		jsonl
			.trimEnd()
			.split('\n')
			.map((line): unknown => JSON.parse(line)),
	).toEqual(items);
});

test('lone surrogates outlive the way through UTF-8', async () => {
	const json = await joined(jsonChunks(streamOf([resultItem({ response: nasty })])));
	const there = new TextDecoder('utf-8', { fatal: true }).decode(new TextEncoder().encode(json));
	expect(JSON.parse(there)).toMatchObject([{ response: nasty }]);
});

test('keys that objects have by nature are kept', async () => {
	const row = Object.fromEntries([
		['__proto__', 'x'],
		['constructor', 'y'],
	]);
	const json = await joined(jsonChunks(streamOf([resultItem({ row })])));
	expect(json).toContain('"row":{"__proto__":"x","constructor":"y"}');
});

test('whatever the items hold is parsed back equal', async () => {
	const text = fc.string({ unit: 'binary' });
	const anItem = fc
		.record({
			id: text,
			response: fc.option(text),
			row: fc.dictionary(text, text, { noNullPrototype: true }),
			latency_ms: fc.nat(),
		})
		.map(resultItem);
	await fc.assert(
		fc.asyncProperty(fc.array(anItem, { maxLength: 5 }), async (items) => {
			expect(JSON.parse(await joined(jsonChunks(streamOf(items))))).toEqual(items);
			const lines = (await joined(jsonlChunks(streamOf(items)))).split('\n').slice(0, -1);
			expect(lines.map((line): unknown => JSON.parse(line))).toEqual(items);
		}),
		{ numRuns: 300 },
	);
});

test('chunks are of a good size, and items are pulled only as chunks are asked for', async () => {
	let pulled = 0;
	async function* endless(): AsyncGenerator<ReturnType<typeof resultItem>> {
		for (;;) {
			pulled++;
			yield await Promise.resolve(resultItem({ response: 'x'.repeat(9_000) }));
		}
	}
	const chunks = jsonChunks(endless());
	expect(pulled).toBe(0);
	const first = await chunks.next();
	const length = typeof first.value === 'string' ? first.value.length : 0;
	expect(length).toBeGreaterThanOrEqual(262_144);
	expect(length).toBeLessThan(300_000);
	expect(pulled).toBeLessThan(32);
	const before = pulled;
	await chunks.return(undefined);
	expect(pulled).toBe(before);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { itemParts, keysOfPart } from '#domain/export-choice.ts';
import { jsonlWriter, jsonWriter } from '#tabular/json-writer.ts';
import { failedItem, resultItem, written } from './result-items.ts';

const nasty = 'a "b"\n\u2028 \ud800 \udfff ☕ </script> \\';

test('no item at all is still a JSON array', () => {
	expect(written(jsonWriter(), [])).toBe('[]\n');
	expect(written(jsonlWriter(), [])).toBe('');
});

test('an item a line', () => {
	const items = [resultItem(), failedItem(), resultItem({ response: nasty })];
	const json = written(jsonWriter(), items);
	expect(json.split('\n')).toHaveLength(items.length + 3);
	expect(JSON.parse(json)).toEqual(items);
	const jsonl = written(jsonlWriter(), items);
	expect(
		jsonl
			.trimEnd()
			.split('\n')
			.map((line): unknown => JSON.parse(line)),
	).toEqual(items);
});

test('lone surrogates outlive the way through UTF-8', () => {
	const json = written(jsonWriter(), [resultItem({ response: nasty })]);
	const there = new TextDecoder('utf-8', { fatal: true }).decode(new TextEncoder().encode(json));
	expect(JSON.parse(there)).toMatchObject([{ response: nasty }]);
});

test('keys that objects have by nature are kept', () => {
	const row = Object.fromEntries([
		['__proto__', 'x'],
		['constructor', 'y'],
	]);
	const json = written(jsonWriter(), [resultItem({ row })]);
	expect(json).toContain('"row":{"__proto__":"x","constructor":"y"}');
});

test('whatever the items hold is parsed back equal', () => {
	const text = fc.string({ unit: 'binary' });
	const anItem = fc
		.record({
			id: text,
			response: fc.option(text),
			row: fc.dictionary(text, text, { noNullPrototype: true }),
			latency_ms: fc.nat(),
		})
		.map(resultItem);
	fc.assert(
		fc.property(fc.array(anItem, { maxLength: 5 }), (items) => {
			expect(JSON.parse(written(jsonWriter(), items))).toEqual(items);
			const lines = written(jsonlWriter(), items).split('\n').slice(0, -1);
			expect(lines.map((line): unknown => JSON.parse(line))).toEqual(items);
		}),
		{ numRuns: 300 },
	);
});

test('the items of several requests at once are the same file', () => {
	const items = [resultItem(), failedItem(), resultItem({ id: '8' })];
	for (const writer of [jsonWriter, jsonlWriter]) {
		const [one, many] = [writer(), writer()];
		expect(many.open() + many.items(items) + many.items([]) + many.close()).toBe(
			written(one, items),
		);
		expect([one.written, many.written]).toEqual([3, 3]);
	}
});

test.each(itemParts)('without %s every other key is there', (part) => {
	const item = resultItem();
	const text = written(jsonlWriter(itemParts.filter((one) => one !== part)), [item]);
	const gone = new Set<string>(keysOfPart[part]);
	expect(JSON.parse(text)).toEqual(
		Object.fromEntries(Object.entries(item).filter(([key]) => !gone.has(key))),
	);
});

test('without any part what tells items apart is there', () => {
	expect(JSON.parse(written(jsonlWriter([]), [failedItem()]))).toMatchObject({
		id: '7',
		choice: null,
		error: { kind: 'serverError' },
	});
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonSplitter } from '#tabular/json-splitter.ts';
import { fileOf, namesOf, noticesOf, read, wide, withLimits } from './table-files.ts';

const objects = '[\n  {"id": 1, "text": "a, \\"b\\"\\n]}"},\n  {"text": "c{[", "late": true}\n]';
const lines = '{"id": 1, "text": "a, \\"b\\"\\n]}"}\r\n\r\n{"text": "c{[", "late": true}\r\n';
const values = '{"id": 1,\n "text": "a, \\"b\\"\\n]}"}\n{"text": "c{[",\n"late": true}';

describe('rows come out of', () => {
	test.each<{ name: string; content: string }>([
		{ name: 'a.json', content: objects },
		{ name: 'a.csv', content: objects },
		{ name: 'Pasted rows', content: objects },
		{ name: 'a.jsonl', content: lines },
		{ name: 'a.json', content: lines },
		{ name: 'a.txt', content: lines },
		{ name: 'a.ndjson', content: lines.trimEnd() },
		{ name: 'a.json', content: values },
		{ name: 'a.txt', content: `\ufeff  ${values}\n\n` },
	])('$name with $content', async ({ name, content }) => {
		for (const sliceBytes of [1, 2, 7, 1_000]) {
			const tried = await read(fileOf(content, name), { sliceBytes });
			expect(tried.problems).toEqual([]);
			expect(namesOf(tried)).toEqual(['id', 'text', 'late']);
			expect(tried.rows).toEqual([
				['1', 'a, "b"\n]}', ''],
				['', 'c{[', 'true'],
			]);
			expect(tried.table).toMatchObject({ format: 'json', rowCount: 2, notices: [] });
		}
	});

	test.each([false, true])('UTF-16, big endian: %s, with and without a mark', async (isBig) => {
		for (const mark of ['', '\ufeff']) {
			const tried = await read(fileOf(wide(mark + objects, isBig), 'a.json'));
			expect(tried.rows[0]).toEqual(['1', 'a, "b"\n]}', '']);
		}
	});
});

test('values are cells as they are written: long numbers keep their digits, lists stay JSON', async () => {
	const tried = await read(
		fileOf(
			'[{"n": 12345678901234567890, "f": 1.50, "no": null, "yes": false, "list": [1, {"a b": " c\\" d "},\n 2.0], "none": {}, "text": "\\u00e9\\ud800"}]',
			'a.json',
		),
	);
	expect(tried.rows).toEqual([
		['12345678901234567890', '1.50', '', 'false', '[1,{"a b":" c\\" d "},2.0]', '{}', 'é\ud800'],
	]);
});

test('names are columns whatever they are, in the order in which they come', async () => {
	const tried = await read(
		fileOf(
			'{"z": 1, "2": 2, "1": 3, "__proto__": {"polluted": 1}, "constructor": 5, "": 6, " z ": 7, "\\u0061": 8}\n{"__proto__": "own", "__proto__": "last"}',
			'a.jsonl',
		),
	);
	expect(namesOf(tried)).toEqual([
		'z',
		'2',
		'1',
		'__proto__',
		'constructor',
		'column_6',
		'z_2',
		'a',
	]);
	expect(tried.rows).toEqual([
		['1', '2', '3', '{"polluted":1}', '5', '6', '7', '8'],
		['', '', '', 'last', '', '', '', ''],
	]);
	expect(Object.keys(Object.prototype)).toEqual([]);
	expect(noticesOf(tried)).toEqual([
		'renamedColumns · a.jsonl: columns were renamed so that each has a name of its own: column 6 (no name) → “column_6” and “z” → “z_2”.',
	]);
});

describe('what cannot be read is refused in words', () => {
	test.each<{ name: string; content: string; says: string }>([
		{
			name: 'a.jsonl',
			content: '{"a":1}\n\n{"a":\n{"a":3}\n',
			says: 'a.jsonl, line 3: it is not valid JSON, ',
		},
		{
			name: 'a.jsonl',
			content: '{"a":1}\n"b"\n',
			says: 'a.jsonl, line 2: it is text, not an object.',
		},
		{
			name: 'a.json',
			content: '[{"a":1},{"a":1 "b":2},{"a":3}]',
			says: 'a.json, element 2: it is not valid JSON, ',
		},
		{
			name: 'a.json',
			content: '[{"a":1} {"a":2}]',
			says: 'a.json, element 1: it is not valid JSON, ',
		},
		{ name: 'a.json', content: '[{"a":1},]', says: 'a.json, element 2: it is not valid JSON, ' },
		{
			name: 'a.json',
			content: '[{"a":1},7]',
			says: 'a.json, element 2: it is a number, not an object.',
		},
		{
			name: 'a.json',
			content: '[["a"],["b"]]',
			says: 'a.json, element 1: it is a list, not an object.',
		},
		{
			name: 'a.json',
			content: '[{"a":1},{"a":"open',
			says: 'a.json, element 2: it is not closed before the file ends.',
		},
		{
			name: 'a.json',
			content: '[{"a":1},{"a":2}',
			says: 'a.json, element 2: it is not closed before the file ends.',
		},
		{
			name: 'a.json',
			content: '[{"a":1}]\n[{"a":2}]',
			says: 'a.json, element 2: there is more text behind the end of the list.',
		},
		{
			name: 'a.json',
			content: '{"a":\n1}}\n{"a":2}',
			says: 'a.json, object 2: it is not valid JSON, ',
		},
		{
			name: 'a.json',
			content: '{"a":\n[1}',
			says: 'a.json, object 1: it is not closed before the file ends.',
		},
		{
			name: 'a.json',
			content: '[]',
			says: 'a.json, there are no objects in it. Choose a file with rows.',
		},
		{
			name: 'a.json',
			content: '[{},{}]',
			says: 'a.json, the objects are empty. Choose a file with columns.',
		},
		{
			name: 'a.json',
			content: '{"meta": {"page": 1},\n "data": [{"a": 1}, {"a": 2}]}',
			says: 'a.json, the rows are within one object, under “data”. Save that list alone, from its [ to its ], and load it.',
		},
		{
			name: 'a.json',
			content: '{"data":[{"a":1}]}\n',
			says: 'a.json, the rows are within one object, under “data”.',
		},
	])('$content', async ({ name, content, says }) => {
		for (const sliceBytes of [1, 3, 1_000]) {
			const tried = await read(fileOf(content, name), { sliceBytes });
			expect(tried.problems).toHaveLength(1);
			expect(tried.problems[0]).toContain(says);
			expect(tried.rows).toEqual([]);
		}
	});

	test('past the limits', async () => {
		const limits = withLimits({ columns: 2, rows: 3, cellCharacters: 10, rowCharacters: 40 });
		const says = async (content: string): Promise<string | undefined> =>
			(await read(fileOf(content, 'a.json'), { limits, sliceBytes: 8 })).problems[0];
		expect(await says('[{"a":1,"b":2},{"c":3}]')).toBe(
			'a.json, the objects have more than 2 names in all. Remove those that no template needs.',
		);
		expect(await says('[{"a":1},{"a":"12345678901"}]')).toBe(
			'a.json, element 2: the value of “a” is longer than 10 characters. Shorten it.',
		);
		expect(await says(`[{"a":1},{"a":${' '.repeat(60)}2}]`)).toContain(
			'a.json, element 2: it is longer than 40 characters.',
		);
		expect(await says('[{"a":1},{"a":1},{"a":1},{"a":1}]')).toBe(
			'a.json goes past 3 rows. Split the table and load the parts as runs of their own.',
		);
	});
});

describe('a table that looks a little like JSON stays a table', () => {
	test.each<{ name: string; content: string; rows: readonly (readonly string[])[] }>([
		{ name: 'a.csv', content: '{"a"},b\n1,2\n', rows: [['1', '2']] },
		{ name: 'a.csv', content: '[x],y\n1,2\n', rows: [['1', '2']] },
		{ name: 'a.json', content: 'a,b\n1,2\n', rows: [['1', '2']] },
	])('$content', async ({ name, content, rows }) => {
		const tried = await read(fileOf(content, name));
		expect(tried.rows).toEqual(rows);
		expect(tried.table?.format).toBe('table');
	});

	test('and so does what a delimiter was chosen for', async () => {
		const tried = await read(fileOf('{"a":1};x\n{"a":2};y\n', 'a.txt'), {
			delimiter: ';',
			header: false,
		});
		expect(tried.rows).toEqual([
			['{"a":1}', 'x'],
			['{"a":2}', 'y'],
		]);
	});
});

test('a file read through twice shows one way from nothing to all', async () => {
	const content = `[${Array.from({ length: 200 }, (_, i) => `{"n":${String(i)}}`).join(',')}]`;
	const seen: { readonly bytesRead: number; readonly rows: number }[] = [];
	await read(fileOf(content, 'a.json'), {
		sliceBytes: 100,
		onProgress: (progress) => seen.push(progress),
	});
	const bytes = seen.map(({ bytesRead }) => bytesRead);
	expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
	expect(bytes[0]).toBeLessThan(60);
	expect(seen.at(-1)).toMatchObject({ bytesRead: content.length, rows: 200 });
});

test('whatever the pieces in which it comes, an element stays whole', () => {
	const awkward = fc.array(
		fc.constantFrom('\\', '"', '{', '}', '[', ']', ',', ' ', '\n', 'x', '☕'),
	);
	const rows = fc.array(fc.record({ a: awkward.map((parts) => parts.join('')) }), { minLength: 1 });
	const forms = fc.constantFrom('array' as const, 'values' as const, 'lines' as const);
	fc.assert(
		fc.property(rows, forms, fc.array(fc.nat(9), { minLength: 1 }), (items, form, sizes) => {
			const parts = items.map((item) => JSON.stringify(item));
			const text = form === 'array' ? `[${parts.join(' ,\n')}]` : `${parts.join('\n')}\n`;
			const splitter = new JsonSplitter(form, 1_000_000);
			const found: string[] = [];
			for (let at = 0, i = 0; at < text.length; i++) {
				const size = (sizes[i % sizes.length] ?? 0) + 1;
				for (const piece of splitter.push(text.slice(at, at + size))) found.push(piece.text);
				at += size;
			}
			for (const piece of splitter.finish()) found.push(piece.text);
			expect(splitter.fault).toBeNull();
			expect(found).toEqual(parts);
		}),
		{ numRuns: 500 },
	);
});

import { expect, test } from 'vitest';
import type { Column } from '#domain/dataset.ts';
import type { ResultItem } from '#domain/result-item.ts';
import { csvWriter, wideCsvWriter, type WideShape } from '#tabular/csv-writer.ts';
import { namesOf, read } from './table-files.ts';
import { failedItem, resultItem, written } from './result-items.ts';

const columnsOf = (...names: readonly string[]): readonly Column[] =>
	names.map((name) => ({ name, header: name }));
const plain = { guardFormulas: true, byteOrderMark: false, delimiter: ',' } as const;
const csv = (
	items: readonly ResultItem[],
	columns = columnsOf('id', 'review'),
	guardFormulas = true,
): string => written(csvWriter(columns, { ...plain, guardFormulas }), items);

const head =
	'id,review,prompt_index,model,choice_index,response,finish_reason,prompt_tokens,completion_tokens,error\r\n';

test('no item at all is a header', () => {
	expect(csv([])).toBe(head);
});

test('a line for each choice and each failed request', () => {
	expect(csv([resultItem(), failedItem()])).toBe(
		`${head}7,Very good,0,demo-small,0,positive,stop,12,3,\r\n7,Very good,0,demo-small,,,,,,serverError: Bad gateway\r\n`,
	);
});

test('columns of the row keep their names, those of the result give way', () => {
	const text = csv([], columnsOf('response', 'error', 'error_2', 'model'));
	expect(text).toBe(
		'response,error,error_2,model,prompt_index,model_2,choice_index,response_2,finish_reason,prompt_tokens,completion_tokens,error_3\r\n',
	);
});

test('of several connections each line names its own, and a column of the row keeps that name', () => {
	const items = [
		resultItem({ connection: 'OpenAI', row: { connection: 'WLAN' } }),
		failedItem({ connection: 'two.test', row: { connection: 'LAN' } }),
	];
	const writer = csvWriter(columnsOf('connection'), { ...plain, connections: true });
	expect(
		written(writer, items)
			.split('\r\n')
			.map((line) => line.split(',').slice(0, 5)),
	).toEqual([
		['connection', 'prompt_index', 'model', 'connection_2', 'choice_index'],
		['WLAN', '0', 'demo-small', 'OpenAI', '0'],
		['LAN', '0', 'demo-small', 'two.test', ''],
		[''],
	]);
});

test('a column that objects have by nature is a column like any other', () => {
	const row = Object.fromEntries([['__proto__', 'x']]);
	const text = csv([resultItem({ row })], columnsOf('__proto__', 'constructor'));
	expect(text.split('\r\n')[1]).toMatch(/^x,,0,/);
});

test.each([
	{ cell: 'a,b', written: '"a,b"' },
	{ cell: 'say "x"', written: '"say ""x"""' },
	{ cell: 'a\nb', written: '"a\nb"' },
	{ cell: ' a', written: '" a"' },
	{ cell: 'a;b', written: '"a;b"' },
	{ cell: 'plain ☕', written: 'plain ☕' },
	{ cell: '=1+1', written: "'=1+1" },
])('“$cell” is written $written', ({ cell, written: line }) => {
	const text = csv([resultItem({ response: cell })]);
	expect(text).toContain(`,0,${line},stop,`);
});

test('the guard also covers headers, and can be switched off', () => {
	const item = resultItem({ row: { '=a': '@b' }, response: '+c' });
	const guarded = csv([item], columnsOf('=a'));
	expect(guarded).toMatch(/^'=a,[^\n]*\n'@b,0,demo-small,0,'\+c,/);
	const open = csv([item], columnsOf('=a'), false);
	expect(open).toMatch(/^=a,[^\n]*\n@b,0,demo-small,0,\+c,/);
});

test('what is written is read again as it was', async () => {
	const response = ' a,"b"\r\n\r\n=c;\td\r';
	const tried = await read(csv([resultItem({ response })], undefined, false));
	expect(namesOf(tried).join(',')).toBe(head.trim());
	expect(tried.rows[0]?.[5]).toBe(response);
});

test.each([
	[',', 'a;b', '"a;b"'],
	[';', 'a,b', '"a,b"'],
	['\t', 'a\tb', '"a\tb"'],
] as const)('with %j between cells %j is one cell', (delimiter, cell, line) => {
	const text = written(csvWriter(columnsOf('id'), { ...plain, delimiter }), [
		resultItem({ response: cell }),
	]);
	expect(text.split('\r\n')[0]?.split(delimiter)).toHaveLength(9);
	expect(text).toContain(`${delimiter}${line}${delimiter}stop`);
});

test('the mark for Excel stands before the header, once', () => {
	const text = written(csvWriter(columnsOf('id'), { ...plain, byteOrderMark: true }), [
		resultItem(),
		resultItem(),
	]);
	expect(text.lastIndexOf('\ufeff')).toBe(0);
	expect(text.slice(1)).toMatch(/^id,prompt_index/);
});

const one: WideShape = { templates: 1, models: ['m'], choices: 1, repeats: 1 };
const header = (shape: WideShape, failures = true, columns = columnsOf('id')): string =>
	wideCsvWriter(columns, shape, { ...plain, failures })
		.open()
		.trimEnd();

test.each<[string, WideShape, string]>([
	['one of everything', one, 'id,response,error'],
	['two templates', { ...one, templates: 2 }, 'id,response_t1,error_t1,response_t2,error_t2'],
	[
		'two models',
		{ ...one, models: ['gpt-x', 'b/c'] },
		'id,response_gpt-x,error_gpt-x,response_b/c,error_b/c',
	],
	[
		'three choices of one request',
		{ ...one, choices: 3 },
		'id,response_c1,response_c2,response_c3,error',
	],
	[
		'two choices of a request each',
		{ ...one, choices: 2, repeats: 2 },
		'id,response_c1,response_c2,error_c1,error_c2',
	],
	[
		'two of each',
		{ templates: 2, models: ['a', 'b'], choices: 2, repeats: 1 },
		'id,response_t1_a_c1,response_t1_a_c2,error_t1_a,response_t1_b_c1,response_t1_b_c2,error_t1_b,response_t2_a_c1,response_t2_a_c2,error_t2_a,response_t2_b_c1,response_t2_b_c2,error_t2_b',
	],
	['a model for each row', { ...one, models: [] }, 'id,model,response,error'],
])('a line for each row has columns for %s', (_, shape, expected) => {
	expect(header(shape)).toBe(expected);
});

test('columns of a line for each row have names of their own', () => {
	expect(header(one, true, columnsOf('response', 'error'))).toBe(
		'response,error,response_2,error_2',
	);
	// A model can be called as another with its template or choice is.
	const names = header({ ...one, models: ['a', 'a_c1'], choices: 2 }, false).split(',');
	expect(new Set(names).size).toBe(names.length);
	expect(header(one, false)).toBe('id,response');
});

test('each answer of a row stands in its column, and what there is not is an empty cell', () => {
	const shape: WideShape = { templates: 2, models: ['a', 'b'], choices: 2, repeats: 1 };
	const writer = wideCsvWriter(columnsOf('id', 'x'), shape, { ...plain, failures: true });
	const placed = (template: number, model: number, item: ResultItem) => ({
		...{ template, model, item },
		repeat: 0,
	});
	expect(
		writer.row(
			['7'],
			[
				placed(1, 1, resultItem({ response: 'd2', choice_index: 1 })),
				placed(0, 0, resultItem({ response: '=a1', choice_index: 0 })),
				placed(1, 0, failedItem()),
				// Beyond what was asked for: it has no column.
				placed(0, 1, resultItem({ response: 'b3', choice_index: 2 })),
			],
		),
	).toBe("7,,'=a1,,,,,,,,serverError: Bad gateway,,d2,\r\n");
	expect(writer.written).toBe(1);
});

test('each repeat of a row has a cell for its own error, and its model where rows name theirs', () => {
	const shape: WideShape = { templates: 1, models: [], choices: 2, repeats: 2 };
	const writer = wideCsvWriter(columnsOf('id'), shape, { ...plain, failures: true });
	const at = (repeat: number, item: ResultItem) => ({ item, repeat, template: 0, model: 0 });
	expect(writer.row(['7'], [at(1, failedItem()), at(0, resultItem({ response: 'fine' }))])).toBe(
		'7,demo-small,fine,,,serverError: Bad gateway\r\n',
	);
});

import { expect, test } from 'vitest';
import type { Column } from '#domain/dataset.ts';
import type { ResultItem } from '#domain/result-item.ts';
import { csvChunks } from '#tabular/csv-chunks.ts';
import { namesOf, read } from './table-files.ts';
import { failedItem, joined, resultItem, streamOf } from './result-items.ts';

const columnsOf = (...names: readonly string[]): readonly Column[] =>
	names.map((name) => ({ name, header: name }));
const csv = (
	items: readonly ResultItem[],
	columns = columnsOf('id', 'review'),
	guardFormulas = true,
): Promise<string> => joined(csvChunks(streamOf(items), columns, { guardFormulas }));

const head =
	'id,review,prompt_index,model,choice_index,response,finish_reason,prompt_tokens,completion_tokens,error\r\n';

test('no item at all is a header', async () => {
	expect(await csv([])).toBe(head);
});

test('a line for each choice and each failed request', async () => {
	expect(await csv([resultItem(), failedItem()])).toBe(
		`${head}7,Very good,0,demo-small,0,positive,stop,12,3,\r\n7,Very good,0,demo-small,,,,,,serverError: Bad gateway\r\n`,
	);
});

test('columns of the row keep their names, those of the result give way', async () => {
	const text = await csv([], columnsOf('response', 'error', 'error_2', 'model'));
	expect(text).toBe(
		'response,error,error_2,model,prompt_index,model_2,choice_index,response_2,finish_reason,prompt_tokens,completion_tokens,error_3\r\n',
	);
});

test('of several connections each line names its own, and a column of the row keeps that name', async () => {
	const items = streamOf([
		resultItem({ connection: 'OpenAI', row: { connection: 'WLAN' } }),
		failedItem({ connection: 'two.test', row: { connection: 'LAN' } }),
	]);
	const chunks = csvChunks(items, columnsOf('connection'), {
		guardFormulas: true,
		connections: true,
	});
	expect((await joined(chunks)).split('\r\n').map((line) => line.split(',').slice(0, 5))).toEqual([
		['connection', 'prompt_index', 'model', 'connection_2', 'choice_index'],
		['WLAN', '0', 'demo-small', 'OpenAI', '0'],
		['LAN', '0', 'demo-small', 'two.test', ''],
		[''],
	]);
});

test('a column that objects have by nature is a column like any other', async () => {
	const row = Object.fromEntries([['__proto__', 'x']]);
	const text = await csv([resultItem({ row })], columnsOf('__proto__', 'constructor'));
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
])('“$cell” is written $written', async ({ cell, written }) => {
	const text = await csv([resultItem({ response: cell })]);
	expect(text).toContain(`,0,${written},stop,`);
});

test('the guard also covers headers, and can be switched off', async () => {
	const item = resultItem({ row: { '=a': '@b' }, response: '+c' });
	const guarded = await csv([item], columnsOf('=a'));
	expect(guarded).toMatch(/^'=a,[^\n]*\n'@b,0,demo-small,0,'\+c,/);
	const open = await csv([item], columnsOf('=a'), false);
	expect(open).toMatch(/^=a,[^\n]*\n@b,0,demo-small,0,\+c,/);
});

test('what is written is read again as it was', async () => {
	const response = ' a,"b"\r\n\r\n=c;\td\r';
	const tried = await read(await csv([resultItem({ response })], undefined, false));
	expect(namesOf(tried).join(',')).toBe(head.trim());
	expect(tried.rows[0]?.[5]).toBe(response);
});

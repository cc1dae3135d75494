import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fileOf, namesOf, read } from './table-files.ts';

const folder = new URL('csv-spectrum/', import.meta.url);
const bytesOf = (name: string): Uint8Array<ArrayBuffer> =>
	new Uint8Array(readFileSync(new URL(name, folder)));
const names = readdirSync(folder).flatMap((name) =>
	name.endsWith('.csv') ? [name.slice(0, -'.csv'.length)] : [],
);

test('all twelve are there', () => {
	expect(names).toHaveLength(12);
});

describe.each(names)('%s', (name) => {
	// The form of the files, as their README has it.
	const wanted = JSON.parse(new TextDecoder().decode(bytesOf(`${name}.json`))) as
		readonly Readonly<Record<string, string>>[] | Readonly<Record<string, string>>;
	const objects = Array.isArray(wanted) ? wanted : [wanted];

	test.each(['csv', 'json'])('read from its %s', async (ending) => {
		for (const sliceBytes of [1, 3, 1_000]) {
			const file = fileOf(bytesOf(`${name}.${ending}`), `${name}.${ending}`);
			const tried = await read(file, { sliceBytes });
			expect(tried.problems).toEqual([]);
			const columns = namesOf(tried);
			const rows = tried.rows.map((row) =>
				Object.fromEntries(columns.map((column, i) => [column, row[i] ?? ''])),
			);
			expect(rows).toEqual(objects);
		}
	});
});

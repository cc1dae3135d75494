import { expect, test } from 'vitest';
import { columnsWords } from '#ui/compose/columns-words.ts';

test.each<[readonly string[], string | null, string]>([
	[[], 'a.csv', ''],
	[[], null, ''],
	[['id'], null, 'It needs data with the column “id”.'],
	[['id', 'text'], null, 'It needs data with the columns “id” and “text”.'],
	[['a', 'b', 'c'], 'a.csv', 'a.csv does not have its columns “a”, “b” and “c”.'],
	[
		[...'abcdefghij'],
		'a.csv',
		'a.csv does not have its columns “a”, “b”, “c”, “d”, “e”, “f”, “g”, “h” and 2 more.',
	],
])('of a setup that misses %j of %s is said: %s', (missing, data, words) => {
	expect(columnsWords(missing, data)).toBe(words);
});

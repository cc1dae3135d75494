import { expect, test } from 'vitest';
import { Recent } from '#storage/recent.ts';

test('the value that was not used for longest goes first', () => {
	const recent = new Recent<string, number>(2);
	recent.set('a', 1);
	recent.set('b', 2);
	expect(recent.get('a')).toBe(1);
	recent.set('c', 3);
	expect(['a', 'b', 'c'].map((key) => recent.get(key))).toEqual([1, undefined, 3]);
});

test('a value is dropped only while it is the one held', () => {
	const recent = new Recent<string, number>(2);
	recent.set('a', 1);
	recent.set('a', 2);
	recent.drop('a', 1);
	expect(recent.get('a')).toBe(2);
	recent.drop('a', 2);
	expect(recent.get('a')).toBeUndefined();
});

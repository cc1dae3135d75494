import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSet } from '#worker/line-set.ts';

/** Lines close together, at the edges of words and blocks, and far apart. */
const line = fc.oneof(
	fc.nat(200),
	fc.integer({ min: 32_700, max: 32_900 }),
	fc.constantFrom(0, 31, 32, 63, 32_767, 32_768, 65_535, 65_536, 999_999),
	fc.nat(1_200_000),
);
const change = fc.record({ adds: fc.boolean(), line });

test('is an ascending list of numbers after any additions and removals', () => {
	fc.assert(
		fc.property(
			fc.array(change, { maxLength: 200 }),
			fc.nat(210),
			fc.nat(40),
			line,
			(changes, offset, count, asked) => {
				const set = new LineSet();
				const plain = new Set<number>();
				for (const one of changes) {
					const changed = one.adds ? !plain.has(one.line) : plain.delete(one.line);
					if (one.adds) plain.add(one.line);
					expect(one.adds ? set.add(one.line) : set.delete(one.line)).toBe(changed);
				}
				const all = [...plain].sort((a, b) => a - b);
				expect(set.length).toBe(all.length);
				expect(set.last).toBe(all.at(-1) ?? -1);
				expect([...set]).toEqual(all);
				expect(set.slice(offset, count)).toEqual(all.slice(offset, offset + count));
				expect(set.has(asked)).toBe(plain.has(asked));
			},
		),
		{ numRuns: 500 },
	);
});

test('of a million lines is read anywhere, and holds each at its place', () => {
	const set = new LineSet();
	for (let k = 0; k < 1_000_000; k++) set.add(k * 3);
	for (const place of [0, 1, 9_999, 123_456, 999_998, 999_999]) {
		expect(set.slice(place, 1)).toEqual([place * 3]);
	}
	expect(set.slice(999_999, 5)).toEqual([2_999_997]);
	expect(set.slice(1_000_000, 5)).toEqual([]);
});

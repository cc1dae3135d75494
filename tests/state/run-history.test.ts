import { expect, test } from 'vitest';
import { mostBuckets, noHistory, ratesOf, withSnapshot } from '#state/rate-history.ts';

test('what settled before the page looked is not counted', () => {
	const first = withSnapshot(noHistory, 5_000, 4_000, 2);
	const later = withSnapshot(first, 5_700, 4_010, 3);
	expect(later.settled).toEqual([0, 10]);
	expect(later.rateLimited).toEqual([0, 1]);
});

test('rates are per minute, without the bucket that still fills', () => {
	let history = withSnapshot(noHistory, 0, 0, 0);
	for (const [at, settled] of [
		[400, 4],
		[900, 10],
		[1_400, 20],
	] as const)
		history = withSnapshot(history, at, settled, 0);
	expect(ratesOf(history)).toEqual([480, 720]);
});

test('however long a run is watched, the buckets stay few and no settled request is lost', () => {
	let history = withSnapshot(noHistory, 0, 0, 0);
	for (let second = 1; second <= 36_000; second += 7)
		history = withSnapshot(history, second * 1_000, second * 3, second);
	expect(history.settled.length).toBeLessThanOrEqual(mostBuckets);
	expect(history.settled.reduce((sum, count) => sum + count, 0)).toBe(history.lastSettled);
	expect(history.bucketMs).toBe(1_024_000);
});

test('a stretch in which nothing came is a stretch of zeros', () => {
	let history = withSnapshot(noHistory, 0, 0, 0);
	history = withSnapshot(history, 2_100, 8, 0);
	expect(history.settled).toEqual([0, 0, 0, 0, 8]);
});

test('failed requests that wait again do not count backwards', () => {
	let history = withSnapshot(noHistory, 0, 100, 0);
	history = withSnapshot(history, 600, 90, 0);
	history = withSnapshot(history, 700, 93, 0);
	expect(history.settled).toEqual([0, 3]);
});

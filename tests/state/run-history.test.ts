import { expect, test } from 'vitest';
import { hasPace, mostBuckets, noHistory, periodsOf, withSnapshot } from '#state/rate-history.ts';

test('what settled before the page looked is not counted', () => {
	const first = withSnapshot(noHistory, 5_000, 4_000, 2);
	const later = withSnapshot(first, 5_700, 4_010, 3);
	expect(later.settled).toEqual([0, 10]);
	expect(later.rateLimited).toEqual([0, 1]);
});

const watch = (snapshots: readonly (readonly [at: number, settled: number])[]) =>
	snapshots.reduce(
		(history, [at, settled]) => withSnapshot(history, at, settled, 0),
		withSnapshot(noHistory, 0, 0, 0),
	);

const ratesAt = (snapshots: Parameters<typeof watch>[0]) =>
	periodsOf(watch(snapshots)).map(({ perMinute }) => perMinute);

test.each<[string, Parameters<typeof watch>[0], readonly (number | null)[]]>([
	['there is none before half a second was seen', [[400, 4]], [null]],
	[
		'neighbours within a second are counted in',
		[
			[400, 4],
			[900, 10],
			[1_400, 10],
			[2_000, 10],
			[2_400, 30],
		],
		[10 / 1.5, 10 / 2, 30 / 2.4, 26 / 1.9, 20 / 1.4].map((perSecond) => perSecond * 60),
	],
])('rates are per minute: %s', (_, snapshots, rates) => {
	ratesAt(snapshots).forEach((rate, i) => {
		if (rate === null) expect(rates[i]).toBeNull();
		else expect(rate).toBeCloseTo(rates[i] ?? NaN, 6);
	});
	expect(ratesAt(snapshots)).toHaveLength(rates.length);
});

test('a bucket of more than a second stands for itself; the one that still fills, once half of it is over', () => {
	const wide = { ...noHistory, bucketMs: 4_000 };
	const at = (ms: number) =>
		periodsOf(withSnapshot(withSnapshot(withSnapshot(wide, 0, 0, 0), 3_000, 4, 0), ms, 8, 0)).map(
			({ perMinute }) => perMinute,
		);
	expect(at(5_900)).toEqual([60, null]);
	expect(at(6_000)).toEqual([60, 120]);
});

test('what had settled before is known to be missing', () => {
	expect(withSnapshot(noHistory, 5_000, 4_000, 2).missed).toBe(4_000);
});

test('a limit holds from when it was learned; of two joined buckets the later one says', () => {
	let history = withSnapshot(noHistory, 0, 0, 0);
	history = withSnapshot(history, 600, 1, 0);
	history = withSnapshot(history, 1_100, 2, 0, 500);
	expect(history.limits).toEqual([null, null, 500]);
	history = withSnapshot(history, 2_600, 3, 0, 250);
	expect(history.limits).toEqual([null, null, 500, 500, 500, 250]);
	history = withSnapshot(history, mostBuckets * 500, 4, 0, 250);
	expect(history.limits.slice(0, 4)).toEqual([null, 500, 250, 250]);
});

test('a clock that is set back counts on where it was', () => {
	const history = watch([
		[1_100, 5],
		[300, 9],
	]);
	expect([history.settled, history.endedAt]).toEqual([[0, 0, 9], 1_100]);
});

test('however long a run is watched, the buckets stay few and no settled request is lost', () => {
	let history = withSnapshot(noHistory, 0, 0, 0);
	for (let second = 1; second <= 36_000; second += 7)
		history = withSnapshot(history, second * 1_000, second * 3, second);
	expect(history.settled.length).toBeLessThanOrEqual(mostBuckets);
	expect(history.settled.reduce((sum, count) => sum + count, 0)).toBe(history.lastSettled);
	expect(history.bucketMs).toBe(512_000);
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

test.each([
	{ what: 'nothing was looked at', snapshots: [], shown: false },
	{
		what: 'the first snapshot is all there is',
		snapshots: [{ settled: 5, refused: 1 }],
		shown: false,
	},
	{
		what: 'nothing has changed since',
		snapshots: [
			{ settled: 5, refused: 1 },
			{ settled: 5, refused: 1 },
		],
		shown: false,
	},
	{
		what: 'one settled',
		snapshots: [
			{ settled: 5, refused: 0 },
			{ settled: 6, refused: 0, at: 500 },
		],
		shown: true,
	},
	{
		what: 'all settled before there was a rate to tell',
		snapshots: [
			{ settled: 0, refused: 0 },
			{ settled: 60, refused: 0, at: 400 },
		],
		shown: false,
	},
	{
		what: 'one was refused',
		snapshots: [
			{ settled: 5, refused: 0 },
			{ settled: 5, refused: 1 },
		],
		shown: true,
	},
])('there is a pace to draw: $shown, where $what', ({ snapshots, shown }) => {
	const history = snapshots.reduce(
		(before, { settled, refused, at = 100 }, i) =>
			withSnapshot(before, i === 0 ? 0 : at, settled, refused),
		noHistory,
	);
	expect(hasPace(history)).toBe(shown);
});

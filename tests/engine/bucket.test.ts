import { describe, expect, test } from 'vitest';
import { Bucket, type LevelReading } from '#engine/bucket.ts';
import { LimitMirror } from '#engine/limit-mirror.ts';
import { OthersUse } from '#engine/others-use.ts';
import { SendLog } from '#engine/send-log.ts';
import { SlidingWindow } from '#engine/sliding-window.ts';

const minuteMs = 60_000;

const reading = (more: Partial<LevelReading> = {}): LevelReading => ({
	limit: 600,
	used: 600,
	requested: 1,
	waitMs: null,
	later: 0,
	noise: 0.2,
	isSameVolley: false,
	...more,
});

function bucketOf(limit: number, used = 0): Bucket {
	const bucket = new Bucket(minuteMs);
	bucket.start(limit, used, 0);
	return bucket;
}

describe('the copy of a limit that drains evenly', () => {
	test.each([
		{ limit: 600, used: 0, amount: 1, waits: 0 },
		// The margin at the top: a hundredth of a large limit.
		{ limit: 600, used: 593, amount: 1, waits: 0 },
		{ limit: 600, used: 594, amount: 1, waits: 100 },
		{ limit: 600, used: 600, amount: 1, waits: 700 },
		{ limit: 60_000, used: 60_000, amount: 1_000, waits: 1_600 },
		// Less than fifty: what drains in half an answer's way.
		{ limit: 3, used: 2, amount: 1, waits: 150 },
		// What is larger than the limit goes once all is drained.
		{ limit: 600, used: 594, amount: 5_000, waits: 59_550 },
	])('$used of $limit used: $amount more waits $waits ms', ({ limit, used, amount, waits }) => {
		expect(bucketOf(limit, used).waitMs(amount, 0)).toBeCloseTo(waits, 3);
	});

	test('keeps a margin that drains in a second, where others use nearly all', () => {
		const limit = 60_000;
		const bucket = bucketOf(limit);
		bucket.read(reading({ limit, used: limit, requested: 1, waitMs: 1 }), true, 0);
		// Filled anew in a minute in which nothing was sent: all of it but the least share is others'.
		bucket.read(reading({ limit, used: limit, requested: 1, waitMs: 1 }), true, minuteMs);
		expect(bucket.waitMs(1, minuteMs)).toBeLessThan(1_100);
		expect(bucket.waitMs(1, minuteMs)).toBeGreaterThan(1_000);
	});

	test('drains by the limit over its window, and no further than a little below empty', () => {
		const bucket = bucketOf(600, 100);
		bucket.waitMs(1, 5_000);
		expect(bucket.used).toBeCloseTo(50);
		bucket.waitMs(1, 500_000);
		expect(bucket.used).toBeCloseTo(-1.5);
	});

	test('takes and gives back', () => {
		const bucket = bucketOf(600);
		bucket.take(10, 0);
		bucket.giveBack(4, 0);
		expect(bucket.used).toBe(6);
	});

	test('where one request fills it, two keep more apart than the drain alone', () => {
		const bucket = bucketOf(600);
		bucket.read(reading({ used: 1, waitMs: 50 }), true, 0);
		bucket.take(1, 10_000);
		expect(bucket.waitMs(1, 10_000)).toBeGreaterThan(100);
	});

	test.each([
		{ name: 'the wait is finer than the number', used: 600, waitMs: 330, level: 602.3 },
		{ name: 'without a wait the number counts', used: 599, waitMs: null, level: 599 },
		{ name: 'a wait cannot say more than the number', used: 598, waitMs: 5_000, level: 598 },
		{
			name: 'nor less than the number before its rounding',
			used: 598,
			waitMs: 0,
			requested: 9,
			level: 597,
		},
		{ name: 'the whole limit may be more than it says', used: 600, waitMs: 10_000, level: 699 },
	])('$name', ({ used, waitMs, requested = 1, level }) => {
		expect(bucketOf(600).levelOf(reading({ used, waitMs, requested }))).toBeCloseTo(level, 3);
	});

	test.each([
		// Refused at ten of six hundred: no more than ten fit in at once.
		{ name: 'per second', used: 10, waitMs: 50, fits: 10 },
		{ name: 'whole-second waits', used: 10, waitMs: 1_000, fits: 10 },
		{ name: 'the whole limit', used: 600, waitMs: 30_000, fits: 600 },
	])('$name: $fits fit in at once', ({ used, waitMs, fits }) => {
		const bucket = bucketOf(600);
		bucket.read(reading({ used, waitMs }), true, 0);
		const margin = fits >= 50 ? fits / 100 : 1.5;
		bucket.giveBack(10_000, 0);
		bucket.take(-bucket.used, 0);
		let sent = 0;
		for (; bucket.waitMs(1, 0) === 0; sent++) bucket.take(1, 0);
		expect(sent).toBe(Math.floor(fits - margin));
	});

	test('a reading sets it right, with what was sent since', () => {
		const bucket = bucketOf(600, 10);
		bucket.read(reading({ used: 300, later: 7 }), true, 0);
		expect(bucket.used).toBe(307);
	});

	test('of readings of one volley the least is right: each counts too much of the others', () => {
		const bucket = bucketOf(600, 10);
		bucket.read(reading({ used: 300, later: 7 }), true, 0);
		bucket.read(reading({ used: 301, later: 2, isSameVolley: true }), true, 0);
		expect(bucket.used).toBe(303);
		bucket.read(reading({ used: 301, later: 9, isSameVolley: true }), true, 0);
		expect(bucket.used).toBe(303);
	});

	test('what is read beyond our own is use by others, and drains less for us', () => {
		const bucket = bucketOf(600);
		bucket.read(reading({ used: 600 }), true, 0);
		bucket.read(reading({ used: 400 }), true, 60_000);
		expect(bucket.waitMs(300, 60_000)).toBeGreaterThan(15_000);
		const alone = bucketOf(600);
		alone.read(reading({ used: 600 }), true, 0);
		alone.read(reading({ used: 400 }), false, 60_000);
		expect(alone.waitMs(300, 60_000)).toBeLessThan(15_000);
	});

	test('a remembered limit is grown out of, a read one for an hour not', () => {
		const remembered = bucketOf(600, 600);
		remembered.doubt(0);
		remembered.waitMs(1, 30_000);
		expect(remembered.used).toBeLessThan(295);
		const read = bucketOf(600);
		read.read(reading({ used: 600 }), true, 0);
		read.waitMs(1, 30_000);
		expect(read.used).toBeCloseTo(300);
	});
});

describe('use by others', () => {
	const seen = (drift: number, sinceMs: number, noise = 0.2): OthersUse => {
		const others = new OthersUse();
		others.observe({ drift, noise, sinceMs, requested: 1, limitPerMs: 0.01 }, 60_000);
		return others;
	};

	test.each([
		{ name: 'a long span is believed', drift: 200, sinceMs: 60_000, least: 0.0033, most: 0.0034 },
		{ name: 'a short one hardly', drift: 1, sinceMs: 20, least: 0, most: 0.003 },
		{ name: 'never below none', drift: -50, sinceMs: 60_000, least: 0, most: 0 },
		{ name: 'never all', drift: 9_000, sinceMs: 60_000, least: 0.0095, most: 0.0095 },
	])('$name', ({ drift, sinceMs, least, most }) => {
		const perMs = seen(drift, sinceMs).perMs(60_000);
		expect(perMs).toBeGreaterThanOrEqual(least - 1e-9);
		expect(perMs).toBeLessThanOrEqual(most + 1e-9);
	});

	test('what may be an error is believed less', () => {
		expect(seen(20, 10_000, 50).perMs(60_000)).toBeLessThan(seen(20, 10_000, 1).perMs(60_000) / 5);
	});

	test('half is forgotten after two minutes, or after forty requests of a small limit', () => {
		const others = seen(200, 60_000);
		expect(others.perMs(180_000)).toBeCloseTo(others.perMs(60_000) / 2, 6);
		const small = new OthersUse();
		small.observe(
			{ drift: 1, noise: 0.1, sinceMs: 60_000, requested: 1, limitPerMs: 3 / minuteMs },
			0,
		);
		expect(small.perMs(800_000)).toBeCloseTo(small.perMs(0) / 2, 9);
	});
});

describe('what left within a window', () => {
	test.each([
		{ now: 59_000, sum: 3 },
		{ now: 60_300, sum: 2 },
		{ now: 69_000, sum: 2 },
		{ now: 70_300, sum: 0 },
		{ now: 900_000, sum: 0 },
	])('at $now ms it is $sum', ({ now, sum }) => {
		const log = new SendLog(minuteMs);
		log.add(1, 0, 0);
		log.add(2, 10_000, 10_000);
		expect(log.sum(now)).toBe(sum);
	});

	test('a lag keeps it longer, for the way to the endpoint', () => {
		const log = new SendLog(minuteMs);
		log.lags(1_000);
		log.add(1, 0, 0);
		expect(log.sum(60_900)).toBe(1);
		expect(log.sum(61_300)).toBe(0);
	});

	test('says when so much of it will have left', () => {
		const log = new SendLog(minuteMs);
		for (let at = 0; at < 10_000; at += 1_000) log.add(1, at, at);
		expect(log.waitMs(1, 10_000)).toBe(50_250);
		expect(log.waitMs(3, 10_000)).toBe(52_250);
		expect(log.waitMs(0, 10_000)).toBe(0);
	});

	test('what is taken back is gone', () => {
		const log = new SendLog(minuteMs);
		log.add(5, 0, 0);
		log.add(-5, 0, 1_000);
		expect(log.sum(1_000)).toBe(0);
	});

	test('tells the level of a bucket that drained meanwhile', () => {
		const log = new SendLog(minuteMs);
		log.add(100, 0, 0);
		expect(log.drained(0.01, 5_000)).toBeCloseTo(50);
		expect(log.drained(0.01, 50_000)).toBe(0);
	});
});

describe('the copy of a limit that counts a sliding window', () => {
	const windowAfter = (sent: number, limit: number): readonly [SlidingWindow, SendLog] => {
		const log = new SendLog(minuteMs);
		const window = new SlidingWindow(minuteMs, log);
		window.start(limit);
		for (let i = 0; i < sent; i++) log.add(1, i * 1_000, i * 1_000);
		return [window, log];
	};

	test('lets go when what was sent a window ago has left', () => {
		const [window] = windowAfter(10, 10);
		expect(window.waitMs(1, 10_000)).toBe(50_250);
		expect(window.waitMs(1, 60_500)).toBe(0);
	});

	test('keeps free what others have in it, and forgets it', () => {
		const [window] = windowAfter(10, 100);
		window.read(reading({ limit: 100, used: 60 }), 10_000);
		expect(window.waitMs(1, 10_000)).toBe(0);
		expect(window.waitMs(42, 10_000)).toBeGreaterThan(50_000);
		expect(window.waitMs(42, 69_999 + 600_000)).toBe(0);
	});

	test('never stops for good, however much others have', () => {
		const [window] = windowAfter(0, 100);
		window.read(reading({ limit: 100, used: 500 }), 10_000);
		expect(window.waitMs(1, 10_000)).toBe(0);
	});

	test('is not what refuses a request that fits', () => {
		const [window] = windowAfter(10, 100);
		expect(window.distance(reading({ limit: 100, used: 10 }), 10_000)).toBe(Infinity);
	});
});

describe('the copy of a limit', () => {
	const said = { noise: 0.2, later: 0, requested: 1, waitMs: null };

	test('holds back nothing while it is unknown', () => {
		const mirror = new LimitMirror(minuteMs, null, null, 0);
		for (let i = 0; i < 10_000; i++) mirror.take(1, 0);
		expect(mirror.waitMs(1, 0)).toBe(0);
		expect(mirror.limit).toBeNull();
	});

	test.each([
		{ name: 'no limit', limit: 0, used: 0, requested: 1 },
		{ name: 'a negative one', limit: -5, used: 0, requested: 1 },
		{ name: 'one beyond reason', limit: 1e10, used: 0, requested: 1 },
		{ name: 'no number', limit: Number.NaN, used: 0, requested: 1 },
		{ name: 'endless', limit: Infinity, used: 0, requested: 1 },
		{ name: 'negative use', limit: 100, used: -1, requested: 1 },
		{ name: 'negative request', limit: 100, used: 1, requested: -1 },
		{ name: 'far more used than there is', limit: 100, used: 1_002, requested: 1 },
	])('numbers that cannot be true are not believed: $name', ({ limit, used, requested }) => {
		const mirror = new LimitMirror(minuteMs, null, null, 0);
		expect(mirror.read({ ...said, limit, used, requested }, 0, 0)).toBe(false);
		expect(mirror.limit).toBeNull();
		expect(mirror.readEarlier({ ...said, limit, used, requested }, 1, 2)).toBe(false);
	});

	test.each([
		{ typed: 500, learned: null, read: null, is: 500 },
		{ typed: 500, learned: null, read: 300, is: 300 },
		{ typed: 500, learned: null, read: 900, is: 500 },
		{ typed: null, learned: 500, read: null, is: 500 },
		{ typed: null, learned: 500, read: 300, is: 300 },
		{ typed: null, learned: 500, read: 900, is: 900 },
		{ typed: 400, learned: 500, read: null, is: 400 },
		{ typed: null, learned: null, read: 900, is: 900 },
	])('typed $typed, remembered $learned, read $read: $is', ({ typed, learned, read, is }) => {
		const mirror = new LimitMirror(minuteMs, typed, learned, 0);
		if (read !== null) mirror.read({ ...said, limit: read, used: read }, 0, 1_000);
		expect(mirror.limit).toBe(is);
	});

	test('a limit typed in is not grown out of; one remembered is', () => {
		const growth = (typed: number | null, learned: number | null): number => {
			const mirror = new LimitMirror(minuteMs, typed, learned, 0);
			mirror.take(600, 0);
			return mirror.waitMs(1, 30_000) === 0 ? mirror.waitMs(310, 30_000) : -1;
		};
		expect(growth(600, null)).toBeGreaterThan(1_000);
		expect(growth(null, 600)).toBeLessThan(1_000);
	});

	test('a sliding window is known by what it refuses, and obeyed', () => {
		const mirror = new LimitMirror(minuteMs, null, null, 0);
		for (let i = 0; i < 500; i++) mirror.take(1, i * 80);
		const waitMs = 20_100;
		mirror.read({ ...said, limit: 500, used: 500, waitMs, later: 1 }, 40_000, 40_000);
		expect(mirror.waitMs(1, 50_000)).toBeGreaterThan(10_000);
		expect(mirror.waitMs(1, 61_000)).toBe(0);
	});

	test('a bucket is taken for one, though it filled in the same time', () => {
		const mirror = new LimitMirror(minuteMs, null, null, 0);
		for (let i = 0; i < 833; i++) mirror.take(1, i * 48);
		mirror.read({ ...said, limit: 500, used: 500, waitMs: 100, later: 1 }, 40_000, 40_000);
		expect(mirror.waitMs(1, 42_000)).toBe(0);
	});

	test('what an answer did not use is given back until a reading denies it', () => {
		const mirror = new LimitMirror(minuteMs, 100_000, null, 0);
		mirror.take(98_000, 0);
		mirror.refund(50_000, 0, 0);
		expect(mirror.waitMs(40_000, 0)).toBe(0);
		mirror.read({ ...said, limit: 100_000, used: 98_000, requested: 1_000 }, 0, 10);
		mirror.refund(50_000, 10, 10);
		expect(mirror.waitMs(40_000, 10)).toBeGreaterThan(10_000);
	});

	test('a header that came with an answer tells of the time when its request came in', () => {
		const mirror = new LimitMirror(minuteMs, null, null, 0);
		expect(
			mirror.readEarlier({ ...said, requested: 0, limit: 600, used: 500 }, 10_000, 40_000),
		).toBe(true);
		expect(mirror.limit).toBe(600);
		expect(mirror.waitMs(390, 40_000)).toBe(0);
		expect(mirror.waitMs(410, 40_000)).toBeGreaterThan(0);
	});

	test('a header older than what is known says nothing', () => {
		const mirror = new LimitMirror(minuteMs, null, null, 0);
		mirror.read({ ...said, limit: 600, used: 600 }, 10_000, 10_000);
		expect(mirror.readEarlier({ ...said, requested: 0, limit: 600, used: 0 }, 9_000, 12_000)).toBe(
			false,
		);
		expect(mirror.waitMs(100, 12_000)).toBeGreaterThan(0);
	});
});

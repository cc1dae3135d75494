/**
 * How fast requests settled, from the page's snapshots of a run: at most `mostBuckets` buckets of equal width over the
 * whole time watched. When they are full, neighbours are joined and the width doubles, so memory is constant.
 */
export interface RateHistory {
	/** Epoch milliseconds; null before the first snapshot. */
	readonly startedAt: number | null;
	readonly bucketMs: number;
	readonly settled: readonly number[];
	readonly rateLimited: readonly number[];
	readonly lastSettled: number;
	readonly lastRateLimited: number;
}

export const mostBuckets = 60;

export const noHistory: RateHistory = {
	startedAt: null,
	bucketMs: 500,
	settled: [],
	rateLimited: [],
	lastSettled: 0,
	lastRateLimited: 0,
};

/** The first snapshot is the zero to count from: what settled before the page looked is not a rate. */
export function withSnapshot(
	history: RateHistory,
	at: number,
	settled: number,
	rateLimited: number,
): RateHistory {
	const last = { lastSettled: settled, lastRateLimited: rateLimited };
	if (history.startedAt === null)
		return { ...history, ...last, startedAt: at, settled: [0], rateLimited: [0] };

	const elapsed = Math.max(0, at - history.startedAt);
	let bucketMs = history.bucketMs;
	let counts = history.settled;
	let limits = history.rateLimited;
	while (Math.floor(elapsed / bucketMs) >= mostBuckets) {
		bucketMs *= 2;
		counts = joinNeighbours(counts);
		limits = joinNeighbours(limits);
	}
	const bucket = Math.floor(elapsed / bucketMs);
	return {
		...last,
		startedAt: history.startedAt,
		bucketMs,
		settled: addAt(counts, bucket, Math.max(0, settled - history.lastSettled)),
		rateLimited: addAt(limits, bucket, Math.max(0, rateLimited - history.lastRateLimited)),
	};
}

/** Settled per minute of each bucket that is over; the one that is still filling would always look like a fall. */
export const ratesOf = (history: RateHistory): readonly number[] =>
	history.settled.slice(0, -1).map((count) => (count * 60_000) / history.bucketMs);

function joinNeighbours(counts: readonly number[]): readonly number[] {
	const joined: number[] = [];
	for (let i = 0; i < counts.length; i += 2) joined.push((counts[i] ?? 0) + (counts[i + 1] ?? 0));
	return joined;
}

function addAt(counts: readonly number[], bucket: number, more: number): readonly number[] {
	const length = Math.max(counts.length, bucket + 1);
	return Array.from({ length }, (_, i) => (counts[i] ?? 0) + (i === bucket ? more : 0));
}

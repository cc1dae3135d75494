/**
 * How fast requests settled, from the page's snapshots of a run: at most `mostBuckets` buckets of equal width over the
 * whole time watched. When they are full, neighbours are joined and the width doubles, so memory is constant.
 */
export interface RateHistory {
	/** Epoch milliseconds; null before the first snapshot. */
	readonly startedAt: number | null;
	/** Of the last snapshot; epoch milliseconds. */
	readonly endedAt: number;
	/** What had settled when the page began to look. */
	readonly missed: number;
	readonly bucketMs: number;
	readonly settled: readonly number[];
	readonly rateLimited: readonly number[];
	/** The limit known in each bucket, in requests a minute; null where none was. */
	readonly limits: readonly (number | null)[];
	readonly lastSettled: number;
	readonly lastRateLimited: number;
}

export const mostBuckets = 120;

export const noHistory: RateHistory = {
	startedAt: null,
	endedAt: 0,
	missed: 0,
	bucketMs: 500,
	settled: [],
	rateLimited: [],
	limits: [],
	lastSettled: 0,
	lastRateLimited: 0,
};

/** The first snapshot is the zero to count from: what settled before the page looked is not a rate. */
export function withSnapshot(
	history: RateHistory,
	at: number,
	settled: number,
	rateLimited: number,
	limit: number | null = null,
): RateHistory {
	const last = { lastSettled: settled, lastRateLimited: rateLimited };
	if (history.startedAt === null)
		return {
			...history,
			...last,
			startedAt: at,
			endedAt: at,
			missed: settled,
			settled: [0],
			rateLimited: [0],
			limits: [limit],
		};

	// A clock that was set back does not unmake what was seen.
	const endedAt = Math.max(at, history.endedAt);
	const elapsed = endedAt - history.startedAt;
	let { bucketMs, settled: counts, rateLimited: refused, limits } = history;
	while (Math.floor(elapsed / bucketMs) >= mostBuckets) {
		bucketMs *= 2;
		counts = joinNeighbours(counts);
		refused = joinNeighbours(refused);
		limits = joinLimits(limits);
	}
	const bucket = Math.floor(elapsed / bucketMs);
	return {
		...last,
		startedAt: history.startedAt,
		endedAt,
		missed: history.missed,
		bucketMs,
		settled: addAt(counts, bucket, Math.max(0, settled - history.lastSettled)),
		rateLimited: addAt(refused, bucket, Math.max(0, rateLimited - history.lastRateLimited)),
		limits: Array.from({ length: Math.max(limits.length, bucket + 1) }, (_, i) =>
			// In a stretch without a snapshot nothing else was learned.
			i < bucket ? (limits[Math.min(i, limits.length - 1)] ?? null) : limit,
		),
	};
}

export interface Period {
	/** Milliseconds since the page began to look. */
	readonly from: number;
	readonly to: number;
	/** Settled a minute; null where too little was seen to tell. */
	readonly perMinute: number | null;
	readonly rateLimited: number;
	readonly limit: number | null;
}

/** Half a second holds too few answers for a rate: neighbours this near are counted in. */
const nearMs = 1_000;
const leastMs = 500;

/** The buckets as they stand. */
export function periodsOf(history: RateHistory): readonly Period[] {
	const { startedAt, endedAt, bucketMs, settled, rateLimited, limits } = history;
	if (startedAt === null) return [];
	const elapsed = endedAt - startedAt;
	const near = Math.floor(nearMs / bucketMs);
	return settled.map((_, i) => {
		const first = Math.max(0, i - near);
		const last = Math.min(settled.length - 1, i + near);
		const count = settled.slice(first, last + 1).reduce((sum, one) => sum + one, 0);
		// The bucket that still fills would otherwise always look like a fall.
		const ms = Math.min((last + 1) * bucketMs, elapsed) - first * bucketMs;
		return {
			from: i * bucketMs,
			to: Math.min((i + 1) * bucketMs, elapsed),
			perMinute: ms < Math.max(leastMs, bucketMs / 2) ? null : (count * 60_000) / ms,
			rateLimited: rateLimited[i] ?? 0,
			limit: limits[i] ?? null,
		};
	});
}

/** Whether a rate was seen, or a refusal: else there is nothing to draw. */
export const hasPace = (history: RateHistory): boolean =>
	periodsOf(history).some(
		({ perMinute, rateLimited }) => (perMinute !== null && perMinute > 0) || rateLimited > 0,
	);

function joinNeighbours(counts: readonly number[]): readonly number[] {
	const joined: number[] = [];
	for (let i = 0; i < counts.length; i += 2) joined.push((counts[i] ?? 0) + (counts[i + 1] ?? 0));
	return joined;
}

/** Of two neighbours the later says what is known by now. */
function joinLimits(limits: readonly (number | null)[]): readonly (number | null)[] {
	const joined: (number | null)[] = [];
	for (let i = 0; i < limits.length; i += 2) joined.push(limits[i + 1] ?? limits[i] ?? null);
	return joined;
}

function addAt(counts: readonly number[], bucket: number, more: number): readonly number[] {
	const length = Math.max(counts.length, bucket + 1);
	return Array.from({ length }, (_, i) => (counts[i] ?? 0) + (i === bucket ? more : 0));
}

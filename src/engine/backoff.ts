const capMs = 60_000;

/**
 * Full jitter: uniform between 0 and an exponential bound, so that requests which failed together do not come back
 * together (Brooker, "Exponential Backoff and Jitter"). `failures` counts from 1. A wait that the endpoint asked for is
 * kept, with the jitter after it.
 */
export function backoffMs(failures: number, random: () => number, askedMs: number | null): number {
	const bound = Math.min(capMs, 1_000 * 2 ** (failures - 1));
	return (askedMs ?? 0) + random() * bound;
}

/**
 * How long nothing leaves after a rate-limit answer: what it asked for plus a little, so that the first request after
 * it is not early; without a hint, doubling from half a second over `episodes` answers without a success between. A
 * hint that proves too short again and again is no better than none.
 */
export function cooldownMs(episodes: number, random: () => number, askedMs: number | null): number {
	const unasked = Math.min(capMs, 500 * 2 ** (episodes - 1)) * (0.5 + random() / 2);
	if (askedMs === null) return unasked;
	const kept = askedMs + 50 + random() * Math.min(1_000, 100 + askedMs * 0.1);
	return episodes > 2 ? Math.max(kept, unasked) : kept;
}

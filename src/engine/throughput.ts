const bucketMs = 1_000;
const windowBuckets = 30;

/** Events a minute over the last half minute, in constant memory. */
export class Throughput {
	readonly #buckets = new Array<number>(windowBuckets).fill(0);
	/** Absolute number of the newest bucket; null before the first event. */
	#newest: number | null = null;
	#startedAt = 0;

	count(now: number): void {
		if (this.#newest === null) this.#startedAt = now;
		const bucket = this.#advance(now);
		this.#buckets[bucket % windowBuckets] = (this.#buckets[bucket % windowBuckets] ?? 0) + 1;
	}

	/** Null before anything was counted. */
	perMinute(now: number): number | null {
		if (this.#newest === null) return null;
		this.#advance(now);
		const events = this.#buckets.reduce((sum, count) => sum + count, 0);
		// The newest bucket is only partly over; a run younger than the window is measured over its own age.
		const age = now - this.#startedAt;
		const span = Math.min(age, (windowBuckets - 1) * bucketMs + (now % bucketMs));
		return (events * 60_000) / Math.max(bucketMs, span);
	}

	#advance(now: number): number {
		const bucket = Math.floor(now / bucketMs);
		const from = this.#newest ?? bucket;
		for (let i = Math.max(from + 1, bucket - windowBuckets + 1); i <= bucket; i++)
			this.#buckets[i % windowBuckets] = 0;
		this.#newest = Math.max(from, bucket);
		return this.#newest;
	}
}

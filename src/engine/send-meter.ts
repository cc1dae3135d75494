const bucketMs = 1_000;
const buckets = 64;

/** What left and was not refused, over the last minute, in constant memory. */
export class SendMeter {
	readonly #counts = new Float64Array(buckets);
	#newest = 0;
	#startedAt: number | null = null;

	count(amount: number, now: number): void {
		this.#startedAt ??= now;
		this.#add(amount, now, now);
	}

	/** What left at `at` was refused after all. */
	takeBack(amount: number, at: number, now: number): void {
		this.#add(-amount, at, now);
	}

	/** A millisecond, on average over the last `spanMs` (at most a minute) or since the first. */
	perMs(spanMs: number, now: number): number {
		this.#advance(now);
		if (this.#startedAt === null) return 0;
		let sum = 0;
		const whole = Math.ceil(spanMs / bucketMs);
		for (let i = 0; i < whole; i++)
			sum += this.#counts[(this.#newest - i + buckets * 2) % buckets] ?? 0;
		const span = (whole - 1) * bucketMs + (now % bucketMs);
		return Math.max(0, sum) / Math.max(bucketMs, Math.min(span, now - this.#startedAt));
	}

	#add(amount: number, at: number, now: number): void {
		this.#advance(now);
		const bucket = Math.floor(at / bucketMs);
		if (bucket <= this.#newest - buckets || bucket < 0) return;
		this.#counts[bucket % buckets] = (this.#counts[bucket % buckets] ?? 0) + amount;
	}

	#advance(now: number): void {
		const bucket = Math.floor(now / bucketMs);
		for (let i = Math.max(this.#newest + 1, bucket - buckets + 1); i <= bucket; i++)
			this.#counts[i % buckets] = 0;
		this.#newest = Math.max(this.#newest, bucket);
	}
}

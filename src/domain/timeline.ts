const second = 1_000;
const day = 86_400 * second;
/** Each is a multiple of the one before, so that narrow buckets sum up to wide ones. */
const widths = [1, 2, 10, 30, 60, 120, 600, 1_800, 3_600, 7_200, 21_600, 43_200].map(
	(seconds) => seconds * second,
);
const mostBuckets = 120;

/** What was settled over time, in buckets without a gap: a pause is a row of empty ones. */
export interface TimeFigures {
	/** When the first bucket begins; epoch milliseconds. */
	readonly from: number;
	readonly widthMs: number;
	readonly succeeded: readonly number[];
	readonly failed: readonly number[];
}

interface Bucket {
	succeeded: number;
	failed: number;
}

/** The width of at most so many buckets, whole multiples of it apart, from the first moment to the last. */
const nextWidth = (width: number): number =>
	widths.find((one) => one > width) ?? (width < day ? day : 2 * width);

/** Counts what happened when, in any order. The buckets are as wide as they have to be for at most 120 of them. */
export class Timeline {
	#widthMs = widths[0] ?? second;
	/** By the bucket's number from the epoch. */
	#buckets = new Map<number, Bucket>();
	#first = Infinity;
	#last = -Infinity;

	/** `at`: epoch milliseconds. */
	add(at: number, succeeded: boolean): void {
		if (!Number.isFinite(at)) return;
		this.#reach(Math.floor(at / this.#widthMs));
		const bucket = this.#bucket(Math.floor(at / this.#widthMs));
		if (succeeded) bucket.succeeded += 1;
		else bucket.failed += 1;
	}

	get figures(): TimeFigures {
		const length = this.#buckets.size === 0 ? 0 : this.#last - this.#first + 1;
		const at = (i: number): Bucket | undefined => this.#buckets.get(this.#first + i);
		return {
			from: length === 0 ? 0 : this.#first * this.#widthMs,
			widthMs: this.#widthMs,
			succeeded: Array.from({ length }, (_, i) => at(i)?.succeeded ?? 0),
			failed: Array.from({ length }, (_, i) => at(i)?.failed ?? 0),
		};
	}

	#bucket(number: number): Bucket {
		const bucket = this.#buckets.get(number) ?? { succeeded: 0, failed: 0 };
		this.#buckets.set(number, bucket);
		return bucket;
	}

	#reach(number: number): void {
		this.#first = Math.min(this.#first, number);
		this.#last = Math.max(this.#last, number);
		while (this.#last - this.#first >= mostBuckets) this.#widen();
	}

	#widen(): void {
		const width = nextWidth(this.#widthMs);
		const ratio = width / this.#widthMs;
		const before = this.#buckets;
		this.#widthMs = width;
		this.#buckets = new Map();
		this.#first = Math.floor(this.#first / ratio);
		this.#last = Math.floor(this.#last / ratio);
		for (const [number, { succeeded, failed }] of before) {
			const bucket = this.#bucket(Math.floor(number / ratio));
			bucket.succeeded += succeeded;
			bucket.failed += failed;
		}
	}
}

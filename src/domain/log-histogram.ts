/** So many buckets an octave: what is read back is within 2^(1/16) − 1, that is 4.4 %, of what was put in. */
const perOctave = 8;
/** Past 2^40, a trillion, everything is in the last bucket. */
const bucketCount = 1 + 40 * perOctave;

/** How often numbers of each size were met; those under 1 are told apart from none of their kind. */
export interface Distribution {
	readonly count: number;
	readonly sum: number;
	/** Exact; both 0 where nothing was counted. */
	readonly min: number;
	readonly max: number;
	/** The number of the bucket that `counts` begins with. */
	readonly first: number;
	readonly counts: readonly number[];
}

export const noDistribution: Distribution = {
	count: 0,
	sum: 0,
	min: 0,
	max: 0,
	first: 0,
	counts: [],
};

/** Where a bucket begins; it ends where the next does. */
const floorOf = (bucket: number): number => (bucket <= 0 ? 0 : 2 ** ((bucket - 1) / perOctave));

const bucketOf = (value: number): number =>
	value < 1 ? 0 : Math.min(bucketCount - 1, 1 + Math.floor(perOctave * Math.log2(value)));

/** Counts numbers from 0 on in buckets of equal ratio, in bounded memory however many there are. */
export class LogHistogram {
	readonly #counts = new Float64Array(bucketCount);
	#count = 0;
	#sum = 0;
	#min = Infinity;
	#max = 0;

	/** What is no number, or below 0, is not counted. */
	add(value: number): void {
		if (!Number.isFinite(value) || value < 0) return;
		const bucket = bucketOf(value);
		this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
		this.#count += 1;
		this.#sum += value;
		if (value < this.#min) this.#min = value;
		if (value > this.#max) this.#max = value;
	}

	get distribution(): Distribution {
		if (this.#count === 0) return noDistribution;
		const first = bucketOf(this.#min);
		return {
			count: this.#count,
			sum: this.#sum,
			min: this.#min,
			max: this.#max,
			first,
			counts: Array.from(this.#counts.subarray(first, bucketOf(this.#max) + 1)),
		};
	}
}

/** The number at this share of all of them in order (nearest rank), within its bucket's error; null where there is none. */
export function quantile(distribution: Distribution, share: number): number | null {
	const { count, min, max, first, counts } = distribution;
	if (count === 0) return null;
	const rank = Math.max(1, Math.ceil(share * count));
	if (rank === 1) return min;
	if (rank === count) return max;
	let through = 0;
	const at = counts.findIndex((own) => (through += own) >= rank);
	const bucket = first + at;
	// The middle of the ratio, where the error is the same to both sides; under 1 there is no ratio.
	const middle = bucket === 0 ? 0 : floorOf(bucket) * 2 ** (1 / (2 * perOctave));
	return Math.min(max, Math.max(min, middle));
}

export const meanOf = ({ count, sum }: Distribution): number | null =>
	count === 0 ? null : sum / count;

/** Numbers from `from` up to and without `to`. */
export interface HistogramBar {
	readonly from: number;
	readonly to: number;
	readonly count: number;
}

/** Buckets of several distributions over one axis, each as wide as it has to be for at most `most` of them. */
export function barsOf(
	distributions: readonly Distribution[],
	most: number,
): readonly (readonly HistogramBar[])[] {
	const some = distributions.filter(({ count }) => count > 0);
	if (some.length === 0) return distributions.map(() => []);
	const low = Math.min(...some.map(({ first }) => first));
	const high = Math.max(...some.map(({ first, counts }) => first + counts.length - 1));
	const width = [1, 2, 4, 8, 16, 32].find((one) => groupOf(high, one) - groupOf(low, one) < most);
	const wide = width ?? 64;
	const [from, to] = [groupOf(low, wide), groupOf(high, wide)];
	return distributions.map(({ first, counts }) => {
		const sums = Array.from({ length: to - from + 1 }, () => 0);
		counts.forEach((count, i) => {
			const at = groupOf(first + i, wide) - from;
			sums[at] = (sums[at] ?? 0) + count;
		});
		return sums.map((count, i) => ({
			from: groupFloor(from + i, wide),
			to: groupFloor(from + i + 1, wide),
			count,
		}));
	});
}

/** Bucket 0 is one by itself. */
const groupOf = (bucket: number, width: number): number =>
	bucket === 0 ? 0 : 1 + Math.floor((bucket - 1) / width);

const groupFloor = (group: number, width: number): number =>
	group === 0 ? 0 : floorOf(1 + (group - 1) * width);

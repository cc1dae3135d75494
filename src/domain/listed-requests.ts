import { placeOf, type PlanPlace, type PlanSize } from './plan.ts';

/** They are kept with the run's setup, which is read whole. */
export const mostStretches = 250_000;

/** The requests of a run that are not all of templates × rows × models, by their places in what is. */
export interface ListedRequests {
	/** How many rows the data has; 1 without data. */
	readonly rows: number;
	readonly repeats: number;
	/** In order: the first place of a stretch and how many follow each other from there, then the next stretch. */
	readonly stretches: readonly number[];
}

/** Which places those are, in order and each once. */
export function stretchesOf(places: Iterable<number>): number[] {
	const stretches: number[] = [];
	let next = -1;
	for (const place of places) {
		if (place === next) stretches[stretches.length - 1] = (stretches.at(-1) ?? 0) + 1;
		else stretches.push(place, 1);
		next = place + 1;
	}
	return stretches;
}

/** Whether they are so many places within the plan, in order and each once. */
export function areListed(stretches: readonly number[], count: number, planned: number): boolean {
	let end = 0;
	let found = 0;
	for (let i = 0; i < stretches.length; i += 2) {
		const first = stretches[i] ?? 0;
		const length = stretches[i + 1] ?? 0;
		if (first < end || length < 1) return false;
		end = first + length;
		found += length;
	}
	return found === count && end <= planned;
}

/** Where the listed request of a number stands: found by halving, so that nothing is kept for each. */
export function listedPlaces(
	{ rows, repeats, stretches }: ListedRequests,
	{ templates, models }: Pick<PlanSize, 'templates' | 'models'>,
): (request: number) => PlanPlace {
	const size: PlanSize = { templates, rows, models, ...(repeats > 1 ? { repeats } : {}) };
	const before = new Float64Array(stretches.length / 2);
	let sum = 0;
	before.forEach((_, i) => {
		before[i] = sum;
		sum += stretches[2 * i + 1] ?? 0;
	});
	return (request) => {
		let low = 0;
		let high = before.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >>> 1;
			if ((before[middle] ?? 0) <= request) low = middle;
			else high = middle - 1;
		}
		return placeOf((stretches[2 * low] ?? 0) + request - (before[low] ?? 0), size);
	};
}

/** Keys are looked up for this many requests at a time. */
const windowSize = 2_000;

/**
 * The requests in [from, planned) that have no record, ascending. Each window is read when it is reached, and the
 * windows are fixed stretches of the plan, so that settles behind the cursor change nothing and memory stays one window.
 */
export async function* waitingRequests(
	settledIn: (first: number, last: number) => Promise<readonly number[]>,
	from: number,
	planned: number,
): AsyncGenerator<number, void, undefined> {
	for (let first = from; first < planned; first += windowSize) {
		const end = Math.min(first + windowSize, planned);
		const settled = await settledIn(first, end - 1);
		let next = 0;
		for (let request = first; request < end; request++)
			if (settled[next] === request) next++;
			else yield request;
	}
}

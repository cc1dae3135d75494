import type { RunProgress } from '#domain/run.ts';

/** How much of each new reading goes into what a request costs: it comes to rest within a minute of snapshots. */
const newness = 0.005;
/** Below this share too little is used for the cost of a request to be told from it. */
const leastShare = 0.1;

/**
 * The limits known of a run as one number that its rate can be held against: requests a minute. A limit of tokens stands
 * for as many requests as it lets through at what this run's requests have been counted as, on average.
 */
export class RequestLimit {
	#tokensEach: number | null = null;

	/** Null where no limit is known, and of several models where one has none. */
	perMinute({ limits, settledPerMinute, promptsPerCall = 1 }: RunProgress): number | null {
		const [only] = limits;
		if (only === undefined) return null;
		// The endpoint counts calls, a run its prompts.
		const prompts = (calls: number | null): number | null =>
			calls === null ? null : calls * promptsPerCall;
		if (limits.length > 1) {
			const each = limits.map(({ requestsPerMinute }) => prompts(requestsPerMinute));
			return each.reduce((sum, one) => (sum === null || one === null ? null : sum + one), 0);
		}
		const { tokensPerMinute, tokensShare } = only;
		const requestsPerMinute = prompts(only.requestsPerMinute);
		if (tokensPerMinute === null) return requestsPerMinute;
		if (tokensShare !== null && tokensShare >= leastShare && (settledPerMinute ?? 0) > 0) {
			const seen = (tokensPerMinute * tokensShare) / (settledPerMinute ?? 0);
			this.#tokensEach =
				this.#tokensEach === null ? seen : this.#tokensEach + newness * (seen - this.#tokensEach);
		}
		if (this.#tokensEach === null) return requestsPerMinute;
		return Math.min(requestsPerMinute ?? Infinity, tokensPerMinute / this.#tokensEach);
	}
}

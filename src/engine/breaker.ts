const fullBudget = 50;
/** What a closed breaker starts with again: enough for a few faults, too little for a second outage. */
const budgetAfterOutage = 10;
const firstOpenMs = 5_000;
const longestOpenMs = 60_000;
/** So many faults in a row, of so many requests, are an outage even while the budget lasts: few in flight spend it too slowly. */
const faultsInARow = 10;
const differentRequests = 4;

/**
 * Tells an outage from faults. All attempts share a budget: a success adds half, a fault takes one. When it is spent the
 * breaker opens: nothing leaves for 5 seconds, doubling to 60, then one request at a time probes.
 */
export class Breaker {
	#budget = fullBudget;
	#openedAt: number | null = null;
	#until = 0;
	#failedProbes = 0;
	#isProbing = false;
	#faults = 0;
	readonly #faulty = new Set<number>();

	get isOpen(): boolean {
		return this.#openedAt !== null;
	}

	/** Probes that failed since it opened. */
	get failedProbes(): number {
		return this.#failedProbes;
	}

	/** When a probe may leave; the clock's time. */
	get until(): number {
		return this.#until;
	}

	/** 0: a request may leave; null: an answer decides. */
	waitMs(now: number): number | null {
		if (!this.isOpen) return 0;
		return this.#isProbing ? null : Math.max(0, this.#until - now);
	}

	left(): void {
		if (this.isOpen) this.#isProbing = true;
	}

	/** The endpoint answered a request that left at `sentAt`, whatever it said. */
	answered(sentAt: number): void {
		this.#faults = 0;
		this.#faulty.clear();
		this.#budget = Math.min(fullBudget, this.#budget + 0.5);
		// An answer to what left before the outage says nothing about now.
		if (this.#openedAt === null || sentAt < this.#until) return;
		this.#openedAt = null;
		this.#isProbing = false;
		this.#failedProbes = 0;
		this.#budget = Math.max(this.#budget, budgetAfterOutage);
	}

	/** A request that left at `sentAt` was given up by us: a probe that tells nothing lets the next one leave. */
	givenUp(sentAt: number): void {
		if (sentAt >= this.#until) this.#isProbing = false;
	}

	/** No answer, or a fault. False where the outage is to blame, and the request is not to be charged. */
	faulted(request: number, sentAt: number, now: number): boolean {
		if (this.isOpen) {
			if (sentAt >= this.#until) {
				this.#isProbing = false;
				this.#failedProbes++;
				this.#until = now + Math.min(longestOpenMs, firstOpenMs * 2 ** this.#failedProbes);
			}
			return false;
		}
		this.#budget--;
		this.#faults++;
		if (this.#faulty.size < differentRequests) this.#faulty.add(request);
		if (this.#budget > 0 && (this.#faults < faultsInARow || this.#faulty.size < differentRequests))
			return true;
		this.#openedAt = now;
		this.#isProbing = false;
		this.#failedProbes = 0;
		this.#until = now + firstOpenMs;
		return false;
	}
}

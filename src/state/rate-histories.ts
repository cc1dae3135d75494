import { isActive, settledCount, type RunProgress } from '#domain/run.ts';
import type { PageClock } from './page-clock.ts';
import { RequestLimit } from './request-limit.ts';
import { noHistory, withSnapshot, type RateHistory } from './rate-history.ts';

/** The histories of all runs that went while this page was open, whichever of them was shown. */
export class RateHistories {
	readonly #clock: PageClock;
	readonly #kept = new Map<string, { history: RateHistory; readonly limit: RequestLimit }>();

	constructor(clock: PageClock) {
		this.#clock = clock;
	}

	of(runId: string): RateHistory {
		return this.#kept.get(runId)?.history ?? noHistory;
	}

	/** The same snapshot a second time changes nothing. The one that ends a session still counts what it settled. */
	record(progress: RunProgress): void {
		const { runId, phase, counters, rateLimited } = progress;
		const kept = this.#kept.get(runId);
		const settled = settledCount(counters);
		if (!isActive(phase) && (kept === undefined || settled <= kept.history.lastSettled)) return;
		const { history, limit } = kept ?? { history: noHistory, limit: new RequestLimit() };
		this.#kept.set(runId, {
			limit,
			history: withSnapshot(
				history,
				this.#clock.now(),
				settled,
				rateLimited,
				limit.perMinute(progress),
			),
		});
	}
}

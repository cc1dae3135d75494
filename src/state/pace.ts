import {
	isActive,
	settledCount,
	type HeldBackBy,
	type LearnedLimits,
	type RunProgress,
} from '#domain/run.ts';
import type { PageClock } from './page-clock.ts';
import {
	isUnsettled,
	noReason,
	reasonWindowMs,
	settleReason,
	withReason,
	type SteadyReason,
} from './steady-reason.ts';

/** How fast a run goes and why not faster, as it can be read: it stands for a second at least. */
export interface Pace {
	readonly heldBackBy: HeldBackBy | null;
	/** Until when a cooldown or an outage holds the whole run; epoch milliseconds. */
	readonly until: number | null;
	readonly settledPerMinute: number | null;
	readonly secondsLeft: number | null;
	readonly limits: readonly LearnedLimits[];
	readonly retries: number;
	readonly rateLimited: number;
	readonly concurrency: number;
}

/** Below this the half minute that rates are measured over holds too few answers: the limit itself is the better rate. */
const fewPerMinute = 20;

/** Makes a pace that can be read out of ten snapshots a second. */
export class PaceReader {
	readonly #clock: PageClock;
	readonly #show: (pace: Pace) => void;
	#reason: SteadyReason = noReason;
	#latest: RunProgress | null = null;
	/** When a cooldown or an outage was last said to end. */
	#until: number | null = null;
	/** The rate when nothing but a limit or the endpoint's own speed held the run back. */
	#freeRate: number | null = null;
	#cancel: (() => void) | null = null;

	constructor(clock: PageClock, show: (pace: Pace) => void) {
		this.#clock = clock;
		this.#show = show;
	}

	take(progress: RunProgress): void {
		const before = this.#latest;
		this.#latest = progress;
		const restarts = before?.phase.name !== progress.phase.name;
		if (restarts) {
			this.#reason = noReason;
			this.#until = null;
		}
		this.#reason = withReason(this.#reason, this.#clock.now(), progress.heldBackBy);
		if (progress.cooldownUntil !== null) this.#until = progress.cooldownUntil;
		if (restarts || !isActive(progress.phase)) {
			this.#tell();
			return;
		}
		this.#tellSoon();
	}

	dispose(): void {
		this.#cancel?.();
		this.#cancel = null;
	}

	#tellSoon(): void {
		this.#cancel ??= this.#clock.after(reasonWindowMs, () => {
			this.#tell();
			// During a long wait no snapshot comes that would bring the reason to be said.
			if (isUnsettled(this.#reason)) this.#tellSoon();
		});
	}

	#tell(): void {
		this.dispose();
		const progress = this.#latest;
		if (progress === null) return;
		const now = this.#clock.now();
		this.#reason = settleReason(this.#reason, now);
		const heldBackBy = this.#reason.said;
		if (!isStandstill(heldBackBy)) this.#freeRate = progress.settledPerMinute;
		const until = this.#until !== null && this.#until > now ? this.#until : null;
		const { settledPerMinute, limits, retries, rateLimited, concurrency } = progress;
		this.#show({
			heldBackBy,
			until,
			settledPerMinute,
			secondsLeft: this.#secondsLeft(progress, heldBackBy, until, now),
			limits,
			retries,
			rateLimited,
			concurrency,
		});
	}

	#secondsLeft(
		progress: RunProgress,
		heldBackBy: HeldBackBy | null,
		until: number | null,
		now: number,
	): number | null {
		if (progress.phase.name !== 'running') return null;
		const { counters, limits, promptsPerCall = 1 } = progress;
		const left = counters.planned - settledCount(counters);
		const at = (perMinute: number | null): number | null =>
			perMinute === null || perMinute === 0 ? null : (left * 60) / perMinute;
		if (heldBackBy === 'outage' || heldBackBy === 'firstRequest') return null;
		if (heldBackBy === 'cooldown') {
			const afterwards = at(this.#freeRate);
			return afterwards === null ? null : afterwards + Math.max(0, (until ?? now) - now) / 1_000;
		}
		const perMinute = limits.length === 1 ? (limits[0]?.requestsPerMinute ?? null) : null;
		if (heldBackBy === 'requestsPerMinute' && perMinute !== null && perMinute <= fewPerMinute)
			return at(perMinute * promptsPerCall);
		return progress.secondsLeft;
	}
}

/** Nothing leaves meanwhile, so that the rate of that time says nothing about the rest. */
const isStandstill = (reason: HeldBackBy | null): boolean =>
	reason === 'cooldown' || reason === 'outage' || reason === 'firstRequest';

import type { HeldBackBy } from '#domain/run.ts';

/** What held the release back, and since when; epoch milliseconds, oldest first. */
export interface SteadyReason {
	readonly seen: readonly { readonly at: number; readonly reason: HeldBackBy | null }[];
	/** What is said; it changes only where another has held back for most of the last second. */
	readonly said: HeldBackBy | null;
}

export const noReason: SteadyReason = { seen: [], said: null };

/** Reasons change many times a second where a run goes along a limit; words that did so could not be read. */
export const reasonWindowMs = 1_000;

/** A snapshot says what holds back from `at` until the next one. */
export function withReason(
	steady: SteadyReason,
	at: number,
	reason: HeldBackBy | null,
): SteadyReason {
	const last = steady.seen.at(-1);
	if (last?.reason === reason) return steady;
	// A clock that was set back must not keep what is over.
	const before = steady.seen.filter((seen) => seen.at < at);
	const firstInside = before.findIndex((seen) => seen.at > at - reasonWindowMs);
	// The one before the window reaches into it.
	const kept = firstInside === -1 ? before.slice(-1) : before.slice(Math.max(0, firstInside - 1));
	return { ...steady, seen: [...kept, { at, reason }] };
}

/** Says what held back longest during the last second. Nothing holds back between two sendings: that has no say beside a reason. */
export function settleReason(steady: SteadyReason, now: number): SteadyReason {
	const lasted = new Map<HeldBackBy, number>();
	let total = 0;
	steady.seen.forEach(({ at, reason }, i) => {
		const end = steady.seen[i + 1]?.at ?? now;
		const ms = end - Math.max(at, now - reasonWindowMs);
		if (reason === null || ms <= 0) return;
		total += ms;
		lasted.set(reason, (lasted.get(reason) ?? 0) + ms);
	});
	for (const [reason, ms] of lasted) if (ms > total / 2) return { ...steady, said: reason };
	if (total === 0) return { ...steady, said: steady.seen.at(-1)?.reason ?? null };
	// Where none has most of it, what is said stands as long as it has a part.
	if (steady.said !== null && lasted.has(steady.said)) return steady;
	const [longest] = [...lasted].sort(([, a], [, b]) => b - a);
	return { ...steady, said: longest?.[0] ?? null };
}

/** Whether time alone may still change what is said. */
export const isUnsettled = ({ seen, said }: SteadyReason): boolean =>
	seen.length > 0 && seen.at(-1)?.reason !== said;

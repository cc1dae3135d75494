import type { PastAttempt, SettledRequest } from './outcome.ts';

/** The attempts at a request before the one that counts. */
export interface AttemptHistory {
	/** Oldest first; of very many the first and the last. */
	readonly past: readonly PastAttempt[];
	/** How many are missing between those. */
	readonly omitted: number;
}

/** What began it, and how it ended: what is between tells little more, and a request may meet thousands of 429s. */
const keptFirst = 5;
const keptLast = 15;

export const noHistory: AttemptHistory = { past: [], omitted: 0 };

/** One more attempt; those before it are not looked at again. */
export function withAttempt(
	{ past, omitted }: AttemptHistory,
	attempt: PastAttempt,
): AttemptHistory {
	const all = [...past, attempt];
	const extra = all.length - keptFirst - keptLast;
	if (extra <= 0) return { past: all, omitted };
	return {
		past: [...all.slice(0, keptFirst), ...all.slice(keptFirst + extra)],
		omitted: omitted + extra,
	};
}

const joinedHistories = (before: AttemptHistory, after: AttemptHistory): AttemptHistory => {
	const joined = after.past.reduce(withAttempt, before);
	return { ...joined, omitted: joined.omitted + after.omitted };
};

/** With the wait after the last of them. */
export const lastWaited = ({ past, omitted }: AttemptHistory, waitedMs: number): AttemptHistory => {
	const last = past.at(-1);
	return last === undefined
		? { past, omitted }
		: { past: [...past.slice(0, -1), { ...last, waitedMs: Math.max(0, waitedMs) }], omitted };
};

type Remembering = Pick<SettledRequest, 'past' | 'pastOmitted'>;

export const historyOf = ({ past = [], pastOmitted = 0 }: Remembering): AttemptHistory => ({
	past,
	omitted: pastOmitted,
});

/** The fields of a settled request that hold it. */
export const historyFields = ({ past, omitted }: AttemptHistory): Remembering => ({
	...(past.length === 0 ? {} : { past }),
	...(omitted === 0 ? {} : { pastOmitted: omitted }),
});

/** All attempts at a request that had settled and is sent again: its last one is a past one now. */
export function historyWithLast(settled: SettledRequest): AttemptHistory {
	const before = historyOf(settled);
	// Never sent, it was no attempt.
	if (settled.attempts === 0) return before;
	const { startedAt, latencyMs, outcome } = settled;
	const requestId = outcome.ok ? outcome.value.requestId : undefined;
	const { past, omitted } = withAttempt(before, {
		startedAt,
		latencyMs: Math.round(latencyMs),
		failure: outcome.ok ? null : outcome.error,
		...(requestId === undefined ? {} : { requestId }),
		waitedMs: 0,
		settled: true,
	});
	// An answer that stood while a new one was asked for in vain has later attempts beside it.
	return { past: past.toSorted((a, b) => a.startedAt - b.startedAt), omitted };
}

/** Those that are not known: a journal may be read twice, and an attempt is told once. */
const without = (
	past: readonly PastAttempt[],
	known: readonly { readonly startedAt: number }[],
): readonly PastAttempt[] => {
	const times = new Set(known.map(({ startedAt }) => startedAt));
	return past.filter(({ startedAt }) => !times.has(startedAt));
};

/** What is settled anew, with all that was before it in front. */
export function withHistoryBefore(settled: SettledRequest, before: AttemptHistory): SettledRequest {
	const own = historyOf(settled);
	const earlier = without(before.past, [...own.past, settled]);
	const last = earlier.at(-1);
	if (last === undefined) return settled;
	const nextAt = own.past[0]?.startedAt ?? settled.startedAt;
	const waited = lastWaited(
		{ past: earlier, omitted: before.omitted },
		nextAt - last.startedAt - last.latencyMs,
	);
	return { ...settled, ...historyFields(joinedHistories(waited, own)) };
}

/** With the attempts that came in vain after the answer that stands. */
export function withHistoryBeside(standing: SettledRequest, vain: SettledRequest): SettledRequest {
	const known = historyOf(standing);
	const { past, omitted } = historyWithLast(vain);
	const after = { past: without(past, [...known.past, standing]), omitted };
	return { ...standing, ...historyFields(joinedHistories(known, after)) };
}

import {
	historyFields,
	lastWaited,
	noHistory,
	withAttempt,
	type AttemptHistory,
} from '#domain/attempt-history.ts';
import type { Failure } from '#domain/failure.ts';
import type { SettledRequest } from '#domain/outcome.ts';

/** The attempts at a call so far, each of which went wrong. */
export interface Attempted {
	/** When the first left, and when the last ended; the clock's time. */
	readonly firstLeftAt: number;
	readonly endedAt: number;
	/** What the last of them waited is known once the next has left. */
	readonly history: AttemptHistory;
}

/** One attempt: when it left in both times, and when it ended. */
export interface Attempt {
	readonly startedAt: number;
	readonly leftAt: number;
	readonly endedAt: number;
}

const historyUntil = (before: Attempted | null, leftAt: number): AttemptHistory =>
	before === null ? noHistory : lastWaited(before.history, Math.round(leftAt - before.endedAt));

/** What is remembered of a call that goes back for another attempt. */
export const attemptedAgain = (
	before: Attempted | null,
	{ startedAt, leftAt, endedAt }: Attempt,
	failure: Failure,
): Attempted => ({
	firstLeftAt: before?.firstLeftAt ?? leftAt,
	endedAt,
	history: withAttempt(historyUntil(before, leftAt), {
		startedAt,
		latencyMs: Math.round(endedAt - leftAt),
		failure,
		waitedMs: 0,
	}),
});

/** What a request that settles with this attempt tells of those before it, and of its wait before the first. */
export const attemptedBefore = (
	before: Attempted | null,
	{ leftAt }: Attempt,
	{ takenAt }: { readonly takenAt?: number },
): Pick<SettledRequest, 'queuedMs' | 'past' | 'pastOmitted'> => ({
	...(takenAt === undefined
		? {}
		: { queuedMs: Math.round((before?.firstLeftAt ?? leftAt) - takenAt) }),
	...(before === null ? {} : historyFields(historyUntil(before, leftAt))),
});

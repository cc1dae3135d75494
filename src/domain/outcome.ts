import type { Completion } from './completion.ts';
import type { Failure } from './failure.ts';
import type { JsonObject } from './json.ts';
import type { Result } from './result.ts';

/** What one attempt came to. */
export type AttemptOutcome = Result<Completion, Failure>;

/** What one call came to that asked for one or more: a completion for each request in its order, or a failure of all. */
export type CallOutcome = Result<readonly Completion[], Failure>;

/** A call that asked for several requests at once: its usage is that of all of them. */
export interface SharedCall {
	readonly size: number;
	/** The request's place in it, from 0. */
	readonly position: number;
}

/** An attempt that was followed by another. */
export interface PastAttempt {
	/** When it left; epoch milliseconds. */
	readonly startedAt: number;
	readonly latencyMs: number;
	/** Null: it brought an answer that was cut off, and a new one was asked for. */
	readonly failure: Failure | null;
	/** Where the endpoint gave one with an answer; that of a failure stands in it. */
	readonly requestId?: string;
	/** From its end until the next left; milliseconds. */
	readonly waitedMs: number;
	/** It had settled the request, which a person then had sent again: what it waited is no backoff. */
	readonly settled?: true;
}

/** What was sent for a request of which the run itself cannot tell it. */
export interface SentRequest {
	/** The model and every parameter. */
	readonly modelArgs: JsonObject;
	/** Left out: there was one. */
	readonly connection?: string;
}

/** A request that is done: it has its choices, or it has failed for good. */
export interface SettledRequest {
	/** Its place in the plan. */
	readonly request: number;
	readonly outcome: AttemptOutcome;
	/** HTTP attempts made, 429s that cost nothing not counted. */
	readonly attempts: number;
	/** When the last attempt left; epoch milliseconds. */
	readonly startedAt: number;
	/** How long the last attempt took, without waits before it. */
	readonly latencyMs: number;
	/** The number of the run's revision that it was sent under; left out: as the run was started. */
	readonly revision?: number;
	/** Left out: it travelled alone. */
	readonly call?: SharedCall;
	/** From its being taken up until its first attempt left; milliseconds. Left out: it was not measured. */
	readonly queuedMs?: number;
	/** The other attempts, oldest first; of very many the first and the last. Left out: there were none. */
	readonly past?: readonly PastAttempt[];
	/** How many are missing between those first and last ones; left out: none. */
	readonly pastOmitted?: number;
	/** Of a run read from results; left out: as the run and its revisions have it. */
	readonly sent?: SentRequest;
}

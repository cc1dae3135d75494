import type { Failure, LimitReading } from '#domain/failure.ts';
import type { CallOutcome, SettledRequest } from '#domain/outcome.ts';
import type { CallKey } from './gathering.ts';
import type { Lane } from './lane.ts';
import type { Limiter } from './limiter.ts';

/** Time as the engine sees it: given, so that tests run in virtual time. */
export interface Clock {
	/** Milliseconds; never goes back. */
	now(): number;
	/** Epoch milliseconds, for what is stored. */
	epoch(): number;
	/** Resolves after `ms`, or at once when the signal aborts; never rejects. */
	sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** What the engine needs of the world. It knows neither the endpoint nor the store. */
export interface EnginePorts {
	readonly clock: Clock;
	/** Uniform in [0, 1). */
	readonly random: () => number;
	/** The requests that are not settled, in plan order; pulled one by one, so that no list of them is held. */
	readonly waiting: AsyncIterable<number>;
	/**
	 * Which of `models` a request is for (of several connections each has its own), from 0. Where there are several, `waiting` is gone through once for each, so that
	 * a model that has to wait holds up no other and nothing is listed: it gives a fresh iterator each time.
	 */
	readonly scopeOf?: (request: number) => number;
	/** The tokens that the endpoint will count for a request, about; 0 where left out. */
	readonly estimate?: (request: number) => Promise<number>;
	/** Requests travel in one call only where this is the same; asked after the estimate. Left out: all may. */
	readonly callKey?: (request: number) => CallKey;
	/** Why a request cannot succeed and is settled without being sent; null: it may be sent. Left out: every one may. */
	readonly unsendable?: (request: number) => Promise<Failure | null>;
	/** Whether everything planned has settled: a pause has then kept nothing back. Left out: not known. */
	readonly isDone?: () => boolean;
	/**
	 * One attempt at these requests, in one call. Never rejects; once the signal has aborted its failure is dropped. `hear` is told what an answer says of
	 * the limits beside it; `left` is called as it leaves, where it has to wait on its way. Null: it had to wait on its way, and did not leave because the session was ending by then.
	 */
	readonly send: (
		requests: readonly number[],
		signal: AbortSignal,
		hear: (readings: readonly LimitReading[]) => void,
		left: () => void,
	) => Promise<CallOutcome | null>;
	/** Resolves once the outcome is stored; rejects where it could not be. */
	readonly settle: (settled: SettledRequest) => Promise<void>;
	/** Something that `snapshot()` shows has changed. Called often: the listener thins it out. */
	readonly onChange: () => void;
}

export interface EngineOptions {
	/** The calls that may be in flight at once, already within the browser's ceiling. */
	readonly concurrency: number;
	readonly maxRetries: number;
	/** The most requests that travel in one call; left out: each alone. */
	readonly promptsPerCall?: number;
	/** Each has limits of its own; one without a name where left out. */
	readonly models?: readonly string[];
	/** One for each model, shared with what else is sent to it with the same key. Left out: new ones that learn. */
	readonly limiters?: readonly Limiter[];
	/** For each model that of its connection; left out: all go to one, which takes as many as the run. */
	readonly lanes?: readonly Lane[];
}

/** Why an attempt went wrong. The kind is for code; the page's wording says what it means and what to do. */
export type FailureKind =
	// The whole run would fail the same way.
	| 'unauthorized'
	| 'forbidden'
	| 'quotaExhausted'
	| 'modelNotFound'
	| 'wrongEndpoint'
	| 'notAnApi'
	/** A setting of the run is not taken by this model. */
	| 'parameterRefused'
	// This request will never succeed as it is.
	| 'badRequest'
	| 'contextLengthExceeded'
	| 'contentFiltered'
	| 'requestTooLarge'
	// Worth another attempt.
	| 'rateLimited'
	| 'overloaded'
	| 'serverError'
	| 'timeout'
	| 'conflict'
	| 'network'
	| 'malformed'
	// Ours.
	/** Longer than the context window that was typed, however it is counted: it was not sent. */
	| 'promptTooLong'
	| 'storage'
	/** The browser has lost outcomes that it had stored. */
	| 'resultsLost';

/** What a 429 says of the limit that it met: `Limit 500, Used 500, Requested 1`. */
export interface LimitReading {
	readonly dimension: 'requests' | 'tokens';
	readonly per: 'minute' | 'day';
	readonly limit: number;
	readonly used: number;
	readonly requested: number;
}

/** A parameter that was sent and that the endpoint does not take, or not with its value. */
export interface RefusedParameter {
	readonly model: string;
	/** As it stands in the request's body, at its top level; of `reasoning` and `text` a path, such as `reasoning.effort`. */
	readonly name: string;
	/** What the same is called that this model takes; null where nothing stands for it. */
	readonly replacement: string | null;
	/** Where that was, in a run with several connections. */
	readonly origin?: string;
}

/** Plain data: it is stored, exported and crosses the worker's wire. Secrets are already redacted. */
export interface Failure {
	readonly kind: FailureKind;
	/** The endpoint's own words where it gave any, at most a few hundred characters. */
	readonly message: string;
	/** HTTP status; null where no answer came. */
	readonly status: number | null;
	/** The API's error code or type. */
	readonly code: string | null;
	readonly requestId: string | null;
	/** The wait the endpoint asked for, in milliseconds. */
	readonly waitMs: number | null;
	/** The limit that was met, where the endpoint named its numbers. */
	readonly limit?: LimitReading | null;
	/** Where a setting was refused: of `parameterRefused`, and of a `badRequest` that lies with the row. */
	readonly parameter?: RefusedParameter;
	/** Which of several connections it came from, by name; left out where there is one. */
	readonly connection?: string;
}

/**
 * - `stopRun`: no new request leaves; the request stays waiting; a person has to mend something.
 * - `failRequest`: this request has failed for good.
 * - `cooldown`: costs no attempt; the request goes back in row order and nothing leaves until the wait is over.
 * - `retry`: another attempt after a backoff, while attempts are left.
 */
export type Verdict = 'stopRun' | 'failRequest' | 'cooldown' | 'retry';

const verdicts: Readonly<Record<FailureKind, Verdict>> = {
	unauthorized: 'stopRun',
	forbidden: 'stopRun',
	quotaExhausted: 'stopRun',
	modelNotFound: 'stopRun',
	wrongEndpoint: 'stopRun',
	notAnApi: 'stopRun',
	parameterRefused: 'stopRun',
	storage: 'stopRun',
	resultsLost: 'stopRun',
	promptTooLong: 'failRequest',
	badRequest: 'failRequest',
	contextLengthExceeded: 'failRequest',
	contentFiltered: 'failRequest',
	requestTooLarge: 'failRequest',
	rateLimited: 'cooldown',
	overloaded: 'retry',
	serverError: 'retry',
	timeout: 'retry',
	conflict: 'retry',
	network: 'retry',
	malformed: 'retry',
};

/** Every kind there is. */
// The keys of a literal are all that it has.
export const failureKinds = Object.keys(verdicts) as readonly FailureKind[];

export const verdictOf = (failure: Failure): Verdict => verdicts[failure.kind];

import { modelColumnOf, type Binding } from './bindings.ts';
import { choiceMarks, finishReasonOf, markOf, usageOf, type ChoiceMark } from './completion.ts';
import type { Connection, Endpoint } from './connection.ts';
import type { ConnectionShare } from './connection-share.ts';
import type { Failure, FailureKind } from './failure.ts';
import type { JsonObject } from './json.ts';
import type { ListedRequests } from './listed-requests.ts';
import type { SettledRequest } from './outcome.ts';
import type { RequestParameters, RunLimits } from './parameters.ts';
import { plannedRequests, type PlanSize } from './plan.ts';
import type { PromptTemplate } from './prompt.ts';
import type { Repair } from './repair.ts';
import type { RowChoice } from './rows.ts';
import { termsOf, type RunRevision, type Terms } from './revision.ts';

/** Everything a run needs but the key and the rows. Stored with the run and never changed. */
export interface RunSetup {
	readonly name: string;
	readonly connection: Connection;
	readonly endpoint: Endpoint;
	readonly models: readonly string[];
	/** At least one; all of the kind that the endpoint takes. */
	readonly templates: readonly PromptTemplate[];
	/** Null: no data, one request for each template and model. */
	readonly datasetId: string | null;
	/** How many rows the run goes over, or requests where they are listed; 1 without data. */
	readonly rowCount: number;
	/** The column whose text is each row's id; null: the row's number from 0. */
	readonly idColumn: string | null;
	readonly parameters: RequestParameters;
	readonly limits: RunLimits;
	/** The most prompts that travel in one call, of Completions; left out: each alone. */
	readonly promptsPerRequest?: number;
	/** Tokens of prompt and answer that every model of the run takes, as typed; null or left out: not known. */
	readonly contextWindow?: number | null;
	/** What earlier runs had learned of these models; left out: nothing. */
	readonly repairs?: readonly Repair[];
	/** Which rows those are; left out: all. */
	readonly rows?: RowChoice;
	/** `pair`: template i with row i; left out: every template with every row. */
	readonly pairing?: 'cross' | 'pair';
	/** What each of `models` is sent beside, or in place of, what all are; left out: nothing. */
	readonly modelParameters?: readonly JsonObject[];
	/**
	 * What each row sends of its own; left out: nothing. Where `model` is bound, `models` are those of the cells, and the
	 * first of them is that of the blank ones.
	 */
	readonly bindings?: readonly Binding[];
	/** How many requests are made of each, where the endpoint answers but once a request; left out: one. */
	readonly repeats?: number;
	/** Two or more, the first of them for `connection`; left out: all requests go there. */
	readonly shares?: readonly ConnectionShare[];
	/** Left out: it was started in this browser. */
	readonly cameFrom?: RunOrigin;
	/** Of a run read from results: which requests those are, where they are not every template with every row and model. */
	readonly listed?: ListedRequests;
}

/** The file that a run came from. */
export interface RunOrigin {
	readonly file: string;
	/** The run's id where it was started. */
	readonly runId: string;
	/** The file held results alone: neither where they were asked for nor all settings, so that none can be asked for again. */
	readonly isResults?: true;
}

/** Whether a run can only be looked at: nothing of it is ever sent. */
export const isReadOnly = ({ cameFrom }: RunSetup): boolean => cameFrom?.isResults === true;

export const planSizeOf = ({
	templates,
	rowCount,
	models,
	bindings = [],
	pairing,
	repeats,
	listed,
}: RunSetup): PlanSize => ({
	templates: templates.length,
	rows: rowCount,
	models: modelColumnOf(bindings) === null && listed === undefined ? models.length : 1,
	// What is listed has a template of its own for each request, as pairs have.
	...(pairing === 'pair' || listed !== undefined ? { paired: true } : {}),
	...(repeats === undefined ? {} : { repeats }),
});

/** How many choices are asked for each template, row and model, in however many requests. */
export const choicesAsked = ({ parameters, repeats = 1 }: RunSetup): number =>
	parameters.completionsPerPrompt * repeats;

/** Where a run stands. `running` and `pausing` are true only while a worker is at it. */
export type RunPhase =
	| { readonly name: 'running' }
	/** What is in flight finishes; nothing new leaves. */
	| { readonly name: 'pausing' }
	| { readonly name: 'paused' }
	| { readonly name: 'stopped' }
	/** The tab or the browser went away while it was running. */
	| { readonly name: 'interrupted' }
	| { readonly name: 'needsAttention'; readonly failure: Failure }
	| { readonly name: 'finished' };

export const isActive = (phase: RunPhase): boolean =>
	phase.name === 'running' || phase.name === 'pausing';

/** How a stored phase reads when no worker is at the run. */
export const settledPhase = (phase: RunPhase): RunPhase =>
	isActive(phase) ? { name: 'interrupted' } : phase;

/** Sums over the settled requests of a run: stored with each outcome, never counted again. */
export interface RunCounters {
	readonly planned: number;
	readonly succeeded: number;
	readonly failed: number;
	readonly choices: number;
	/** HTTP attempts of settled requests. */
	readonly attempts: number;
	readonly promptTokens: number;
	readonly completionTokens: number;
	readonly marks: Readonly<Record<ChoiceMark, number>>;
	readonly finishReasons: Readonly<Record<string, number>>;
	readonly failures: Readonly<Partial<Record<FailureKind, number>>>;
}

export const emptyCounters = (size: PlanSize): RunCounters => ({
	planned: plannedRequests(size),
	succeeded: 0,
	failed: 0,
	choices: 0,
	attempts: 0,
	promptTokens: 0,
	completionTokens: 0,
	marks: { complete: 0, truncated: 0, refused: 0, filtered: 0, empty: 0 },
	finishReasons: {},
	failures: {},
});

export const settledCount = (counters: RunCounters): number => counters.succeeded + counters.failed;

export const waitingCount = (counters: RunCounters, inFlight: number): number =>
	Math.max(0, counters.planned - settledCount(counters) - inFlight);

const plusOne = <K extends string>(
	record: Readonly<Partial<Record<K, number>>>,
	key: K,
): Readonly<Partial<Record<K, number>>> => ({
	...record,
	// An endpoint may send any text as a reason, `constructor` too: only the record's own keys count.
	[key]: (Object.hasOwn(record, key) ? (record[key] ?? 0) : 0) + 1,
});

/** The counters with one more settled request. */
export function countSettled(counters: RunCounters, settled: SettledRequest): RunCounters {
	const attempts = counters.attempts + settled.attempts;
	if (!settled.outcome.ok)
		return {
			...counters,
			attempts,
			failed: counters.failed + 1,
			failures: plusOne(counters.failures, settled.outcome.error.kind),
		};
	const { rest, choices } = settled.outcome.value;
	const { call } = settled;
	// Every completion of a call tells what the whole call cost.
	const usage = usageOf(call === undefined || call.position === 0 ? rest : {});
	return {
		...countAnswer(counters, choices),
		attempts,
		promptTokens: counters.promptTokens + (usage.promptTokens ?? 0),
		completionTokens: counters.completionTokens + (usage.completionTokens ?? 0),
	};
}

/** An answer that counts as one; what it cost is counted apart. */
export function countAnswer(counters: RunCounters, choices: readonly JsonObject[]): RunCounters {
	const marks = { ...counters.marks };
	let finishReasons = counters.finishReasons;
	for (const choice of choices) {
		marks[markOf(choice)] += 1;
		const reason = countedUnder(finishReasons, reasonOf(choice), mostReasons);
		finishReasons = plusOne(finishReasons, reason) as Record<string, number>;
	}
	const { succeeded, choices: counted } = counters;
	return {
		...counters,
		succeeded: succeeded + 1,
		choices: counted + choices.length,
		marks,
		finishReasons,
	};
}

/** Undoes `countAnswer`: its request waits again. What it cost was paid all the same, and stays counted. */
export function uncountAnswer(counters: RunCounters, choices: readonly JsonObject[]): RunCounters {
	const marks = { ...counters.marks };
	const reasons = new Map(Object.entries(counters.finishReasons));
	for (const choice of choices) {
		marks[markOf(choice)] -= 1;
		const reason = countedUnder(Object.fromEntries(reasons), reasonOf(choice), 0);
		reasons.set(reason, (reasons.get(reason) ?? 0) - 1);
	}
	return {
		...counters,
		succeeded: counters.succeeded - 1,
		choices: counters.choices - choices.length,
		marks,
		finishReasons: Object.fromEntries([...reasons].filter(([, count]) => count > 0)),
	};
}

const reasonOf = (choice: JsonObject): string => finishReasonOf(choice)?.slice(0, 60) ?? 'none';

/** Models have a handful. An endpoint that sends another text each time must not make the counters grow with the run. */
const mostReasons = 30;

/** A reason that is counted already has a place of its own; the others have one only while there are fewer than `places`. */
const countedUnder = (
	counted: Readonly<Record<string, number>>,
	reason: string,
	places: number,
): string =>
	Object.hasOwn(counted, reason) || Object.keys(counted).length < places ? reason : 'other';

/** The counters once every failed request waits again. */
export const withoutFailed = (counters: RunCounters): RunCounters => ({
	...counters,
	failed: 0,
	failures: {},
});

/** Choices that are not plain complete answers, for the page's warning counts. */
export const markedChoices = (counters: RunCounters): readonly (readonly [ChoiceMark, number])[] =>
	choiceMarks
		.filter((mark) => mark !== 'complete' && counters.marks[mark] > 0)
		.map((mark) => [mark, counters.marks[mark]] as const);

/** A run as the list shows it. */
export interface RunSummary {
	readonly id: string;
	readonly name: string;
	/** Epoch milliseconds. */
	readonly createdAt: number;
	/** When it last started, stopped or settled a request; epoch milliseconds. */
	readonly updatedAt: number;
	readonly phase: RunPhase;
	readonly planned: number;
	readonly succeeded: number;
	readonly failed: number;
	/** The first few models that it asks; left out where the list does not know them. */
	readonly models?: readonly string[];
	/** The providers that its requests go to, and their hosts; left out where the list does not know them. */
	readonly targets?: readonly string[];
}

/** A run taken out of the list, which can still be brought back. */
export interface DiscardedRun {
	readonly id: string;
	readonly name: string;
	/** Epoch milliseconds. */
	readonly discardedAt: number;
}

export interface Run {
	readonly id: string;
	readonly createdAt: number;
	readonly updatedAt: number;
	readonly phase: RunPhase;
	readonly setup: RunSetup;
	/** What was changed since the start, in order. */
	readonly revisions: readonly RunRevision[];
	readonly counters: RunCounters;
}

/** How requests are sent now. */
export const termsInForce = ({ setup, revisions }: Run): Terms =>
	termsOf(setup, revisions, revisions.length);

/** What keeps the next request from leaving at this moment; `endpoint`: it waits for answers, as fast as they come. */
export type HeldBackBy =
	| 'concurrency'
	| 'requestsPerMinute'
	| 'tokensPerMinute'
	| 'cooldown'
	| 'firstRequest'
	| 'outage'
	| 'endpoint';

/** How many attempts were made again, by what had become of them. */
export type RetriedBy = Readonly<Partial<Record<FailureKind, number>>>;

/** One more attempt that is made again. */
export const countRetried = (retriedBy: RetriedBy, kind: FailureKind): RetriedBy =>
	plusOne(retriedBy, kind);

/** What is known of one model's limits; null where nothing is. */
export interface LearnedLimits {
	readonly model: string;
	/** Which of several connections it is at, by name; left out where there is one. */
	readonly connection?: string;
	readonly requestsPerMinute: number | null;
	readonly tokensPerMinute: number | null;
	/** How much of each this run used over the last minute, from 0 to 1. */
	readonly requestsShare: number | null;
	readonly tokensShare: number | null;
	/** Whether the endpoint named the numbers; else they are typed, or measured by what it let through. */
	readonly source: 'endpoint' | 'typed' | 'measured' | null;
	/** What the endpoint counts for a token of the estimate; left out where it is not told. */
	readonly calibration?: number | null;
}

/** A snapshot for the page, at most four a second: totals, so that a lost one harms nothing. */
export interface RunProgress {
	readonly runId: string;
	readonly phase: RunPhase;
	readonly counters: RunCounters;
	readonly inFlight: number;
	/** The calls that those in flight travel in; left out where each is a call of its own. */
	readonly callsInFlight?: number;
	/** How many prompts share a call: as asked for, until the endpoint is found to take fewer. Left out: each is alone. */
	readonly promptsPerCall?: number;
	/** Requests settled a minute over the last half minute; null before anything settled. */
	readonly settledPerMinute: number | null;
	readonly secondsLeft: number | null;
	/** Attempts that were repeated since this worker last took up the run. */
	readonly retries: number;
	/** 429 answers since this worker last took up the run. */
	readonly rateLimited: number;
	/** Both together, by why. */
	readonly retriedBy: RetriedBy;
	/** Epoch milliseconds until which nothing leaves; null where nothing holds it back. */
	readonly cooldownUntil: number | null;
	/** The requests that may be in flight at once: the typed number, or less where the browser allows less. */
	readonly concurrency: number;
	/** Answers that could not be stored: they are in this tab alone until the store works again. Among the waiting. */
	readonly unsaved: number;
	/** Another tab is at the run: this one can only watch. */
	readonly elsewhere: boolean;
	/** For each model, in the run's order. */
	readonly limits: readonly LearnedLimits[];
	/** Null while nothing does, or nothing runs. */
	readonly heldBackBy: HeldBackBy | null;
	/** Requests that were in flight when the run broke off, all times together; null where no journal could tell. */
	readonly possiblyPaidTwice: number | null;
	/** Whether each outcome is also written where a loss of the browser's database does not reach it. */
	readonly journal: 'on' | 'unavailable';
	/** Why nothing was reached so far, while it is still being tried; null or left out once anything has answered. */
	readonly unreached?: Failure | null;
}

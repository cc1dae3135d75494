import { numberAt, type JsonObject } from './json.ts';
import type { RequestParameters } from './parameters.ts';
import { withRepair, type Repair } from './repair.ts';
import { tokenLimits } from './token-limits.ts';

/** What was changed of a run after its start: from here on requests are sent so. Each holds all that is in force. */
export interface RunRevision {
	/** Epoch milliseconds. */
	readonly at: number;
	readonly repairs: readonly Repair[];
	/** Left out: as the run was started. */
	readonly maxTokens?: number | null;
	/** The connections, by name, to which nothing more is sent; left out: none. */
	readonly leftOut?: readonly string[];
}

/** What of a setup revisions change. */
export interface Started {
	readonly parameters: RequestParameters;
	/** What was known of the models before the start; left out: nothing. */
	readonly repairs?: readonly Repair[];
}

/** How requests are sent: the parameters, and what of them each model is sent otherwise. */
export interface Terms {
	readonly parameters: RequestParameters;
	readonly repairs: readonly Repair[];
}

/** The terms of revision `number`: 0 are those of the start, k those of the k-th revision. */
export function termsOf(
	{ parameters, repairs = [] }: Started,
	revisions: readonly RunRevision[],
	number: number,
): Terms {
	const revision = revisions[number - 1];
	if (revision === undefined) return { parameters, repairs };
	if (revision.maxTokens === undefined) return { parameters, repairs: revision.repairs };
	// A limit that was typed among the other parameters would be sent in its place.
	const other = Object.fromEntries(
		Object.entries(parameters.other).filter(([name]) => !tokenLimits.has(name)),
	);
	const { maxTokens } = revision;
	return { parameters: { ...parameters, maxTokens, other }, repairs: revision.repairs };
}

/** The limit on an answer's tokens that is in force, wherever it was typed; null: the model's own. */
export const maxTokensOf = ({ parameters }: Terms): number | null =>
	parameters.maxTokens ?? tokenLimitIn(parameters.other);

/** The limit on an answer's tokens that a request is sent with, whatever its name; null: none. */
export const tokenLimitIn = (args: JsonObject): number | null =>
	[...tokenLimits].flatMap((name) => numberAt(args, name) ?? [])[0] ?? null;

export interface Change {
	readonly repair?: Repair;
	readonly maxTokens?: number | null;
	/** The name of a connection. */
	readonly leaveOut?: string;
}

/** The connections to which nothing is sent under revision `number`. */
export const leftOutUnder = (
	revisions: readonly RunRevision[],
	number: number,
): readonly string[] => revisions[number - 1]?.leftOut ?? [];

/** The next revision: the last one with a change. */
export function nextRevision(
	started: Started,
	revisions: readonly RunRevision[],
	change: Change,
	at: number,
): RunRevision {
	const last = revisions.at(-1);
	const repairs = last?.repairs ?? started.repairs ?? [];
	const { leaveOut } = change;
	const leftOut = [...(last?.leftOut ?? []), ...(leaveOut === undefined ? [] : [leaveOut])];
	const maxTokens = 'maxTokens' in change ? change.maxTokens : last?.maxTokens;
	return {
		at,
		repairs: change.repair === undefined ? repairs : withRepair(repairs, change.repair),
		...(maxTokens === undefined ? {} : { maxTokens }),
		...(leftOut.length === 0 ? {} : { leftOut: [...new Set(leftOut)] }),
	};
}

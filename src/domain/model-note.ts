import { identityOf, type Connection } from './connection.ts';
import type { Repair } from './repair.ts';
import type { LearnedLimits } from './run.ts';

/** The limits that a model was last found to have; null where nothing was found. */
export interface RememberedLimits {
	readonly requestsPerMinute: number | null;
	readonly tokensPerMinute: number | null;
	/** What the endpoint counts for a token of the estimate; null where it was not compared. */
	readonly calibration: number | null;
	/** Epoch milliseconds. */
	readonly at: number;
}

/** What earlier runs have learned of a model at one origin. */
export interface ModelNote {
	readonly origin: string;
	readonly model: string;
	/** In the order in which they were found. */
	readonly repairs: readonly Repair[];
	/** What an earlier version has remembered, of whichever connection to the origin was the last to learn. */
	readonly limits: RememberedLimits | null;
	/** By the connection's identity; left out: none. */
	readonly limitsAt?: Readonly<Record<string, RememberedLimits>>;
}

/** Where this connection starts from; null: it has everything to learn. */
export const limitsOf = (
	{ limits, limitsAt }: Pick<ModelNote, 'limits' | 'limitsAt'>,
	connection: Connection,
): RememberedLimits | null => limitsAt?.[identityOf(connection)] ?? limits;

/** What is worth remembering; null of limits that were typed, or of which nothing is known. */
export function limitsToRemember(learned: LearnedLimits, at: number): RememberedLimits | null {
	const { source, requestsPerMinute, tokensPerMinute, calibration = null } = learned;
	if (source !== 'endpoint' && source !== 'measured') return null;
	if (requestsPerMinute === null && tokensPerMinute === null) return null;
	return { requestsPerMinute, tokensPerMinute, calibration, at };
}

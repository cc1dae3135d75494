import type { Attempted } from './attempted.ts';
import type { Parting } from './parting.ts';

/** A request, and the tokens that it is taken to cost. */
export interface Offered {
	readonly request: number;
	readonly estimate: number;
	/** The clock's time at which it was taken up; left out: nobody asks how long it was queued. */
	readonly takenAt?: number;
}

/** Requests that travel together, most often one: they are one call to every limit, and settle each for itself. */
export interface Call {
	/** At least one, in plan order. */
	readonly members: readonly Offered[];
	/** The first of them, by which the call is known. */
	readonly request: number;
	/** Tokens that all of it is taken to cost. */
	readonly estimate: number;
	/** Failed attempts that were charged to it. */
	readonly failures: number;
	/** The clock's time from which it may leave again. */
	readonly readyAt: number;
	/** The refused call that it is a part of; null: it was gathered as it is. */
	readonly partOf: Parting | null;
	/** Null: it has not left yet. */
	readonly attempted: Attempted | null;
}

export type History = Pick<Call, 'failures' | 'readyAt' | 'partOf' | 'attempted'>;

const callOf = (
	members: readonly Offered[],
	{ failures, readyAt, partOf, attempted }: History,
): Call => ({
	members,
	request: members[0]?.request ?? -1,
	estimate: members.reduce((sum, { estimate }) => sum + estimate, 0),
	failures,
	readyAt,
	partOf,
	attempted,
});

export const freshCall = (members: readonly Offered[]): Call =>
	callOf(members, { failures: 0, readyAt: 0, partOf: null, attempted: null });

/** The same requests in calls of at most so many, with what has become of them so far or what is said anew. */
export function partsOf(call: Call, most: number, anew: Partial<History> = {}): readonly Call[] {
	const { members } = call;
	return Array.from({ length: Math.ceil(members.length / most) }, (_, i) =>
		callOf(members.slice(i * most, (i + 1) * most), { ...call, ...anew }),
	);
}

import type { DBSchema } from 'idb';
import type { AttemptHistory } from '#domain/attempt-history.ts';
import type { ChoiceMark } from '#domain/completion.ts';
import type { Failure } from '#domain/failure.ts';
import type { JsonObject } from '#domain/json.ts';
import type { PastAttempt, SentRequest, SharedCall } from '#domain/outcome.ts';
import type { RunRevision } from '#domain/revision.ts';
import type { RunCounters } from '#domain/run.ts';
import type { RunFigures } from '#domain/run-figures.ts';
import type { Migration } from './open-database.ts';

export type OutcomeName = 'succeeded' | 'failed';

interface Settled {
	readonly request: number;
	readonly attempts: number;
	readonly startedAt: number;
	readonly latencyMs: number;
	readonly revision?: number;
	readonly call?: SharedCall;
	/** The last revision under which it was asked for again, in vain: this is the answer from before. */
	readonly askedAgainUnder?: number;
	readonly queuedMs?: number;
	readonly past?: readonly PastAttempt[];
	readonly pastOmitted?: number;
	readonly sent?: SentRequest;
	/** Of its answer; that of a failure stands in it. */
	readonly requestId?: string;
}

/** A settled request; one that waits has no record. */
export type RequestRecord = Settled &
	(
		| { readonly outcome: 'succeeded'; readonly completion: JsonObject; readonly failure: null }
		| { readonly outcome: 'failed'; readonly completion: null; readonly failure: Failure }
	);

export interface ChoiceRecord {
	readonly request: number;
	/** Its place in the answer, whatever index the endpoint gave it. */
	readonly position: number;
	/** The API's choice object as it came. */
	readonly choice: JsonObject;
}

/** A request whose answer stands in `requests` until a new one comes: it waits, and is not counted as settled. */
export interface ReopenedRecord {
	readonly request: number;
	/** The revision under which it is asked for again, or a later one. */
	readonly revision: number;
}

/** A choice that is not plainly complete: its mark, then plan order. */
export type MarkKey = [Exclude<ChoiceMark, 'complete'>, number, number];

/** The attempts at a request that had failed and waits again, until it settles anew. */
export interface HistoryRecord extends AttemptHistory {
	readonly request: number;
}

/** Which worker may write, and how far the journal is in these stores. */
export interface OwnerRecord {
	/** Raised by each worker that takes the run up. */
	readonly epoch: number;
	/** Every line of the journal before this offset is stored, and none before it is in flight. */
	readonly through: number;
	/** Requests that were in flight at all crashes so far; null while there is no journal to tell. */
	readonly paidTwice: number | null;
}

/** A summary of all that was settled when it was made: it holds while `key` is that of the run as it stands. */
export interface FiguresRecord {
	readonly key: string;
	readonly figures: RunFigures;
}

/** One run: what it settled. Waiting requests are the gaps between the keys of `requests`, and `reopened`. */
export interface RunSchema extends DBSchema {
	requests: {
		key: number;
		value: RequestRecord;
		/** By outcome, then plan order, so that one outcome can be paged. */
		indexes: { outcome: [OutcomeName, number] };
	};
	choices: { key: [number, number]; value: ChoiceRecord };
	/** One for each of `choices` that is not complete; the key says all. */
	marks: { key: MarkKey; value: 0 };
	/** One, `current`: from this request on, choices that an earlier version stored may have none in `marks`. */
	unmarked: { key: string; value: number };
	reopened: { key: number; value: ReopenedRecord };
	history: { key: number; value: HistoryRecord };
	/** By their number, from 1. */
	revisions: { key: number; value: RunRevision };
	/** One record, `current`, always the sum over `requests` without `reopened`; of what was paid, the sum over all answers. */
	counters: { key: string; value: RunCounters };
	/** One record, `current`; none of a run that nobody took up. */
	owner: { key: string; value: OwnerRecord };
	/** One record, `current`; none where nobody looked at the summary of the run at rest. */
	figures: { key: string; value: FiguresRecord };
}

const keepHistories: Migration = (db) => {
	db.createObjectStore('history', { keyPath: 'request' });
};

export const runMigrations: readonly Migration[] = [
	(db) => {
		db.createObjectStore('requests', { keyPath: 'request' }).createIndex('outcome', [
			'outcome',
			'request',
		]);
		db.createObjectStore('choices', { keyPath: ['request', 'position'] });
		db.createObjectStore('counters');
	},
	(db) => {
		db.createObjectStore('owner');
	},
	(db) => {
		db.createObjectStore('reopened', { keyPath: 'request' });
		db.createObjectStore('revisions');
	},
	async (db, tx) => {
		db.createObjectStore('marks');
		const unmarked = db.createObjectStore('unmarked');
		// A million choices are not read while the run is opened: they are marked when first asked for.
		const [first] = ((await tx.objectStore('choices').getKey(IDBKeyRange.lowerBound([0]))) ??
			[]) as readonly number[];
		if (first !== undefined) await unmarked.put(first, 'current');
	},
	(db) => {
		db.createObjectStore('figures');
	},
	keepHistories,
];

import type { IDBPDatabase } from 'idb';
import type { Failure } from '#domain/failure.ts';
import type { JsonObject } from '#domain/json.ts';
import { markSome, readMarked, readUnmarked, type MarkedChoice, type RareMark } from './marks.ts';
import { choicesOf } from './read-settled.ts';
import type { OutcomeName, RunSchema } from './run-schema.ts';
import type { RunStore } from './run-store.ts';
import { readFrom } from './transact.ts';

type RunDatabase = IDBPDatabase<RunSchema>;

/** What is looked at of a settled request to tell whether it is meant; what it cost and how it went is not read. */
export interface Looked {
	readonly request: number;
	/** Null: it failed. */
	readonly choices: readonly JsonObject[] | null;
	readonly failure: Failure | null;
	/** It is asked for again: what stands is the answer from before. */
	readonly reopened: boolean;
}

export interface Stretch {
	/** In plan order. */
	readonly looked: readonly Looked[];
	/** The first settled request behind it; null: there is none. */
	readonly next: number | null;
}

/** Finds requests and choices in a run's database by page; each call is a transaction of its own. */
export class RunFinder {
	readonly #store: Pick<RunStore, 'read'>;

	constructor(store: Pick<RunStore, 'read'>) {
		this.#store = store;
	}

	/** What has settled of the requests first … last. `outcome`: only those; null: both. */
	stretch(first: number, last: number, outcome: OutcomeName | null): Promise<Stretch> {
		return this.#store.read((db) => readStretch(db, first, last, outcome));
	}

	/** The next `limit` requests of one outcome from `from` on; those that are asked for again wait, and are left out. */
	numbers(
		outcome: OutcomeName,
		from: number,
		limit: number,
	): Promise<{ readonly numbers: readonly number[]; readonly next: number | null }> {
		return this.#store.read((db) => readNumbersFrom(db, outcome, from, limit));
	}

	/** The next `limit` requests with a record from `from` on, whatever became of them. */
	settled(from: number, limit: number): Promise<readonly number[]> {
		return this.#store.read((db) =>
			readFrom(db, ['requests'], (tx) =>
				tx.objectStore('requests').getAllKeys(IDBKeyRange.lowerBound(from), limit),
			),
		);
	}

	marked(mark: RareMark, after: MarkedChoice | null, limit: number): ReturnType<typeof readMarked> {
		return this.#store.read((db) => readMarked(db, mark, after, limit));
	}

	unmarked(): Promise<number | null> {
		return this.#store.read(readUnmarked);
	}

	markSome(count: number): Promise<number | null> {
		return this.#store.read((db) => markSome(db, count));
	}
}

const readStretch = (
	db: RunDatabase,
	first: number,
	last: number,
	outcome: OutcomeName | null,
): Promise<Stretch> =>
	readFrom(db, ['requests', 'choices', 'reopened'], async (tx) => {
		const requests = tx.objectStore('requests');
		const byOutcome = requests.index('outcome');
		const range = IDBKeyRange.bound(first, last);
		const [choices, succeeded, failed, reopened, next] = await Promise.all([
			outcome === 'failed' ? [] : tx.objectStore('choices').getAll(choicesOf(first, last)),
			outcome === 'failed' ? [] : byOutcome.getAllKeys(between('succeeded', first, last)),
			outcome === 'succeeded' ? [] : byOutcome.getAll(between('failed', first, last)),
			tx.objectStore('reopened').getAllKeys(range),
			outcome === null
				? requests.getKey(IDBKeyRange.lowerBound(last, true))
				: byOutcome.getKey(between(outcome, last + 1, Infinity)),
		]);
		const waiting = new Set(reopened);
		let at = 0;
		const answered = succeeded.map((request): Looked => {
			const own: JsonObject[] = [];
			for (let one = choices[at]; one?.request === request; one = choices[++at])
				own.push(one.choice);
			return { request, choices: own, failure: null, reopened: waiting.has(request) };
		});
		const refused = failed.map(({ request, failure }): Looked => ({
			request,
			choices: null,
			failure,
			reopened: false,
		}));
		return {
			looked: [...answered, ...refused].sort((a, b) => a.request - b.request),
			next: next ?? null,
		};
	});

const readNumbersFrom = (
	db: RunDatabase,
	outcome: OutcomeName,
	from: number,
	limit: number,
): Promise<{ readonly numbers: readonly number[]; readonly next: number | null }> =>
	readFrom(db, ['requests', 'reopened'], async (tx) => {
		const keys = await tx
			.objectStore('requests')
			.index('outcome')
			.getAllKeys(between(outcome, from, Infinity), limit);
		const [first, last] = [keys[0], keys.at(-1)];
		if (first === undefined || last === undefined) return { numbers: [], next: null };
		const next = keys.length < limit ? null : last + 1;
		const reopened = await tx.objectStore('reopened').getAllKeys(IDBKeyRange.bound(first, last));
		if (reopened.length === 0) return { numbers: keys, next };
		const waiting = new Set(reopened);
		return { numbers: keys.filter((key) => !waiting.has(key)), next };
	});

const between = (outcome: OutcomeName, first: number, last: number): IDBKeyRange =>
	IDBKeyRange.bound([outcome, first], [outcome, last]);

import type { IDBPDatabase } from 'idb';
import { uncountAnswer, type RunCounters } from '#domain/run.ts';
import { choicesOf } from './read-settled.ts';
import { checkFence, type Fence } from './run-owner.ts';
import type { RunSchema } from './run-schema.ts';
import { makeAll, readFrom, writeTo } from './transact.ts';

/**
 * Of these, the answered requests that were not yet asked for again under `revision` wait again; their answers stay where
 * they are until new ones come. Done twice it changes nothing. `note` hears of them first, and by throwing keeps them as
 * they are.
 */
export const reopenThese = (
	db: IDBPDatabase<RunSchema>,
	fresh: RunCounters,
	numbers: readonly number[],
	revision: number,
	fence: Fence = null,
	note: (requests: readonly number[]) => void = () => undefined,
): Promise<RunCounters> =>
	writeTo(db, ['requests', 'choices', 'counters', 'reopened', 'owner'], 'relaxed', async (tx) => {
		const [requests, choices, reopened] = [
			tx.objectStore('requests'),
			tx.objectStore('choices'),
			tx.objectStore('reopened'),
		];
		const [owner, stored, ...found] = await Promise.all([
			tx.objectStore('owner').get('current'),
			tx.objectStore('counters').get('current'),
			...numbers.map(async (request) => {
				const [record, own, waiting] = await Promise.all([
					requests.get(request),
					choices.getAll(choicesOf(request, request)),
					reopened.get(request),
				]);
				const under = record?.askedAgainUnder ?? record?.revision ?? 0;
				const isDue = record?.outcome === 'succeeded' && under < revision;
				return isDue ? [{ request, own, waiting }] : [];
			}),
		]);
		checkFence(fence, owner);
		const due = found.flat();
		const counters = due
			.filter(({ waiting }) => waiting === undefined)
			.reduce(
				(sum, { own }) =>
					uncountAnswer(
						sum,
						own.map(({ choice }) => choice),
					),
				stored ?? fresh,
			);
		note(due.map(({ request }) => request));
		await makeAll([
			...due.map(
				({ request }) =>
					() =>
						reopened.put({ request, revision }),
			),
			() => tx.objectStore('counters').put(counters, 'current'),
		]);
		return counters;
	});

/** Those of the requests first … last that wait for a new answer. */
export const readReopenedKeys = (
	db: IDBPDatabase<RunSchema>,
	first: number,
	last: number,
): Promise<number[]> =>
	readFrom(db, ['reopened'], (tx) =>
		tx.objectStore('reopened').getAllKeys(IDBKeyRange.bound(first, last)),
	);

/** Those that wait for a new answer, and under which revision: from `from` on, at most `size` where that is given. */
export const readReopened = (db: IDBPDatabase<RunSchema>, from = 0, size?: number) =>
	readFrom(db, ['reopened'], (tx) =>
		tx.objectStore('reopened').getAll(IDBKeyRange.lowerBound(from), size),
	);

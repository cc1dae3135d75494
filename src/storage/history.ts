import type { IDBPDatabase } from 'idb';
import {
	historyWithLast,
	noHistory,
	withHistoryBefore,
	type AttemptHistory,
} from '#domain/attempt-history.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { settledOf } from './read-settled.ts';
import type { HistoryRecord, RequestRecord, RunSchema } from './run-schema.ts';
import { makeAll, readFrom, writeTo } from './transact.ts';

/** What is kept of a failed request whose record goes. */
export const historyOfRecord = (record: RequestRecord): HistoryRecord => ({
	request: record.request,
	...historyWithLast(settledOf(record, [])),
});

/**
 * Adds failures that were freed since, as a journal tells them, oldest first. Of a request that has a record nothing is
 * added: that holds them, or takes them with it where it is freed. An attempt that is known is not added again.
 */
export const addHistories = (
	db: IDBPDatabase<RunSchema>,
	freed: readonly SettledRequest[],
): Promise<void> =>
	writeTo(db, ['requests', 'history'], 'relaxed', async (tx) => {
		const [requests, history] = [tx.objectStore('requests'), tx.objectStore('history')];
		const numbers = [...new Set(freed.map(({ request }) => request))];
		const found = await Promise.all(
			numbers.map(async (request) => {
				const [key, stored] = await Promise.all([requests.getKey(request), history.get(request)]);
				return key === undefined ? [{ request, stored: stored ?? noHistory }] : [];
			}),
		);
		await makeAll(
			found.flat().map(({ request, stored }) => () => {
				const told = freed
					.filter((one) => one.request === request)
					.reduce<AttemptHistory>(
						(before, one) =>
							(before.past.at(-1)?.startedAt ?? -Infinity) < one.startedAt
								? historyWithLast(withHistoryBefore(one, before))
								: before,
						stored,
					);
				return history.put({ request, past: told.past, omitted: told.omitted });
			}),
		);
	});

/** As the journal of another life had them. */
export const putHistories = (
	db: IDBPDatabase<RunSchema>,
	histories: readonly HistoryRecord[],
): Promise<void> =>
	writeTo(db, ['requests', 'history'], 'relaxed', async (tx) => {
		const requests = tx.objectStore('requests');
		const history = tx.objectStore('history');
		const isSettled = await Promise.all(histories.map(({ request }) => requests.getKey(request)));
		await makeAll(
			histories.filter((_, i) => isSettled[i] === undefined).map((one) => () => history.put(one)),
		);
	});

/** The next `size` requests from `from` on that wait again after they had failed. */
export const readHistories = (
	db: IDBPDatabase<RunSchema>,
	from: number,
	size: number,
): Promise<readonly HistoryRecord[]> =>
	readFrom(db, ['history'], (tx) =>
		tx.objectStore('history').getAll(IDBKeyRange.lowerBound(from), size),
	);

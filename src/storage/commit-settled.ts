import type { IDBPDatabase } from 'idb';
import type { SettledRequest } from '#domain/outcome.ts';
import { countSettled, type RunCounters } from '#domain/run.ts';
import { checkFence } from './run-owner.ts';
import type { ChoiceRecord, OwnerRecord, RequestRecord, RunSchema } from './run-schema.ts';
import { makeAll, writeTo } from './transact.ts';

export interface Committed {
	readonly counters: RunCounters;
	/** Requests that had been settled before: their second answer was dropped. */
	readonly duplicates: number;
}

/**
 * The one way by which outcomes come into a run: the requests, their choices and the counters in one transaction.
 * The counters are read in it, so that they are the sum over the records whoever else has written.
 */
export function commitSettled(
	db: IDBPDatabase<RunSchema>,
	fresh: RunCounters,
	settled: readonly SettledRequest[],
	owner: OwnerRecord | null = null,
): Promise<Committed> {
	return writeTo(db, ['requests', 'choices', 'counters', 'owner'], 'relaxed', async (tx) => {
		if (owner !== null) checkFence(owner, await tx.objectStore('owner').get('current'));
		const requests = tx.objectStore('requests');
		const choices = tx.objectStore('choices');
		const [stored, ...knownKeys] = await Promise.all([
			tx.objectStore('counters').get('current'),
			...settled.map(({ request }) => requests.getKey(request)),
		]);
		const known = new Set(knownKeys);
		const added = settled.filter(({ request }) => {
			const isNew = !known.has(request);
			known.add(request);
			return isNew;
		});
		const counters = added.reduce(countSettled, stored ?? fresh);
		await makeAll([
			...added.map((one) => () => requests.add(recordOf(one))),
			...added.flatMap(choiceRecordsOf).map((record) => () => choices.add(record)),
			() => tx.objectStore('counters').put(counters, 'current'),
			...(owner === null ? [] : [() => tx.objectStore('owner').put(owner, 'current')]),
		]);
		return { counters, duplicates: settled.length - added.length };
	});
}

function recordOf(settled: SettledRequest): RequestRecord {
	const { request, outcome, attempts, startedAt, latencyMs } = settled;
	const common = { request, attempts, startedAt, latencyMs };
	return outcome.ok
		? { ...common, outcome: 'succeeded', completion: outcome.value.rest, failure: null }
		: { ...common, outcome: 'failed', completion: null, failure: outcome.error };
}

const choiceRecordsOf = ({ request, outcome }: SettledRequest): readonly ChoiceRecord[] =>
	outcome.ok
		? outcome.value.choices.map((choice, position) => ({ request, position, choice }))
		: [];

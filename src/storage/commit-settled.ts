import { unwrap, type IDBPDatabase, type IDBPTransaction } from 'idb';
import {
	historyWithLast,
	noHistory,
	withHistoryBefore,
	withHistoryBeside,
} from '#domain/attempt-history.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { countAnswer, countSettled, type RunCounters } from '#domain/run.ts';
import { markKeysOf } from './mark-keys.ts';
import { choicesOf, settledOf } from './read-settled.ts';
import { checkFence } from './run-owner.ts';
import type { ChoiceRecord, OwnerRecord, RequestRecord, RunSchema } from './run-schema.ts';
import { makeAll, writeTo } from './transact.ts';

export interface Committed {
	readonly counters: RunCounters;
	/** Requests that had been settled before: their second answer was dropped. */
	readonly duplicates: number;
	/** Requests that had been asked for again: an answer of theirs was there before. */
	readonly answeredAgain: number;
	/** All but the dropped. */
	readonly taken: readonly SettledRequest[];
}

const stores = [
	'requests',
	'choices',
	'marks',
	'counters',
	'reopened',
	'history',
	'owner',
] as const;
type Writing = IDBPTransaction<RunSchema, typeof stores, 'readwrite'>;

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
	return writeTo(db, stores, 'relaxed', async (tx) => {
		if (owner !== null) checkFence(owner, await tx.objectStore('owner').get('current'));
		const requests = tx.objectStore('requests');
		const numbers = settled.map(({ request }) => request);
		const [stored, reopened, anyHistory, ...knownKeys] = await Promise.all([
			tx.objectStore('counters').get('current'),
			tx.objectStore('reopened').getAll(rangeOf(numbers)),
			tx.objectStore('history').getKey(rangeOf(numbers)),
			...lookUp(numbers, requests),
		]);
		const known = new Set(knownKeys.flat());
		const awaited = new Map(reopened.map(({ request, revision }) => [request, revision]));
		const added: SettledRequest[] = [];
		const answered: SettledRequest[] = [];
		for (const one of settled) {
			const under = awaited.get(one.request);
			if (!known.has(one.request)) added.push(one);
			else if (under !== undefined && (one.revision ?? 0) >= under) {
				answered.push(one);
				awaited.delete(one.request);
			}
			known.add(one.request);
		}
		let counters = added.reduce(countSettled, stored ?? fresh);
		for (const one of answered) counters = await answerAgain(tx, one, counters);
		// Only what a retry has freed has a history: mostly there is none, which one question tells.
		const told = anyHistory === undefined ? added : await withHistories(tx, added);
		// Nobody waits for one of them: what goes wrong with any fails the transaction, and a promise each would cost a tenth.
		const raw = unwrap(tx);
		const [rawRequests, rawChoices] = [raw.objectStore('requests'), raw.objectStore('choices')];
		for (const one of told) rawRequests.add(recordOf(one));
		for (const one of added) for (const record of choiceRecordsOf(one)) rawChoices.add(record);
		await makeAll([
			...added.flatMap(markKeysIn).map((key) => () => tx.objectStore('marks').put(0, key)),
			() => tx.objectStore('counters').put(counters, 'current'),
			...(owner === null ? [] : [() => tx.objectStore('owner').put(owner, 'current')]),
		]);
		const duplicates = settled.length - added.length - answered.length;
		const taken = [...added, ...answered];
		return { counters, duplicates, answeredAgain: answered.length, taken };
	});
}

/** Each with the attempts from before it was freed, which stand in its record from now on. */
async function withHistories(
	tx: Writing,
	added: readonly SettledRequest[],
): Promise<readonly SettledRequest[]> {
	const history = tx.objectStore('history');
	const before = await Promise.all(added.map(({ request }) => history.get(request)));
	await makeAll(
		before.flatMap((one) => (one === undefined ? [] : [() => history.delete(one.request)])),
	);
	return added.map((one, i) => withHistoryBefore(one, before[i] ?? noHistory));
}

/** Keys read over that nobody asked for, for each that is asked for: they cost less than a question of its own. */
const keysForOne = 100;

/** Which of these are stored: one question where they lie close together, as those of one group do. */
const lookUp = (
	numbers: readonly number[],
	requests: {
		getKey(key: number): Promise<number | undefined>;
		getAllKeys(range: IDBKeyRange): Promise<number[]>;
	},
): readonly Promise<number | undefined | number[]>[] =>
	Math.max(...numbers) - Math.min(...numbers) < keysForOne * numbers.length
		? [requests.getAllKeys(rangeOf(numbers))]
		: numbers.map((request) => requests.getKey(request));

const rangeOf = (numbers: readonly number[]): IDBKeyRange =>
	IDBKeyRange.bound(Math.min(...numbers), Math.max(...numbers));

/** A new answer takes the place of the one before; a failure leaves that one as it was. */
async function answerAgain(
	tx: Writing,
	settled: SettledRequest,
	counters: RunCounters,
): Promise<RunCounters> {
	const { request, outcome, attempts, revision = 0 } = settled;
	const [requests, choices] = [tx.objectStore('requests'), tx.objectStore('choices')];
	const marks = tx.objectStore('marks');
	const [before, own] = await Promise.all([
		requests.get(request),
		choices.getAll(choicesOf(request, request)),
	]);
	await tx.objectStore('reopened').delete(request);
	const standing =
		before &&
		settledOf(
			before,
			own.map(({ choice }) => choice),
		);
	if (outcome.ok || before === undefined) {
		await choices.delete(choicesOf(request, request));
		const marked = markKeysOf(
			request,
			own.map(({ choice }) => choice),
		);
		await makeAll(marked.map((key) => () => marks.delete(key)));
		await makeAll([
			...markKeysIn(settled).map((key) => () => marks.put(0, key)),
			() =>
				requests.put(
					recordOf(
						standing === undefined
							? settled
							: withHistoryBefore(settled, historyWithLast(standing)),
					),
				),
			...choiceRecordsOf(settled).map((record) => () => choices.put(record)),
		]);
		return countSettled(counters, settled);
	}
	const { past, pastOmitted } =
		standing === undefined ? before : withHistoryBeside(standing, settled);
	await requests.put({
		...before,
		askedAgainUnder: revision,
		...(past === undefined ? {} : { past }),
		...(pastOmitted === undefined ? {} : { pastOmitted }),
	});
	const kept = countAnswer(
		counters,
		own.map(({ choice }) => choice),
	);
	return { ...kept, attempts: kept.attempts + attempts };
}

function recordOf(settled: SettledRequest): RequestRecord {
	const { request, outcome, attempts, startedAt, latencyMs, revision = 0, call } = settled;
	const { queuedMs, past, pastOmitted, sent } = settled;
	const requestId = outcome.ok ? outcome.value.requestId : undefined;
	const common = {
		request,
		attempts,
		startedAt,
		latencyMs,
		...(revision === 0 ? {} : { revision }),
		...(call === undefined ? {} : { call }),
		...(queuedMs === undefined ? {} : { queuedMs }),
		...(past === undefined ? {} : { past }),
		...(pastOmitted === undefined ? {} : { pastOmitted }),
		...(sent === undefined ? {} : { sent }),
		...(requestId === undefined ? {} : { requestId }),
	};
	return outcome.ok
		? { ...common, outcome: 'succeeded', completion: outcome.value.rest, failure: null }
		: { ...common, outcome: 'failed', completion: null, failure: outcome.error };
}

const choiceRecordsOf = ({ request, outcome }: SettledRequest): readonly ChoiceRecord[] =>
	outcome.ok
		? outcome.value.choices.map((choice, position) => ({ request, position, choice }))
		: [];

const markKeysIn = ({ request, outcome }: SettledRequest): ReturnType<typeof markKeysOf> =>
	outcome.ok ? markKeysOf(request, outcome.value.choices) : [];

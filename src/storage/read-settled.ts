import type { IDBPDatabase } from 'idb';
import type { SettledRequest } from '#domain/outcome.ts';
import { err, ok } from '#domain/result.ts';
import { checkFence, type Fence } from './run-owner.ts';
import type { ChoiceRecord, OutcomeName, RequestRecord, RunSchema } from './run-schema.ts';
import { readFrom } from './transact.ts';

type RunDatabase = IDBPDatabase<RunSchema>;

/** All choices of the requests first … last: an array sorts before every longer one that it begins. */
export const choicesOf = (first: number, last: number): IDBKeyRange =>
	IDBKeyRange.bound([first], [last + 1], false, true);

const outcomeFrom = (outcome: OutcomeName, from: number): IDBKeyRange =>
	IDBKeyRange.bound([outcome, from], [outcome, Infinity]);

export const readRange = (
	db: RunDatabase,
	first: number,
	count: number,
): Promise<SettledRequest[]> =>
	readFrom(db, ['requests', 'choices'], async (tx) => {
		const last = first + count - 1;
		if (last < first) return [];
		const [records, choices] = await Promise.all([
			tx.objectStore('requests').getAll(IDBKeyRange.bound(first, last)),
			tx.objectStore('choices').getAll(choicesOf(first, last)),
		]);
		return assemble(records, choices);
	});

/** Numbers that lie no further apart are read as one stretch: what lies between costs less than a question of its own. */
const nearby = 8;

/** In the order asked for; those that wait are left out. */
export const readMany = (db: RunDatabase, numbers: readonly number[]): Promise<SettledRequest[]> =>
	readFrom(db, ['requests', 'choices'], async (tx) => {
		const found = await Promise.all(
			stretchesOf(numbers).map(async (stretch) => {
				const [first = 0, last = first] = [stretch[0], stretch.at(-1)];
				const [records, choices] = await Promise.all([
					tx.objectStore('requests').getAll(IDBKeyRange.bound(first, last)),
					tx.objectStore('choices').getAll(choicesOf(first, last)),
				]);
				const wanted = new Set(stretch);
				return assemble(
					records.filter(({ request }) => wanted.has(request)),
					choices.filter(({ request }) => wanted.has(request)),
				);
			}),
		);
		return found.flat();
	});

function stretchesOf(numbers: readonly number[]): readonly (readonly number[])[] {
	const stretches: number[][] = [];
	let last = Infinity;
	for (const number of numbers) {
		if (number > last && number - last <= nearby) stretches.at(-1)?.push(number);
		else stretches.push([number]);
		last = number;
	}
	return stretches;
}

/** The next `size` settled requests from `from` on, of one outcome or of both (null). */
export const readPage = (
	db: RunDatabase,
	from: number,
	outcome: OutcomeName | null,
	size: number,
): Promise<SettledRequest[]> =>
	readFrom(db, ['requests', 'choices'], async (tx) => {
		const requests = tx.objectStore('requests');
		const choicesBetween = (first: number, last: number): Promise<ChoiceRecord[]> =>
			tx.objectStore('choices').getAll(choicesOf(first, last));
		if (outcome === null) {
			// Of a run without gaps these are all of the page's choices, asked for before its requests are there.
			const end = from + size - 1;
			const [records, choices] = await Promise.all([
				requests.getAll(IDBKeyRange.lowerBound(from), size),
				choicesBetween(from, end),
			]);
			const last = records.at(-1)?.request ?? from;
			return assemble(
				records,
				last <= end ? choices : [...choices, ...(await choicesBetween(end + 1, last))],
			);
		}
		const records = await requests.index('outcome').getAll(outcomeFrom(outcome, from), size);
		const [first, last] = [records[0], records.at(-1)];
		if (first === undefined || last === undefined) return [];
		const choices = outcome === 'failed' ? [] : await choicesBetween(first.request, last.request);
		return assemble(records, choices);
	});

/** The settled ones from `first` to `last`: those that are asked for again wait. */
export const readKeys = (
	db: RunDatabase,
	first: number,
	last: number,
	fence: Fence = null,
): Promise<number[]> =>
	readFrom(db, ['requests', 'reopened', 'owner'], async (tx) => {
		const range = IDBKeyRange.bound(first, last);
		const [owner, keys, reopened] = await Promise.all([
			tx.objectStore('owner').get('current'),
			tx.objectStore('requests').getAllKeys(range),
			tx.objectStore('reopened').getAllKeys(range),
		]);
		checkFence(fence, owner);
		if (reopened.length === 0) return keys;
		const waiting = new Set(reopened);
		return keys.filter((key) => !waiting.has(key));
	});

/** Those of these that would be stored, by the rule of `commitSettled`, each for itself. */
export const readWantedAmong = (
	db: RunDatabase,
	settled: readonly SettledRequest[],
): Promise<readonly SettledRequest[]> =>
	readFrom(db, ['requests', 'reopened'], async (tx) => {
		const found = await Promise.all(
			settled.map(async (one) => {
				const [key, waiting] = await Promise.all([
					tx.objectStore('requests').getKey(one.request),
					tx.objectStore('reopened').get(one.request),
				]);
				const isAwaited = waiting !== undefined && (one.revision ?? 0) >= waiting.revision;
				return key === undefined || isAwaited ? [one] : [];
			}),
		);
		return found.flat();
	});

/** Both are in key order, so one walk joins them. */
function assemble(
	records: readonly RequestRecord[],
	choices: readonly ChoiceRecord[],
): SettledRequest[] {
	let next = 0;
	return records.map((record) => {
		const own: ChoiceRecord['choice'][] = [];
		for (let at = choices[next]; at?.request === record.request; at = choices[++next])
			own.push(at.choice);
		return settledOf(record, own);
	});
}

export function settledOf(
	record: RequestRecord,
	choices: readonly ChoiceRecord['choice'][],
): SettledRequest {
	const { request, attempts, startedAt, latencyMs } = record;
	const { revision, call, queuedMs, past, pastOmitted, sent, requestId } = record;
	const outcome =
		record.outcome === 'succeeded'
			? ok({
					...{ rest: record.completion, choices },
					...(requestId === undefined ? {} : { requestId }),
				})
			: err(record.failure);
	return {
		...{ request, outcome, attempts, startedAt, latencyMs },
		...(revision === undefined ? {} : { revision }),
		...(call === undefined ? {} : { call }),
		...(queuedMs === undefined ? {} : { queuedMs }),
		...(past === undefined ? {} : { past }),
		...(pastOmitted === undefined ? {} : { pastOmitted }),
		...(sent === undefined ? {} : { sent }),
	};
}

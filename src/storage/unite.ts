import type { IDBPDatabase } from 'idb';
import type { SettledRequest } from '#domain/outcome.ts';
import type { RunCounters, RunPhase } from '#domain/run.ts';
import { commitSettled } from './commit-settled.ts';
import { addHistories, putHistories, readHistories } from './history.ts';
import type { JournalFile } from './journal-folder.ts';
import { encodeEntry, joined, type JournalEntry } from './journal-line.ts';
import { readPage } from './read-settled.ts';
import { journalLines } from './read-journal.ts';
import { readReopened, reopenThese } from './reopen.ts';
import { freeThese } from './retry-failed.ts';
import { readRevisions, writeRevision } from './revisions.ts';
import type { HistoryRecord, OwnerRecord, RunSchema } from './run-schema.ts';
import { StorageError } from './storage-error.ts';

/** Settled requests of the journal in one transaction, and of the store in one write. */
const batchSize = 500;

export interface United {
	/** Where the journal's last line ends: the torn tail after it is cut. */
	readonly end: number;
	/** The highest there was, in the journal or in the store. */
	readonly epoch: number;
	readonly paidTwice: number;
	/** Requests that were in flight when the last owner went away. */
	readonly inFlight: number;
	/** The last that the journal knows. */
	readonly phase: RunPhase | null;
	readonly name: string | null;
}

export interface UniteParts {
	readonly use: <T>(work: (db: IDBPDatabase<RunSchema>) => Promise<T>) => Promise<T>;
	readonly file: JournalFile;
	/** The first line of a journal that has none yet. */
	readonly header: JournalEntry;
	readonly fresh: RunCounters;
	readonly stored: OwnerRecord | null;
}

/** Brings into the store what only the journal holds, from the point that the store knows of. */
export async function unite(parts: UniteParts, all: boolean): Promise<United> {
	const { file, header, stored } = parts;
	const size = file.size();
	const through = stored?.through ?? 0;
	if (!all && through > 0 && through <= size) {
		const replayed = await replay(parts, through, null);
		if (replayed.damaged === 0) return cut(file, replayed, stored);
	}
	// Nobody knows what of it is stored: all of it is read, and what the journal itself lacks is written there.
	const held = new Uint8Array(parts.fresh.planned);
	const replayed = await replay(parts, 0, held);
	const united = cut(file, replayed, stored);
	const head = [
		...(replayed.hasHeader ? [] : [header]),
		...(await missingRevisions(parts, replayed.revisions)),
	];
	return { ...united, end: await complete(parts, united.end, head, held, !replayed.hasHeader) };
}

interface Replayed extends United {
	/** Of the file when its last line was read. */
	readonly size: number;
	readonly damaged: number;
	readonly hasHeader: boolean;
	/** The numbers of those that the journal holds. */
	readonly revisions: ReadonlySet<number>;
}

function cut(file: JournalFile, replayed: Replayed, stored: OwnerRecord | null): United {
	// Whoever held the run may still have written after the last look: that is read, not cut.
	if (file.size() !== replayed.size)
		throw new StorageError('fenced', 'Another tab is writing to this run.');
	if (replayed.end < replayed.size) file.truncate(replayed.end);
	return {
		end: replayed.end,
		epoch: Math.max(replayed.epoch, stored?.epoch ?? 0),
		paidTwice: Math.max(replayed.paidTwice, stored?.paidTwice ?? 0),
		inFlight: replayed.inFlight,
		phase: replayed.phase,
		name: replayed.name,
	};
}

/** Marks in `held` the requests that the journal holds settled. */
async function replay(
	{ use, file, fresh }: UniteParts,
	from: number,
	held: Uint8Array | null,
): Promise<Replayed> {
	const open = new Set<number>();
	let pending: SettledRequest[] = [];
	let freed: SettledRequest[] = [];
	let histories: HistoryRecord[] = [];
	let seen = { end: from, damaged: 0, epoch: 0, paidTwice: 0, hasHeader: false };
	let phase: RunPhase | null = null;
	const revisions = new Set<number>();
	let name: string | null = null;
	const store = async (): Promise<void> => {
		const [batch, told, failed] = [pending, histories, freed];
		[pending, histories, freed] = [[], [], []];
		if (told.length > 0) await use((db) => putHistories(db, told));
		// What a request went through before it was freed is there before it settles anew.
		if (failed.length > 0) await use((db) => addHistories(db, failed));
		if (batch.length > 0) await use((db) => commitSettled(db, fresh, batch));
	};
	const freedAt = lastFreed(file, from);
	for (const { entry, end, damaged } of journalLines(file, from)) {
		seen = { ...seen, end, damaged };
		switch (entry.kind) {
			case 'run':
				seen.hasHeader = true;
				break;
			case 'taken':
				// What was in flight before it is counted in it.
				open.clear();
				seen = { ...seen, epoch: entry.epoch, paidTwice: entry.paidTwice };
				name = entry.name;
				break;
			case 'sent':
				open.add(entry.request);
				break;
			case 'back':
				open.delete(entry.request);
				break;
			case 'doubted':
				open.delete(entry.request);
				seen = { ...seen, paidTwice: entry.paidTwice };
				break;
			case 'settled':
				open.delete(entry.settled.request);
				// It may be the second answer to one that is freed further on, dropped at the time.
				if (end < (freedAt.get(entry.settled.request) ?? 0)) {
					if (!entry.settled.outcome.ok) freed.push(entry.settled);
					if (freed.length >= batchSize) await store();
					break;
				}
				if (held !== null) held[entry.settled.request] = 1;
				pending.push(entry.settled);
				if (pending.length >= batchSize) await store();
				break;
			case 'freed':
				await store();
				await use((db) => freeThese(db, fresh, entry.requests));
				if (held !== null) for (const request of entry.requests) held[request] = 0;
				break;
			case 'history':
				histories.push(entry.history);
				if (histories.length >= batchSize) await store();
				break;
			case 'reopened':
				await store();
				await use((db) => reopenThese(db, fresh, entry.requests, entry.revision));
				if (held !== null) for (const request of entry.requests) held[request] = 0;
				break;
			case 'revised':
				revisions.add(entry.number);
				await use((db) => writeRevision(db, entry.number, entry.revision));
				break;
			case 'named':
				name = entry.name;
				break;
			case 'phase':
				phase = entry.phase;
				break;
		}
	}
	const size = file.size();
	await store();
	return { ...seen, size, inFlight: open.size, phase, name, revisions };
}

/** Where the last line ends that has each of the requests wait again. */
function lastFreed(file: JournalFile, from: number): ReadonlyMap<number, number> {
	const freedAt = new Map<number, number>();
	for (const { entry, end } of journalLines(file, from))
		if (entry.kind === 'freed') for (const request of entry.requests) freedAt.set(request, end);
	return freedAt;
}

async function missingRevisions(
	{ use }: UniteParts,
	known: ReadonlySet<number>,
): Promise<readonly JournalEntry[]> {
	const stored = await use(readRevisions);
	return stored.flatMap((revision, i) =>
		known.has(i + 1) ? [] : [{ kind: 'revised', number: i + 1, revision } as const],
	);
}

/** Appends what the store holds and the journal does not; gives back where the journal ends then. */
async function complete(
	{ use, file }: UniteParts,
	end: number,
	head: readonly JournalEntry[],
	held: Uint8Array,
	isNew: boolean,
): Promise<number> {
	const append = (entries: readonly JournalEntry[]): void => {
		const bytes = joined(entries.map(encodeEntry));
		file.write(bytes, end);
		end += bytes.length;
	};
	append(head);
	for (let from = 0; ;) {
		const page = await use((db) => readPage(db, from, null, batchSize));
		append(
			page
				.filter(({ request }) => held[request] !== 1)
				.map((settled) => ({ kind: 'settled', settled })),
		);
		const last = page.at(-1);
		if (last === undefined || page.length < batchSize) break;
		from = last.request + 1;
	}
	// A journal that was not new knows of them: they are written there first.
	if (isNew) {
		append(
			(await use(readReopened)).map(({ request, revision }) => ({
				kind: 'reopened',
				requests: [request],
				revision,
			})),
		);
		for (let from = 0; ;) {
			const page = await use((db) => readHistories(db, from, batchSize));
			append(page.map((history) => ({ kind: 'history', history })));
			const last = page.at(-1);
			if (last === undefined || page.length < batchSize) break;
			from = last.request + 1;
		}
	}
	file.flush();
	return end;
}

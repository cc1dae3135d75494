import { settledCount, type RunCounters, type RunPhase } from '#domain/run.ts';
import { readCounters } from './counters.ts';
import { Journal } from './journal.ts';
import { countName, journalName, type JournalFolder, type Later } from './journal-folder.ts';
import type { JournalEntry } from './journal-line.ts';
import { readOwner, writeOwner } from './run-owner.ts';
import type { OwnerRecord } from './run-schema.ts';
import { SettledCount } from './settled-count.ts';
import { StorageError, toStorageError } from './storage-error.ts';
import { unite, type UniteParts } from './unite.ts';

/** A run that this worker may write to. */
export interface TakenRun {
	readonly use: UniteParts['use'];
	readonly owner: OwnerRecord;
	readonly journal: Journal | null;
	readonly count: SettledCount | null;
	/** Settled requests that were acknowledged by the last count. */
	readonly acknowledged: number;
	readonly phase: RunPhase | null;
	/** The last name that the journal knew. */
	readonly name: string | null;
	readonly close: () => void;
}

interface TakeUpParts {
	readonly use: UniteParts['use'];
	readonly runId: string;
	readonly fresh: RunCounters;
	readonly header: JournalEntry;
	readonly journals: JournalFolder | null;
	/** The run's present name; null: the one that the journal has stays. */
	readonly name: string | null;
	/** From a worker that may still be at it. */
	readonly isStolen: boolean;
}

/** How often whoever held the run can write between our reading and our first line. */
const triesAtMost = 3;

export async function takeUpRun(parts: TakeUpParts): Promise<TakenRun> {
	const { use, journals } = parts;
	const found = (await use(readOwner)) ?? null;
	const stored = found === null || !parts.isStolen ? found : { ...found, epoch: found.epoch + 1 };
	// Before anything is read: what it writes from here on is refused by the store, and so never acknowledged.
	if (stored !== null && parts.isStolen) await use((db) => writeOwner(db, stored));
	if (journals !== null) return takeUpWithJournal(parts, journals, stored);
	const owner: OwnerRecord = {
		epoch: (stored?.epoch ?? 0) + 1,
		// A journal of earlier days is read anew, should there be one again.
		through: 0,
		paidTwice: stored?.paidTwice ?? null,
	};
	await use((db) => writeOwner(db, owner));
	const close = (): void => undefined;
	return {
		use,
		owner,
		journal: null,
		count: null,
		acknowledged: 0,
		phase: null,
		name: null,
		close,
	};
}

async function takeUpWithJournal(
	{ use, runId, fresh, header, name }: TakeUpParts,
	journals: JournalFolder,
	stored: OwnerRecord | null,
): Promise<TakenRun> {
	const file = await journals.open(journalName(runId));
	const closing = [file];
	const close = (): void => {
		for (const open of closing.splice(0)) open.close();
	};
	try {
		const counted = await journals.open(countName(runId));
		closing.push(counted);
		const count = new SettledCount(counted);
		const parts = { use, file, header, fresh, stored };
		for (let left = triesAtMost; ; left--) {
			try {
				const taken = await takeUpOnce(parts, count, name, journals.later);
				return {
					...taken,
					close: () => {
						taken.journal?.end();
						close();
					},
				};
			} catch (cause) {
				if (left <= 1 || !(cause instanceof StorageError) || cause.kind !== 'fenced') throw cause;
			}
		}
	} catch (cause) {
		close();
		throw toStorageError(cause);
	}
}

async function takeUpOnce(
	parts: UniteParts,
	count: SettledCount,
	named: string | null,
	later: Later,
): Promise<Omit<TakenRun, 'close'>> {
	const { use, file, fresh } = parts;
	let united = await unite(parts, false);
	const settled = settledCount(await use((db) => readCounters(db, fresh)));
	// The store may have lost some of what it said it held: the journal is asked for everything.
	if (settled < count.settled) united = { ...united, end: (await unite(parts, true)).end };
	const epoch = united.epoch + 1;
	const paidTwice = united.paidTwice + united.inFlight;
	const journal = new Journal(file, united.end, later);
	const name = named ?? united.name ?? (parts.header.kind === 'run' ? parts.header.setup.name : '');
	journal.append([{ kind: 'taken', epoch, paidTwice, name }]);
	journal.flush();
	const owner: OwnerRecord = { epoch, through: journal.safePoint(), paidTwice };
	await use((db) => writeOwner(db, owner));
	return { use, owner, journal, count, acknowledged: count.settled, phase: united.phase, name };
}

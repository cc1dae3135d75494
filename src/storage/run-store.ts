import type { IDBPDatabase } from 'idb';
import type { SettledRequest } from '#domain/outcome.ts';
import { markOf, type ChoiceMark } from '#domain/completion.ts';
import type { FailureKind } from '#domain/failure.ts';
import type { RunRevision } from '#domain/revision.ts';
import type { RunFigures } from '#domain/run-figures.ts';
import { settledCount, type RunCounters, type RunPhase, type RunSummary } from '#domain/run.ts';
import { commitSettled } from './commit-settled.ts';
import { flushCounters, readCounters } from './counters.ts';
import { readFigures, writeFigures } from './figures.ts';
import { GroupCommit } from './group-commit.ts';
import type { JournalFolder } from './journal-folder.ts';
import type { JournalEntry } from './journal-line.ts';
import type { LiveDatabase } from './live-database.ts';
import { PageSize } from './page-size.ts';
import { readKeys, readMany, readPage, readRange, readWantedAmong } from './read-settled.ts';
import { readReopened, readReopenedKeys, reopenThese } from './reopen.ts';
import { freeFailed } from './retry-failed.ts';
import { readRevisions, writeRevision } from './revisions.ts';
import { readOwner } from './run-owner.ts';
import type {
	FiguresRecord,
	OutcomeName,
	OwnerRecord,
	ReopenedRecord,
	RunSchema,
} from './run-schema.ts';
import {
	settledPages,
	type PagesOptions,
	type ReadPage,
	type SettledPage,
} from './settled-pages.ts';
import { toStorageError } from './storage-error.ts';
import { takeUpRun, type TakenRun } from './take-up-run.ts';
import { waitingRequests } from './waiting.ts';

/** What of a run's list row its store keeps up to date. */
export type RowChange = Partial<Pick<RunSummary, 'phase' | 'succeeded' | 'failed' | 'updatedAt'>>;

export interface RunStoreOptions {
	readonly database: LiveDatabase<RunSchema>;
	/** The counters of this run when nothing has settled. */
	readonly fresh: RunCounters;
	readonly now: () => number;
	readonly saveRow: (change: RowChange, durability: 'relaxed' | 'strict') => Promise<void>;
	readonly onRowFailed: (message: string) => void;
	readonly onClosed: () => void;
	readonly runId: string;
	/** Null where none can be kept. */
	readonly journals: JournalFolder | null;
	/** As the list has it; null: as the journal has it. */
	readonly name: string | null;
	/** The first line of the run's journal. */
	readonly header: JournalEntry;
}

/** What taking a run up brought to light. */
export interface TakenUp {
	/** Settled requests that were acknowledged once and that neither the store nor the journal holds any more. */
	readonly lost: number;
	/** The last phase that the journal knows; null without one. */
	readonly phase: RunPhase | null;
	/** The last name that the journal knows; null without one. */
	readonly name: string | null;
}

/** What has changed of what a run has stored. */
export interface StoreChange {
	/** These requests are not as they were; null: another worker wrote, and any may not be. */
	readonly requests: readonly number[] | null;
	/** What has settled. */
	readonly settled: readonly SettledRequest[];
	/** Whether something that was there has gone, or stands otherwise: all has not only grown by `settled`. */
	readonly isAltered: boolean;
}

export type ChangeListener = (change: StoreChange) => void;

export interface EachOptions {
	/** Both, when left out. */
	readonly outcome?: OutcomeName;
	/** The first request wanted. */
	readonly from?: number;
}

/** Records a transaction: a request and each of its choices. */
const maxRecords = 600;
const rowEveryMs = 1_000;
const reopenedAtOnce = 500;
const retrySlice = 1_000;

/** What one run has settled. */
export class RunStore {
	readonly #options: RunStoreOptions;
	readonly #commits: GroupCommit<SettledRequest>;
	readonly #listeners = new Set<ChangeListener>();
	#counters: RunCounters;
	#revisions: readonly RunRevision[] = [];
	#duplicates = 0;
	#rowSavedAt: number;
	#savingRow: Promise<void> | null = null;
	#paidTwice: number | null = null;
	#owned: TakenRun | null = null;
	/** Null in a run that is being restored: its journal knows. */
	#name: string | null;

	private constructor(options: RunStoreOptions, counters: RunCounters) {
		this.#options = options;
		this.#counters = counters;
		this.#name = options.name;
		this.#rowSavedAt = options.now();
		this.#commits = new GroupCommit<SettledRequest>({
			commit: (settled) => this.#commit(settled),
			recordsOf: ({ outcome }) => 1 + (outcome.ok ? outcome.value.choices.length : 0),
			maxRecords,
		});
	}

	static async open(options: RunStoreOptions): Promise<RunStore> {
		const store = new RunStore(options, options.fresh);
		await store.refresh();
		return store;
	}

	/** Reads anew what another worker may have written. */
	async refresh(): Promise<void> {
		const { database, fresh } = this.#options;
		const [counters, owner, revisions] = await database.use((db) =>
			Promise.all([readCounters(db, fresh), readOwner(db), readRevisions(db)]),
		);
		const before = this.#counters;
		const isChanged =
			counters.attempts !== before.attempts ||
			settledCount(counters) !== settledCount(before) ||
			counters.failed !== before.failed ||
			revisions.length !== this.#revisions.length;
		this.#counters = counters;
		this.#revisions = revisions;
		this.#paidTwice = owner?.paidTwice ?? null;
		if (isChanged) this.#tell({ requests: null, settled: [], isAltered: true });
	}

	/** Calls `listener` after each change of what is stored, until the function that it gives back is called. */
	subscribe(listener: ChangeListener): () => void {
		this.#listeners.add(listener);
		return () => {
			this.#listeners.delete(listener);
		};
	}

	#tell(change: StoreChange): void {
		for (const listener of this.#listeners) listener(change);
	}

	/** Whether outcomes are written to a journal first. */
	get keepsJournal(): boolean {
		return this.#options.journals !== null;
	}

	/** Requests that were in flight when the run broke off, all times together; null where no journal could tell. */
	get paidTwice(): number | null {
		return this.#paidTwice;
	}

	/**
	 * Makes this worker the one that may write, after bringing journal and store together. The caller holds the run's
	 * lock, and lets go before it gives that back. `isStolen`: it took the lock from a worker that may still be at the run,
	 * which a journal alone can keep from sending.
	 */
	async takeUp(isStolen = false): Promise<TakenUp> {
		this.letGo();
		const { database, fresh, header, journals, runId } = this.#options;
		const use: TakenRun['use'] = (work) => database.use(work);
		const taken = await takeUpRun({
			...{ use, fresh, header, journals, runId, isStolen },
			name: this.#name,
		});
		this.#name = taken.name ?? this.#name;
		this.#owned = taken;
		await this.refresh();
		return {
			lost: Math.max(0, taken.acknowledged - this.#settled),
			phase: taken.phase,
			name: taken.name,
		};
	}

	/** A run that nobody is at says so when it is taken up next. */
	rename(name: string): void {
		this.#name = name;
		try {
			this.#owned?.journal?.named(name);
		} catch (cause) {
			// The list has the name already; the journal learns it when the run is taken up next.
			this.#options.onRowFailed(toStorageError(cause).message);
		}
	}

	/** What is missing is taken as lost for good: those requests wait. */
	acceptLoss(): void {
		this.#owned?.count?.write(this.#settled);
	}

	/** Nothing more is written by this worker until it takes the run up again. */
	letGo(): void {
		const owned = this.#owned;
		this.#owned = null;
		owned?.close();
	}

	/** Another worker has taken the run from this one, which must not wait to find that out from what is stored. */
	disown(): void {
		this.#owned?.journal?.disown();
	}

	/** To be waited for before the requests of a call leave: rejects where that cannot be noted. */
	async sent(...requests: readonly number[]): Promise<void> {
		await this.#owned?.journal?.sent(...requests);
	}

	/** They brought no answer. */
	back(...requests: readonly number[]): void {
		this.#owned?.journal?.back(...requests);
	}

	/** They were given up without an answer and are sent again. */
	doubted(...requests: readonly number[]): void {
		const journal = this.#owned?.journal ?? null;
		if (journal === null) return;
		const before = this.#paidTwice ?? 0;
		this.#paidTwice = before + requests.length;
		journal.doubted(before, ...requests);
	}

	/** Those of the last committed state. */
	get counters(): RunCounters {
		return this.#counters;
	}

	/** What was changed of the run since its start, in order. */
	get revisions(): readonly RunRevision[] {
		return this.#revisions;
	}

	/** Answers dropped since this store was opened, because their request had been settled before. */
	get duplicates(): number {
		return this.#duplicates;
	}

	/** Resolves once the outcome, its choices and the counters are stored. A second answer to a request is dropped and counted. */
	async settle(settled: SettledRequest): Promise<void> {
		this.#owned?.journal?.settled(settled);
		await this.#commits.add(settled);
	}

	async setPhase(phase: RunPhase): Promise<void> {
		const { database, fresh, saveRow } = this.#options;
		const fence = this.#owned?.owner ?? null;
		this.#counters = await database.use((db) => flushCounters(db, fresh, fence));
		this.#owned?.journal?.phase(phase);
		this.#acknowledge();
		await saveRow({ phase, ...this.#rowCounts() }, 'strict');
	}

	/** The requests from `from` on that have not settled, in plan order. */
	waiting(from: number): AsyncIterable<number> {
		return waitingRequests(
			(first, last) =>
				this.#options.database.use((db) => readKeys(db, first, last, this.#owned?.owner ?? null)),
			from,
			this.#counters.planned,
		);
	}

	/** Every failed request waits again, or those that failed in one of these kinds; gives back how many. */
	async retryFailed(kinds?: readonly FailureKind[]): Promise<number> {
		const { database, fresh, saveRow } = this.#options;
		const { owner = null, journal = null, count = null } = this.#owned ?? {};
		// Lower first: a crash on the way must not look like a loss.
		count?.write(this.#counters.succeeded);
		const meant = kinds === undefined ? null : new Set(kinds);
		let freed = 0;
		for (let from: number | null = 0; from !== null;) {
			const first: number = from;
			const slice = await database.use((db) =>
				freeFailed(db, fresh, meant, first, retrySlice, owner, (requests) =>
					journal?.freed(requests),
				),
			);
			this.#counters = slice.counters;
			this.#tell({ requests: slice.requests, settled: [], isAltered: true });
			freed += slice.requests.length;
			from = slice.next;
		}
		// The other failures stand: losing them would be a loss.
		this.#acknowledge();
		await saveRow(this.#rowCounts(), 'relaxed');
		return freed;
	}

	/** From now on requests may be sent under this revision; gives back its number. */
	async revise(revision: RunRevision): Promise<number> {
		const { owner = null, journal = null } = this.#owned ?? {};
		const number = this.#revisions.length + 1;
		journal?.revised(number, revision);
		await this.#options.database.use((db) => writeRevision(db, number, revision, owner));
		this.#revisions = [...this.#revisions, revision];
		return number;
	}

	/**
	 * Every request with a choice of this mark waits again, to be sent under this revision. The answers stay where they are
	 * until new ones come; where none comes, they count again.
	 */
	async reopenMarked(mark: ChoiceMark, revision: number): Promise<void> {
		const { database, fresh, saveRow } = this.#options;
		const { owner = null, journal = null, count = null } = this.#owned ?? {};
		// Lower first: a crash on the way must not look like a loss.
		count?.write(Math.max(0, this.#settled - this.#counters.marks[mark]));
		let found: number[] = [];
		const reopen = async (): Promise<void> => {
			const slice = found;
			found = [];
			const note = (requests: readonly number[]): void => journal?.reopened(requests, revision);
			this.#counters = await database.use((db) =>
				reopenThese(db, fresh, slice, revision, owner, note),
			);
			this.#tell({ requests: slice, settled: [], isAltered: true });
		};
		for await (const { request, outcome } of this.eachSettled({ outcome: 'succeeded' })) {
			if (!outcome.ok || !outcome.value.choices.some((choice) => markOf(choice) === mark)) continue;
			found.push(request);
			if (found.length >= retrySlice) await reopen();
		}
		if (found.length > 0) await reopen();
		this.#acknowledge();
		await saveRow(this.#rowCounts(), 'relaxed');
	}

	/** Each of these waits again, to be sent under this revision, as far as it has an answer from before it. */
	async reopen(requests: readonly number[], revision: number): Promise<void> {
		const { database, fresh } = this.#options;
		const { owner = null, journal = null, count = null } = this.#owned ?? {};
		// Lower first: a crash on the way must not look like a loss.
		count?.write(Math.max(0, this.#settled - requests.length));
		this.#counters = await database.use((db) =>
			reopenThese(db, fresh, requests, revision, owner, (due) => journal?.reopened(due, revision)),
		);
		this.#acknowledge();
	}

	/** The answered requests from `from` on that wait for a new answer, and under which revision: a page of them. */
	readReopened(from: number): Promise<readonly ReopenedRecord[]> {
		return this.#options.database.use((db) => readReopened(db, from, reopenedAtOnce));
	}

	/** Of the requests first … last, those whose answer stands only until a new one comes. */
	reopenedWithin(first: number, last: number): Promise<readonly number[]> {
		return this.#options.database.use((db) => readReopenedKeys(db, first, last));
	}

	/** The settled ones among the requests [first, first + count), in plan order. */
	readSettled(first: number, count: number): Promise<readonly SettledRequest[]> {
		return this.#options.database.use((db) => readRange(db, first, count));
	}

	/** The settled ones among these, in the order given. */
	readSettledMany(numbers: readonly number[]): Promise<readonly SettledRequest[]> {
		return this.#options.database.use((db) => readMany(db, numbers));
	}

	/** Those of these that would be stored now, each for itself: the others `settle` would drop. */
	wantedAmong(settled: readonly SettledRequest[]): Promise<readonly SettledRequest[]> {
		return this.#options.database.use((db) => readWantedAmong(db, settled));
	}

	/** For those who read in ways of their own. */
	read<T>(work: (db: IDBPDatabase<RunSchema>) => Promise<T>): Promise<T> {
		return this.#options.database.use(work);
	}

	/** In plan order, a page in memory at a time, however long the answers are; the reader may take as long as it likes. */
	async *eachSettled(options: EachOptions = {}): AsyncGenerator<SettledRequest, void, undefined> {
		const outcome = options.outcome ?? null;
		const size = new PageSize();
		let from = options.from ?? 0;
		for (;;) {
			const asked = size.next;
			const page = await this.#options.database.use((db) => readPage(db, from, outcome, asked));
			yield* page;
			const last = page.at(-1);
			if (last === undefined || page.length < asked) return;
			size.tell(page);
			from = last.request + 1;
		}
	}

	/** The summary that was kept under this key; null where there is none. */
	readFigures(key: string): Promise<RunFigures | null> {
		return this.#options.database.use((db) => readFigures(db, key));
	}

	/** Whoever reads the run may keep it: the key says what it is made of. */
	keepFigures(record: FiguresRecord): Promise<void> {
		return this.#options.database.use((db) => writeFigures(db, record));
	}

	/** As `eachSettled` of all, by the page, with the next page on its way while one is used. */
	settledPages(options: PagesOptions): AsyncGenerator<SettledPage, void, undefined> {
		const { database } = this.#options;
		const read: ReadPage = (from, most) => database.use((db) => readPage(db, from, null, most));
		return settledPages(read, options);
	}

	/** Waits for what is being settled. Afterwards everything but `counters` is refused. */
	async close(): Promise<void> {
		await this.#commits.idle();
		await this.#savingRow;
		this.abandon('The run is closed.');
	}

	/** Closes at once: what has not begun to be stored is rejected. */
	abandon(reason: string): void {
		this.letGo();
		this.#options.database.end(reason);
		this.#options.onClosed();
	}

	async #commit(settled: readonly SettledRequest[]): Promise<void> {
		const { database, fresh } = this.#options;
		const owned = this.#owned;
		const journal = owned?.journal ?? null;
		const requests = new Set(settled.map(({ request }) => request));
		journal?.flush();
		const owner = owned === null ? null : nextOwner(owned, requests, this.#paidTwice);
		const committed = await database.use((db) => commitSettled(db, fresh, settled, owner));
		journal?.stored(requests);
		this.#counters = committed.counters;
		this.#duplicates += committed.duplicates;
		this.#tell({
			requests: [...requests],
			settled: committed.taken,
			isAltered: committed.answeredAgain > 0,
		});
		this.#acknowledge();
		this.#refreshRow();
	}

	get #settled(): number {
		return settledCount(this.#counters);
	}

	/** Never lowers the count: that is how a loss is seen. */
	#acknowledge(): void {
		const { onRowFailed } = this.#options;
		try {
			const count = this.#owned?.count ?? null;
			if (count !== null && count.settled < this.#settled) count.write(this.#settled);
		} catch (cause) {
			// The outcomes are stored all the same, and a count that is too low raises no alarm.
			onRowFailed(toStorageError(cause).message);
		}
	}

	/** Rides on commits, so that no timer is needed; whoever ends the run sets its phase, and with it the last counts. */
	#refreshRow(): void {
		const { now, saveRow, onRowFailed } = this.#options;
		if (this.#savingRow !== null || Math.abs(now() - this.#rowSavedAt) < rowEveryMs) return;
		this.#rowSavedAt = now();
		this.#savingRow = saveRow(this.#rowCounts(), 'relaxed')
			.catch((cause: unknown) => {
				// The outcomes are stored all the same: a stale row is no reason to fail them.
				onRowFailed(toStorageError(cause).message);
			})
			.finally(() => {
				this.#savingRow = null;
			});
	}

	#rowCounts(): RowChange {
		const { succeeded, failed } = this.#counters;
		return { succeeded, failed, updatedAt: this.#options.now() };
	}
}

/** The owner's record as it stands once what is in the journal by now is stored. */
const nextOwner = (
	{ owner, journal }: TakenRun,
	stored: ReadonlySet<number>,
	paidTwice: number | null,
): OwnerRecord =>
	journal === null ? owner : { ...owner, paidTwice, through: journal.safePoint(stored) };

import type { DatasetMark } from '#domain/dataset.ts';
import { listedOf } from '#domain/run-list.ts';
import {
	emptyCounters,
	planSizeOf,
	settledPhase,
	type DiscardedRun,
	type Run,
	type RunPhase,
	type RunSetup,
	type RunSummary,
} from '#domain/run.ts';
import { bytesOfRun } from '#domain/storage-room.ts';
import { readCounters } from './counters.ts';
import { journalName, runOfJournal } from './journal-folder.ts';
import { journalFormat } from './journal-line.ts';
import type { RunRecord } from './library-schema.ts';
import { readRevisions } from './revisions.ts';
import { readHeader } from './restore-run.ts';
import { runMigrations, type RunSchema } from './run-schema.ts';
import { RunStore, type RowChange } from './run-store.ts';
import { doomedJournal, type Shelf } from './shelf.ts';
import { toStorageError } from './storage-error.ts';
import { makeAll, readFrom, writeTo } from './transact.ts';

/** The runs that some worker is at, in this tab or another. */
export type LiveRuns = () => ReadonlySet<string> | Promise<ReadonlySet<string>>;

export class Runs {
	readonly #shelf: Shelf;
	readonly #liveRuns: LiveRuns;
	/** One store a run, shared by all who open it, so that all see the same counters. */
	readonly #stores = new Map<string, Promise<RunStore | null>>();
	/** Whoever read a row before it went must not open the database after: that would create it again, empty. */
	readonly #deleted = new Set<string>();

	constructor(shelf: Shelf, liveRuns: LiveRuns) {
		this.#shelf = shelf;
		this.#liveRuns = liveRuns;
	}

	async create(setup: RunSetup, data: DatasetMark | null): Promise<Run> {
		const { now, newId } = this.#shelf.options;
		const counters = emptyCounters(planSizeOf(setup));
		const at = now();
		const record: RunRecord = {
			id: newId(),
			name: setup.name,
			createdAt: at,
			updatedAt: at,
			phase: { name: 'running' },
			planned: counters.planned,
			succeeded: 0,
			failed: 0,
			datasetId: setup.datasetId,
			...listedOf(setup),
		};
		await this.#shelf.library.use((db) =>
			writeTo(db, ['runs', 'setups'], 'strict', (tx) =>
				makeAll([
					() => tx.objectStore('runs').put(record),
					() => tx.objectStore('setups').put({ id: record.id, setup, data }),
				]),
			),
		);
		const { id, createdAt, updatedAt, phase } = record;
		return { id, createdAt, updatedAt, phase, setup, revisions: [], counters };
	}

	/** Newest first. */
	async list(): Promise<RunSummary[]> {
		const [records, live] = await Promise.all([
			this.#shelf.library.use((db) =>
				readFrom(db, ['runs'], (tx) => tx.objectStore('runs').getAll()),
			),
			this.#liveRuns(),
		]);
		return records
			.filter(isListed)
			.map(({ datasetId: _, ...summary }) => ({ ...summary, phase: phaseOf(summary, live) }))
			.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
	}

	async get(id: string): Promise<Run | null> {
		const [stored, live] = await Promise.all([this.#read(id), this.#liveRuns()]);
		if (stored === null) return null;
		const { record, setup } = stored;
		const { createdAt, updatedAt } = record;
		const open = await this.#stores.get(id);
		if (this.#deleted.has(id)) return null;
		const { counters, revisions } = open ?? (await this.#readState(id, setup));
		return { id, createdAt, updatedAt, phase: phaseOf(record, live), setup, revisions, counters };
	}

	async datasetOf(id: string): Promise<DatasetMark | null> {
		return (await this.#read(id))?.data ?? null;
	}

	async rename(id: string, name: string): Promise<void> {
		await this.#change(id, { name }, 'relaxed');
		const store = await this.#stores.get(id)?.catch(() => null);
		store?.rename(name);
	}

	/**
	 * Takes the run out of the list, for everybody: it is neither read nor opened until `undoDiscard`. Strict: what a person
	 * has deleted does not come back with the next power cut.
	 */
	async discard(id: string): Promise<void> {
		await this.#change(id, { discardedAt: this.#shelf.options.now() }, 'strict');
		const store = await this.#stores.get(id)?.catch(() => null);
		await store?.close();
	}

	/** False where the run is deleted for good by now. */
	undoDiscard(id: string): Promise<boolean> {
		return this.#shelf.library.use((db) =>
			writeTo(db, ['runs'], 'strict', async (tx) => {
				const record = await tx.objectStore('runs').get(id);
				if (record === undefined) return false;
				await tx.objectStore('runs').put(listedAgain(record));
				return true;
			}),
		);
	}

	/** Latest first. */
	async discarded(): Promise<DiscardedRun[]> {
		const records = await this.#shelf.library.use((db) =>
			readFrom(db, ['runs'], (tx) => tx.objectStore('runs').getAll()),
		);
		return records
			.flatMap(({ id, name, discardedAt }) =>
				discardedAt === undefined ? [] : [{ id, name, discardedAt }],
			)
			.toSorted((a, b) => b.discardedAt - a.discardedAt);
	}

	/** The list row goes first: whatever happens next, the run is gone for whoever looks. */
	async delete(id: string, ifDiscarded = false): Promise<void> {
		const doomed = this.#shelf.namesOfRun(id);
		try {
			if (!(await this.#strike(id, doomed, ifDiscarded))) return;
		} catch (cause) {
			if (toStorageError(cause).kind !== 'quota') throw cause;
			// A disk too full for the note is what runs are deleted for. Taking away asks for no room; a crash before the
			// databases are gone would leak one.
			if (!(await this.#strike(id, [], ifDiscarded))) return;
		}
		this.#deleted.add(id);
		const store = await this.#stores.get(id)?.catch(() => null);
		store?.abandon('The run was deleted.');
		await this.#shelf.erase(doomed);
	}

	/** False where it is not, although it is to be, out of the list. */
	#strike(id: string, doomed: readonly string[], ifDiscarded: boolean): Promise<boolean> {
		return this.#shelf.library.use((db) =>
			writeTo(db, ['runs', 'setups', 'doomed'], 'relaxed', async (tx) => {
				const record = ifDiscarded ? await tx.objectStore('runs').get(id) : undefined;
				if (ifDiscarded && (record === undefined || isListed(record))) return false;
				await makeAll([
					() => tx.objectStore('runs').delete(id),
					() => tx.objectStore('setups').delete(id),
					...doomed.map((database) => () => tx.objectStore('doomed').put({ database })),
				]);
				return true;
			}),
		);
	}

	/** What the runs take, about; null of one that is not listed. */
	async sizes(ids: readonly string[]): Promise<readonly (number | null)[]> {
		const { journals } = this.#shelf.options;
		const records = await this.#shelf.library.use((db) =>
			readFrom(db, ['runs'], (tx) => Promise.all(ids.map((id) => tx.objectStore('runs').get(id)))),
		);
		return Promise.all(
			records.map(async (record) => {
				if (record === undefined || !isListed(record)) return null;
				const journal = (await journals?.size(journalName(record.id))) ?? null;
				return bytesOfRun(journal, record.succeeded + record.failed);
			}),
		);
	}

	/** Lists again the runs of which the browser has lost everything but the journal; gives back how many. */
	async restore(): Promise<number> {
		const { journals, onProblem, name } = this.#shelf.options;
		if (journals === null) return 0;
		const [names, [known, doomed]] = await Promise.all([
			journals.names(),
			this.#shelf.library.use((db) =>
				readFrom(db, ['runs', 'doomed'], (tx) =>
					Promise.all([tx.objectStore('runs').getAllKeys(), tx.objectStore('doomed').getAllKeys()]),
				),
			),
		]);
		const spared = new Set([...known.map(doomedJournal), ...doomed]);
		let restored = 0;
		for (const id of names.flatMap((file) => runOfJournal(file) ?? [])) {
			if (spared.has(doomedJournal(id))) continue;
			try {
				if (await this.#restore(id)) restored++;
			} catch (cause) {
				onProblem({ kind: 'failed', database: name, message: toStorageError(cause).message });
			}
		}
		return restored;
	}

	/** The one store of this run, until it is closed; null where there is no such run. */
	open(id: string, isRestored = false): Promise<RunStore | null> {
		const known = this.#stores.get(id);
		if (known !== undefined) return known;
		const forget = (): void => {
			if (this.#stores.get(id) === opening) this.#stores.delete(id);
		};
		const opening = this.#open(id, forget, isRestored);
		this.#stores.set(id, opening);
		opening.then((store) => {
			if (store === null) forget();
		}, forget);
		return opening;
	}

	async close(): Promise<void> {
		const stores = await Promise.all(this.#stores.values());
		await Promise.all(stores.map(async (store) => store?.close()));
	}

	async #open(id: string, onClosed: () => void, isRestored: boolean): Promise<RunStore | null> {
		const stored = await this.#read(id);
		if (stored === null || this.#deleted.has(id)) return null;
		const { now, onProblem, journals } = this.#shelf.options;
		return RunStore.open({
			database: this.#shelf.database<RunSchema>('run', id, runMigrations),
			fresh: emptyCounters(planSizeOf(stored.setup)),
			now,
			saveRow: (change, durability) => this.#change(id, change, durability),
			onRowFailed: (message) => {
				onProblem({ kind: 'failed', database: this.#shelf.options.name, message });
			},
			onClosed,
			runId: id,
			journals,
			name: isRestored ? null : stored.setup.name,
			header: {
				...{ kind: 'run', format: journalFormat, id, setup: stored.setup },
				createdAt: stored.record.createdAt,
				data: stored.data,
			},
		});
	}

	async #restore(id: string): Promise<boolean> {
		const { journals } = this.#shelf.options;
		const found = journals === null ? null : await readHeader(journals, id);
		if (found === null) return false;
		await this.#shelf.library.use((db) =>
			writeTo(db, ['runs', 'setups'], 'strict', (tx) =>
				makeAll([
					() => tx.objectStore('runs').put(found.record),
					() => tx.objectStore('setups').put(found.setup),
				]),
			),
		);
		const store = await this.open(id, true);
		if (store === null) return false;
		try {
			const { phase, name } = await store.takeUp();
			if (name !== null) await this.#change(id, { name }, 'relaxed');
			await store.setPhase(settledPhase(phase ?? { name: 'interrupted' }));
		} finally {
			store.letGo();
		}
		return true;
	}

	async #readState(id: string, setup: RunSetup): Promise<Pick<Run, 'counters' | 'revisions'>> {
		const database = this.#shelf.database<RunSchema>('run', id, runMigrations);
		try {
			const fresh = emptyCounters(planSizeOf(setup));
			const [counters, revisions] = await database.use((db) =>
				Promise.all([readCounters(db, fresh), readRevisions(db)]),
			);
			return { counters, revisions };
		} finally {
			database.end('The run was read.');
		}
	}

	/** The setup carries the name that the run has now. */
	async #read(
		id: string,
	): Promise<{ record: RunRecord; setup: RunSetup; data: DatasetMark | null } | null> {
		const [record, stored] = await this.#shelf.library.use((db) =>
			readFrom(db, ['runs', 'setups'], (tx) =>
				Promise.all([tx.objectStore('runs').get(id), tx.objectStore('setups').get(id)]),
			),
		);
		if (record === undefined || stored === undefined || !isListed(record)) return null;
		const setup = { ...stored.setup, name: record.name };
		return { record, setup, data: stored.data ?? null };
	}

	/** A run that was deleted meanwhile stays deleted. */
	#change(
		id: string,
		change: RowChange & Pick<Partial<RunRecord>, 'name' | 'discardedAt'>,
		durability: 'relaxed' | 'strict',
	): Promise<void> {
		return this.#shelf.library.use((db) =>
			writeTo(db, ['runs'], durability, async (tx) => {
				const record = await tx.objectStore('runs').get(id);
				if (record !== undefined) await tx.objectStore('runs').put({ ...record, ...change });
			}),
		);
	}
}

const listedAgain = ({ discardedAt: _, ...record }: RunRecord): RunRecord => record;

const isListed = ({ discardedAt }: RunRecord): boolean => discardedAt === undefined;

const phaseOf = ({ id, phase }: RunSummary, live: ReadonlySet<string>): RunPhase =>
	live.has(id) ? phase : settledPhase(phase);

import { IDBObjectStore } from 'fake-indexeddb';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { SettledRequest } from '#domain/outcome.ts';
import { Journal } from '#storage/journal.ts';
import { countName, journalName, type JournalFile } from '#storage/journal-folder.ts';
import { decodeRecord, encodeRecord } from '#storage/journal-line.ts';
import { journalLines } from '#storage/read-journal.ts';
import { countSettled, emptyCounters } from '#domain/run.ts';
import { openDatabase } from '#storage/open-database.ts';
import { runMigrations, type RunSchema } from '#storage/run-schema.ts';
import type { RunStore } from '#storage/run-store.ts';
import { MemoryFolder } from '../support/memory-folder.ts';
import { Disk } from './disk.ts';
import {
	around,
	choiceOf,
	collect,
	failed,
	failureOf,
	openedRun,
	setupOf,
	succeeded,
} from './world.ts';

afterEach(() => {
	vi.restoreAllMocks();
});

const range = (from: number, to: number): number[] =>
	Array.from({ length: to - from }, (_, i) => from + i);

/** An answer that came in one call with others. */
const inCall = (request: number, size: number): SettledRequest => ({
	...succeeded(request),
	call: { size, position: request },
});

/** What is queued for the journal is written. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function settle(store: RunStore, numbers: readonly number[]): Promise<void> {
	await Promise.all(
		numbers.map(async (k) => {
			await store.sent(k);
			await store.settle(succeeded(k));
		}),
	);
}

const numbersOf = async (store: RunStore): Promise<number[]> =>
	(await collect(store.eachSettled())).map(({ request }) => request);

describe('a line', () => {
	test('comes back as it was written, whatever text is in it', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (text) => {
				const line = encodeRecord({ text });
				expect(line.indexOf(10)).toBe(line.length - 1);
				expect(decodeRecord(line.subarray(0, -1))).toEqual({ text });
			}),
		);
	});

	test('with any byte changed, or cut anywhere, is none', () => {
		const line = encodeRecord({ kind: 'sent', request: 17 }).subarray(0, -1);
		for (const at of line.keys()) {
			expect(decodeRecord(line.subarray(0, at))).toBeNull();
			expect(decodeRecord(line.map((byte, i) => (i === at ? byte ^ 1 : byte)))).toBeNull();
		}
	});

	test('is read however it lies across the chunks, and however long it is', async () => {
		const folder = new MemoryFolder();
		const file = await folder.open('x');
		const lengths = [0, 100_000, 262_100, 262_144, 700_000, 3, 1_500_000, 1];
		let end = 0;
		for (const [request, length] of lengths.entries()) {
			const settled = succeeded(request, [choiceOf('é'.repeat(length / 2))]);
			const line = encodeRecord({ kind: 'settled', settled });
			file.write(line, end);
			end += line.length;
		}
		const lines = [...journalLines(file, 0)];
		expect(lines.map(({ entry }) => entry.kind === 'settled' && entry.settled.request)).toEqual(
			range(0, lengths.length),
		);
		expect(lines.at(-1)).toMatchObject({ end, damaged: 0 });
	});
});

test('a journal in the format of a newer version is refused and left as it is', async () => {
	const disk = new Disk();
	const { id, store } = await disk.started(10);
	await settle(store, [0, 1, 2]);
	disk.lose('database');
	disk.journals.crash();
	disk.journals.change(journalName(id), (bytes) => {
		const end = bytes.indexOf(10);
		const header = decodeRecord(bytes.subarray(0, end)) as object;
		return new Uint8Array([...encodeRecord({ ...header, format: 2 }), ...bytes.subarray(end + 1)]);
	});
	const before = disk.journals.text(journalName(id));
	const library = await disk.open();
	expect(library.restoredRuns).toBe(0);
	expect(disk.world.problems).toMatchObject([
		{ kind: 'failed', message: expect.stringMatching(/another version/i) as string },
	]);
	expect(disk.journals.text(journalName(id))).toBe(before);
});

describe('what was acknowledged', () => {
	test('is all there when IndexedDB is lost whole, run and list too', async () => {
		const disk = new Disk();
		const { id, store } = await disk.started(2_000);
		await settle(store, range(0, 700));
		await Promise.all(range(700, 900).map((k) => store.settle(failed(k))));
		disk.lose('database');
		const next = await disk.reopened(id);
		expect(await next.takeUp()).toMatchObject({ lost: 0 });
		expect(await numbersOf(next)).toEqual(range(0, 900));
		expect(next.counters).toEqual(store.counters);
		expect(await collect(next.waiting(0))).toEqual(range(900, 2_000));
	});

	test('is all there when the last line was torn anywhere', async () => {
		const disk = new Disk();
		const { id, store } = await disk.started(10);
		await settle(store, [0, 1, 2]);
		const whole = disk.journals.text(journalName(id)).length;
		await settle(store, [3]);
		const full = disk.journals.files.get(journalName(id))?.bytes ?? new Uint8Array();
		for (let cut = whole; cut < full.length; cut += 7) {
			disk.journals.crash();
			disk.journals.change(journalName(id), () => full.slice(0, cut));
			disk.lose('database');
			const next = await disk.reopened(id);
			await next.takeUp();
			expect(await numbersOf(next)).toEqual([0, 1, 2]);
			// The torn tail is cut, so that what comes after it is read.
			await settle(next, [5]);
			disk.lose('database');
			const after = await disk.reopened(id);
			await after.takeUp();
			expect(await numbersOf(after)).toEqual([0, 1, 2, 5]);
		}
	});

	test('is on the disk before the store says so: a power cut takes nothing of it', async () => {
		const disk = new Disk();
		const { id, store } = await disk.started(100);
		await settle(store, range(0, 40));
		disk.journals.powerCut();
		disk.lose('database');
		const next = await disk.reopened(id);
		await next.takeUp();
		expect(await numbersOf(next)).toEqual(range(0, 40));
	});

	test('is flushed once for a whole group, and counted once', async () => {
		const disk = new Disk();
		const { store } = await disk.started(1_000);
		const { writes, flushes } = disk.journals;
		await Promise.all(range(0, 100).map((k) => store.settle(succeeded(k))));
		// One of all the lines, and one of the count.
		expect([disk.journals.writes - writes, disk.journals.flushes - flushes]).toEqual([2, 1]);
	});

	test('comes back into the journal where that was lost instead', async () => {
		const disk = new Disk();
		const { id, store } = await disk.started(1_200);
		await settle(store, range(0, 1_100));
		disk.journals.files.clear();
		await (await disk.reopened(id)).takeUp();
		disk.lose('database');
		const next = await disk.reopened(id);
		await next.takeUp();
		expect(await numbersOf(next)).toEqual(range(0, 1_100));
	});

	test('of a run from before there were journals gets one', async () => {
		const disk = new Disk();
		const { id, store } = await openedRun(await disk.world.open(), 20);
		await Promise.all(range(0, 9).map((k) => store.settle(succeeded(k))));
		await (await disk.reopened(id)).takeUp();
		disk.lose('database');
		const next = await disk.reopened(id);
		await next.takeUp();
		expect(await numbersOf(next)).toEqual(range(0, 9));
	});

	test('is read from the point that the store knows of, not from the start', async () => {
		const disk = new Disk();
		const { id, store } = await disk.started(5_000);
		await settle(store, range(0, 4_000));
		disk.journals.crash();
		disk.journals.change(journalName(id), (bytes) => bytes.slice());
		const reads = vi.fn();
		const open = disk.journals.open.bind(disk.journals);
		vi.spyOn(disk.journals, 'open').mockImplementation(async (name) => {
			const file = await open(name);
			return {
				...file,
				read: (into: Uint8Array, at: number) => {
					const got = file.read(into, at);
					reads(got);
					return got;
				},
			};
		});
		const next = await disk.reopened(id);
		await next.takeUp();
		const read = reads.mock.calls.reduce((sum, [got]) => sum + Number(got), 0);
		expect(read).toBeLessThan(1_000);
		expect(next.counters.succeeded).toBe(4_000);
	});
});

describe('a disk that is full', () => {
	test('refuses the outcome and keeps what was before; with room again all goes on', async () => {
		const disk = new Disk();
		const { id, store } = await disk.started(10);
		await settle(store, [0, 1]);
		disk.journals.capacity = (disk.journals.files.get(journalName(id))?.bytes.length ?? 0) + 20;
		await expect(store.settle(succeeded(2))).rejects.toMatchObject({ kind: 'quota' });
		await expect(store.sent(3)).rejects.toThrow('QuotaExceededError');
		disk.journals.capacity = Infinity;
		await settle(store, [2, 3]);
		disk.lose('database');
		const next = await disk.reopened(id);
		await next.takeUp();
		expect(await numbersOf(next)).toEqual([0, 1, 2, 3]);
	});

	test('that took the line but not the record gives the record at the next opening', async () => {
		const disk = new Disk();
		const { id, store } = await disk.started(10);
		await settle(store, [0]);
		let isFull = true;
		around<IDBObjectStore>(IDBObjectStore.prototype, 'add', (objectStore, call) => {
			const request = call();
			const tx = objectStore.transaction as unknown as { _abort(name: string): void };
			if (isFull) tx._abort('QuotaExceededError');
			return request;
		});
		await expect(store.settle(succeeded(1))).rejects.toMatchObject({ kind: 'quota' });
		isFull = false;
		// A later outcome that is stored must not hide the one before it.
		await store.settle(succeeded(2));
		const next = await disk.reopened(id);
		await next.takeUp();
		expect(await numbersOf(next)).toEqual([0, 1, 2]);
	});
});

describe('the lines of one turn of the event loop', () => {
	async function opened(): Promise<{
		readonly folder: MemoryFolder;
		readonly file: JournalFile;
		readonly journal: Journal;
		readonly kinds: (from?: number) => string[];
		readonly nextTurn: () => void;
	}> {
		const folder = new MemoryFolder();
		const file = await folder.open('x');
		const due: (() => void)[] = [];
		const journal = new Journal(file, 0, (callBack) => due.push(callBack));
		return {
			...{ folder, file, journal },
			kinds: (from = 0) =>
				[...journalLines(file, from)].map(({ entry }) =>
					entry.kind === 'settled'
						? `settled ${String(entry.settled.request)}`
						: 'request' in entry
							? `${entry.kind} ${String(entry.request)}`
							: entry.kind,
				),
			nextTurn: () => {
				for (const callBack of due.splice(0)) callBack();
			},
		};
	}

	test('are one write, in their order, and no request leaves before it', async () => {
		const { folder, journal, kinds, nextTurn } = await opened();
		const left = vi.fn();
		journal.settled(succeeded(0));
		void journal.sent(1, 2).then(left);
		journal.settled(succeeded(3));
		void journal.sent(4).then(left);
		await turn();
		expect([left.mock.calls.length, folder.writes]).toEqual([0, 0]);
		nextTurn();
		await turn();
		expect([left.mock.calls.length, folder.writes]).toEqual([2, 1]);
		expect(kinds()).toEqual(['settled 0', 'sent 1', 'sent 2', 'settled 3', 'sent 4']);
		journal.back(2);
		nextTurn();
		expect(kinds().at(-1)).toBe('back 2');
		expect(folder.writes).toBe(2);
	});

	test('are written although the commit that stores them does not come to an end', async () => {
		const { journal, kinds, nextTurn } = await opened();
		journal.settled(succeeded(0));
		journal.flush();
		journal.settled(succeeded(1));
		nextTurn();
		expect(kinds()).toEqual(['settled 0', 'settled 1']);
	});

	test('are read again from the first that is in flight or not stored', async () => {
		const { journal, kinds, nextTurn } = await opened();
		journal.settled(succeeded(0));
		const waiting = journal.sent(1);
		journal.settled(succeeded(2));
		nextTurn();
		await waiting;
		expect(kinds(journal.safePoint())).toEqual(['settled 0', 'sent 1', 'settled 2']);
		expect(kinds(journal.safePoint(new Set([0])))).toEqual(['sent 1', 'settled 2']);
		journal.stored([0]);
		journal.back(1);
		nextTurn();
		expect(kinds(journal.safePoint())).toEqual(['settled 2', 'back 1']);
	});

	test('of answers are kept where the disk is full, and those of requests are not: they do not leave', async () => {
		const { folder, journal, kinds, nextTurn } = await opened();
		folder.capacity = 0;
		journal.settled(succeeded(0));
		const refused = journal.sent(1);
		nextTurn();
		await expect(refused).rejects.toMatchObject({ kind: 'quota' });
		expect(() => {
			journal.flush();
		}).toThrow('QuotaExceededError');
		folder.capacity = Infinity;
		const waiting = journal.sent(2);
		nextTurn();
		await waiting;
		expect(kinds()).toEqual(['settled 0', 'sent 2']);
	});

	test('are written before the file is closed; where another worker has it, nothing is, and nothing leaves', async () => {
		const { journal, kinds, nextTurn } = await opened();
		journal.settled(succeeded(0));
		journal.end();
		expect(kinds()).toEqual(['settled 0']);
		journal.disown();
		journal.settled(succeeded(1));
		const refused = journal.sent(2);
		journal.end();
		await expect(refused).rejects.toMatchObject({ kind: 'fenced' });
		nextTurn();
		expect(kinds()).toEqual(['settled 0']);
	});
});

describe('requests in flight at a crash', () => {
	test('are counted once each: not those that came back, settled, or were counted before', async () => {
		const disk = new Disk();
		const { id, store } = await disk.started(50);
		await Promise.all([0, 1, 2, 3, 4].map((k) => store.sent(k)));
		store.back(1);
		await store.settle(succeeded(2));
		// It leaves a second time.
		store.back(3);
		await store.sent(3);
		const next = await disk.reopened(id);
		await next.takeUp();
		expect(next.paidTwice).toBe(3);
		await next.sent(0);
		const third = await disk.reopened(id);
		await third.takeUp();
		expect(third.paidTwice).toBe(4);
		third.letGo();
		expect((await disk.reopened(id)).paidTwice).toBe(4);
	});

	test('are counted each, where several travelled in one call', async () => {
		const disk = new Disk();
		const { id, store } = await disk.started(50);
		await store.sent(...range(0, 5));
		await store.sent(...range(5, 10));
		store.back(...range(5, 10));
		await store.sent(...range(10, 14));
		store.doubted(...range(10, 14));
		expect(store.paidTwice).toBe(4);
		// Of the first call two answers had come.
		for (const k of [0, 1]) store.settle(inCall(k, 5)).catch(() => undefined);
		await turn();
		const next = await disk.reopened(id);
		await next.takeUp();
		expect(next.paidTwice).toBe(4 + 3);
		expect(await numbersOf(next)).toEqual([0, 1]);
	});

	test('that were noted as leaving in one call are all named by one write', async () => {
		const disk = new Disk();
		const { id, store } = await disk.started(50);
		disk.journals.capacity = 0;
		await expect(store.sent(...range(0, 20))).rejects.toMatchObject({ kind: 'quota' });
		disk.journals.capacity = Infinity;
		const next = await disk.reopened(id);
		await next.takeUp();
		expect(next.paidTwice).toBe(0);
	});

	test('are counted also when IndexedDB is lost with them', async () => {
		const disk = new Disk();
		const { id, store } = await disk.started(50);
		await store.sent(0);
		await settle(store, range(1, 20));
		await store.sent(30);
		disk.lose('database');
		const next = await disk.reopened(id);
		await next.takeUp();
		expect(next.paidTwice).toBe(2);
	});
});

test('what travelled in one call is known as such from either store, and its usage counted once', async () => {
	for (const lost of ['nothing', 'the database'] as const) {
		const disk = new Disk();
		const { id, store } = await disk.started(10);
		await Promise.all(range(0, 4).map((k) => store.settle(inCall(k, 4))));
		await store.settle(succeeded(4));
		if (lost === 'the database') disk.lose('database');
		const next = await disk.reopened(id);
		await next.takeUp();
		expect(await collect(next.eachSettled())).toEqual([
			...range(0, 4).map((k) => inCall(k, 4)),
			succeeded(4),
		]);
		expect(next.counters).toMatchObject({ succeeded: 5, promptTokens: 6, completionTokens: 4 });
	}
});

test('a second answer that was dropped does not come back once the failure before it is retried', async () => {
	const disk = new Disk();
	const { id, store } = await disk.started(5);
	await store.settle(failed(1));
	// In flight to the end: what follows is read again.
	await store.sent(0);
	await store.settle(succeeded(1));
	await store.retryFailed();
	const next = await disk.reopened(id);
	await next.takeUp();
	expect(await numbersOf(next)).toEqual([]);
});

test('an answer that had come when the browser was killed is neither lost nor paid for twice, stored or not', async () => {
	const disk = new Disk();
	const { id, store } = await disk.started(50);
	await store.sent(0, 1, 2);
	for (const k of [0, 1]) store.settle(succeeded(k)).catch(() => undefined);
	await turn();
	disk.lose('database');
	const next = await disk.reopened(id);
	await next.takeUp();
	expect(await numbersOf(next)).toEqual([0, 1]);
	expect(next.paidTwice).toBe(1);
});

describe('a loss', () => {
	test('of both journal and store is noticed by the count, and no longer once it is accepted', async () => {
		const disk = new Disk();
		const { id, store } = await disk.started(100);
		await settle(store, range(0, 60));
		await store.setPhase({ name: 'paused' });
		store.letGo();
		disk.journals.change(journalName(id), (bytes) => bytes.slice(0, bytes.length / 2));
		disk.lose('database');
		const next = await disk.reopened(id);
		const { lost } = await next.takeUp();
		expect(lost).toBeGreaterThan(20);
		expect(lost).toBe(60 - next.counters.succeeded);
		next.acceptLoss();
		expect(await (await disk.reopened(id)).takeUp()).toMatchObject({ lost: 0 });
	});

	test('is not what a retry of failures looks like', async () => {
		const disk = new Disk();
		const { id, store } = await disk.started(20);
		await settle(store, range(0, 5));
		await Promise.all(range(5, 15).map((k) => store.settle(failed(k))));
		await store.setPhase({ name: 'paused' });
		await store.retryFailed();
		const next = await disk.reopened(id);
		expect(await next.takeUp()).toMatchObject({ lost: 0 });
		disk.lose('database');
		const wiped = await disk.reopened(id);
		expect(await wiped.takeUp()).toMatchObject({ lost: 0 });
		expect(await numbersOf(wiped)).toEqual(range(0, 5));
	});

	test.each(['the browser is killed', 'the database is lost as well'])(
		'is not what a retry of one kind looks like where %s',
		async (how) => {
			const disk = new Disk();
			const { id, store } = await disk.started(20);
			await settle(store, range(0, 5));
			const kindOf = (k: number) => (k % 2 === 0 ? 'timeout' : 'badRequest');
			await Promise.all(range(5, 15).map((k) => store.settle(failed(k, kindOf(k)))));
			await store.setPhase({ name: 'paused' });
			await store.retryFailed(['timeout']);
			if (how === 'the database is lost as well') disk.lose('database');
			const next = await disk.reopened(id);
			expect(await next.takeUp()).toMatchObject({ lost: 0 });
			expect(await numbersOf(next)).toEqual([0, 1, 2, 3, 4, 5, 7, 9, 11, 13]);
			expect(next.counters).toMatchObject({ succeeded: 5, failed: 5, failures: { badRequest: 5 } });
		},
	);

	test('of failures that a retry of another kind had left is noticed', async () => {
		const disk = new Disk();
		const { id, store } = await disk.started(60);
		await Promise.all(
			range(0, 50).map((k) => store.settle(failed(k, k === 0 ? 'timeout' : 'badRequest'))),
		);
		await store.retryFailed(['timeout']);
		store.letGo();
		disk.journals.change(journalName(id), (bytes) => bytes.slice(0, bytes.length / 2));
		disk.lose('database');
		const next = await disk.reopened(id);
		const { lost } = await next.takeUp();
		expect(lost).toBeGreaterThan(15);
		expect(lost).toBe(49 - next.counters.failed);
	});

	test('on the way through a retry of one kind is not what a kill looks like', async () => {
		const disk = new Disk();
		const { id, store } = await disk.started(3_000);
		const kindOf = (k: number) => (k % 2 === 0 ? 'timeout' : 'badRequest');
		await Promise.all(range(0, 3_000).map((k) => store.settle(failed(k, kindOf(k)))));
		let deleted = 0;
		around<IDBObjectStore>(IDBObjectStore.prototype, 'delete', (_, call) => {
			if (++deleted > 700) throw new DOMException('full', 'QuotaExceededError');
			return call();
		});
		await expect(store.retryFailed(['timeout'])).rejects.toMatchObject({ kind: 'quota' });
		vi.restoreAllMocks();
		const next = await disk.reopened(id);
		expect(await next.takeUp()).toMatchObject({ lost: 0 });
		// The first slice is stored, the second was noted before it broke off: those wait, the third's do not.
		const others = range(0, 3_000).filter((k) => kindOf(k) === 'badRequest');
		const stored = await numbersOf(next);
		expect(stored.filter((k) => k < 2_000)).toEqual(others.filter((k) => k < 2_000));
		expect(stored.filter((k) => k >= 2_000)).toEqual(range(2_000, 3_000));
		expect(next.counters).toMatchObject({ failed: 2_000, failures: { timeout: 500 } });
		await next.retryFailed(['timeout']);
		expect(await numbersOf(next)).toEqual(others);
	});

	test('while the run is going stops every write, and nothing reads as waiting', async () => {
		const disk = new Disk();
		const { id, store } = await disk.started(20);
		await settle(store, [0, 1, 2]);
		// The browser drops the connection and comes back with an empty database.
		const database = await new Promise<IDBDatabase>((resolve) => {
			const open = disk.factory.open(`volley-run-${id}`);
			open.addEventListener('success', () => {
				resolve(open.result);
			});
		});
		await new Promise((resolve) => {
			const tx = database.transaction(['owner', 'requests', 'choices', 'counters'], 'readwrite');
			for (const name of ['owner', 'requests', 'choices', 'counters']) tx.objectStore(name).clear();
			tx.addEventListener('complete', resolve);
		});
		await expect(store.settle(succeeded(3))).rejects.toMatchObject({ kind: 'lost' });
		await expect(collect(store.waiting(0))).rejects.toMatchObject({ kind: 'lost' });
		const next = await disk.reopened(id);
		await next.takeUp();
		expect(await numbersOf(next)).toEqual([0, 1, 2, 3]);
	});
});

test('a run that the version before stored is opened with its data, and then is taken up', async () => {
	const disk = new Disk();
	const { id } = await disk.world.open().then((library) => library.createRun(setupOf(5)));
	const older = await openDatabase<RunSchema>(
		disk.factory,
		`volley-run-${id}`,
		runMigrations.slice(0, 1),
		{ onBlocked: vi.fn(), onVersionChange: vi.fn(), onTerminated: vi.fn() },
	);
	const size = { templates: 1, rows: 5, models: 1 };
	const { request, attempts, startedAt, latencyMs, outcome } = failed(3);
	const tx = older.transaction(['requests', 'counters'], 'readwrite');
	await tx.objectStore('requests').put({
		...{ request, attempts, startedAt, latencyMs },
		...{ outcome: 'failed', completion: null, failure: failureOf('badRequest') },
	});
	const counters = countSettled(emptyCounters(size), { ...failed(3), outcome });
	await tx.objectStore('counters').put(counters, 'current');
	await tx.done;
	older.close();
	const store = await disk.reopened(id);
	expect(await store.takeUp()).toMatchObject({ lost: 0 });
	expect(await collect(store.eachSettled())).toEqual([failed(3)]);
	expect(store.counters).toEqual(counters);
});

describe('a worker that hangs while another takes the run from it', () => {
	/** Both have the journal open, as two tabs of a browser that shares files. */
	async function stolen(): Promise<{ disk: Disk; id: string; store: RunStore; next: RunStore }> {
		const disk = new Disk();
		const { id, store } = await disk.started(20);
		await settle(store, [0]);
		await store.sent(7);
		const next = await (await disk.open()).openRun(id);
		if (next === null) throw new Error('The run has gone.');
		return { disk, id, store, next };
	}

	test('sends and writes nothing when it wakes, and what it had sent is named', async () => {
		const { disk, id, store, next } = await stolen();
		await next.takeUp(true);
		await next.settle(succeeded(1));
		const before = disk.journals.text(journalName(id));
		await expect(store.sent(8)).rejects.toThrow('Another tab');
		store.back(7);
		await turn();
		await expect(store.settle(succeeded(2))).rejects.toMatchObject({ kind: 'fenced' });
		await expect(store.setPhase({ name: 'finished' })).rejects.toMatchObject({ kind: 'fenced' });
		await expect(store.retryFailed()).rejects.toMatchObject({ kind: 'fenced' });
		await expect(collect(store.waiting(0))).rejects.toMatchObject({ kind: 'fenced' });
		expect(disk.journals.text(journalName(id))).toBe(before);
		expect(await numbersOf(next)).toEqual([0, 1]);
		expect(next.paidTwice).toBe(1);
	});

	test('and still writes while its journal is read has each line read, and none that it thinks stored is lost', async () => {
		const { disk, id, store, next } = await stolen();
		// Behind what is in flight, so that it is read again and stored again.
		await settle(store, [5]);
		let looks = 0;
		const acknowledged: number[] = [0, 5];
		around<IDBObjectStore>(IDBObjectStore.prototype, 'get', (_, call) => {
			// Between the other's steps, at its first few looks.
			const request = 9 + looks;
			if (++looks <= 3) {
				store.sent(request).catch(() => undefined);
				store.settle(succeeded(request)).then(
					() => acknowledged.push(request),
					() => undefined,
				);
			}
			return call();
		});
		await next.takeUp(true);
		await next.settle(succeeded(1));
		disk.lose('database');
		const after = await disk.reopened(id);
		expect(await after.takeUp()).toMatchObject({ lost: 0 });
		expect(await numbersOf(after)).toEqual(expect.arrayContaining([...acknowledged, 1]));
		expect(await numbersOf(after)).toEqual([0, 1, 5, 9, 10, 11]);
	});

	test('keeps it where the browser lets one tab alone open a file', async () => {
		const { disk, next } = await stolen();
		disk.journals.exclusive = true;
		await expect(next.takeUp(true)).rejects.toThrow('held');
	});
});

describe('the list', () => {
	test('gets back the runs that only their journals know, with phase and counts', async () => {
		const disk = new Disk();
		const first = await disk.started(5);
		await settle(first.store, [0, 1]);
		await first.store.setPhase({ name: 'stopped' });
		const library = await disk.open();
		const second = await library.createRun(setupOf(3, { name: 'Second' }));
		const store = await library.openRun(second.id);
		await store?.takeUp();
		await store?.settle(succeeded(2));
		disk.journals.crash();
		disk.lose('database');
		const next = await disk.open();
		expect(next.restoredRuns).toBe(2);
		const listed = await next.listRuns();
		expect(listed.map(({ name, phase, succeeded: n }) => [name, phase.name, n]).sort()).toEqual([
			['Coffee reviews', 'stopped', 2],
			['Second', 'interrupted', 1],
		]);
		expect((await next.getRun(second.id))?.setup).toEqual(second.setup);
		disk.journals.crash();
		expect((await disk.open()).restoredRuns).toBe(0);
	});

	test('does not get back a run that was deleted, though its journal could not be deleted then', async () => {
		const disk = new Disk();
		const { id, store } = await disk.started(5);
		await settle(store, [0]);
		const other = await disk.open();
		await other.deleteRun(id);
		expect(disk.journals.files.has(journalName(id))).toBe(true);
		disk.journals.crash();
		const next = await disk.open();
		expect(await next.listRuns()).toEqual([]);
		expect([...disk.journals.files.keys()]).toEqual([]);
	});

	test('of a deleted run leaves no journal', async () => {
		const disk = new Disk();
		const library = await disk.open();
		const { id, store } = await openedRun(library, 5);
		await store.takeUp();
		await settle(store, [0]);
		expect([...disk.journals.files.keys()]).toEqual([journalName(id), countName(id)]);
		await library.deleteRun(id);
		expect([...disk.journals.files.keys()]).toEqual([]);
	});
});

test('after any order of settles, retries, crashes and losses of one of the two, both hold what was acknowledged', async () => {
	const planned = 10;
	const step = fc.oneof(
		{ weight: 6, arbitrary: fc.array(fc.nat(2 * planned - 1), { minLength: 1, maxLength: 5 }) },
		{
			weight: 4,
			arbitrary: fc.constantFrom('retry', 'crash', 'wipe', 'loseJournal', 'sent'),
		},
	);
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
			const disk = new Disk();
			const opened = await disk.started(planned);
			const { id } = opened;
			let { store } = opened;
			const model = new Map<number, SettledRequest>();
			for (const taken of steps) {
				if (taken === 'retry') {
					await store.retryFailed();
					for (const [k, { outcome }] of model) if (!outcome.ok) model.delete(k);
				} else if (taken === 'sent') await store.sent(0);
				else if (taken === 'crash' || taken === 'wipe' || taken === 'loseJournal') {
					if (taken === 'wipe') disk.lose('database');
					if (taken === 'loseJournal') disk.journals.files.clear();
					store = await disk.reopened(id);
					expect((await store.takeUp()).lost).toBe(0);
				} else if (typeof taken !== 'string') {
					const batch = taken.map((k) => (k < planned ? succeeded(k) : failed(k - planned)));
					await Promise.all(batch.map((one) => store.settle(one)));
					for (const one of batch) if (!model.has(one.request)) model.set(one.request, one);
				}
			}
			const expected = [...model.values()].sort((a, b) => a.request - b.request);
			expect(await collect(store.eachSettled())).toEqual(expected);
			disk.lose('database');
			store = await disk.reopened(id);
			expect((await store.takeUp()).lost).toBe(0);
			expect(await collect(store.eachSettled())).toEqual(expected);
			expect(store.counters.succeeded + store.counters.failed).toBe(expected.length);
		}),
		{ numRuns: 100 },
	);
}, 60_000);

// idb looks its classes up in the global scope; the factory is given to each library.
import 'fake-indexeddb/auto';
import { IDBDatabase, IDBFactory } from 'fake-indexeddb';
import { vi } from 'vitest';
import type { Dataset, Row } from '#domain/dataset.ts';
import type { Failure, FailureKind } from '#domain/failure.ts';
import type { JsonObject } from '#domain/json.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { err, ok } from '#domain/result.ts';
import type { RunSetup } from '#domain/run.ts';
import { openLibrary, type Library, type LibraryOptions } from '#storage/library.ts';
import type { RunStore } from '#storage/run-store.ts';
import type { StorageProblem } from '#storage/storage-problem.ts';

export interface World {
	readonly factory: IDBFactory;
	readonly clock: { now: number };
	readonly problems: StorageProblem[];
	/** A library as a new life of the worker opens it; those opened before are left as they are. */
	readonly open: (options?: Partial<LibraryOptions>) => Promise<Library>;
	readonly databaseNames: () => Promise<string[]>;
}

export function newWorld(): World {
	const factory = new IDBFactory();
	const clock = { now: 1_000_000 };
	const problems: StorageProblem[] = [];
	let ids = 0;
	return {
		factory,
		clock,
		problems,
		open: (options) =>
			openLibrary({
				indexedDB: factory,
				now: () => clock.now,
				newId: () => `id-${String(++ids)}`,
				onProblem: (problem) => problems.push(problem),
				...options,
			}),
		databaseNames: async () => {
			const found = await factory.databases();
			return found.flatMap(({ name }) => name ?? []).sort();
		},
	};
}

export const setupOf = (rowCount: number, change: Partial<RunSetup> = {}): RunSetup => ({
	name: 'Coffee reviews',
	connection: {
		provider: 'demo',
		baseUrl: 'https://demo.invalid/v1',
		organization: '',
		project: '',
		usesKey: false,
	},
	endpoint: 'chatCompletions',
	models: ['demo-small'],
	templates: [{ kind: 'chat', messages: [{ role: 'user', content: 'Classify: {review}' }] }],
	datasetId: null,
	rowCount,
	idColumn: null,
	parameters: { completionsPerPrompt: 1, temperature: null, maxTokens: null, other: {} },
	limits: { maxConcurrency: 100, maxRetries: 8, timeoutSeconds: 120 },
	...change,
});

export const choiceOf = (content: string, index = 0, finishReason = 'stop'): JsonObject => ({
	index,
	message: { role: 'assistant', content },
	finish_reason: finishReason,
});

export const succeeded = (
	request: number,
	choices: readonly JsonObject[] = [choiceOf(`answer ${String(request)}`)],
): SettledRequest => ({
	request,
	outcome: ok({
		rest: { id: `c-${String(request)}`, usage: { prompt_tokens: 3, completion_tokens: 2 } },
		choices,
	}),
	attempts: 1,
	startedAt: 5_000 + request,
	latencyMs: 40,
});

export const failureOf = (kind: FailureKind): Failure => ({
	kind,
	message: 'No.',
	status: 400,
	code: null,
	requestId: null,
	waitMs: null,
});

export const failed = (request: number, kind: FailureKind = 'badRequest'): SettledRequest => ({
	request,
	outcome: err(failureOf(kind)),
	attempts: 2,
	startedAt: 5_000 + request,
	latencyMs: 40,
});

/** A run of so many requests, opened. */
export async function openedRun(
	library: Library,
	requests: number,
): Promise<{ readonly id: string; readonly store: RunStore }> {
	const { id } = await library.createRun(setupOf(requests));
	const store = await library.openRun(id);
	if (store === null) throw new Error('The run was just created.');
	return { id, store };
}

export const metaOf = (rowCount: number): Omit<Dataset, 'id' | 'createdAt'> => ({
	name: 'reviews.csv',
	files: ['reviews.csv'],
	columns: [{ name: 'review', header: 'review' }],
	rowCount,
	encoding: 'utf-8',
	delimiter: ',',
	notices: [],
});

export async function storedDataset(library: Library, rows: readonly Row[]): Promise<string> {
	const writer = await library.createDataset();
	await writer.append(rows);
	await writer.finish(metaOf(rows.length));
	return writer.id;
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
	const all: T[] = [];
	for await (const item of items) all.push(item);
	return all;
}

/** Puts `replacement` in a method's place until mocks are restored; `call` is the method itself. */
export function around<T>(
	prototype: T & object,
	method: keyof T & string,
	replacement: (self: T, call: () => unknown, ...args: readonly unknown[]) => unknown,
): void {
	const original: unknown = Reflect.get(prototype, method);
	if (typeof original !== 'function') throw new TypeError(`${method} is not a method.`);
	vi.spyOn(prototype as Record<string, () => unknown>, method).mockImplementation(function (
		this: T,
		...args: unknown[]
	) {
		return replacement(this, () => Reflect.apply(original, this, args) as unknown, ...args);
	});
}

export interface SeenTransaction {
	readonly database: string;
	readonly mode: string;
	readonly durability: string;
}

/** The transactions begun since, upgrades left out. */
export function watchTransactions(): SeenTransaction[] {
	const seen: SeenTransaction[] = [];
	around<IDBDatabase>(IDBDatabase.prototype, 'transaction', (db, call) => {
		const tx = call() as IDBTransaction;
		if (tx.mode !== 'versionchange')
			seen.push({ database: db.name, mode: tx.mode, durability: tx.durability });
		return tx;
	});
	return seen;
}

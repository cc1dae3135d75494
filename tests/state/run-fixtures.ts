import type { EngineApi, ResultQuery } from '#contract/engine-api.ts';
import type { Failure, FailureKind } from '#domain/failure.ts';
import type { ResultRow } from '#domain/result-item.ts';
import { emptyCounters, type Run, type RunProgress, type RunSetup } from '#domain/run.ts';
import type { PageClock } from '#state/page-clock.ts';

export const setup: RunSetup = {
	name: 'Coffee reviews',
	connection: {
		provider: 'openai',
		baseUrl: 'https://api.openai.com/v1',
		organization: '',
		project: '',
		usesKey: true,
	},
	endpoint: 'chatCompletions',
	models: ['model-a'],
	templates: [{ kind: 'chat', messages: [{ role: 'user', content: 'Classify: {review}' }] }],
	datasetId: null,
	rowCount: 1_000,
	idColumn: null,
	parameters: { completionsPerPrompt: 1, temperature: null, maxTokens: null, other: {} },
	limits: { maxConcurrency: 100, maxRetries: 8, timeoutSeconds: 120 },
};

export const counters = emptyCounters({ templates: 1, rows: 1_000, models: 1 });

export const run: Run = {
	id: 'run-1',
	createdAt: 0,
	updatedAt: 0,
	phase: { name: 'paused' },
	setup,
	revisions: [],
	counters,
};

export const progressWith = (change: Partial<RunProgress>): RunProgress => ({
	runId: run.id,
	phase: { name: 'running' },
	counters,
	inFlight: 0,
	settledPerMinute: null,
	secondsLeft: null,
	retries: 0,
	rateLimited: 0,
	retriedBy: {},
	cooldownUntil: null,
	concurrency: 100,
	unsaved: 0,
	elsewhere: false,
	limits: [],
	heldBackBy: null,
	possiblyPaidTwice: 0,
	journal: 'on',
	...change,
});

export const failureOf = (kind: FailureKind, change: Partial<Failure> = {}): Failure => ({
	kind,
	message: '',
	status: null,
	code: null,
	requestId: null,
	waitMs: null,
	...change,
});

export const lineAt = (request: number, state: ResultRow['state'] = 'waiting'): ResultRow => ({
	request,
	choice: 0,
	id: String(request),
	place: { promptIndex: 0, rowIndex: request, modelIndex: 0 },
	model: 'model-a',
	cells: [],
	state,
	given: state === 'succeeded' ? 1 : 0,
	response: state === 'succeeded' ? `answer ${String(request)}` : null,
	mark: null,
	finishReason: null,
	promptTokens: null,
	completionTokens: null,
	latencyMs: null,
	attempts: 1,
	failure: null,
});

/** Lines of a run of 1,000 requests, the first `settled` of which have their answer. */
export const linesOf = (query: ResultQuery, settled: number) => ({
	total: 1_000,
	offset: query.offset,
	rows: Array.from({ length: query.limit }, (_, i) =>
		lineAt(query.offset + i, query.offset + i < settled ? 'succeeded' : 'waiting'),
	),
});

/** Every run's page looks for its key; unless a test says otherwise, it is held. */
const heldHere = [{ origin: 'https://api.openai.com', lastFour: '0000' }];

/** An engine of which only the given commands are expected; any other is a fault of the test. */
export const apiWith = (commands: Partial<EngineApi>): EngineApi =>
	new Proxy({} as EngineApi, {
		get: (_, name: keyof EngineApi) =>
			commands[name] ??
			(name === 'heldKeys' ? () => Promise.resolve(heldHere) : null) ??
			(() => {
				throw new Error(`${name} was not expected`);
			}),
	});

/** Time that passes only when told. */
export class HandClock implements PageClock {
	#now = 1_000_000;
	#due: { readonly at: number; readonly callback: () => void }[] = [];

	readonly now = (): number => this.#now;

	readonly after = (ms: number, callback: () => void): (() => void) => {
		const timer = { at: this.#now + ms, callback };
		this.#due.push(timer);
		return () => {
			this.#due = this.#due.filter((other) => other !== timer);
		};
	};

	get pending(): number {
		return this.#due.length;
	}

	async pass(ms: number): Promise<void> {
		const end = this.#now + ms;
		for (;;) {
			await rest();
			const next = this.#due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
			if (next === undefined) break;
			this.#due = this.#due.filter((other) => other !== next);
			this.#now = next.at;
			next.callback();
		}
		this.#now = end;
		await rest();
	}
}

/** Until every promise that can come to rest has. */
export const rest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

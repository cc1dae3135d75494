import type {
	EngineApi,
	ComparisonPage,
	ComparisonQuery,
	EngineEvent,
	FailureGroup,
	ResultPage,
	RunRefusal,
} from '#contract/engine-api.ts';
import { keyIn, keyProblem } from '#domain/api-key.ts';
import { originOf } from '#domain/connection.ts';
import type { Dataset, DatasetMark } from '#domain/dataset.ts';
import type { Problem } from '#domain/problem.ts';
import type { Failure, FailureKind } from '#domain/failure.ts';
import type { Repair } from '#domain/repair.ts';
import { canLeaveOut, lackingKey, setupOfFailure } from '#domain/shared-setup.ts';
import { leftOutUnder } from '#domain/revision.ts';
import type { Result } from '#domain/result.ts';
import type { RunFigures } from '#domain/run-figures.ts';
import type { RunStatement } from '#domain/statement.ts';
import { isActive, settledCount, type Run, type RunPhase, type RunProgress } from '#domain/run.ts';
import { PaceReader, type Pace } from './pace.ts';
import { pageClock, type PageClock } from './page-clock.ts';
import type { KeyRing } from './keys.svelte.ts';
import { RateHistories } from './rate-histories.ts';
import { noHistory, type RateHistory } from './rate-history.ts';
import { ResultList } from './results.svelte.ts';

/** Read out no more often than this, so that a screen reader can finish a sentence. */
const announceMs = 5_000;
const failuresMs = 1_500;
/** How often a run that goes in another tab is asked after: nothing of it comes by itself. */
const elsewhereMs = 1_000;

/** Those that start requests. */
const startCommands = [
	'resume',
	'retryFailed',
	'retryTruncated',
	'retryEmpty',
	'repair',
	'leaveOut',
] as const;
export type StartCommand = (typeof startCommands)[number];

export type RunCommand = StartCommand | 'pause' | 'stop' | 'rename';

export const isStart = (command: RunCommand | null): command is StartCommand =>
	startCommands.some((start) => start === command);

/** A command that was refused: it can be given again once the cause is mended. */
export interface RefusedCommand {
	readonly command: StartCommand | 'pause' | 'stop';
	readonly refusal: RunRefusal;
}

/** Whether the run has since come to what was asked of it. */
const isOver = ({ command }: RefusedCommand, { phase, inFlight }: RunProgress): boolean =>
	isStart(command) ? isActive(phase) : !isActive(phase) && inFlight === 0;

const noLines: ResultPage = { total: 0, offset: 0, rows: [] };

const keyMatters: ReadonlySet<Failure['kind']> = new Set([
	'unauthorized',
	'forbidden',
	'quotaExhausted',
]);

/** One run as its page shows it. */
export class RunState {
	readonly runId: string;
	readonly results: ResultList;
	readonly #api: EngineApi;
	readonly #clock: PageClock;
	readonly #histories: RateHistories;
	/** The page's, where it can ask for a passphrase. */
	readonly #keys: KeyRing | null;
	readonly #paceReader: PaceReader;

	/** Null before `load` is done and where there is no such run. */
	run = $state.raw<Run | null>(null);
	missing = $state.raw(false);
	/** It is missing, and was shown here before: another tab deleted it. */
	lost = $state.raw(false);
	dataset = $state.raw<Dataset | null>(null);
	/** What is known of its rows, where they are gone. */
	missingData = $state.raw<DatasetMark | null>(null);
	/** Why the files given for them were not taken. */
	attachProblems = $state.raw<readonly Problem[]>([]);
	attaching = $state.raw(false);
	#attachNext: readonly File[] = [];
	progress = $state.raw<RunProgress | null>(null);
	/** The snapshot last read out. */
	announced = $state.raw<RunProgress | null>(null);
	/** How fast it goes and what holds it back, and how that was: both change once a second at most. */
	pace = $state.raw<Pace | null>(null);
	history = $state.raw<RateHistory>(noHistory);
	failures = $state.raw<readonly FailureGroup[] | null>(null);
	/** The command that the worker is at. */
	command = $state.raw<RunCommand | null>(null);
	refused = $state.raw<RefusedCommand | null>(null);
	/** How far the answers are read through for the summary; null: not yet. */
	summaryRead = $state.raw<{ readonly done: number; readonly total: number } | null>(null);
	/** What it came to, as last counted; null once that is no longer what is stored. */
	statement = $state.raw<RunStatement | null>(null);
	/** How far the statement is that is being made; `total` 0: not known yet. */
	making = $state.raw<{ readonly done: number; readonly total: number } | null>(null);
	#listeners: readonly ((event: EngineEvent) => void)[] = [];
	/** The key being typed, and the origin that the page asked it for. */
	#typed = $state.raw<{ readonly key: string; readonly origin: string | null }>({
		key: '',
		origin: null,
	});

	readonly phase = $derived<RunPhase | null>(this.progress?.phase ?? this.run?.phase ?? null);
	readonly active = $derived(this.phase !== null && isActive(this.phase));
	/** Another tab is at it: this one can only watch. */
	readonly elsewhere = $derived(this.progress?.elsewhere ?? false);
	readonly #goesHere = $derived(this.active && !this.elsewhere);
	readonly inFlight = $derived(this.progress?.inFlight ?? 0);
	readonly counters = $derived(this.progress?.counters ?? this.run?.counters ?? null);
	/** The failure that a person has to mend before the run can go on. */
	readonly stoppedBy = $derived(this.phase?.name === 'needsAttention' ? this.phase.failure : null);
	/** The origins that this tab holds keys for; null until it was asked. */
	#held = $state.raw<readonly string[] | null>(null);
	readonly #leftOut = $derived.by(() => {
		const revisions = this.run?.revisions ?? [];
		return leftOutUnder(revisions, revisions.length);
	});
	/** The connection without which the run could go on, of those it stopped at or lacks a key for; null where there is none. */
	readonly leavable: string | null = $derived.by(() => {
		if (this.run === null || this.#goesHere) return null;
		const { setup } = this.run;
		const lacking = this.keyOrigin;
		const name =
			this.stoppedBy?.connection ??
			setup.shares?.find(({ connection }) => originOf(connection) === lacking)?.name;
		return name !== undefined && canLeaveOut(setup, this.#leftOut, name) ? name : null;
	});
	/** The origin whose key this run needs again: after a restart the tab holds none. Null where nothing is lacking. */
	readonly lacksKeyFor: string | null = $derived.by(() => {
		if (this.run === null || this.#held === null || this.#goesHere) return null;
		const held = this.#held;
		const done = this.phase?.name === 'finished';
		if (done) return null;
		return lackingKey(this.run.setup, (origin) => held.includes(origin), this.#leftOut);
	});
	/** The origin that a key is asked for; null where none is. */
	readonly keyOrigin = $derived.by(() => {
		if (this.#goesHere || this.run === null) return null;
		if (this.lacksKeyFor !== null) return this.lacksKeyFor;
		if (this.refused?.refusal.kind === 'needsKey') return this.refused.refusal.origin;
		if (this.stoppedBy === null || !keyMatters.has(this.stoppedBy.kind)) return null;
		const { connection } = setupOfFailure(this.run.setup, this.stoppedBy);
		return connection.provider === 'demo' ? null : originOf(connection);
	});

	/** The key being typed; it goes to the worker and is forgotten here. Once another origin's is asked for it is none. */
	get typedKey(): string {
		return this.#typed.origin === this.keyOrigin ? this.#typed.key : '';
	}

	set typedKey(key: string) {
		this.#typed = { key, origin: this.keyOrigin };
	}

	/** Why what is typed can be no key; null where it may be one, or nothing is. Nothing starts meanwhile. */
	get keyProblem(): string | null {
		return keyProblem(this.typedKey);
	}

	#snapshots = 0;
	#cancelAnnounce: (() => void) | null = null;
	#cancelFailures: (() => void) | null = null;
	#cancelAskAgain: (() => void) | null = null;
	/** A command that starts requests and is under way: it may wait for what is in flight. */
	#starting: Promise<void> | null = null;
	/** Gives the last command that starts requests once more. */
	#again: (() => Promise<void>) | null = null;
	/** Statements asked for, and what has ended them. */
	#statements = 0;
	/** How the run stood when the last of them was asked for. */
	#stated = '';
	#watchingFailures = false;
	/** A look through many failures takes its time: it is not repeated faster than the worker can spare. */
	#failuresTookMs = 0;
	#disposed = false;

	constructor(
		api: EngineApi,
		runId: string,
		clock: PageClock = pageClock,
		histories: RateHistories = new RateHistories(clock),
		keys: KeyRing | null = null,
	) {
		this.#keys = keys;
		this.#api = api;
		this.runId = runId;
		this.#clock = clock;
		this.#histories = histories;
		this.#paceReader = new PaceReader(clock, (pace) => {
			this.pace = pace;
			this.history = histories.of(runId);
		});
		this.results = this.listOfLines();
	}

	/** Another list of its lines, for a view beside the table; whoever asks for it disposes of it. */
	listOfLines(): ResultList {
		const api = this.#api;
		return new ResultList(
			{
				readResults: async (query) => (await this.#ask(() => api.readResults(query))) ?? noLines,
				readItems: async (id, request) => (await this.#ask(() => api.readItems(id, request))) ?? [],
				replayRequest: async (id, request) =>
					(await this.#ask(() => api.replayRequest(id, request))) ?? null,
				cancelSearch: async (id) => {
					await this.#ask(() => api.cancelSearch(id));
				},
				continueSearch: async (id) => {
					await this.#ask(() => api.continueSearch(id));
				},
			},
			this.runId,
			this.#clock,
		);
	}

	/** Null where the run is gone. */
	readComparison(query: ComparisonQuery): Promise<ComparisonPage | null> {
		return this.#ask(() => this.#api.readComparison(query));
	}

	async load(): Promise<void> {
		const asked = this.#snapshots;
		const [run, progress, held] = await Promise.all([
			this.#ask(() => this.#api.getRun(this.runId)),
			this.#ask(() => this.#api.getProgress(this.runId)),
			this.#ask(() => this.#api.heldKeys()),
		]);
		if (this.#disposed) return;
		this.#held = held?.map(({ origin }) => origin) ?? null;
		if (run === null) {
			this.#miss();
			return;
		}
		this.run = run;
		this.missing = false;
		// A snapshot that came by itself meanwhile is the newer one.
		if (progress !== null && asked === this.#snapshots) this.#take(progress);
		const { datasetId } = run.setup;
		if (datasetId !== null && this.dataset === null)
			this.dataset = await this.#api.getDataset(datasetId);
		this.missingData =
			datasetId !== null && this.dataset === null
				? await this.#ask(() => this.#api.missingData(this.runId))
				: null;
		this.#restate();
	}

	/** Files that hold the rows it has lost. Given while others are looked at, they wait: the last ones given count. */
	async attach(files: readonly File[]): Promise<void> {
		if (files.length === 0) return;
		if (this.attaching) {
			this.#attachNext = files;
			return;
		}
		this.attaching = true;
		this.attachProblems = [];
		try {
			const attached = await this.#ask(() => this.#api.attachFiles(this.runId, files));
			if (attached?.ok === false) this.attachProblems = attached.error;
			else if (this.refused?.refusal.kind === 'dataMissing') this.refused = null;
			await this.load();
		} finally {
			this.attaching = false;
		}
		const next = this.#attachNext;
		this.#attachNext = [];
		if (this.missingData !== null) await this.attach(next);
	}

	/** Tells every event to what stands beside the run's own state, until what it returns is called. */
	listen(listener: (event: EngineEvent) => void): () => void {
		this.#listeners = [...this.#listeners, listener];
		return () => {
			this.#listeners = this.#listeners.filter((other) => other !== listener);
		};
	}

	receive(event: EngineEvent): void {
		for (const listener of this.#listeners) listener(event);
		switch (event.kind) {
			case 'progress':
				if (event.progress.runId === this.runId) this.#take(event.progress);
				return;
			case 'summaryProgress':
				if (event.runId === this.runId) this.summaryRead = event;
				return;
			case 'statementProgress':
				if (event.runId === this.runId && this.making !== null) this.making = event;
				return;
			case 'runsChanged':
			case 'keysChanged':
				void this.load();
				return;
			case 'exportProgress':
			case 'append':
			case 'importProgress':
			case 'promptCheckProgress':
			case 'doorProgress':
			case 'network':
			case 'notice':
			case 'broken':
				return;
		}
	}

	dispose(): void {
		this.#disposed = true;
		this.#cancelAnnounce?.();
		this.#cancelFailures?.();
		this.#cancelAskAgain?.();
		this.#paceReader.dispose();
		this.results.dispose();
	}

	pause(): Promise<void> {
		return this.#during('pause', async () => {
			this.#answered('pause', await this.#ask(() => this.#api.pauseRun(this.runId)));
		});
	}

	stop(): Promise<void> {
		return this.#during('stop', async () => {
			const starting = this.#starting;
			let stopped = await this.#ask(() => this.#api.stopRun(this.runId));
			if (starting !== null) {
				// What it waited for is aborted now, so it goes through: but it was asked for before the stop.
				await starting;
				stopped = await this.#ask(() => this.#api.stopRun(this.runId));
			}
			this.#answered('stop', stopped);
		});
	}

	resume(): Promise<void> {
		return this.#start('resume', () => this.#api.resumeRun(this.runId));
	}

	/** Goes on with it here, whatever the other tab that is at it does. */
	takeOver(): Promise<void> {
		return this.#start('resume', () => this.#api.takeOverRun(this.runId));
	}

	/** `kinds` left out: whatever the failure was. */
	retryFailed(kinds?: readonly FailureKind[]): Promise<void> {
		return this.#start('retryFailed', () => this.#api.retryFailed(this.runId, kinds));
	}

	/** Asks again for every answer that its limit cut off, with this one; null: the model's own. */
	retryTruncated(maxTokens: number | null): Promise<void> {
		return this.#start('retryTruncated', () => this.#api.retryTruncated(this.runId, maxTokens));
	}

	/** Asks again for every answer without any text. */
	retryEmpty(): Promise<void> {
		return this.#start('retryEmpty', () => this.#api.retryEmpty(this.runId));
	}

	/** Shares out between the others what waits for this connection, and goes on. */
	leaveOut(name: string): Promise<void> {
		return this.#start('leaveOut', () => this.#api.leaveOutConnection(this.runId, name));
	}

	/** Sends a refused parameter as repaired from now on, and goes on. */
	repair(repair: Repair): Promise<void> {
		return this.#start('repair', () => this.#api.repairRun(this.runId, repair));
	}

	/** Gives the refused command once more; without one, goes on with the run. */
	goOn(): Promise<void> {
		const command = this.refused?.command ?? null;
		const again = isStart(command) ? this.#again : null;
		return again === null ? this.resume() : again();
	}

	async rename(typed: string): Promise<void> {
		const name = typed.trim();
		if (this.run === null || name === '' || name === this.run.setup.name) return;
		this.run = { ...this.run, setup: { ...this.run.setup, name } };
		await this.#during('rename', async () => {
			await this.#ask(() => this.#api.renameRun(this.runId, name));
			this.#restate();
		});
	}

	/** As the worker answers; null where the run is gone, which it then says. */
	ask<T>(ask: (api: EngineApi) => Promise<T>): Promise<T | null> {
		return this.#ask(() => ask(this.#api));
	}

	readSummary(): Promise<RunFigures | null> {
		this.summaryRead = null;
		return this.#ask(() => this.#api.readSummary(this.runId));
	}

	cancelSummary(): Promise<void> {
		return this.#api.cancelSummary(this.runId);
	}

	/** Nothing comes of it where it is cancelled, or the run goes on meanwhile. */
	async makeStatement(): Promise<void> {
		if (this.making !== null) return;
		this.making = { done: 0, total: 0 };
		const asked = ++this.#statements;
		this.#stated = this.#stands();
		try {
			const statement = await this.#ask(() => this.#api.makeStatement(this.runId));
			if (asked === this.#statements) this.statement = statement;
		} finally {
			if (asked === this.#statements) this.making = null;
		}
	}

	cancelStatement(): void {
		if (this.making === null) return;
		this.#statements++;
		this.making = null;
		void this.#api.cancelStatement();
	}

	/** Keeps `failures` up to date until what it returns is called. */
	watchFailures(): () => void {
		this.#watchingFailures = true;
		void this.#readFailures();
		return () => {
			this.#watchingFailures = false;
		};
	}

	async #during(command: RunCommand, act: () => Promise<void>): Promise<void> {
		// Stopping need not wait for a pause to come to rest.
		if (this.command !== null && command !== 'stop') return;
		this.command = command;
		try {
			await act();
		} finally {
			if (this.command === command) this.command = null;
		}
	}

	#start(command: StartCommand, start: () => Promise<Result<null, RunRefusal>>): Promise<void> {
		if (this.command !== null || this.keyProblem !== null) return Promise.resolve();
		this.#again = () => this.#start(command, start);
		const starting = this.#during(command, async () => {
			const key = keyIn(this.typedKey);
			if (key !== '' && this.keyOrigin !== null) {
				const { origin } = await this.#api.holdKey(this.keyOrigin, key);
				this.#held = [...(this.#held ?? []), origin];
				this.typedKey = '';
			}
			this.#answered(command, await this.#ask(() => this.#unlocked(start)));
		});
		this.#starting = starting;
		return starting.finally(() => {
			if (this.#starting === starting) this.#starting = null;
		});
	}

	/** Once more, after the passphrase was asked for, where all that was lacking is a key that this device remembers. */
	async #unlocked(start: () => Promise<Result<null, RunRefusal>>): ReturnType<typeof start> {
		const answer = await start();
		if (answer.ok || answer.error.kind !== 'needsKey') return answer;
		const { origin } = answer.error;
		const keys = this.#keys;
		await keys?.load();
		if (keys === null || !keys.isLocked(origin) || !(await keys.unlock([origin]))) return answer;
		this.#held = keys.held.map((held) => held.origin);
		return keys.isLocked(origin) ? answer : start();
	}

	/** Whether the key that is asked for is remembered on this device: the passphrase is enough. */
	get isLocked(): boolean {
		return this.#keys?.isLocked(this.keyOrigin) ?? false;
	}

	/** Asks for the passphrase. */
	async unlock(): Promise<void> {
		const { keyOrigin } = this;
		if (keyOrigin !== null) await this.#keys?.unlock([keyOrigin]);
		await this.load();
	}

	#answered(command: RefusedCommand['command'], answer: Result<null, RunRefusal> | null): void {
		if (answer === null) return;
		this.refused = answer.ok ? null : { command, refusal: answer.error };
		if (answer.ok) return;
		const { kind } = answer.error;
		// What the page shows is out of date: the run is another tab's, changed by it, or gone.
		if (kind === 'ownedElsewhere' || kind === 'lastConnection' || kind === 'missing')
			void this.load();
	}

	/** What the worker says. A run that another tab has deleted fails in the ways of the store: then it is missing, and null. */
	async #ask<T>(ask: () => Promise<T>): Promise<T | null> {
		try {
			return await ask();
		} catch (fault) {
			// The list is read without opening the run itself.
			if ((await this.#api.listRuns()).some(({ id }) => id === this.runId)) throw fault;
			this.#miss();
			return null;
		}
	}

	#miss(): void {
		this.lost ||= this.run !== null;
		this.run = null;
		this.missing = true;
	}

	#askAgain(): void {
		this.#cancelAskAgain ??= this.#clock.after(elsewhereMs, () => {
			this.#cancelAskAgain = null;
			void this.load();
		});
	}

	#take(progress: RunProgress): void {
		const before = this.progress;
		this.#snapshots += 1;
		this.progress = progress;
		const { phase, counters, elsewhere } = progress;
		if (elsewhere) this.#askAgain();
		if (this.refused !== null && (elsewhere || isOver(this.refused, progress))) this.refused = null;
		this.#histories.record(progress);
		this.#paceReader.take(progress);
		if (before?.phase.name !== phase.name || before.elsewhere !== elsewhere) this.#announce();
		else this.#announceSoon();
		if (before === null) return;
		this.#restate();
		if (settledCount(counters) < settledCount(before.counters)) this.results.reopened();
		else if (settledCount(counters) !== settledCount(before.counters)) this.results.progressed();
		if (counters.failed !== before.counters.failed) this.#readFailuresSoon();
	}

	/** How it stands, as far as a statement tells of it. */
	#stands(): string {
		const { run, counters, phase, missingData } = this;
		const { setup, revisions } = run ?? {};
		return JSON.stringify([setup?.name, revisions, counters, phase?.name, missingData === null]);
	}

	/** A statement holds for what was read for it: at rest too answers come from a file, rows come back, the name changes. */
	#restate(): void {
		const isMaking = this.making !== null;
		if ((!isMaking && this.statement === null) || this.#stands() === this.#stated) return;
		this.cancelStatement();
		this.statement = null;
		if (isMaking && !this.active) void this.makeStatement();
	}

	#announce(): void {
		this.#cancelAnnounce?.();
		this.#cancelAnnounce = null;
		this.announced = this.progress;
	}

	#announceSoon(): void {
		this.#cancelAnnounce ??= this.#clock.after(announceMs, () => {
			this.#announce();
		});
	}

	#readFailuresSoon(): void {
		if (!this.#watchingFailures) return;
		this.#cancelFailures ??= this.#clock.after(
			Math.max(failuresMs, 5 * this.#failuresTookMs),
			() => {
				this.#cancelFailures = null;
				if (this.#watchingFailures) void this.#readFailures();
			},
		);
	}

	async #readFailures(): Promise<void> {
		const startedAt = this.#clock.now();
		const failures = await this.#ask(() => this.#api.readFailures(this.runId));
		this.#failuresTookMs = this.#clock.now() - startedAt;
		if (failures !== null && !this.#disposed) this.failures = failures;
	}
}

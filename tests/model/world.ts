import type { EngineEvent } from '#contract/engine-api.ts';
import { checkDraft } from '#domain/check-draft.ts';
import { defaultSettings, emptyDraft } from '#domain/draft.ts';
import type { RunPhase, RunSetup, RunSummary } from '#domain/run.ts';
import type { Dataset } from '#domain/dataset.ts';
import type { DatasetRecord } from '#storage/library-schema.ts';
import { openLibrary } from '#storage/library.ts';
import { answers, type AnswerName } from './answers.ts';
import { Browser } from './browser.ts';
import { peek } from './peek.ts';
import {
	flying,
	isStored,
	requestOf,
	type RunBook,
	type RunShape,
	type Send,
	type Session,
} from './run-book.ts';
import { checkCall, checkSend } from './send-rules.ts';
import { ModelTab } from './tab.ts';

interface Held {
	/** Of one call. */
	readonly sends: readonly Send[];
	readonly run: RunBook;
	readonly answer: (response: Response) => void;
	readonly fail: (cause: Error) => void;
}

const lockPrefix = 'volley-run-';
const compatibleUrl = (overHttp: boolean): string =>
	overHttp ? 'http://localhost:8080/v1' : 'https://models.example/v1';
const openAiUrl = 'https://api.openai.com';
const mostSends = 400;
/** A sleep is noticed at the next beat: what left until then is given up with what left before. */
const noticedWithinMs = 2_000;
const words = ['w0', 'w1', 'w2'];

/** Tabs, an endpoint whose answers are held until a command lets them go, and the books of all that happened. */
export class World {
	readonly browser: Browser;
	readonly runs: RunBook[] = [];
	readonly tabs: ModelTab[] = [];
	readonly violations: string[] = [];
	/** Commands that have no answer yet. */
	readonly open = new Map<string, ModelTab>();
	/** A database went with its rows. */
	hasLostData = false;
	/** A write was made to fail at some time: what it left unsaid may come to light much later. */
	hasFailingStore = false;
	/** Requests that wait for their answer, in order of arrival. */
	held: Held[] = [];
	#datasetId: string | null = null;
	/** Sessions that were told to stop and may not have heard it yet. */
	readonly #stopping: { readonly run: RunBook; readonly send: Send; readonly name: string }[] = [];
	#answered = 0;
	#opened = 0;

	#hasKilled = false;
	readonly #unheard = (cause: unknown): void => {
		// Of a worker that is gone nothing can be told from what it leaves behind.
		if (!this.#hasKilled) this.violated(`nobody heard of: ${String(cause)}`);
	};
	readonly #listeners = process.listeners('unhandledRejection');

	constructor(keepsFiles: boolean) {
		this.browser = new Browser(keepsFiles);
		process.removeAllListeners('unhandledRejection').on('unhandledRejection', this.#unheard);
	}

	get turns() {
		return this.browser.turns;
	}

	/** What must never be. */
	violated(what: string): void {
		this.violations.push(what);
	}

	/** Gives back what belongs to the whole process. */
	end(): void {
		this.turns.restore();
		process.off('unhandledRejection', this.#unheard);
		for (const listener of this.#listeners) process.on('unhandledRejection', listener);
	}

	/** Fails where something was that must never be. */
	judge(): void {
		if (this.violations.length > 0) throw new Error(this.violations.join('\n'));
	}

	mend(): void {
		const { browser } = this;
		if (browser.folder !== null) browser.folder.capacity = Infinity;
		browser.isStoreFull = false;
		browser.fault = null;
	}

	openTab(): ModelTab {
		const tab = new ModelTab(`tab ${String(++this.#opened)}`, this.browser, {
			fetch: (from, body, key, signal) => this.#arrives(from, body, key, signal),
			onSteal: (name) => {
				const run = this.#runOfLock(name);
				if (run !== undefined) losesRun(run);
			},
			onLock: (from, name) => this.#begins(from, name),
			onEvent: (_, event) => {
				this.#heard(event);
			},
		});
		this.tabs.push(tab);
		return tab;
	}

	/** The tab is gone from one moment to the next. */
	kill(tab: ModelTab): void {
		this.#hasKilled = true;
		tab.link.cut();
		this.tabs.splice(this.tabs.indexOf(tab), 1);
		this.held = this.held.filter(({ sends }) => sends[0]?.session.tab !== tab);
		this.losesRuns(tab);
	}

	/** What a tab was at is nobody's any more, and what it had not stored is lost with it. */
	losesRuns(tab: ModelTab): void {
		for (const run of this.runs) losesSends(run, tab);
	}

	/** What runs with data go over; written anew where the browser has lost it. */
	async dataset(): Promise<Dataset> {
		const stored = peek<DatasetRecord>(this.browser.factory, 'volley', 'datasets');
		const known = stored.find(({ id }) => id === this.#datasetId);
		if (known?.state === 'ready') return known.dataset;
		const dataset = await this.turns.outcome(this.#writeDataset(), 'writing the rows');
		this.#datasetId = dataset.id;
		return dataset;
	}

	async #writeDataset(): Promise<Dataset> {
		const library = await openLibrary({
			indexedDB: this.browser.factory,
			now: () => this.browser.clock.epoch() + this.browser.slept,
			newId: () => this.browser.newId(),
			onProblem: () => undefined,
		});
		const writer = await library.createDataset();
		await writer.append(words.map((word) => [word]));
		const dataset = await writer.finish({
			name: 'words.csv',
			files: ['words.csv'],
			columns: [{ name: 'word', header: 'word' }],
			rowCount: words.length,
			encoding: 'utf-8',
			delimiter: ',',
			notices: [],
		});
		await library.close();
		return dataset;
	}

	async setupOf(run: RunBook, shape: RunShape): Promise<RunSetup> {
		const dataset = run.usesData ? await this.dataset() : null;
		const row = run.usesData ? '{word}' : 'w0';
		const check = checkDraft(
			{
				...emptyDraft,
				name: run.tag,
				provider: run.needsKey ? 'openai' : 'compatible',
				baseUrl: compatibleUrl(shape.overHttp),
				models: Array.from({ length: run.models }, (_, i) => `m${String(i)}`),
				endpoint: run.perCall > 1 ? 'completions' : 'chatCompletions',
				templates: Array.from({ length: run.templates }, (_, i) => {
					const prompt = `${run.tag} t${String(i)} ${row}`;
					return { messages: [{ role: 'user', content: prompt }], prompt };
				}),
				datasetId: dataset?.id ?? null,
				settings: {
					...defaultSettings,
					completionsPerPrompt: run.choices,
					maxRetries: run.maxRetries,
					maxConcurrency: shape.cap,
					promptsPerRequest: run.perCall,
				},
			},
			dataset,
		);
		if (check.setup === null) throw new Error(check.problems[0]?.message);
		return check.setup;
	}

	newBook(shape: RunShape): RunBook {
		const rows = shape.usesData ? words.length : 1;
		const run: RunBook = {
			...shape,
			rows,
			cap: shape.overHttp && !shape.needsKey ? Math.min(6, shape.cap) : shape.cap,
			tag: `r${String(this.runs.length)}`,
			planned: shape.templates * rows * shape.models,
			id: null,
			isListed: false,
			isDeleted: false,
			sends: [],
			session: null,
			settled: new Map(),
			acknowledged: 0,
			mayFree: false,
			mayReopen: false,
			reopened: new Set(),
			hasReopened: false,
			askedAgain: 0,
			parted: 0,
			isQuiet: false,
			presses: 0,
			takers: [],
			loss: 'none',
			casualties: 0,
			resent: 0,
			lossesTold: 0,
			takenOver: 0,
			restored: 0,
			missing: new Set(),
			mostInFlight: 0,
			journalTorn: false,
			isWounded: false,
		};
		this.runs.push(run);
		return run;
	}

	idOf(run: RunBook): string | null {
		run.id ??=
			peek<{ id: string; setup: RunSetup }>(this.browser.factory, 'volley', 'setups').find(
				({ setup }) => setup.name === run.tag,
			)?.id ?? null;
		return run.id;
	}

	/** Lets one held call go. */
	answer(at: number, asked: AnswerName): void {
		const [held] = this.held.splice(at, 1);
		if (held === undefined) return;
		const { sends, run } = held;
		const [first] = sends;
		if (first === undefined) return;
		const name = asked === 'choiceLost' && sends.length === 1 ? 'plain' : asked;
		const { meaning, reply } = answers[name];
		const response = reply(first.text, run.choices * sends.length);
		const isParted = meaning === 'fails' && sends.length > 1;
		if (isParted) run.parted++;
		for (const send of sends) {
			const { session } = send;
			// Which of them was meant is found out for no attempt.
			send.state = isParted ? 'waits' : meaning;
			send.hasFailed = send.state === 'fails';
			send.isObeyed = false;
			send.isCutOff = name === 'truncated';
			if (meaning === 'fault') faulted(run, send);
			if (send.state === 'succeeds' || send.state === 'fails')
				session.settledModels.add(send.model);
		}
		if (response === null) held.fail(new TypeError('Failed to fetch'));
		else held.answer(response);
		if (meaning === 'stops') this.#stopping.push({ run, send: first, name });
	}

	/** Once the world has come to rest the engine has heard what it was told. */
	obeyed(): void {
		for (const run of this.runs)
			for (const send of run.sends) send.isObeyed ||= !send.session.tab.link.isFrozen;
		for (const stopping of this.#stopping.splice(0)) {
			const { run, send, name } = stopping;
			if (send.session.tab.link.isFrozen) this.#stopping.push(stopping);
			else if (send.state !== 'stops') continue;
			else if (name === 'noSuchModel' && run.models > 1) send.session.missingModels.add(send.model);
			else send.session.halted = name;
		}
	}

	#arrives(tab: ModelTab, body: string, key: string, signal: AbortSignal): Promise<Response> {
		const { model, messages, prompt, ...args } = JSON.parse(body) as {
			model: string;
			max_tokens?: number;
			max_completion_tokens?: number;
			messages?: readonly { content: string }[];
			prompt?: string | readonly string[];
		};
		const texts = messages === undefined ? [prompt ?? []].flat() : [messages[0]?.content ?? ''];
		const tag = texts[0]?.split(' ')[0] ?? '';
		const run = this.runs.find((one) => one.tag === tag);
		if (run === undefined) throw new Error(`A prompt of no run: ${body}`);
		const modelIndex = Number(model.slice(1));
		const requests = texts.map((text) => {
			const [, template = '', row = ''] = text.split(' ');
			return requestOf(run, Number(template.slice(1)), Number(row.slice(1)), modelIndex);
		});
		const session = run.session ?? newSession(tab);
		const text = `answer ${String(++this.#answered)} to ${requests.join(', ')}`;
		const call = { size: requests.length };
		const sends = requests.map((request, position): Send => ({
			request,
			model: modelIndex,
			session,
			state: 'flying',
			text,
			call,
			position,
			maxTokens: args.max_tokens ?? args.max_completion_tokens ?? null,
			leftAt: this.browser.clock.now(),
			isCutOff: false,
			hasFailed: false,
			isObeyed: false,
		}));
		for (const send of sends) {
			checkSend(this, run, send, tab, key);
			run.sends.push(send);
		}
		checkCall(this, run, requests);
		run.mostInFlight = Math.max(run.mostInFlight, flying(run).length);
		run.isWounded = false;
		if (run.sends.length > mostSends) throw new Error(`${tag} sends without end`);
		return new Promise((resolve, reject) => {
			const held: Held = { sends, run, answer: resolve, fail: reject };
			this.held.push(held);
			signal.addEventListener('abort', () => {
				// An answer whose body nobody has read by now goes with it.
				if (sends.every(({ isObeyed, state }) => isObeyed && state !== 'flying')) return;
				const at = this.held.indexOf(held);
				if (at !== -1) this.held.splice(at, 1);
				for (const send of sends) {
					// Given up because its connection is dead: the endpoint may have answered it.
					const isDoubtful = send.leftAt <= this.browser.wokeAt + noticedWithinMs;
					if (isDoubtful && send.state === 'flying') run.casualties++;
					if (send.state !== 'lost') send.state = 'aborted';
					send.isObeyed = false;
					// It may have been its timeout.
					faulted(run, send);
				}
				reject(new DOMException('Aborted', 'AbortError'));
			});
		});
	}

	#runOfLock(name: string): RunBook | undefined {
		if (!name.startsWith(lockPrefix)) return undefined;
		return this.runs.find((run) => this.idOf(run) === name.slice(lockPrefix.length));
	}

	#begins(tab: ModelTab, name: string): () => void {
		const run = this.#runOfLock(name);
		if (run === undefined) return () => undefined;
		const begun: Session = { ...newSession(tab), isOver: false };
		run.session = begun;
		return () => {
			if (run.session !== begun) return;
			if (flying(run).some(({ session }) => session === begun))
				this.violated(`${run.tag}: the lock was let go with requests in flight`);
			begun.isOver = true;
			run.session = null;
		};
	}

	/** As a page does that hears of a change. */
	#readList(): void {
		const rows = peek<RunSummary>(this.browser.factory, 'volley', 'runs');
		for (const { id, phase } of rows) {
			const run = this.runs.find((one) => this.idOf(one) === id);
			if (run === undefined) continue;
			run.isListed = true;
			heardOfLoss(run, phase);
		}
	}

	#heard(event: EngineEvent): void {
		if (event.kind === 'runsChanged') this.#readList();
		if (event.kind !== 'progress') return;
		const { counters, runId, phase } = event.progress;
		const run = this.runs.find((one) => this.idOf(one) === runId);
		if (run === undefined) return;
		run.acknowledged = Math.max(run.acknowledged, counters.succeeded);
		heardOfLoss(run, phase);
	}
}

export const originOfRun = (run: RunBook, overHttp: boolean): string =>
	run.needsKey ? openAiUrl : new URL(compatibleUrl(overHttp)).origin;

/** Another tab takes the run from whoever is at it. */
function losesRun(run: RunBook): void {
	if (run.session === null) return;
	run.session.isStolen = true;
	run.takenOver++;
	losesSends(run, run.session.tab);
}

function losesSends(run: RunBook, tab: ModelTab): void {
	for (const send of run.sends) {
		if (send.session.tab !== tab || send.state === 'lost') continue;
		const isAnswered = send.state === 'succeeds' || send.state === 'fails';
		const isUnstored = isAnswered && !isStored(run, send);
		if (send.state !== 'flying' && !isUnstored && send.isObeyed) continue;
		if (send.state === 'flying' || isUnstored) send.state = 'lost';
		run.casualties++;
	}
	if (run.session?.tab !== tab) return;
	run.session.isOver = true;
	run.session = null;
}

/** A page that shows that answers are missing has told a person. */
export function heardOfLoss(run: RunBook, phase: RunPhase): void {
	if (phase.name !== 'needsAttention' || phase.failure.kind !== 'resultsLost') return;
	if (run.loss !== 'untold') return;
	run.loss = 'told';
	run.lossesTold++;
}

/** With its attempts used up it settles. */
function faulted({ maxRetries }: RunBook, { session, request, model }: Send): void {
	const faults = (session.faults.get(request) ?? 0) + 1;
	session.faults.set(request, faults);
	if (faults > maxRetries) session.settledModels.add(model);
}

const newSession = (tab: ModelTab): Session => ({
	tab,
	keysBefore: tab.keys.length - 1,
	settledModels: new Set(),
	faults: new Map(),
	missingModels: new Set(),
	halted: null,
	isStolen: false,
	isOver: true,
});

import { usageDetails } from './answer-parts.ts';
import { choiceMarks, usageOf, type ChoiceMark } from './completion.ts';
import type { Connection } from './connection.ts';
import { textAt, type JsonObject } from './json.ts';
import { NameTally, type NamedCount } from './name-tally.ts';
import type { SettledRequest } from './outcome.ts';
import type { PromptTemplate } from './prompt.ts';
import type { RunRevision } from './revision.ts';
import {
	countSettled,
	emptyCounters,
	isReadOnly,
	planSizeOf,
	settledCount,
	type RunCounters,
	type RunPhase,
	type RunSetup,
} from './run.ts';
import type { FailureKind } from './failure.ts';

/** What was counted while the run went, where counting it again brought another number. */
export interface Difference {
	readonly what: string;
	readonly kept: number;
	readonly counted_again: number;
}

export interface Tokens {
	readonly prompt: number;
	readonly completion: number;
}

/** What a run came to, as its file has it (docs/statement.md). Keys are the file's. */
export interface RunStatement {
	readonly volley_statement: 1;
	/** ISO 8601, UTC, as all times here. */
	readonly made_at: string;
	readonly run: {
		readonly id: string;
		readonly name: string;
		readonly state: RunPhase['name'];
		readonly started_at: string;
	};
	readonly requests: {
		readonly planned: number;
		readonly waiting: number;
		readonly in_flight: number;
		readonly succeeded: number;
		readonly failed: number;
	};
	readonly choices: {
		readonly count: number;
		readonly kinds: Readonly<Record<ChoiceMark, number>>;
		readonly finish_reasons: Readonly<Record<string, number>>;
	};
	readonly failures: Readonly<Partial<Record<FailureKind, number>>>;
	/** Of all requests that settled, also where that answer or failure has since been replaced. */
	readonly attempts: number;
	readonly possibly_paid_twice: number | null;
	/** Empty: what was counted one by one agrees with what the stored answers come to. */
	readonly differences: readonly Difference[];
	readonly tokens: {
		/** Of every answer that came, the replaced ones among them. */
		readonly paid: Tokens;
		/** Of those that stand now. Null: no answer told. */
		readonly in_results: Tokens & {
			readonly reasoning: number | null;
			readonly cached: number | null;
			readonly answers_without_usage: number;
		};
	};
	readonly times: {
		readonly first_attempt_at: string | null;
		readonly last_answer_at: string | null;
		/** From the one to the other, pauses included. */
		readonly seconds: number | null;
	};
	readonly models_asked: readonly NamedCount[];
	readonly models_returned: readonly NamedCount[];
	readonly system_fingerprints: readonly NamedCount[];
	readonly settings: JsonObject;
	readonly hashes: {
		readonly algorithm: 'SHA-256';
		/** Null: the run has no table, or it is no longer here. */
		readonly rows: { readonly count: number; readonly digest: string } | null;
		readonly templates: string;
		readonly settings: string;
		/** Null: the table is no longer here that the ids are read from. */
		readonly results: { readonly count: number; readonly digest: string } | null;
	};
}

/** What the settled requests of a run come to, told one by one in plan order. */
export class Recount {
	readonly #planned: number;
	#counters: RunCounters;
	readonly #returned = new NameTally();
	readonly #fingerprints = new NameTally();
	readonly #asked = new NameTally();
	#tokens = { prompt: 0, completion: 0, answers_without_usage: 0 };
	#reasoning: number | null = null;
	#cached: number | null = null;
	#first = Infinity;
	#last = -Infinity;
	/** Waiting requests that the walk over the plan met. */
	waiting = 0;

	constructor(setup: RunSetup) {
		this.#counters = emptyCounters(planSizeOf(setup));
		this.#planned = this.#counters.planned;
	}

	/** `isAskedAgain`: its answer stands, and it waits for another: the counters leave it out. */
	add(settled: SettledRequest, model: string, isAskedAgain: boolean): void {
		if (!isAskedAgain) this.#counters = countSettled(this.#counters, settled);
		const { outcome, startedAt, latencyMs, call, past } = settled;
		this.#asked.add(model === '' ? null : model);
		this.#first = Math.min(this.#first, startedAt, past?.[0]?.startedAt ?? Infinity);
		this.#last = Math.max(this.#last, startedAt + latencyMs);
		if (!outcome.ok) return;
		const { rest } = outcome.value;
		this.#returned.add(textAt(rest, 'model'));
		this.#fingerprints.add(textAt(rest, 'system_fingerprint'));
		// Every completion of a call tells what the whole call cost.
		if (call !== undefined && call.position !== 0) return;
		const { promptTokens, completionTokens } = usageOf(rest);
		const { reasoningTokens, cachedTokens } = usageDetails(rest);
		const isTold = promptTokens !== null || completionTokens !== null;
		this.#tokens.prompt += promptTokens ?? 0;
		this.#tokens.completion += completionTokens ?? 0;
		if (!isTold) this.#tokens.answers_without_usage++;
		this.#reasoning = sumOf(this.#reasoning, reasoningTokens);
		this.#cached = sumOf(this.#cached, cachedTokens);
	}

	get figures() {
		const [first, last] = [this.#first, this.#last];
		const isTimed = first <= last;
		return {
			tokens: { ...this.#tokens, reasoning: this.#reasoning, cached: this.#cached },
			times: {
				first_attempt_at: isTimed ? isoOf(first) : null,
				last_answer_at: isTimed ? isoOf(last) : null,
				seconds: isTimed ? Math.round(last - first) / 1_000 : null,
			},
			models_asked: this.#asked.counts(),
			models_returned: this.#returned.counts(),
			system_fingerprints: this.#fingerprints.counts(),
		};
	}

	/** Where what was kept while the run went is not what this came to. */
	differences(kept: RunCounters): readonly Difference[] {
		const again = this.#counters;
		const settled = settledCount(again);
		const pairs: readonly (readonly [string, number, number])[] = [
			['planned requests', kept.planned, this.#planned],
			['planned requests, each met', kept.planned, settled + this.waiting],
			['waiting requests', kept.planned - settledCount(kept), this.waiting],
			['succeeded requests', kept.succeeded, again.succeeded],
			['failed requests', kept.failed, again.failed],
			['choices', kept.choices, again.choices],
			...choiceMarks.map(
				(mark) => [`${mark} choices`, kept.marks[mark], again.marks[mark]] as const,
			),
			...pairsOf('failures of kind', kept.failures, again.failures),
			// Of very many reasons, which are counted as “other” depends on the order in which they came.
			...('other' in kept.finishReasons || 'other' in again.finishReasons
				? []
				: pairsOf('finish reason', kept.finishReasons, again.finishReasons)),
			// What was replaced since was paid for as well, so these can only be fewer.
			...atMost('attempts', kept.attempts, again.attempts),
			...atMost('prompt tokens', kept.promptTokens, this.#tokens.prompt),
			...atMost('completion tokens', kept.completionTokens, this.#tokens.completion),
		];
		return pairs
			.filter(([, counted, found]) => counted !== found)
			.map(([what, counted, found]) => ({ what, kept: counted, counted_again: found }));
	}
}

const sumOf = (sum: number | null, more: number | null): number | null =>
	more === null ? sum : (sum ?? 0) + more;

export const isoOf = (epochMs: number): string => new Date(epochMs).toISOString();

type Counts = Readonly<Partial<Record<string, number>>>;

function pairsOf(what: string, kept: Counts, again: Counts) {
	const [ofKept, ofAgain] = [new Map(Object.entries(kept)), new Map(Object.entries(again))];
	const keys = new Set([...ofKept.keys(), ...ofAgain.keys()]);
	return [...keys].map(
		(key) => [`${what} ${key}`, ofKept.get(key) ?? 0, ofAgain.get(key) ?? 0] as const,
	);
}

const atMost = (what: string, most: number, found: number) =>
	found > most ? [[`${what} of the results`, most, found] as const] : [];

const notStated: ReadonlySet<string> = new Set(['name', 'templates', 'datasetId', 'cameFrom']);

/**
 * All of a setup and its changes that decides what is sent, but the templates, which are hashed apart. No key is in there;
 * what tells whose account it was, the run's name and the file it came from are left out.
 */
export function statedSettings(setup: RunSetup, revisions: readonly RunRevision[]): JsonObject {
	const settings = Object.fromEntries(
		Object.entries(setup).filter(([name]) => !notStated.has(name)),
	);
	const { shares } = setup;
	const stated = {
		...settings,
		// Of results that were read from a file it is not known.
		connection: isReadOnly(setup) ? null : statedConnection(setup.connection),
		...(shares === undefined
			? {}
			: {
					shares: shares.map((share) => ({
						...share,
						connection: statedConnection(share.connection),
					})),
				}),
		changes: revisions.map(({ repairs, maxTokens, leftOut }) => ({ repairs, maxTokens, leftOut })),
	};
	// All of it is plain data: this drops what is undefined.
	return JSON.parse(JSON.stringify(stated)) as JsonObject;
}

const statedConnection = ({ provider, baseUrl, preset, apiVersion }: Connection) => ({
	...{ provider, preset, apiVersion },
	baseUrl: baseUrl.replace(/[?#].*$/s, ''),
});

/** As the results file names them: `messages_raw`, or `prompt_raw`. */
export const statedTemplates = (templates: readonly PromptTemplate[]) =>
	templates.map((template) =>
		template.kind === 'chat'
			? template.messages.map(({ role, content }) => ({ role, content }))
			: template.text,
	);

/** So large is a statement's file; it is made in the page. */
export const statementText = (statement: RunStatement): string =>
	`${JSON.stringify(statement, null, '\t')}\n`;

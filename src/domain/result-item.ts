import type { ChoiceMark, Completion } from './completion.ts';
import { choiceText, usageOf } from './completion.ts';
import { cellAt, type Column, type Row } from './dataset.ts';
import type { Failure } from './failure.ts';
import type { JsonObject } from './json.ts';
import type { PastAttempt } from './outcome.ts';
import type { PlanPlace } from './plan.ts';
import type { Message, Prompt, PromptTemplate } from './prompt.ts';

/** What an item's `error` tells of a failure. */
export interface ItemError {
	readonly kind: string;
	readonly message: string;
	readonly status: number | null;
	readonly code: string | null;
}

/** An attempt other than the one that the item tells of. Keys are the file's. */
export interface ItemAttempt {
	readonly started_at: string;
	readonly latency_ms: number;
	readonly waited_ms: number;
	/** Null: it brought an answer that was cut off, and a new one was asked for. */
	readonly error: (ItemError & { readonly request_id?: string }) | null;
	readonly request_id?: string;
	/** It had settled the request, which a person then had sent again. */
	readonly settled?: true;
}

/** One item of the results file (docs/results.md): one choice, or one failed request. Keys are the file's. */
export interface ResultItem {
	readonly id: string;
	readonly prompt_index: number;
	readonly row_index: number;
	readonly model_index: number;
	readonly choice_index: number | null;
	readonly prompt?: string;
	readonly messages?: readonly Message[];
	readonly prompt_raw?: string;
	readonly messages_raw?: readonly Message[];
	readonly prompt_args: Readonly<Record<string, string>>;
	readonly row: Readonly<Record<string, string>>;
	readonly model_args: JsonObject;
	/** Which of several connections it was sent to, by name; left out of runs with one. */
	readonly connection?: string;
	readonly choice: JsonObject | null;
	readonly completion: JsonObject | null;
	readonly response: string | null;
	readonly number_of_prompt_tokens: number | null;
	readonly number_of_generated_tokens: number | null;
	readonly error: ItemError | null;
	readonly attempts: number;
	readonly started_at: string;
	readonly latency_ms: number;
	/** Left out: it was not measured. */
	readonly queued_ms?: number;
	/** Left out: the endpoint gave none. */
	readonly request_id?: string;
	/** The other attempts, oldest first; left out: there were none. */
	readonly attempt_history?: readonly ItemAttempt[];
	/** How many of very many are missing in it; left out: none. */
	readonly attempts_omitted?: number;
}

/** What a settled request is unpacked with. */
export interface ItemSource {
	readonly id: string;
	readonly place: PlanPlace;
	readonly template: PromptTemplate;
	readonly prompt: Prompt;
	readonly variables: readonly string[];
	readonly columns: readonly Column[];
	readonly row: Row;
	/** The model and every parameter sent. */
	readonly modelArgs: JsonObject;
	/** Null where there is one. */
	readonly connectionName: string | null;
	readonly attempts: number;
	readonly startedAt: number;
	readonly latencyMs: number;
	readonly completion: Completion | null;
	readonly failure: Failure | null;
	readonly queuedMs?: number;
	readonly past?: readonly PastAttempt[];
	readonly pastOmitted?: number;
	/** Other prompts travelled in the same call: the completion's usage is that of all of them. */
	readonly sharesUsage?: boolean;
}

/**
 * A record that keeps the keys `__proto__` and `constructor` as plain keys: `fromEntries` defines, it does not assign.
 */
const recordOf = (entries: Iterable<readonly [string, string]>): Readonly<Record<string, string>> =>
	Object.fromEntries(entries);

/** A repeat brings a choice more of the same prompt: its number goes on where the one before ended. */
export const choiceIndexOf = ({ repeat = 0 }: PlanPlace, position: number): number =>
	repeat + position;

const errorOf = ({ kind, message, status, code }: Failure): ItemError => ({
	kind,
	message,
	status,
	code,
});

function itemAttempt(attempt: PastAttempt): ItemAttempt {
	const { startedAt, latencyMs, waitedMs, failure, requestId, settled } = attempt;
	const failedId = failure?.requestId ?? null;
	return {
		started_at: new Date(startedAt).toISOString(),
		latency_ms: Math.round(latencyMs),
		waited_ms: Math.round(waitedMs),
		error:
			failure === null
				? null
				: { ...errorOf(failure), ...(failedId === null ? {} : { request_id: failedId }) },
		...(requestId === undefined ? {} : { request_id: requestId }),
		...(settled === undefined ? {} : { settled }),
	};
}

/** One item for each choice, in the order of their index; a failed request is one item whose `choice` is null. */
export function unpackItems(source: ItemSource): ResultItem[] {
	const { place, template, prompt, columns, row, completion, failure } = source;
	const used = new Set(source.variables);
	const cells = columns.map((column, i) => [column.name, cellAt(row, i)] as const);
	const isOwn = completion !== null && source.sharesUsage !== true;
	const usage = isOwn ? usageOf(completion.rest) : null;
	const error = failure === null ? null : errorOf(failure);
	const requestId = completion?.requestId ?? failure?.requestId ?? null;
	const { queuedMs, past = [], pastOmitted = 0 } = source;
	const history = past.map(itemAttempt);
	// Made once: its choices share them.
	const promptArgs = recordOf(cells.filter(([name]) => used.has(name)));
	const wholeRow = recordOf(cells);
	const startedAt = new Date(source.startedAt).toISOString();
	const item = (choice: JsonObject | null, choiceIndex: number | null): ResultItem => ({
		id: source.id,
		prompt_index: place.promptIndex,
		row_index: place.rowIndex,
		model_index: place.modelIndex,
		choice_index: choiceIndex,
		...(prompt.kind === 'chat' ? { messages: prompt.messages } : { prompt: prompt.text }),
		...(template.kind === 'chat'
			? { messages_raw: template.messages }
			: { prompt_raw: template.text }),
		prompt_args: promptArgs,
		row: wholeRow,
		model_args: source.modelArgs,
		...(source.connectionName === null ? {} : { connection: source.connectionName }),
		choice,
		completion: completion?.rest ?? null,
		response: choice === null ? null : choiceText(choice),
		number_of_prompt_tokens: usage?.promptTokens ?? null,
		number_of_generated_tokens: usage?.completionTokens ?? null,
		error,
		attempts: source.attempts,
		started_at: startedAt,
		latency_ms: Math.round(source.latencyMs),
		...(queuedMs === undefined ? {} : { queued_ms: queuedMs }),
		...(requestId === null ? {} : { request_id: requestId }),
		...(history.length === 0 ? {} : { attempt_history: history }),
		...(pastOmitted === 0 ? {} : { attempts_omitted: pastOmitted }),
	});
	return completion === null
		? [item(null, null)]
		: completion.choices.map((choice, i) => item(choice, choiceIndexOf(place, i)));
}

/** One line of the results table: a choice of a settled request, or a place in the plan that still waits. */
export interface ResultRow {
	readonly request: number;
	/** Which choice of the request, from 0; `choiceIndexOf` says which of the prompt. */
	readonly choice: number;
	readonly id: string;
	readonly place: PlanPlace;
	readonly model: string;
	/** The row's cells in column order, clamped for the table. */
	readonly cells: readonly string[];
	readonly state: 'waiting' | 'succeeded' | 'failed';
	/** How many choices the request's answer had, whatever was asked for; 0 while it waits or where it failed. */
	readonly given: number;
	/** The answer, clamped; null where there is none. */
	readonly response: string | null;
	readonly mark: ChoiceMark | null;
	readonly finishReason: string | null;
	readonly promptTokens: number | null;
	readonly completionTokens: number | null;
	readonly latencyMs: number | null;
	readonly attempts: number;
	readonly failure: Failure | null;
	/** Which of several connections it was sent to, or will be; left out where there is one. */
	readonly connection?: string;
	/** What was sent, clamped; left out where it was not asked for, or cannot be told as the rows are gone. */
	readonly prompt?: string;
}

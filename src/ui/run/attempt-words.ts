import type { ItemError, ResultItem } from '#domain/result-item.ts';
import { isJsonObject, type JsonObject } from '#domain/json.ts';
import { formatClock, formatCounted, formatLatency } from '../format.ts';
import { failureTitle } from '../wording.ts';
import type { Fact } from './fact.ts';

/** A line of the table of attempts. */
export interface AttemptLine {
	readonly number: number;
	/** The time of day; with the day where that is another than the first attempt's. */
	readonly left: string;
	readonly outcome: string;
	/** The endpoint's own words; empty where it said nothing. */
	readonly said: string;
	readonly isFailure: boolean;
	readonly took: string;
	/** What passed until the next; empty of the last. */
	readonly waited: string;
	/** Null where the endpoint gave none. */
	readonly requestId: string | null;
}

const outcomeOf = (error: ItemError | null, answered: string): string =>
	error === null
		? answered
		: [failureTitle(error.kind), error.status === null ? '' : `HTTP ${String(error.status)}.`]
				.filter((part) => part !== '')
				.join(' ');

/** Every attempt at the request of these items, in the order in which they left. */
export function attemptLines(item: ResultItem, timeZone?: string): readonly AttemptLine[] {
	const past = (item.attempt_history ?? []).map((attempt) => ({
		...attempt,
		answered: 'Answered, cut off. It was asked for again.',
		request_id: attempt.error?.request_id ?? attempt.request_id ?? null,
	}));
	const own = {
		started_at: item.started_at,
		latency_ms: item.latency_ms,
		waited_ms: 0,
		error: item.error,
		answered: 'Answered.',
		request_id: item.request_id ?? null,
		settled: undefined,
	};
	// What was never sent was no attempt.
	const all = [...past, ...(item.attempts === 0 ? [] : [own])].sort((a, b) =>
		a.started_at.localeCompare(b.started_at),
	);
	const firstDay = all[0]?.started_at.slice(0, 10);
	return all.map((attempt, i) => {
		const { error, started_at, waited_ms } = attempt;
		const clock = formatClock(Date.parse(started_at), timeZone);
		const day = started_at.slice(0, 10);
		const wait = formatLatency(waited_ms);
		return {
			// Those that were left out stand between the first five and the others.
			number: i + 1 + (i >= 5 ? (item.attempts_omitted ?? 0) : 0),
			left: day === firstDay ? clock : `${day} ${clock}`,
			outcome: outcomeOf(error, attempt.answered),
			said: error?.message ?? '',
			isFailure: error !== null,
			took: formatLatency(attempt.latency_ms),
			waited:
				i === all.length - 1 ? '' : attempt.settled === true ? `${wait}, until sent again` : wait,
			requestId: attempt.request_id,
		};
	});
}

export const omittedWords = (omitted: number): string =>
	`${formatCounted(omitted, 'attempt')} after the first five ${omitted === 1 ? 'is' : 'are'} not kept.`;

/** What of the time went where, each part by itself. */
export function timeFacts(item: ResultItem): readonly Fact[] {
	const past = item.attempt_history ?? [];
	const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
	const backoffs = past.filter(({ settled }) => settled !== true);
	const fact = (label: string, ms: number | undefined): readonly Fact[] =>
		ms === undefined ? [] : [{ label, value: formatLatency(ms) }];
	return [
		...fact('Queued', item.queued_ms),
		...(backoffs.length === 0
			? []
			: fact('Backoff', sum(backoffs.map(({ waited_ms }) => waited_ms)))),
		...(past.length === 0
			? []
			: fact('Other attempts', sum(past.map(({ latency_ms }) => latency_ms)))),
		...fact('Network and model', item.latency_ms),
	];
}

/** The API's answer put together again; null where there was none. */
export function rawCompletion(items: readonly ResultItem[]): JsonObject | null {
	const completion = items[0]?.completion ?? null;
	const choices = items.flatMap(({ choice }): readonly JsonObject[] =>
		choice === null ? [] : [choice],
	);
	if (completion === null) return null;
	// Of Responses the choice is made, and holds the output as it came.
	const output = choices[0]?.['output'];
	const isResponse = completion['object'] === 'response' && Array.isArray(output);
	return isResponse ? { ...completion, output } : { ...completion, choices };
}

/** Whether other prompts travelled in the same call, whose usage is in the completion too. */
export const sharedCall = ({ completion, number_of_prompt_tokens }: ResultItem): boolean =>
	number_of_prompt_tokens === null && isJsonObject(completion?.['usage']);

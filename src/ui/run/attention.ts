import { waitingCount, type RunCounters, type RunPhase, type RunSetup } from '#domain/run.ts';
import type { RefusedCommand } from '#state/run.svelte.ts';
import { formatCounted } from '../format.ts';
import { inFlightWords } from './bookkeeping-words.ts';
import { endpointName, failureWords, quoteOf, refusalWords } from '../wording.ts';

/** What the page asks of the person before the run can go on. */
export interface Attention {
	readonly tone: 'warn' | 'bad';
	readonly title: string;
	readonly text: string;
	readonly checks: readonly string[];
}

/** Null where nothing stands in the way. */
export function attentionFor(
	phase: RunPhase,
	counters: RunCounters,
	setup: RunSetup,
	refused: RefusedCommand | null,
	possiblyPaidTwice: number | null = null,
): Attention | null {
	const waits = waitingWords(waitingCount(counters, 0));
	if (phase.name === 'needsAttention') {
		const { failure } = phase;
		const words = failureWords[failure.kind];
		const sent =
			failure.status === null
				? 'nothing more is sent until you resume.'
				: 'none was sent after this answer.';
		const quote = quoteOf(failure, endpointName(setup.connection));
		const refusal = refused === null ? null : refusalWords(refused.refusal);
		return {
			tone: 'bad',
			title: `${words.title} The run stopped; nothing is lost.`,
			text: sentences(
				quote,
				words.meaning,
				`${waits}; ${sent}`,
				refusal === null ? words.advice : `${refusal.title} ${refusal.advice}`,
			),
			checks: refusal === null ? (words.checks ?? []) : [],
		};
	}
	if (refused !== null) {
		const words = refusalWords(refused.refusal);
		return {
			tone: 'bad',
			title: words.title,
			text: sentences(words.meaning, words.advice, `${waits}.`),
			checks: [],
		};
	}
	if (phase.name === 'interrupted')
		return {
			tone: 'warn',
			title: 'The page was closed while this run was going. Nothing that settled is lost.',
			text: `${waits}. ${inFlightWords(possiblyPaidTwice)}`,
			checks: [],
		};
	return null;
}

const waitingWords = (waiting: number): string =>
	`${formatCounted(waiting, 'request')} ${waiting === 1 ? 'is' : 'are'} waiting`;

const sentences = (...parts: readonly (string | null)[]): string =>
	parts.filter((part) => part !== null && part !== '').join(' ');

import type { Failure } from '#domain/failure.ts';
import { isActive, waitingCount, type RunProgress, type RunSetup } from '#domain/run.ts';
import type { RefusedCommand } from '#state/run.svelte.ts';
import { formatCounted } from '../format.ts';
import { endpointName, failureWords, fullStoreAdvice, quoteOf, refusalWords } from '../wording.ts';
import { inFlightWords } from './bookkeeping-words.ts';

/** What the page asks of the person before the run can go on. */
export interface Attention {
	readonly tone: 'warn' | 'bad';
	readonly title: string;
	readonly text: string;
	readonly checks: readonly string[];
}

/** Null where nothing stands in the way. */
export function attentionFor(
	{ phase, counters, inFlight, unsaved, possiblyPaidTwice }: RunProgress,
	setup: RunSetup,
	refused: RefusedCommand | null,
	/** The origin whose key the run needs again. */
	lacksKeyFor: string | null = null,
): Attention | null {
	const waits = waitingWords(Math.max(0, waitingCount(counters, inFlight) - unsaved));
	const risk = unsaved === 0 ? null : unsavedWords(unsaved);
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
			title: `${words.title} ${risk ?? 'The run stopped; nothing is lost.'}`,
			text: sentences(
				quote,
				words.meaning,
				`${waits}; ${sent}`,
				refusal === null ? adviceFor(failure, unsaved) : `${refusal.title} ${refusal.advice}`,
			),
			checks: refusal === null ? (words.checks ?? []) : [],
		};
	}
	if (refused !== null) {
		const words = refusalWords(refused.refusal);
		return {
			tone: 'bad',
			title: sentences(refusedWords[refused.command], words.title, risk),
			text: sentences(words.meaning, words.advice, `${waits}.`),
			checks: [],
		};
	}
	if (risk !== null && !isActive(phase))
		return {
			tone: 'bad',
			title: risk,
			text: `Resume saves them first. ${waits}.`,
			checks: [],
		};
	if (phase.name === 'interrupted')
		return {
			tone: 'warn',
			title: 'The page was closed while this run was going. Nothing that settled is lost.',
			text: sentences(
				`${waits}.`,
				inFlightWords(possiblyPaidTwice),
				lacksKeyFor === null ? null : 'A key is kept only until its tab closes: type it again.',
			),
			checks: [],
		};
	if (lacksKeyFor !== null && (phase.name === 'paused' || phase.name === 'stopped'))
		return {
			tone: 'warn',
			title: 'To go on, this run needs its key again.',
			text: `A key is kept only until its tab closes. ${waits}.`,
			checks: [],
		};
	return null;
}

/** What a refused command has not done; of one that starts requests, its button still stands there. */
const refusedWords: Readonly<Record<RefusedCommand['command'], string | null>> = {
	pause: 'The run was not paused.',
	stop: 'The run was not stopped.',
	resume: null,
	retryFailed: null,
};

function adviceFor(failure: Failure, unsaved: number): string {
	if (failure.kind !== 'storage') return failureWords[failure.kind].advice;
	if (failure.code === 'quota') return fullStoreAdvice;
	// A reload would lose what is in this tab alone.
	return unsaved === 0
		? failureWords.storage.advice
		: 'Once the cause is mended, resume here: they are saved first.';
}

const unsavedWords = (unsaved: number): string =>
	unsaved === 1
		? '1 answer is in this tab alone: keep it open until it is saved.'
		: `${formatCounted(unsaved, 'answer')} are in this tab alone: keep it open until they are saved.`;

/** While Resume waits for what was sent before the failure. */
export const awaitedWords = (count: number): string =>
	count === 1
		? 'Waiting for 1 answer that is still on its way…'
		: `Waiting for ${formatCounted(count, 'answer')} that are still on their way…`;

const waitingWords = (waiting: number): string =>
	`${formatCounted(waiting, 'request')} ${waiting === 1 ? 'is' : 'are'} waiting`;

const sentences = (...parts: readonly (string | null)[]): string =>
	parts.filter((part) => part !== null && part !== '').join(' ');

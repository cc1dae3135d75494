import type { Failure } from '#domain/failure.ts';
import type { Repair } from '#domain/repair.ts';
import { setupOfFailure } from '#domain/shared-setup.ts';
import { isActive, waitingCount, type RunProgress, type RunSetup } from '#domain/run.ts';
import type { RefusedCommand } from '#state/run.svelte.ts';
import { formatCounted } from '../format.ts';
import { repairOffer, type RepairOffer } from '../repair-words.ts';
import {
	endpointName,
	failureWords,
	fullStoreAdvice,
	keyForgottenWords,
	quoteOf,
	refusalWords,
	type Words,
} from '../wording.ts';
import { inFlightWords } from './bookkeeping-words.ts';
import type { Here } from './here.ts';
import { networkChecks } from './network-checks.ts';

/** What the page asks of the person before the run can go on. */
export interface Attention {
	readonly tone: 'warn' | 'bad';
	readonly title: string;
	readonly text: string;
	readonly checks: readonly string[];
	/** A way to go on that mends the cause; null where Resume is the way. */
	readonly offer: RepairOffer | null;
}

/** What beside the run itself decides how the person can go on. */
export interface Circumstances {
	/** The origin whose key the run needs again. */
	readonly lacksKeyFor: string | null;
	/** This device remembers it; left out: no. */
	readonly isLocked?: boolean;
	/** How refused parameters are sent by now. */
	readonly repairs: readonly Repair[];
	readonly here: Here;
}

/** Null where nothing stands in the way. */
export function attentionFor(
	progress: RunProgress,
	setup: RunSetup,
	refused: RefusedCommand | null,
	{ lacksKeyFor, isLocked = false, repairs, here }: Circumstances,
): Attention | null {
	const { phase, counters, inFlight, unsaved, possiblyPaidTwice } = progress;
	const waits = waitingWords(Math.max(0, waitingCount(counters, inFlight) - unsaved));
	const risk = unsaved === 0 ? null : unsavedWords(unsaved);
	if (phase.name === 'needsAttention') {
		const { failure } = phase;
		const { connection } = setupOfFailure(setup, failure);
		const offer = repairOffer(failure, repairs);
		const words = wordsFor(failure, offer, setup);
		const sent =
			failure.status === null
				? 'nothing more is sent until you resume.'
				: 'none was sent after this answer.';
		const quote = quoteOf(failure, endpointName(connection));
		const refusal = refused === null ? null : refusalWords(refused.refusal);
		return {
			tone: 'bad',
			title: `${whose(failure)}${words.title} ${risk ?? 'The run stopped; nothing is lost.'}`,
			text: sentences(
				quote,
				words.meaning,
				`${waits}; ${sent}`,
				refusal === null
					? (offer?.changes ?? adviceFor(words, failure, unsaved))
					: `${refusal.title} ${refusal.advice}`,
			),
			checks: refusal === null && failure.kind === 'network' ? networkChecks(connection, here) : [],
			offer,
		};
	}
	if (refused !== null) {
		const words = refusalWords(refused.refusal);
		return {
			tone: 'bad',
			title: sentences(refusedWords[refused.command], words.title, risk),
			text: sentences(words.meaning, words.advice, `${waits}.`),
			checks: [],
			offer: null,
		};
	}
	if (risk !== null && !isActive(phase))
		return {
			tone: 'bad',
			title: risk,
			text: `Resume saves them first. ${waits}.`,
			checks: [],
			offer: null,
		};
	if (phase.name === 'interrupted')
		return {
			tone: 'warn',
			title: 'The page was closed while this run was going. Nothing that settled is lost.',
			text: sentences(
				`${waits}.`,
				inFlightWords(possiblyPaidTwice),
				lacksKeyFor === null
					? null
					: isLocked
						? 'Its key is remembered on this device: unlock it.'
						: 'A key is kept only until its tab closes: type it again.',
			),
			checks: [],
			offer: null,
		};
	if (lacksKeyFor !== null && (phase.name === 'paused' || phase.name === 'stopped'))
		return {
			tone: 'warn',
			title: 'To go on, this run needs its key again.',
			text: `${isLocked ? 'It is remembered on this device: unlock it' : 'A key is kept only until its tab closes'}. ${waits}.`,
			checks: [],
			offer: null,
		};
	const { unreached = null } = progress;
	if (unreached !== null && phase.name === 'running') {
		const { connection } = setupOfFailure(setup, unreached);
		return {
			tone: 'warn',
			title: `${whose(unreached)}${failureWords.network.title} It is still being tried.`,
			text: sentences(
				quoteOf(unreached, endpointName(connection)),
				failureWords.network.meaning,
				'Look at these meanwhile:',
			),
			checks: networkChecks(connection, here),
			offer: null,
		};
	}
	return null;
}

/** Which of several connections it is about: the beginning of a sentence. */
const whose = ({ connection }: Failure): string =>
	connection === undefined ? '' : `${connection}: `;

/** What happened, by name where a parameter of a model was refused. */
function wordsFor(failure: Failure, offer: RepairOffer | null, { endpoint }: RunSetup): Words {
	if (failure.kind === 'unauthorized' && failure.status === null) return keyForgottenWords;
	if (failure.kind === 'notAnApi' && failure.status === 404 && endpoint === 'responses')
		return noResponsesWords;
	const words = failureWords[failure.kind];
	const { parameter } = failure;
	if (parameter === undefined) return words;
	const { model, name } = parameter;
	return {
		title: `${model} refused the parameter ${name}.`,
		meaning: 'Every row of this model would be refused in the same way.',
		advice:
			offer === null
				? `Without ${name} the answers would not be the ones asked for: duplicate the run and change it, or choose another model.`
				: words.advice,
	};
}

/** What a refused command has not done; of one that starts requests, its button still stands there. */
const refusedWords: Readonly<Record<RefusedCommand['command'], string | null>> = {
	pause: 'The run was not paused.',
	stop: 'The run was not stopped.',
	resume: null,
	retryFailed: null,
	retryTruncated: null,
	retryEmpty: null,
	repair: null,
	leaveOut: null,
};

/** Of a 404 that names no model: what most compatible servers answer there. */
const noResponsesWords: Words = {
	title: 'There is no Responses endpoint here.',
	meaning: 'Few compatible servers have one; or the Base URL leads elsewhere.',
	advice: 'Duplicate the run and choose Chat Completions, or correct the Base URL.',
};

function adviceFor(words: Words, failure: Failure, unsaved: number): string {
	// While a run goes nothing needs doing about a 429; this one is worth more than ten minutes.
	if (failure.kind === 'rateLimited')
		return 'Look at the account’s limits at the endpoint, or wait until they are free again; then press Resume.';
	if (failure.kind !== 'storage') return words.advice;
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

/** What the button says that goes on, or gives a refused command once more. */
export const againWords = (refused: RefusedCommand['command'] | null): string =>
	refused === 'retryFailed'
		? 'Retry failed'
		: refused === 'retryTruncated'
			? 'Retry truncated'
			: refused === 'retryEmpty'
				? 'Ask again'
				: 'Resume';

/** While Resume waits for what was sent before the failure. */
export const awaitedWords = (count: number): string =>
	count === 1
		? 'Waiting for 1 answer that is still on its way…'
		: `Waiting for ${formatCounted(count, 'answer')} that are still on their way…`;

const waitingWords = (waiting: number): string =>
	`${formatCounted(waiting, 'request')} ${waiting === 1 ? 'is' : 'are'} waiting`;

const sentences = (...parts: readonly (string | null)[]): string =>
	parts.filter((part) => part !== null && part !== '').join(' ');

import type { Connection } from '#domain/connection.ts';
import { concurrencyCeiling } from '#domain/connection.ts';
import { waitingCount, type RunProgress } from '#domain/run.ts';
import { formatClock, formatCount, formatCounted, formatPercent } from '../format.ts';
import { phaseWords } from '../wording.ts';

/** Where the run stands, as a sentence to be read out. */
export function statusText({ phase, counters, inFlight, elsewhere }: RunProgress): string {
	const state = phaseWords[phase.name];
	const counts = [
		`${formatCount(counters.succeeded)} succeeded`,
		`${formatCount(counters.failed)} failed`,
		// Another tab does not tell.
		...(elsewhere ? [] : [`${formatCount(inFlight)} in flight`]),
		`${formatCount(waitingCount(counters, inFlight))} waiting`,
	];
	return `${state.charAt(0).toUpperCase()}${state.slice(1)}: ${counts.join(', ')}, of ${formatCount(counters.planned)}.`;
}

/** The same for the progress bar, short. */
export function progressText({ counters, inFlight, elsewhere }: RunProgress): string {
	const settled = counters.succeeded + counters.failed;
	return `${formatPercent(settled, counters.planned)}: ${formatCount(settled)} of ${formatCount(counters.planned)} settled, ${formatCount(counters.failed)} of them failed${elsewhere ? '' : `, ${formatCount(inFlight)} in flight`}`;
}

/** What holds the run back, or how it went. `typed` is the Max concurrency asked for. */
export function paceText(
	progress: RunProgress,
	connection: Connection,
	typed: number,
	now: number,
	timeZone?: string,
): string {
	const { phase, cooldownUntil, retries, rateLimited, counters } = progress;
	// Only the tab that sends knows what holds it back.
	if (progress.elsewhere) return '';
	if (phase.name === 'pausing') return 'What is in flight finishes; nothing new is sent.';
	if (phase.name !== 'running') {
		const settled = counters.succeeded + counters.failed;
		const more = Math.max(0, counters.attempts - settled);
		return more === 0
			? 'No attempt had to be repeated.'
			: `${formatCounted(more, 'attempt')} had to be repeated.`;
	}
	if (cooldownUntil !== null && cooldownUntil > now)
		return `Paused by the endpoint’s rate limit until ${formatClock(cooldownUntil, timeZone)}; this costs no attempt.`;
	const soFar =
		retries === 0 && rateLimited === 0
			? 'No retries so far.'
			: `${formatCounted(retries, 'retry', 'retries')} and ${formatCounted(rateLimited, 'rate-limit answer')} so far; the latter cost no attempt.`;
	const atOnce = `Up to ${formatCount(progress.concurrency)} at once`;
	if (progress.concurrency >= typed) return `${soFar} ${atOnce}.`;
	return concurrencyCeiling(connection).reason === 'http1'
		? `${soFar} ${atOnce}: browsers open no more connections to an http:// address.`
		: `${soFar} ${atOnce}: browsers carry no more on one connection.`;
}

import { concurrencyCeiling } from '#domain/connection.ts';
import { assertNever } from '#domain/result.ts';
import {
	settledCount,
	waitingCount,
	type LearnedLimits,
	type RunProgress,
	type RunSetup,
} from '#domain/run.ts';
import type { Pace } from '#state/pace.ts';
import { formatAbout, formatClock, formatCount, formatCounted, formatLimit } from '../format.ts';

/** What limits a run at this moment. */
export function reasonWords(
	pace: Pace,
	progress: RunProgress,
	{ connection, limits, models, shares = [] }: RunSetup,
	timeZone?: string,
): string {
	const { heldBackBy, until, concurrency } = pace;
	/** What of the run may wait while the rest goes on; null where there is but one. */
	const one = shares.length > 1 ? 'connection' : models.length > 1 ? 'model' : null;
	switch (heldBackBy) {
		case 'concurrency':
			if (shares.length > 1 && progress.inFlight < concurrency)
				return 'Limited by the browser: one connection carries no more at once.';
			if (concurrency >= limits.maxConcurrency)
				return `Limited by your Max concurrency: ${String(concurrency)} at once.`;
			if (shares.length > 1)
				return `Limited by the browser: ${String(concurrency)} requests at once at most on these connections.`;
			return concurrencyCeiling(connection).reason === 'http1'
				? `Limited by the browser: ${String(concurrency)} connections to an http:// address at most.`
				: `Limited by the browser: ${String(concurrency)} requests at once at most.`;
		case 'requestsPerMinute':
			return isNamed(pace)
				? 'Limited by requests per minute.'
				: 'Limited by the pace that the endpoint was seen to allow.';
		case 'tokensPerMinute':
			return 'Limited by tokens per minute.';
		case 'cooldown':
			if (until === null)
				return one !== null
					? `One ${one} waits for its rate limit; the others go on.`
					: 'Waiting for the endpoint’s rate limit; this costs no attempt.';
			return `Waiting for the endpoint’s rate limit until ${formatClock(until, timeZone)}; this costs no attempt.`;
		case 'outage': {
			const whose = one !== null && until === null ? ` of one ${one}` : '';
			const next = until === null ? '' : `, the next at ${formatClock(until, timeZone)}`;
			return `Outage${whose}: one request at a time probes the endpoint${next}.`;
		}
		case 'firstRequest':
			return shares.length > 1
				? 'The first request to each connection goes alone: a wrong key would cost one call.'
				: 'The first request goes alone: a wrong key would cost one call.';
		case 'endpoint':
			return 'As fast as the endpoint answers.';
		case null:
			if (waitingCount(progress.counters, progress.inFlight) === 0)
				return 'The last answers are on their way.';
			return settledCount(progress.counters) === 0
				? 'Nothing limits it yet.'
				: 'As fast as this browser can send.';
		default:
			return assertNever(heldBackBy);
	}
}

/** What stands beside the time left: what it is counted by. */
export function leftLabel(pace: Pace, { limits }: RunSetup): string {
	const { heldBackBy, concurrency } = pace;
	switch (heldBackBy) {
		case 'concurrency':
			return concurrency >= limits.maxConcurrency
				? 'left, at the pace of your Max concurrency'
				: 'left, at the pace that the browser allows';
		case 'requestsPerMinute':
			return isNamed(pace)
				? 'left, at the pace of the requests/min limit'
				: 'left, at the pace seen to be allowed';
		case 'tokensPerMinute':
			return 'left, at the pace of the tokens/min limit';
		case 'cooldown':
			return 'left, at its pace before this wait';
		case 'endpoint':
			return 'left, at the endpoint’s own speed';
		case 'outage':
		case 'firstRequest':
		case null:
			return 'left';
		default:
			return assertNever(heldBackBy);
	}
}

/** Requests may be held to a measured rate that no limit stands for: then there is no number to name. */
const isNamed = ({ limits }: Pace): boolean =>
	limits.some(({ requestsPerMinute }) => requestsPerMinute !== null);

/** Null where it cannot be told. */
export const leftText = ({ secondsLeft }: Pace): string | null =>
	secondsLeft === null ? null : formatAbout(secondsLeft);

const sourceWords: Readonly<Record<NonNullable<LearnedLimits['source']>, string>> = {
	endpoint: 'learned',
	typed: 'typed',
	measured: 'measured',
};

/** Whose limits they are: "small", and of several connections "small at OpenAI". */
export const limitOwner = ({ model, connection }: LearnedLimits): string =>
	connection === undefined ? model : `${model} at ${connection}`;

/** What is known of one model's limits: "learned 60k tokens/min, using 91 %". */
export function limitWords(limits: LearnedLimits, typed: RunSetup['limits']): string {
	const one = (
		perMinute: number | null,
		share: number | null,
		unit: string,
		typedPerMinute: number | null | undefined,
	): string[] => {
		if (perMinute === null) return [];
		// The source is that of the model; each number may still be the one that was typed.
		const source = perMinute === typedPerMinute ? 'typed' : (limits.source ?? 'typed');
		const use = share === null ? '' : `, using ${String(Math.round(share * 100))} %`;
		return [`${sourceWords[source]} ${formatLimit(perMinute)} ${unit}/min${use}`];
	};
	const known = [
		...one(limits.tokensPerMinute, limits.tokensShare, 'tokens', typed.tokensPerMinute),
		...one(limits.requestsPerMinute, limits.requestsShare, 'requests', typed.requestsPerMinute),
	];
	return known.length === 0 ? 'no limit met so far' : known.join(' · ');
}

/** What had to be sent again since the run was taken up. */
export function retryWords({ retries, rateLimited }: Pace): string {
	const again = formatCounted(retries, 'retry', 'retries');
	const limited = `${formatCounted(rateLimited, 'rate-limit answer')} (429)`;
	if (rateLimited === 0) return retries === 0 ? 'No retries so far.' : `${again} so far.`;
	const free = rateLimited === 1 ? 'it cost no attempt' : 'none cost an attempt';
	return retries === 0
		? `${limited} so far; ${free}.`
		: `${again} and ${limited} so far; the latter cost no attempt.`;
}

/** How a run that does not go went. */
export function restWords({ phase, counters }: RunProgress): string {
	if (phase.name === 'pausing') return 'What is in flight finishes; nothing new is sent.';
	const more = Math.max(0, counters.attempts - settledCount(counters));
	return more === 0
		? 'No attempt had to be repeated.'
		: `${formatCounted(more, 'attempt')} had to be repeated.`;
}

/** What was found of how many prompts an endpoint takes at once; null where it takes as many as were asked for. */
export function perCallWords(
	{ promptsPerCall }: RunProgress,
	{ promptsPerRequest = 1 }: RunSetup,
): string | null {
	if (promptsPerCall === undefined || promptsPerCall >= promptsPerRequest) return null;
	return promptsPerCall === 1
		? 'This endpoint takes one prompt a call: they are sent one by one.'
		: `This endpoint takes no more than ${formatCount(promptsPerCall)} prompts a call: no more are sent in one.`;
}

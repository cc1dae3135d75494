import { waitingCount, type RunProgress } from '#domain/run.ts';
import { formatClock, formatCount, formatPercent } from '../format.ts';
import { phaseWords } from '../wording.ts';

/** Where the run stands, as a sentence to be read out; a long wait is told, as nothing else would be heard of it. */
export function statusText(progress: RunProgress, timeZone?: string): string {
	const { phase, counters, inFlight, elsewhere, cooldownUntil } = progress;
	const state = phaseWords[phase.name];
	const counts = [
		`${formatCount(counters.succeeded)} succeeded`,
		`${formatCount(counters.failed)} failed`,
		// Another tab does not tell.
		...(elsewhere ? [] : [`${formatCount(inFlight)} in flight`]),
		`${formatCount(waitingCount(counters, inFlight))} waiting`,
	];
	const wait =
		cooldownUntil === null ? '' : ` Nothing is sent until ${formatClock(cooldownUntil, timeZone)}.`;
	return `${state.charAt(0).toUpperCase()}${state.slice(1)}: ${counts.join(', ')}, of ${formatCount(counters.planned)}.${wait}`;
}

/** The same for the progress bar, short. */
export function progressText({ counters, inFlight, elsewhere }: RunProgress): string {
	const settled = counters.succeeded + counters.failed;
	return `${formatPercent(settled, counters.planned)}: ${formatCount(settled)} of ${formatCount(counters.planned)} settled, ${formatCount(counters.failed)} of them failed${elsewhere ? '' : `, ${formatCount(inFlight)} in flight`}`;
}

import { periodsOf, type RateHistory } from '#state/rate-history.ts';
import { formatClock, formatCounted, formatDuration, formatRate, formatTime } from '../format.ts';

/** The chart in a sentence, for whoever does not see it. */
export function chartSummary(history: RateHistory): string {
	const periods = periodsOf(history);
	const rates = periods.flatMap(({ perMinute }) => perMinute ?? []);
	const seconds = (periods.at(-1)?.to ?? 0) / 1_000;
	const last = rates.at(-1);
	const limited = periods.reduce((sum, { rateLimited }) => sum + rateLimited, 0);
	const limit = periods.at(-1)?.limit ?? null;
	return [
		`Settled per minute over ${formatDuration(seconds)}`,
		...(last === undefined
			? []
			: [`highest ${formatRate(Math.max(...rates))}`, `at the end ${formatRate(last)}`]),
		...(limit === null ? [] : [`limit ${formatRate(limit)}`]),
		formatCounted(limited, 'rate-limit answer'),
	].join(', ');
}

export interface ChartRow {
	/** Milliseconds since the page began to look: of two rows in one second only this tells. */
	readonly from: number;
	readonly at: string;
	readonly rate: string;
	readonly rateLimited: string;
	readonly limit: string;
}

/** The chart as rows, oldest first. */
export const chartRows = (history: RateHistory, timeZone?: string): readonly ChartRow[] =>
	periodsOf(history).map(({ from, perMinute, rateLimited, limit }) => ({
		from,
		at: formatClock((history.startedAt ?? 0) + from, timeZone),
		rate: perMinute === null ? '–' : formatRate(perMinute),
		rateLimited: String(rateLimited),
		limit: limit === null ? '–' : formatRate(limit),
	}));

/** The ends of the chart's axis of time, to the second as long as both are in the same minute or two. */
export function chartEnds(history: RateHistory, timeZone?: string): readonly [string, string] {
	const { startedAt, endedAt } = history;
	const say = endedAt - (startedAt ?? 0) < 120_000 ? formatClock : formatTime;
	return [say(startedAt ?? 0, timeZone), say(endedAt, timeZone)];
}

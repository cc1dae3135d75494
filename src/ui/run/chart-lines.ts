import type { Period } from '#state/rate-history.ts';

/** In units of the drawing, whatever its size on the page. */
export const chartWidth = 400;
export const chartHeight = 60;
/** 429s stand on the foot of the chart, so high. */
const markHeight = 9;

export interface ChartLines {
	/** The `d` of each path. */
	readonly area: string;
	readonly rate: string;
	readonly limit: string;
	readonly marks: string;
	/** Settled a minute at the top of the chart. */
	readonly most: number;
	/** A limit far above the rate would press it flat: it is then said, not drawn. */
	readonly limitIsAbove: boolean;
}

/** What a chart of the rate draws; each period stands at its middle in time. */
export function chartLines(periods: readonly Period[]): ChartLines {
	const end = periods.at(-1)?.to ?? 0;
	const rated = periods.filter(({ perMinute }) => perMinute !== null);
	const highest = Math.max(0, ...rated.map(({ perMinute }) => perMinute ?? 0));
	const limits = periods.flatMap(({ limit }) => limit ?? []);
	const limitIsAbove = limits.length > 0 && Math.max(...limits) > 3 * highest;
	const most = scaleOf(Math.max(highest, ...(limitIsAbove ? [] : limits)));
	const x = (ms: number): number => (end === 0 ? 0 : (ms * chartWidth) / end);
	const y = (perMinute: number): number => chartHeight - (perMinute * chartHeight) / most;

	const middles = rated.map(({ from, to, perMinute }) => [x((from + to) / 2), y(perMinute ?? 0)]);
	const first = middles[0];
	const last = middles.at(-1);
	// To both edges, so that nothing seems to be missing there.
	const points =
		first === undefined || last === undefined
			? []
			: [[0, first[1]], ...middles, [x(rated.at(-1)?.to ?? end), last[1]]];
	const line = points.map(([px, py]) => `${round(px)} ${round(py)}`).join('L');
	const lastX = points.at(-1)?.[0];

	const limit = limitIsAbove
		? ''
		: periods
				.map((period, i) => {
					if (period.limit === null) return '';
					const at = round(y(period.limit));
					const starts = periods[i - 1]?.limit ?? null;
					return `${starts === null ? `M${round(x(period.from))} ${at}` : `V${at}`}H${round(x(period.to))}`;
				})
				.join('');
	const marks = periods
		.filter(({ rateLimited }) => rateLimited > 0)
		.map(
			({ from, to }) =>
				`M${round(x((from + to) / 2))} ${String(chartHeight)}v-${String(markHeight)}`,
		)
		.join('');
	return {
		area:
			line === ''
				? ''
				: `M0 ${String(chartHeight)}L${line}L${round(lastX)} ${String(chartHeight)}Z`,
		rate: line === '' ? '' : `M${line}`,
		limit,
		marks,
		most,
		limitIsAbove,
	};
}

/** The next of 1, 1.5, 2, 3, 4, 5, 6, 8 and their tens at or above it. */
function scaleOf(most: number): number {
	if (most <= 1) return 1;
	const power = 10 ** Math.floor(Math.log10(most));
	const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((one) => one * power >= most) ?? 10;
	return step * power;
}

const round = (n: number | undefined): string => String(Math.round((n ?? 0) * 10) / 10);

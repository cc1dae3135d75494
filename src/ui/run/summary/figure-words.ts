import { meanOf, quantile, type Distribution, type HistogramBar } from '#domain/log-histogram.ts';
import type { FailureKind } from '#domain/failure.ts';
import {
	areFreeText,
	areNumbers,
	type AnswerFigures,
	type CellFigures,
	type NumberFigures,
	type RunFigures,
} from '#domain/run-figures.ts';
import type { RunSetup } from '#domain/run.ts';
import type { TimeFigures } from '#domain/timeline.ts';
import type { ShowFilter } from '#domain/result-filter.ts';
import {
	formatClock,
	formatCount,
	formatCounted,
	formatDuration,
	formatLatency,
	formatMoment,
	formatRate,
	formatShare,
	formatShort,
	formatTime,
} from '../../format.ts';
import { failureTitle } from '../../wording.ts';
import type { FigureTable } from './table.ts';

/** What a bar of answers stands for; `warn` and `bad` are no complete answers. */
export interface AnswerBar {
	readonly label: string;
	readonly count: number;
	readonly tone: 'plain' | 'warn' | 'bad' | 'other';
	/** Which results it is of; null: they cannot be shown by themselves. */
	readonly filter: { readonly answer: string } | { readonly show: ShowFilter } | null;
}

const marksShown = [
	{ mark: 'truncated', label: 'cut off', tone: 'warn', show: 'truncated' },
	{ mark: 'refused', label: 'refused', tone: 'bad', show: 'refused' },
	{ mark: 'filtered', label: 'filtered', tone: 'bad', show: 'refused' },
	{ mark: 'empty', label: 'empty', tone: 'warn', show: 'empty' },
] as const;

/** So many different numbers are set in their own order. */
const fewNumbers = 15;

/** The most frequent answers, and then those that are not complete. */
export function answerBars(
	{ answers, all }: RunFigures,
	most: number,
	isNumeric: boolean,
): readonly AnswerBar[] {
	const texts = answers.top.slice(0, most);
	const isScale = isNumeric && answers.isExact && answers.different <= Math.min(fewNumbers, most);
	const ordered = isScale ? [...texts].sort((a, b) => numberOf(a.text) - numberOf(b.text)) : texts;
	const others = answers.complete - answers.long - answers.calls - sumOf(texts);
	return [
		...ordered.map(({ text, response, count }): AnswerBar => ({
			label: text,
			count,
			tone: 'plain',
			filter: { answer: response },
		})),
		...(
			[
				['other answers', others],
				['longer than 200 characters', answers.long],
				['a call of a tool, no text', answers.calls],
			] as const
		)
			.filter(([, count]) => count > 0)
			.map(([label, count]): AnswerBar => ({ label, count, tone: 'other', filter: null })),
		...marksShown
			.filter(({ mark }) => all.marks[mark] > 0)
			.map(({ mark, label, tone, show }): AnswerBar => {
				const count = all.marks[mark];
				return { label, count, tone, filter: { show } };
			}),
	];
}

/** What is no plain number, such as "n/a", stands last. */
const numberOf = (text: string): number => {
	const number = Number(text.replaceAll(',', ''));
	return Number.isNaN(number) ? Infinity : number;
};

const sumOf = (counted: readonly { readonly count: number }[]): number =>
	counted.reduce((sum, { count }) => sum + count, 0);

export const choicesOf = ({ marks }: CellFigures): number =>
	Object.values(marks).reduce((sum, count) => sum + count, 0);

/** "3 different", "more than 10,000 different". */
export const differentWords = ({ different, isExact, long }: AnswerFigures): string =>
	isExact && long === 0
		? `${formatCount(different)} different`
		: `more than ${formatCount(isExact ? different : 10_000)} different`;

const decimals = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });
export const formatNumber = (value: number): string =>
	Math.abs(value) >= 10_000 ? formatShort(Math.round(value)) : decimals.format(value);

export const numberWords = ({ mean, median, min, max }: NumberFigures): string =>
	[
		`Mean ${formatNumber(mean)}`,
		...(median === null ? [] : [`median ${formatNumber(median)}`]),
		`from ${formatNumber(min)} to ${formatNumber(max)}`,
	].join(', ');

/** How a cell is called: by what it differs in from the others. */
export function cellName(
	{ template, model }: Pick<CellFigures, 'template' | 'model'>,
	{ templates, models, pairing }: Pick<RunSetup, 'templates' | 'models' | 'pairing'>,
): string {
	const several = templates.length > 1 && pairing !== 'pair';
	const parts = [
		...(several && template !== null ? [`Template ${String(template + 1)}`] : []),
		...(models.length > 1 && model !== null ? [models[model] ?? ''] : []),
	];
	return parts.length === 0 ? 'All' : parts.join(' · ');
}

/** How one kind of number is read out. */
export interface Measure {
	readonly label: string;
	/** Null: not measured. */
	readonly distribution: Distribution | null;
	readonly format: (value: number) => string;
	/** In place of a picture where nothing was measured. */
	readonly missing: string;
	/** Whether what is under 1 is told and not drawn: most had none of it. */
	readonly leavesOutNone?: boolean;
}

/** The counts of what is 1 or more. */
export function withoutNone(distribution: Distribution): Distribution {
	if (distribution.first > 0) return distribution;
	const [none = 0, ...rest] = distribution.counts;
	const skipped = rest.findIndex((count) => count > 0);
	const counts = skipped === -1 ? [] : rest.slice(skipped);
	return { ...distribution, count: distribution.count - none, first: 1 + skipped, counts };
}

/** "median 1.2 s, 95 % within 3.4 s, longest 5 s". */
export function measureWords({ distribution, format, missing }: Measure): string {
	if (distribution === null || distribution.count === 0) return missing;
	const [median = 0, most = 0] = [0.5, 0.95].map((share) => quantile(distribution, share) ?? 0);
	return `median ${format(median)}, 95 % up to ${format(most)}, most ${format(distribution.max)}`;
}

export const milliseconds = (value: number): string => formatLatency(value);
export const tokens = (value: number): string => formatShort(Math.round(value));

/** Statistics first, then the bars that were drawn. */
export function measureTable(
	measures: readonly Measure[],
	bars: readonly (readonly HistogramBar[])[],
): FigureTable {
	const measured = measures.flatMap((measure, i) =>
		measure.distribution === null || measure.distribution.count === 0
			? []
			: [{ ...measure, distribution: measure.distribution, bars: bars[i] ?? [] }],
	);
	type Measured = (typeof measured)[number];
	const statistic = (name: string, of: (one: Measured) => string): readonly string[] => [
		name,
		...measured.map(of),
	];
	const at =
		(share: number) =>
		({ distribution, format }: Measured): string =>
			format(quantile(distribution, share) ?? 0);
	const format = measured[0]?.format ?? String;
	return {
		head: ['', ...measured.map(({ label }) => label)],
		rows: [
			statistic('counted', ({ distribution }) => formatCount(distribution.count)),
			statistic('sum', (one) => one.format(one.distribution.sum)),
			statistic('mean', (one) => one.format(meanOf(one.distribution) ?? 0)),
			statistic('median', at(0.5)),
			statistic('95 % up to', at(0.95)),
			statistic('99 % up to', at(0.99)),
			statistic('least', (one) => one.format(one.distribution.min)),
			statistic('most', (one) => one.format(one.distribution.max)),
			...(measured[0]?.bars ?? []).map(({ from, to }, i) =>
				statistic(`from ${format(from)} to ${format(to)}`, (one) =>
					formatCount(one.bars[i]?.count ?? 0),
				),
			),
		],
	};
}

const perMinute = (count: number, widthMs: number): number => (count * 60_000) / widthMs;

/** The chart of the throughput in a sentence. */
export function timeWords({ succeeded, failed, widthMs }: TimeFigures): string {
	const most = Math.max(0, ...succeeded.map((count, i) => count + (failed[i] ?? 0)));
	const lost = failed.reduce((sum, count) => sum + count, 0);
	return [
		`Settled over ${formatDuration((succeeded.length * widthMs) / 1_000)}`,
		`highest ${formatRate(perMinute(most, widthMs))} in ${formatDuration(widthMs / 1_000)}`,
		`${formatCount(lost)} failed`,
	].join(', ');
}

/** The clock times of a run's first and last moment; the day too, where it took longer. */
export function timeEnds(
	{ from, widthMs, succeeded }: TimeFigures,
	now: number,
	timeZone?: string,
): readonly [string, string] {
	const length = succeeded.length * widthMs;
	const say = (at: number): string =>
		length > 86_400_000
			? formatMoment(at, now, timeZone)
			: length < 600_000
				? formatClock(at, timeZone)
				: formatTime(at, timeZone);
	return [say(from), say(from + length)];
}

/** Empty stretches are one row. */
export function timeTable(
	{ from, widthMs, succeeded, failed }: TimeFigures,
	now: number,
	timeZone?: string,
): FigureTable {
	const isLong = succeeded.length * widthMs > 86_400_000;
	const say = (i: number): string => {
		const at = from + i * widthMs;
		return isLong ? formatMoment(at, now, timeZone) : formatClock(at, timeZone);
	};
	const isEmpty = (i: number): boolean => (succeeded[i] ?? 0) + (failed[i] ?? 0) === 0;
	const rows = succeeded.flatMap((count, i) => {
		if (!isEmpty(i)) return [[say(i), formatCount(count), formatCount(failed[i] ?? 0)]];
		return i > 0 && isEmpty(i - 1) ? [] : [[say(i), 'nothing', 'nothing']];
	});
	return { head: [`from, ${formatDuration(widthMs / 1_000)} each`, 'succeeded', 'failed'], rows };
}

export const answerTable = (bars: readonly AnswerBar[], total: number): FigureTable => ({
	head: ['answer', 'count', 'share'],
	rows: bars.map(({ label, count }) => [label, formatCount(count), formatShare(count, total)]),
});

/** Two things that were compared. */
export interface Compared {
	readonly both: number;
	readonly equal: number;
}

export interface Comparison {
	readonly title: string;
	readonly names: readonly string[];
	/** By a × names + b, a before b. */
	readonly at: (a: number, b: number) => Compared | null;
}

/** Templates against templates at the same model, and models against models with the same template. */
export function comparisons(
	{ agreement }: RunFigures,
	{ models: names }: Pick<RunSetup, 'models'>,
): readonly Comparison[] {
	const { crossing } = agreement;
	if (crossing === null) return [];
	const { templates, models, pairs } = crossing;
	const sum = (isMeant: (a: number, b: number) => boolean): Compared =>
		pairs
			.filter(({ a, b }) => isMeant(a, b))
			.reduce((all, { both, equal }) => ({ both: all.both + both, equal: all.equal + equal }), {
				both: 0,
				equal: 0,
			});
	const templateOf = (place: number): number => Math.floor(place / models);
	const modelOf = (place: number): number => place % models;
	const isPair = (a: number, b: number, x: number, y: number): boolean =>
		(a === x && b === y) || (a === y && b === x);
	return [
		...(templates > 1
			? [
					{
						title: models > 1 ? 'Templates, at the same model' : 'Templates',
						names: Array.from({ length: templates }, (_, i) => `Template ${String(i + 1)}`),
						at: (x: number, y: number) =>
							sum(
								(a, b) => modelOf(a) === modelOf(b) && isPair(templateOf(a), templateOf(b), x, y),
							),
					},
				]
			: []),
		...(models > 1
			? [
					{
						title: templates > 1 ? 'Models, with the same template' : 'Models',
						names,
						at: (x: number, y: number) =>
							sum(
								(a, b) => templateOf(a) === templateOf(b) && isPair(modelOf(a), modelOf(b), x, y),
							),
					},
				]
			: []),
	];
}

/** How the several answers to the same agree, in sentences. */
export function agreementWords({ agreement }: RunFigures): readonly string[] {
	const { choices, kappa, crossing, isTooLarge } = agreement;
	return [
		...(choices === null || choices.prompts === 0
			? []
			: [
					`All choices of a prompt are equal in ${formatShare(choices.unanimous, choices.prompts)} of ${formatCounted(choices.prompts, 'prompt')}; two of them are in ${String(Math.round(choices.meanPairs * 100))} %.${kappa === null ? '' : ` Fleiss’ kappa ${kappa.toFixed(2)}.`}`,
				]),
		...(crossing === null || crossing.rows === 0
			? []
			: [
					`${crossing.templates > 1 ? (crossing.models > 1 ? 'All templates and models' : 'All templates') : 'All models'} give the same answer for ${formatShare(crossing.unanimous, crossing.rows)} of ${formatCounted(crossing.rows, 'row')}.`,
				]),
		...(isTooLarge
			? ['Too many templates, models or rows to compare their answers row by row.']
			: []),
	];
}

/** A line of the cells side by side. */
export interface SideLine {
	readonly label: string;
	/** Of each cell: how much of the bar is full, from 0 to 1, and what is said; no bar where it is null. */
	readonly cells: readonly { readonly share: number | null; readonly text: string }[];
}

/** The most frequent answers of each cell, in shares of its choices, and then what else tells them apart. */
export function sideLines({ cells, answers, all }: RunFigures, most: number): readonly SideLine[] {
	const totals = cells.map(choicesOf);
	const shares = (label: string, count: (cell: number) => number): SideLine => ({
		label,
		cells: totals.map((total, i) => ({
			share: total === 0 ? 0 : count(i) / total,
			text: formatShare(count(i), total),
		})),
	});
	const said = (label: string, of: (cell: CellFigures) => string): SideLine => ({
		label,
		cells: cells.map((cell) => ({ share: null, text: of(cell) })),
	});
	const texts = areFreeText(answers) ? [] : answers.top.slice(0, most);
	const inTexts = (cell: number): number =>
		texts.reduce((sum, { cells: own }) => sum + (own[cell] ?? 0), 0);
	const hasOthers = texts.length > 0 && answers.complete > sumOf(texts);
	const hasNumbers = areNumbers(all);
	const kinds = Object.keys(all.failures) as FailureKind[];
	return [
		...texts.map(({ text, cells: own }) => shares(text, (cell) => own[cell] ?? 0)),
		...(hasOthers
			? [shares('other answers', (i) => (cells[i]?.marks.complete ?? 0) - inTexts(i))]
			: []),
		...marksShown
			.filter(({ mark }) => all.marks[mark] > 0)
			.map(({ mark, label }) => shares(label, (i) => cells[i]?.marks[mark] ?? 0)),
		...(hasNumbers
			? [
					said('mean', ({ numbers }) => (numbers === null ? '–' : formatNumber(numbers.mean))),
					said('median', ({ numbers }) =>
						typeof numbers?.median === 'number' ? formatNumber(numbers.median) : '–',
					),
				]
			: []),
		...(cells.some(({ accord }) => accord !== null)
			? [
					said('all choices equal', ({ accord }) =>
						accord === null || accord.prompts === 0
							? '–'
							: formatShare(accord.unanimous, accord.prompts),
					),
				]
			: []),
		said('succeeded', ({ succeeded }) => formatCount(succeeded)),
		said('failed', ({ failed }) => formatCount(failed)),
		...kinds.map((kind) =>
			said(`failed: ${failureTitle(kind)}`, ({ failures }) => formatCount(failures[kind] ?? 0)),
		),
		...Object.keys(all.finishReasons)
			.filter(() => Object.keys(all.finishReasons).length > 1)
			.map((reason) =>
				said(`finish reason ${reason}`, ({ finishReasons }) =>
					formatCount(Object.hasOwn(finishReasons, reason) ? (finishReasons[reason] ?? 0) : 0),
				),
			),
		said('median time', ({ latency }) => sayAt(latency, 0.5, milliseconds)),
		said('95 % within', ({ latency }) => sayAt(latency, 0.95, milliseconds)),
		said('mean answer tokens', ({ completionTokens }) => {
			const mean = meanOf(completionTokens);
			return mean === null ? '–' : formatNumber(mean);
		}),
	];
}

const sayAt = (
	distribution: Distribution,
	share: number,
	say: (value: number) => string,
): string => {
	const value = quantile(distribution, share);
	return value === null ? '–' : say(value);
};

export const sideTable = (lines: readonly SideLine[], names: readonly string[]): FigureTable => ({
	head: ['', ...names],
	rows: lines.map(({ label, cells }) => [label, ...cells.map(({ text }) => text)]),
});

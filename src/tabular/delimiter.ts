import Papa from 'papaparse';
import type { ParseResult } from 'papaparse';
import type { LineEnd } from './line-end.ts';
import { parserOptions, noDelimiter, type TableFormat } from './table-format.ts';

/** In order of trust: where two fit equally well, commas also stand in prose and numbers, the others seldom do. */
const candidates = ['\t', ';', '|', ','] as const;

const sampleRows = 200;

interface Trial {
	readonly delimiter: string;
	readonly headerWidth: number;
	/** The width that most rows have, and how many rows that is. */
	readonly usualWidth: number;
	readonly usualShare: number;
	/** The share of rows as wide as the header and without a quote out of place. */
	readonly fit: number;
	/** The share of delimiters that a blank follows, as in prose: of all, and of the header's. */
	readonly prose: number;
	readonly headerProse: number;
}

/**
 * The delimiter of a beginning of a file, among comma, semicolon, tab and pipe; `noDelimiter` where it has one column.
 * `isWhole`: the sample is the whole file, so that its last row is complete.
 */
export function detectDelimiter(
	sample: string,
	format: Omit<TableFormat, 'delimiter'>,
	isWhole: boolean,
): string {
	const trials = candidates.map((delimiter) =>
		tryDelimiter(sample, { delimiter, ...format }, isWhole),
	);
	const fitting = trials.filter((trial) => trial.headerWidth > 1 && !isProse(trial));
	const best = fitting.reduce<Trial | null>(
		(found, trial) => (found === null || isBetter(trial, found) ? trial : found),
		null,
	);
	return best?.delimiter ?? titledTable(trials)?.delimiter ?? noDelimiter;
}

/** A sentence in the header may hold commas, but then rows differ in width and blanks follow the commas. */
const isProse = (trial: Trial): boolean =>
	trial.fit < 0.5 && trial.prose > 0.8 && trial.headerProse === 1;

const isBetter = (trial: Trial, than: Trial): boolean =>
	Math.abs(trial.fit - than.fit) > 0.05
		? trial.fit > than.fit
		: trial.headerWidth > than.headerWidth;

/**
 * A header of one cell over rows that all have three or more: a title stands above the table. Split all the same, so that
 * the ragged rows are told. (Two cells would be a column of decimal commas.)
 */
const titledTable = (trials: readonly Trial[]): Trial | undefined =>
	trials.find((trial) => trial.usualWidth > 2 && trial.usualShare > 0.9 && trial.prose < 0.5);

function tryDelimiter(sample: string, format: TableFormat, isWhole: boolean): Trial {
	const { delimiter, lineEnd } = format;
	const parser = new Papa.Parser({ ...parserOptions(format), preview: sampleRows });
	const text = isWhole ? sample + lineEnd : sample;
	// The typings leave a direct parse untyped; rows are arrays of text as no header is asked for.
	const parsed = parser.parse(text, 0, !isWhole) as ParseResult<readonly string[]>;
	const misquoted = new Set(parsed.errors.map((error) => error.row));
	const lines = parsed.data
		.map((cells, i) => ({ cells, isClean: !misquoted.has(i) }))
		.filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
	const headerWidth = lines[0]?.cells.length ?? firstLineWidth(sample, delimiter, lineEnd);
	const rows = lines.slice(1);

	const widths = new Map<number, number>();
	for (const { cells } of rows) widths.set(cells.length, (widths.get(cells.length) ?? 0) + 1);
	const [usualWidth, usualCount] = [...widths].sort((a, b) => b[1] - a[1])[0] ?? [0, 0];
	const fitting = rows.filter(({ cells, isClean }) => isClean && cells.length === headerWidth);

	return {
		delimiter,
		headerWidth,
		usualWidth,
		usualShare: rows.length === 0 ? 0 : usualCount / rows.length,
		fit: rows.length === 0 ? Number(lines[0]?.isClean ?? true) : fitting.length / rows.length,
		prose: proseShare(lines.map(({ cells }) => cells)),
		headerProse: proseShare(lines.slice(0, 1).map(({ cells }) => cells)),
	};
}

/** A first row so long that the sample does not hold it whole. */
const firstLineWidth = (sample: string, delimiter: string, lineEnd: LineEnd): number =>
	(sample.trimStart().split(lineEnd, 1)[0] ?? '').split(delimiter).length;

function proseShare(rows: readonly (readonly string[])[]): number {
	const behind = rows.flatMap((cells) => cells.slice(1));
	return behind.filter((cell) => /^[ \u00a0]/.test(cell)).length / Math.max(1, behind.length);
}

import { choiceText, markOf } from '#domain/completion.ts';
import type { Row } from '#domain/dataset.ts';
import { isAnswer, type ResultFilter } from '#domain/result-filter.ts';
import type { RunCounters } from '#domain/run.ts';
import type { RareMark } from '#storage/marks.ts';
import type { OutcomeName } from '#storage/run-schema.ts';
import type { Looked } from '#storage/run-finder.ts';

/** The marks that an entry of `Show` means; null: it means whole requests. */
export const marksShown = (show: ResultFilter['show']): readonly RareMark[] | null => {
	switch (show) {
		case 'truncated':
			return ['truncated'];
		case 'refused':
			return ['refused', 'filtered'];
		case 'empty':
			return ['empty'];
		case 'all':
		case 'succeeded':
		case 'failed':
			return null;
	}
};

/** Whether it leaves out nothing, not even what waits. */
export const isEverything = ({ show, search, answer, failure }: ResultFilter): boolean =>
	show === 'all' && search.trim() === '' && answer === undefined && failure === undefined;

/** Equal where two filters mean the same lines. */
export const filterKey = ({ show, search, answer, failure }: ResultFilter): string =>
	JSON.stringify([show, search.trim().toLowerCase(), answer?.trim() ?? null, failure ?? null]);

/** Of which requests a filter can mean lines: one outcome, either, or none at all. */
export function outcomeMeant({
	show,
	answer,
	failure,
}: ResultFilter): OutcomeName | 'either' | 'none' {
	const failed = (show === 'all' || show === 'failed') && answer === undefined;
	const succeeded = show !== 'failed' && failure === undefined;
	if (failed && succeeded) return 'either';
	return failed ? 'failed' : succeeded ? 'succeeded' : 'none';
}

/** How many settled requests have to be looked at, at most. */
export const countMeant = (filter: ResultFilter, { succeeded, failed }: RunCounters): number =>
	({ either: succeeded + failed, succeeded, failed, none: 0 })[outcomeMeant(filter)];

/**
 * Which of a settled request's lines a filter means, by their place among its `n`. A mark, an answer's text and text found
 * in an answer mean single choices; everything else means the whole request. A choice beyond those that were asked for
 * stands in the last line.
 */
export async function positionsMeant(
	filter: ResultFilter,
	n: number,
	{ choices, failure, reopened }: Looked,
	row: () => Promise<Row>,
): Promise<readonly number[]> {
	const wanted = filter.search.trim().toLowerCase();
	const has = (text: string | null): boolean => text?.toLowerCase().includes(wanted) ?? false;
	const rowHas = async (): Promise<boolean> => wanted === '' || (await row()).some(has);
	const all = (): number[] => Array.from({ length: n }, (_, position) => position);
	const meant = outcomeMeant(filter);
	if (choices === null) {
		const isMeant =
			(meant === 'either' || meant === 'failed') &&
			(filter.failure === undefined || filter.failure === failure?.kind);
		return isMeant && (has(failure?.message ?? null) || (await rowHas())) ? all() : [];
	}
	// Asked for again, it waits: it is neither counted nor shown as what its old answer is.
	if (meant === 'failed' || meant === 'none' || (reopened && filter.show !== 'all')) return [];
	const marks: readonly string[] | null = marksShown(filter.show);
	const hits = choices.map((choice) => has(choiceText(choice)));
	const whole = hits.every(Boolean) && hits.length >= n ? true : await rowHas();
	if (whole && marks === null && filter.answer === undefined) return all();
	const positions = choices.flatMap((choice, position) =>
		(whole || hits[position] === true) &&
		(marks === null || marks.includes(markOf(choice))) &&
		(filter.answer === undefined || isAnswer(choice, filter.answer))
			? [Math.min(position, n - 1)]
			: [],
	);
	return [...new Set(positions)];
}

import type { Row } from '#domain/dataset.ts';
import { hasText, matchesChoice, meansReopened, type ResultFilter } from '#domain/result-filter.ts';
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
	const isSearch = filter.search.trim() !== '';
	/** The row is read only where nothing nearer has the text. */
	const rowHas = async (): Promise<boolean> => isSearch && hasText(filter.search, await row());
	const unsearched = { ...filter, search: '' };
	const all = (): number[] => Array.from({ length: n }, (_, position) => position);
	if (choices === null) {
		const failed = { choice: null, failure, cells: [] };
		if (!matchesChoice(unsearched, failed)) return [];
		return matchesChoice(filter, failed) || (await rowHas()) ? all() : [];
	}
	if (reopened && !meansReopened(filter)) return [];
	const meantBy = (asked: ResultFilter): readonly boolean[] =>
		choices.map((choice) => matchesChoice(asked, { choice, failure: null, cells: [] }));
	let meant = meantBy(filter);
	let isWhole = !isSearch || (meant.every(Boolean) && meant.length >= n);
	if (!isWhole && (await rowHas())) {
		isWhole = true;
		meant = meantBy(unsearched);
	}
	const isOfRequests = marksShown(filter.show) === null && filter.answer === undefined;
	if (isWhole && isOfRequests) return meant.every(Boolean) ? all() : [];
	const positions = meant.flatMap((isMeant, position) =>
		isMeant ? [Math.min(position, n - 1)] : [],
	);
	return [...new Set(positions)];
}

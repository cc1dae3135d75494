import type { Looking } from '#contract/engine-api.ts';
import type { ResultFilter, ShowFilter } from '#domain/result-filter.ts';
import type { RunCounters } from '#domain/run.ts';
import type { Found } from '#state/results.svelte.ts';
import { formatCount, formatCounted } from '../format.ts';
import { failureTitle } from '../wording.ts';

export interface ShowOption {
	readonly value: ShowFilter;
	readonly label: string;
}

/** The entries of `Show` with how many lines each means, of `n` a request; where that is none, without a number. */
export function showOptions({ succeeded, failed, marks }: RunCounters, n: number): ShowOption[] {
	const counts: readonly (readonly [ShowFilter, string, number])[] = [
		['all', 'All', 0],
		['succeeded', 'Succeeded', succeeded * n],
		['failed', 'Failed', failed * n],
		['truncated', 'Truncated', marks.truncated],
		['refused', 'Refused', marks.refused + marks.filtered],
		['empty', 'Empty', marks.empty],
	];
	return counts.map(([value, name, count]) => ({
		value,
		label: count === 0 ? name : `${name} (${formatCount(count)})`,
	}));
}

/** "312 lines", and while more may come, how far the looking is. */
export function foundWords({ total, looking }: Found): string {
	const lines = formatCounted(total, 'line');
	if (looking === null) return lines;
	return looking.cancelled
		? `${lines} · only the first ${farWords(looking)} were looked through`
		: `Looked through ${farWords(looking)} · ${lines}`;
}

const farWords = ({ done, total }: Looking): string =>
	`${formatCount(done)} of ${formatCount(total)}`;

/** Why the table has no line. */
export function noLineWords({ show, search, answer, failure }: ResultFilter): string {
	if (search !== '')
		return `No line holds “${search}”. The search looks through the rows, the answers and the errors.`;
	if (answer !== undefined) return 'No answer is exactly this text.';
	if (failure !== undefined) return 'No request has failed in this way.';
	switch (show) {
		case 'failed':
			return 'Nothing has failed.';
		case 'truncated':
			return 'No answer was cut off.';
		case 'refused':
			return 'No answer was refused or filtered.';
		case 'empty':
			return 'No answer is empty.';
		case 'all':
		case 'succeeded':
			return 'No answer is here yet.';
	}
}

/** A part of a filter that has no field of its own, and the filter without it. */
export interface FilterChip {
	readonly key: 'answer' | 'failure';
	readonly text: string;
	readonly without: ResultFilter;
}

export function filterChips({ answer, failure, ...rest }: ResultFilter): readonly FilterChip[] {
	const chips: FilterChip[] = [];
	if (answer !== undefined)
		chips.push({
			key: 'answer',
			text: `Answer: ${answer.trim() === '' ? '(blank)' : answer}`,
			without: { ...rest, ...(failure === undefined ? {} : { failure }) },
		});
	if (failure !== undefined)
		chips.push({
			key: 'failure',
			text: failureTitle(failure).replace(/\.$/, ''),
			without: { ...rest, ...(answer === undefined ? {} : { answer }) },
		});
	return chips;
}

import type { Looking } from '#contract/engine-api.ts';
import type { FailureKind } from '#domain/failure.ts';
import type { ResultFilter, ShowFilter } from '#domain/result-filter.ts';
import type { RunCounters } from '#domain/run.ts';
import type { Found } from '#state/results.svelte.ts';
import { formatCount, formatCounted } from '../format.ts';
import { failureTitle } from '../wording.ts';

interface ShowOption {
	readonly value: ShowFilter;
	readonly label: string;
}

export const showOptions: readonly ShowOption[] = [
	{ value: 'all', label: 'All' },
	{ value: 'succeeded', label: 'Succeeded' },
	{ value: 'failed', label: 'Failed' },
	{ value: 'truncated', label: 'Truncated' },
	{ value: 'refused', label: 'Refused' },
	{ value: 'empty', label: 'Empty' },
];

/** An entry of `Show` that has lines. */
export interface ShowChip extends ShowOption {
	readonly lines: number;
	/** Characters to keep for the number, so that the chips after it stand still while it grows. */
	readonly room: number;
}

/** Of `n` lines a request. */
export function showChips(counters: RunCounters, n: number): readonly ShowChip[] {
	const { planned, succeeded, failed, marks } = counters;
	const linesOf: Readonly<Record<ShowFilter, number>> = {
		all: 0,
		succeeded: succeeded * n,
		failed: failed * n,
		truncated: marks.truncated,
		refused: marks.refused + marks.filtered,
		empty: marks.empty,
	};
	return showOptions
		.map((option): ShowChip => {
			const lines = linesOf[option.value];
			const atEnd = option.value === 'succeeded' ? planned * n : lines;
			return { ...option, lines, room: Math.max(2, formatCount(atEnd).length) };
		})
		.filter(({ lines }) => lines > 0);
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

/** As much of an answer as a sentence can hold. */
const quoted = (text: string): string =>
	text.trim() === '' ? '(blank)' : `“${text.length > 60 ? `${text.slice(0, 59)}…` : text}”`;

const kindWords = (failure: FailureKind): string => failureTitle(failure).replace(/\.$/, '');

/** The parts of a filter in words, without a Show that one of the others implies. */
function partsOf({ show, search, answer, failure }: ResultFilter): readonly string[] {
	const implied =
		show === 'all' ||
		(show === 'succeeded' && answer !== undefined) ||
		(show === 'failed' && failure !== undefined);
	return [
		...(implied ? [] : [`Show: ${showOptions.find(({ value }) => value === show)?.label ?? show}`]),
		...(answer === undefined ? [] : [`the answer ${quoted(answer)}`]),
		...(failure === undefined ? [] : [`the failure “${kindWords(failure)}”`]),
		...(search.trim() === '' ? [] : [`the search “${search}”`]),
	];
}

/** Why the table has no line; `ended`: every request has settled, so none can come. */
export function noLineWords(filter: ResultFilter, ended: boolean): string {
	const parts = partsOf(filter);
	const soFar = ended ? '.' : ' so far.';
	if (parts.length > 1) {
		const list = `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`;
		return `Nothing fits ${parts.length === 2 ? 'both' : 'all of'} ${list}${soFar}`;
	}
	const { show, search, answer, failure } = filter;
	if (search.trim() !== '')
		return `No line holds “${search}”${soFar} The search looks through the rows, the answers and the errors.`;
	if (answer !== undefined) return `No answer is exactly this text${soFar}`;
	if (failure !== undefined) return `No request has failed in this way${soFar}`;
	switch (show) {
		case 'failed':
			return `Nothing has failed${soFar}`;
		case 'truncated':
			return `No answer was cut off${soFar}`;
		case 'refused':
			return `No answer was refused or filtered${soFar}`;
		case 'empty':
			return `No answer is empty${soFar}`;
		case 'succeeded':
			return ended ? 'Nothing has succeeded.' : 'No answer is here yet.';
		case 'all':
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
			text: kindWords(failure),
			without: { ...rest, ...(answer === undefined ? {} : { answer }) },
		});
	return chips;
}

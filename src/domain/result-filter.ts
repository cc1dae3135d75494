import { choiceText, markOf, type ChoiceMark } from './completion.ts';
import type { FailureKind } from './failure.ts';
import type { JsonObject } from './json.ts';

export type ShowFilter = 'all' | 'succeeded' | 'failed' | 'truncated' | 'refused' | 'empty';

/** Which lines of a run's results are meant: those that pass every part. */
export interface ResultFilter {
	/** `truncated`, `refused` (a content filter's answers among them) and `empty` mean single choices. */
	readonly show: ShowFilter;
	/** Text to look for in the cells, the answers and the errors, whatever its case; empty: everything. */
	readonly search: string;
	/** Only complete choices whose response is this text but for the space around it; left out: any. */
	readonly answer?: string;
	/** Only requests that failed in this way; left out: any. */
	readonly failure?: FailureKind;
}

/** Answers are told apart as Summary counts them: complete ones, by their text without the space around it. */
export const isAnswer = (choice: JsonObject, answer: string): boolean =>
	markOf(choice) === 'complete' && choiceText(choice)?.trim() === answer.trim();

/** A choice of a settled request, or a failed request: then `choice` is null and `failure` is not. */
export interface FilteredChoice {
	readonly choice: JsonObject | null;
	readonly failure: { readonly kind: string; readonly message: string } | null;
	/** Of the row. */
	readonly cells: readonly string[];
}

/** What a filtered answer counts as: a content filter is a refusal, too. */
const shownAs: Readonly<Record<ChoiceMark, ShowFilter | null>> = {
	complete: null,
	truncated: 'truncated',
	refused: 'refused',
	filtered: 'refused',
	empty: 'empty',
};

export function matchesChoice(
	{ show, search, answer, failure }: ResultFilter,
	{ choice, failure: failed, cells }: FilteredChoice,
): boolean {
	const text = choice === null ? null : choiceText(choice);
	if (show === 'succeeded' ? choice === null : show === 'failed' && choice !== null) return false;
	const isMark = show === 'truncated' || show === 'refused' || show === 'empty';
	if (isMark && (choice === null || shownAs[markOf(choice)] !== show)) return false;
	if (answer !== undefined && (choice === null || !isAnswer(choice, answer))) return false;
	if (failure !== undefined && failed?.kind !== failure) return false;
	const wanted = search.trim().toLowerCase();
	if (wanted === '') return true;
	const has = (one: string): boolean => one.toLowerCase().includes(wanted);
	return (
		(text !== null && has(text)) || (failed !== null && has(failed.message)) || cells.some(has)
	);
}

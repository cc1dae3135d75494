import { choiceText, markOf, type ChoiceMark } from './completion.ts';
import type { JsonObject } from './json.ts';

/** What of a run's results is meant: what passes every part. */
export interface AnswerFilter {
	readonly show: 'all' | 'succeeded' | 'failed' | 'truncated' | 'refused' | 'empty';
	/** Whatever its case; empty: everything. */
	readonly search: string;
	/** Exactly this response; left out: any. */
	readonly answer?: string;
	/** Failed in this way; left out: any. */
	readonly failure?: string;
}

/** A choice of a settled request, or a failed request: then `choice` is null and `failure` is not. */
export interface FilteredChoice {
	readonly choice: JsonObject | null;
	readonly failure: { readonly kind: string; readonly message: string } | null;
	/** Of the row. */
	readonly cells: readonly string[];
}

/** What a filtered answer counts as: a content filter is a refusal, too. */
const shownAs: Readonly<Record<ChoiceMark, AnswerFilter['show'] | null>> = {
	complete: null,
	truncated: 'truncated',
	refused: 'refused',
	filtered: 'refused',
	empty: 'empty',
};

export function matchesChoice(
	{ show, search, answer, failure }: AnswerFilter,
	{ choice, failure: failed, cells }: FilteredChoice,
): boolean {
	const text = choice === null ? null : choiceText(choice);
	if (show === 'succeeded' ? choice === null : show === 'failed' && choice !== null) return false;
	const isMark = show === 'truncated' || show === 'refused' || show === 'empty';
	if (isMark && (choice === null || shownAs[markOf(choice)] !== show)) return false;
	if (answer !== undefined && text !== answer) return false;
	if (failure !== undefined && failed?.kind !== failure) return false;
	const wanted = search.trim().toLowerCase();
	if (wanted === '') return true;
	const has = (one: string): boolean => one.toLowerCase().includes(wanted);
	return (
		(text !== null && has(text)) || (failed !== null && has(failed.message)) || cells.some(has)
	);
}

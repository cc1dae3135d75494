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
	/**
	 * Only choices whose response is this text but for the space around it, and complete ones where `show` asks for no
	 * others; left out: any.
	 */
	readonly answer?: string;
	/** Only requests that failed in this way; left out: any. */
	readonly failure?: FailureKind;
}

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

/**
 * Whether a filter means answers that stand while their request is asked for again: it waits, so under `show` it is neither
 * counted nor shown as what its old answer is.
 */
export const meansReopened = ({ show }: ResultFilter): boolean => show === 'all';

export function matchesChoice(
	{ show, search, answer, failure }: ResultFilter,
	{ choice, failure: failed, cells }: FilteredChoice,
): boolean {
	const text = choice === null ? null : choiceText(choice);
	if (show === 'succeeded' ? choice === null : show === 'failed' && choice !== null) return false;
	const isMark = show === 'truncated' || show === 'refused' || show === 'empty';
	if (isMark && (choice === null || shownAs[markOf(choice)] !== show)) return false;
	// As Summary counts answers: complete ones, unless others are asked for.
	if (answer !== undefined && text?.trim() !== answer.trim()) return false;
	if (answer !== undefined && !isMark && (choice === null || markOf(choice) !== 'complete'))
		return false;
	if (failure !== undefined && failed?.kind !== failure) return false;
	const texts = [text ?? '', failed?.message ?? '', ...cells];
	return hasText(search, texts);
}

/** Whether one of them has the text that is searched for, whatever its case; a search for nothing is always met. */
export function hasText(search: string, texts: readonly string[]): boolean {
	const wanted = search.trim().toLowerCase();
	return wanted === '' || texts.some((text) => text.toLowerCase().includes(wanted));
}

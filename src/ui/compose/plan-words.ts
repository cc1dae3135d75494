import type { DraftCheck } from '#domain/check-draft.ts';
import { partsOf } from '#domain/connection-share.ts';
import { formatCount, formatCounted, formatShare } from '../format.ts';

/** "2 templates × 150 rows × 1 model"; without data no rows are spoken of. */
export function planFactors(check: DraftCheck, hasData: boolean): string {
	const factors = [
		formatCounted(check.templates, 'template'),
		...(hasData ? [formatCounted(check.rows, 'row')] : []),
		formatCounted(check.models, 'model'),
	];
	return factors.join(' × ');
}

/** "600 choices"; null where each request brings one. */
export function choiceWords(check: DraftCheck, completionsPerPrompt: number | null): string | null {
	if (completionsPerPrompt === null || !(completionsPerPrompt > 1)) return null;
	return `${formatCount(check.requests * completionsPerPrompt)} choices`;
}

/** "shared by 2 connections, 70 % / 30 %"; null where all go to one. */
export function shareWords({ shares }: Pick<DraftCheck, 'shares'>): string | null {
	if (shares.length < 2) return null;
	const parts = partsOf(shares).map((part) => formatShare(part, 1));
	return `shared by ${formatCounted(shares.length, 'connection')}, ${parts.join(' / ')}`;
}

import type { DraftCheck } from '#domain/check-draft.ts';
import { partsOf } from '#domain/connection-share.ts';
import { formatCount, formatCounted, formatShare } from '../format.ts';

/** "2 templates × 150 rows × 1 model"; without data no rows are spoken of. */
export function planFactors(check: DraftCheck, hasData: boolean): string {
	const { templates, models, paired, modelColumn, repeats } = check;
	const rows = hasData ? [rowWords(check)] : [];
	return [
		...(paired
			? [`${formatCounted(templates, 'template')}, each with its row`]
			: [formatCounted(templates, 'template'), ...rows]),
		modelColumn === null ? formatCounted(models, 'model') : `the model in “${modelColumn}”`,
		...(repeats > 1 ? [formatCounted(repeats, 'repeat')] : []),
	].join(' × ');
}

/** "150 rows", or "20 of 150 rows" where fewer are chosen. */
function rowWords({ rows, rowsInData, counted }: DraftCheck): string {
	if (!counted) return 'rows being counted';
	return rows === rowsInData
		? formatCounted(rows, 'row')
		: `${formatCount(rows)} of ${formatCounted(rowsInData, 'row')}`;
}

/** "600 choices"; null where each request brings one and stands for no more. */
export function choiceWords(check: DraftCheck, completionsPerPrompt: number | null): string | null {
	const asked = completionsPerPrompt ?? 1;
	if (!(asked > 1) && check.repeats === 1) return null;
	const perRequest = check.repeats > 1 ? 1 : asked;
	return `${formatCount(check.requests * perRequest)} choices`;
}

/** "shared by 2 connections, 70 % / 30 %"; null where all go to one. */
export function shareWords({ shares }: Pick<DraftCheck, 'shares'>): string | null {
	if (shares.length < 2) return null;
	const parts = partsOf(shares).map((part) => formatShare(part, 1));
	return `shared by ${formatCounted(shares.length, 'connection')}, ${parts.join(' / ')}`;
}

/** What is sent: "300 requests"; where several prompts share one, "300 prompts in 15 requests". */
export const sentWords = ({ requests, calls, callsAtLeast }: DraftCheck): string =>
	calls === requests
		? formatCounted(requests, 'request')
		: `${formatCounted(requests, 'prompt')} in ${callsAtLeast ? 'at least ' : ''}${formatCounted(calls, 'request')}`;

import type { DraftCheck } from '#domain/check-draft.ts';
import { formatCount, formatCounted } from '../format.ts';

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

/** What is sent: "300 requests"; where several prompts share one, "300 prompts in 15 requests". */
export const sentWords = ({ requests, calls }: DraftCheck): string =>
	calls === requests
		? formatCounted(requests, 'request')
		: `${formatCounted(requests, 'prompt')} in ${formatCounted(calls, 'request')}`;

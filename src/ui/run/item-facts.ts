import type { ResultItem } from '#domain/result-item.ts';
import { usageDetails } from '#domain/answer-parts.ts';
import { objectAt, textAt } from '#domain/json.ts';
import { formatClock, formatCount } from '../format.ts';
import type { Fact } from './fact.ts';

/** How a settled request went: attempts, times, tokens and the endpoint's own marks, those that it gave. */
export function attemptFacts(item: ResultItem, timeZone?: string): readonly Fact[] {
	const count = (label: string, tokens: number | null): Fact | null =>
		tokens === null ? null : { label, value: formatCount(tokens) };
	const text = (label: string, value: string | null): Fact | null =>
		value === null ? null : { label, value };
	const { error, completion } = item;
	const details = usageDetails(completion ?? {});
	return [
		{ label: 'Attempts', value: formatCount(item.attempts) },
		{
			label: 'Last attempt left',
			value: `${item.started_at.slice(0, 10)} ${formatClock(Date.parse(item.started_at), timeZone)}`,
		},
		count('Prompt tokens', item.number_of_prompt_tokens),
		count('Answer tokens', item.number_of_generated_tokens),
		count('of them reasoning', details.reasoningTokens === 0 ? null : details.reasoningTokens),
		count('Prompt tokens from the cache', details.cachedTokens === 0 ? null : details.cachedTokens),
		text('Sent to', item.connection ?? null),
		text('Answered by', completion === null ? null : textAt(completion, 'model')),
		text('Service tier', completion === null ? null : textAt(completion, 'service_tier')),
		text('Ended early by', textAt(objectAt(completion ?? {}, 'incomplete_details'), 'reason')),
		text('Completion id', completion === null ? null : textAt(completion, 'id')),
		text('Error code', error?.code ?? null),
		text('HTTP status', error?.status?.toString() ?? null),
	].filter((fact) => fact !== null);
}

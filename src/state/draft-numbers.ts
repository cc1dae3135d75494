import type { Draft } from '#domain/draft.ts';

/**
 * While a number field holds what is no number, the draft says NaN, so that this is not taken for an empty field. The
 * text itself is not kept, so a draft that comes back is empty there.
 */
export function withoutNaN(draft: Draft): Draft {
	const number = (value: number | null): number | null => (Number.isNaN(value) ? null : value);
	const { settings } = draft;
	return {
		...draft,
		settings: {
			...settings,
			completionsPerPrompt: number(settings.completionsPerPrompt),
			temperature: number(settings.temperature),
			maxTokens: number(settings.maxTokens),
			maxConcurrency: number(settings.maxConcurrency),
			maxRetries: number(settings.maxRetries),
			timeoutSeconds: number(settings.timeoutSeconds),
			requestsPerMinute: number(settings.requestsPerMinute ?? null),
			tokensPerMinute: number(settings.tokensPerMinute ?? null),
			contextWindow: number(settings.contextWindow ?? null),
		},
	};
}

import type { Draft } from '#domain/draft.ts';

/**
 * While a number field holds what is no number, the draft says NaN, so that this is not taken for an empty field. The
 * text itself is not kept, so a draft that comes back is empty there.
 */
export function withoutNaN(draft: Draft): Draft {
	const number = (value: number | null): number | null => (Number.isNaN(value) ? null : value);
	const { settings, rows, shares, tokensPerMinute } = draft;
	const { promptsPerRequest = 1 } = settings;
	return {
		...draft,
		...(tokensPerMinute === undefined ? {} : { tokensPerMinute: number(tokensPerMinute) }),
		...(shares === undefined
			? {}
			: {
					shares: shares.map((share) => ({
						...share,
						tokensPerMinute: number(share.tokensPerMinute),
					})),
				}),
		...(rows === undefined
			? {}
			: {
					rows: {
						...rows,
						count: number(rows.count),
						seed: number(rows.seed),
						from: number(rows.from),
						to: number(rows.to),
					},
				}),
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
			promptsPerRequest: number(promptsPerRequest),
			contextWindow: number(settings.contextWindow ?? null),
		},
	};
}

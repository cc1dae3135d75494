import { emptyShare, type Draft, type ShareDraft } from '#domain/draft.ts';

export const withShareAdded = (draft: Draft): Draft => ({
	...draft,
	shares: [...(draft.shares ?? []), emptyShare],
});

export const withShare = (draft: Draft, at: number, change: Partial<ShareDraft>): Draft => {
	const share = draft.shares?.[at];
	return share === undefined ? draft : withShareReplaced(draft, at, { ...share, ...change });
};

export const withShareReplaced = (draft: Draft, at: number, share: ShareDraft): Draft => ({
	...draft,
	shares: (draft.shares ?? []).map((one, i) => (i === at ? share : one)),
});

export const withoutShare = (draft: Draft, at: number): Draft => ({
	...draft,
	shares: (draft.shares ?? []).filter((_, i) => i !== at),
});

/** What a model of the draft is called there; those before it that were never named are called the same. */
export const withModelCalled = (share: ShareDraft, model: number, name: string): ShareDraft => ({
	...share,
	models: Array.from({ length: Math.max(share.models.length, model + 1) }, (_, i) =>
		i === model ? name : (share.models[i] ?? ''),
	),
});

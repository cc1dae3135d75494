import type { Draft } from './draft.ts';

/**
 * Of a list that goes with the models `of` by position: what goes with each of `models`, found by its name. A model that is
 * not among them, or has no name, gets `none`.
 */
export function byName<T>(
	list: readonly T[],
	of: readonly string[],
	models: readonly string[],
	none: T,
): readonly T[] {
	const names = of.map((model) => model.trim());
	return models.map((model) => {
		const name = model.trim();
		return name === '' ? none : (list[names.indexOf(name)] ?? none);
	});
}

type Arrange = (list: readonly string[]) => readonly string[];

/**
 * The draft with other models, and the only place where that is done: each keeps the parameters that were typed for it and
 * what further connections call it, and those of a model that is gone are gone too. `arrange` says which stays with which
 * where names cannot tell, as where two fields are alike.
 */
export function withModels(
	draft: Draft,
	models: readonly string[],
	arrange: Arrange = (list) => byName(list, draft.models, models, ''),
): Draft {
	// A list may be longer than the models: what goes with none of them must not come to go with one.
	const arranged: Arrange = (list) => {
		const after = arrange(list.slice(0, draft.models.length));
		return after.some((text) => text.trim() !== '') ? after : [];
	};
	const { modelParameters, shares } = draft;
	return {
		...draft,
		models,
		...(modelParameters === undefined ? {} : { modelParameters: arranged(modelParameters) }),
		...(shares === undefined
			? {}
			: { shares: shares.map((share) => ({ ...share, models: arranged(share.models) })) }),
	};
}

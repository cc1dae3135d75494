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

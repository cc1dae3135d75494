/** A parameter that each row brings itself: the text of that column's cell; a blank cell leaves it as it is for all. */
export interface Binding {
	readonly column: string;
	/** As the API names it; `model` too. */
	readonly parameter: string;
}

/** Which column names each row's model; null: none does. */
export const modelColumnOf = (bindings: readonly Binding[]): string | null =>
	bindings.find(({ parameter }) => parameter === 'model')?.column ?? null;

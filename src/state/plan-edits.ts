import type { Binding } from '#domain/bindings.ts';
import type { Column } from '#domain/dataset.ts';
import type { Draft } from '#domain/draft.ts';
import { emptyRows, type RowsDraft } from '#domain/rows-draft.ts';

export const withRows = (draft: Draft, change: Partial<RowsDraft>): Draft => ({
	...draft,
	rows: { ...(draft.rows ?? emptyRows), ...change },
});

/** As long a list as there are models, so that each text keeps its model. */
export const withModelParameters = (draft: Draft, at: number, text: string): Draft => ({
	...draft,
	modelParameters: draft.models.map((_, i) =>
		i === at ? text : (draft.modelParameters?.[i] ?? ''),
	),
});

export const withBinding = (draft: Draft, at: number, change: Partial<Binding>): Draft => ({
	...draft,
	bindings: (draft.bindings ?? []).map((binding, i) =>
		i === at ? { ...binding, ...change } : binding,
	),
});

/** The column that is called as the API calls a parameter comes first; its name then need not be typed. */
export function withBindingAdded(
	draft: Draft,
	columns: readonly Column[],
	parameters: readonly string[],
): Draft {
	const bindings = draft.bindings ?? [];
	const free = columns.filter(({ name }) => !bindings.some(({ column }) => column === name));
	const alike = free.find(({ name }) => parameters.includes(name));
	const column = (alike ?? free[0] ?? columns[0])?.name ?? '';
	return { ...draft, bindings: [...bindings, { column, parameter: alike?.name ?? '' }] };
}

export const withoutBinding = (draft: Draft, at: number): Draft => ({
	...draft,
	bindings: (draft.bindings ?? []).filter((_, i) => i !== at),
});

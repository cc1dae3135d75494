import type { Binding } from './bindings.ts';
import type { Dataset } from './dataset.ts';
import type { Draft } from './draft.ts';
import type { JsonObject } from './json.ts';
import type * as rules from './plan-rules.ts';
import type { RowChoice } from './rows.ts';

/**
 * What a draft may ask beyond every template with every row and the same for all. A page opens without these rules and
 * loads them apart, so that they cost its first paint nothing.
 */
export type PlanRules = typeof rules;

/** The part of a run that the rules decide. */
export interface CheckedPlan {
	/** Null: as there is no data, or it is not known. */
	readonly choice: RowChoice | null;
	readonly rows: number;
	/** Whether rows and models are known; without that there is no run. */
	readonly counted: boolean;
	readonly models: readonly string[];
	/** The column that names each row's model; null: none does. */
	readonly modelColumn: string | null;
	/** Undefined: none has any. */
	readonly modelParameters: readonly JsonObject[] | undefined;
	readonly bindings: readonly Binding[];
	readonly paired: boolean;
}

/** Whether a draft asks for anything of the kind. */
const asksForRules = ({ rows, pairing, modelParameters = [], bindings = [] }: Draft): boolean =>
	(rows !== undefined && rows.choose !== 'all') ||
	pairing === 'pair' ||
	bindings.length > 0 ||
	modelParameters.some((text) => text.trim() !== '');

/** The plan while the rules are not there: complete where the draft asks for nothing of theirs. */
export const plainPlan = (
	draft: Draft,
	dataset: Dataset | null,
	models: readonly string[],
): CheckedPlan => ({
	choice: null,
	rows: dataset?.rowCount ?? 1,
	counted: !asksForRules(draft),
	models,
	modelColumn: null,
	modelParameters: undefined,
	bindings: [],
	paired: false,
});

import type { CheckedPlan } from './checked-plan.ts';
import type { Dataset } from './dataset.ts';
import type { Draft } from './draft.ts';
import type * as rules from './plan-rules.ts';

/**
 * What a draft may ask beyond every template with every row and the same for all. A page opens without these rules and
 * loads them apart, so that they cost its first paint nothing.
 */
export type PlanRules = typeof rules;

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

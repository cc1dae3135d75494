import { modelColumnOf } from './bindings.ts';
import { checkBindings, checkBoundCells, modelsOf } from './check-bindings.ts';
import { idHints } from './check-ids.ts';
import { checkModelParameters } from './check-model-parameters.ts';
import { asksForFlex, hintAtFlex } from './check-parameters.ts';
import { checkPairing } from './check-pairing.ts';
import { checkRows, readRows } from './check-rows.ts';
import type { CheckedPlan } from './checked-plan.ts';
import type { Dataset } from './dataset.ts';
import type { Draft } from './draft.ts';
import { byName } from './model-lists.ts';
import { problem, type Hint, type Problem } from './problem.ts';
import { decidesRun, type RowQuery, type RowScan } from './row-scan.ts';
import type { RowsDraft } from './rows-draft.ts';
import type { ChosenRows } from './chosen-rows.ts';
import { chosenCount, chosenRows, listedRows } from './rows.ts';

export { parameterRules as parameters } from './parameter-rules.ts';

/** What of a draft goes beyond every template with every row, and its problems. */
export function checkPlan(
	draft: Draft,
	dataset: Dataset | null,
	scan: RowScan | null,
	typedModels: readonly string[],
	problems: Problem[],
	hints: Hint[],
): CheckedPlan {
	const bindings = checkBindings(draft.endpoint, draft.bindings, dataset, problems);
	const modelColumn = modelColumnOf(bindings);
	const typedParameters = checkModelParameters(
		draft.endpoint,
		draft.models,
		draft.modelParameters,
		problems,
	);
	const choice = dataset === null ? null : checkRows(draft.rows, dataset, problems, hints);
	const idColumn = idColumnOf(draft, dataset);
	const counted = choice === null || scan !== null || !decidesRun({ rows: choice, bindings });
	const rowsInData = dataset?.rowCount ?? 1;
	const rows =
		choice === null
			? rowsInData
			: choice.kind === 'where'
				? (scan?.rowCount ?? rowsInData)
				: chosenCount(choice, rowsInData);
	if (scan !== null) {
		checkBoundCells(draft.bindings ?? [], bindings, scan, typedModels, problems, hints);
		if (idColumn !== null && scan.ids !== null) hints.push(...idHints(idColumn, scan.ids));
	}
	if (counted && choice?.kind === 'where' && rows === 0)
		problems.push(problem('rows', 'No row is chosen: none is as asked for. Choose otherwise.'));
	const isNamedByRows = modelColumn !== null && scan !== null;
	const models = isNamedByRows ? modelsOf(scan, typedModels[0]) : typedModels;
	const modelParameters = isNamedByRows
		? typedParameters && byName(typedParameters, typedModels, models, {})
		: typedParameters;
	if (scan?.asksForFlex === true || modelParameters?.some(asksForFlex) === true)
		hintAtFlex(draft, hints);
	return {
		choice,
		rows,
		counted,
		models,
		modelColumn,
		modelParameters,
		bindings,
		paired: checkPairing(draft, dataset, rows, counted, problems),
	};
}

/** What a draft's data is to be looked through for; null where there is nothing that only the cells can tell. */
export function rowQueryOf(
	draft: Pick<Draft, 'endpoint' | 'rows' | 'idColumn' | 'bindings'>,
	dataset: Dataset | null,
): RowQuery | null {
	if (dataset === null) return null;
	const { choice } = readRows(draft.rows, dataset);
	if (choice === null) return null;
	const idColumn = idColumnOf(draft, dataset);
	const bindings = checkBindings(draft.endpoint, draft.bindings, dataset, []);
	const query = { endpoint: draft.endpoint, rows: choice, idColumn, bindings };
	return idColumn === null && !decidesRun(query) ? null : query;
}

/** The rows that a draft chooses; null while only a look through the cells could tell, and where it is wrong. */
export function chosenRowsOf(
	rows: RowsDraft | undefined,
	dataset: Dataset,
	scan: RowScan | null,
): ChosenRows | null {
	const { choice } = readRows(rows, dataset);
	if (choice === null) return null;
	if (choice.kind !== 'where') return chosenRows(choice, dataset.rowCount);
	const numbers = scan?.numbers ?? null;
	return numbers === null ? null : listedRows(numbers);
}

const idColumnOf = ({ idColumn }: Pick<Draft, 'idColumn'>, dataset: Dataset | null) =>
	dataset?.columns.some(({ name }) => name === idColumn) === true ? idColumn : null;

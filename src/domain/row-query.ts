import { checkBindings } from './check-bindings.ts';
import { readRows } from './check-rows.ts';
import type { Dataset } from './dataset.ts';
import type { Draft } from './draft.ts';
import type { RowQuery } from './row-scan.ts';

/** What a draft's data is to be looked through for; null where there is nothing that only the cells can tell. */
export function rowQueryOf(
	{ rows, idColumn, bindings }: Pick<Draft, 'rows' | 'idColumn' | 'bindings'>,
	dataset: Dataset | null,
): RowQuery | null {
	if (dataset === null) return null;
	const { choice } = readRows(rows, dataset);
	if (choice === null) return null;
	const query: RowQuery = {
		rows: choice,
		idColumn: dataset.columns.some(({ name }) => name === idColumn) ? idColumn : null,
		bindings: checkBindings(bindings, dataset, []),
	};
	const isIdle = choice.kind !== 'where' && query.idColumn === null && query.bindings.length === 0;
	return isIdle ? null : query;
}

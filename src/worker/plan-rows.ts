import { modelColumnOf } from '#domain/bindings.ts';
import type { DatasetMark } from '#domain/dataset.ts';
import { decidesRun } from '#domain/row-scan.ts';
import { everyRow, type ChosenRows } from '#domain/chosen-rows.ts';
import { chosenRows } from '#domain/rows.ts';
import { listedPlaces } from '#domain/listed-requests.ts';
import type { PlanPlace } from '#domain/plan.ts';
import type { RunSetup } from '#domain/run.ts';
import type { RowPass } from './row-pass.ts';
import type { RowPasses } from './row-passes.ts';

/** The rows of a run by their position among those chosen: the same whenever it is opened. */
export interface PlanRows {
	/** The number is -1 where the data is gone and only its cells could tell. */
	readonly rows: ChosenRows;
	/** Which of the run's models each row names; null: the plan crosses every row with all of them. */
	readonly models: Uint8Array | null;
	/** Equal where two rows send the same parameters; null: all do. */
	readonly keys: Uint32Array | null;
	/** Of requests that are listed: where each stands, by its number; left out: they are not. */
	readonly placeAt?: (request: number) => PlanPlace;
}

const wholeTable = (count: number): PlanRows => ({
	rows: everyRow(count),
	models: null,
	keys: null,
});

/** `data` is what is known of the table, stored or not. */
export async function planRowsOf(
	setup: RunSetup,
	data: Pick<DatasetMark, 'rowCount'> | null,
	passes: RowPasses,
): Promise<PlanRows> {
	const { datasetId, endpoint, rowCount, idColumn, rows = { kind: 'all' }, bindings = [] } = setup;
	const { listed, templates, models } = setup;
	if (listed !== undefined) {
		const placeAt = listedPlaces(listed, { templates: templates.length, models: models.length });
		const rowAt = (position: number): number => placeAt(position).rowIndex;
		return { ...wholeTable(rowCount), rows: { count: rowCount, rowAt }, placeAt };
	}
	if (datasetId === null) return wholeTable(rowCount);
	const query = { endpoint, rows, idColumn, bindings };
	if (decidesRun(query)) {
		const pass = await passes.find(datasetId, query);
		if (pass !== null) return { rows: pass.rows, keys: pass.keys, models: modelsIn(setup, pass) };
	}
	if (rows.kind === 'where') return { ...wholeTable(rowCount), rows: unknownRows(rowCount) };
	return { ...wholeTable(rowCount), rows: chosenRows(rows, data?.rowCount ?? rowCount) };
}

const unknownRows = (count: number): ChosenRows => ({ count, rowAt: () => -1 });

/** The look through the rows lists the names as they come, the run with that of the blank cells first. */
function modelsIn({ models, bindings = [] }: RunSetup, pass: RowPass): Uint8Array | null {
	if (pass.models === null || modelColumnOf(bindings) === null) return null;
	const indices = pass.scan.models.map((name) => {
		const index = name === '' ? 0 : models.indexOf(name);
		if (index === -1) throw new Error(`The run knows no model “${name}”.`);
		return index;
	});
	return pass.models.map((found) => indices[found] ?? 0);
}

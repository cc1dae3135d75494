import { originOf } from '#domain/connection.ts';
import type { RequestPreview } from '#domain/request-code.ts';
import type { RunSetup } from '#domain/run.ts';
import { sharedSetups } from '#domain/shared-setup.ts';
import { catchCall } from '#openai/catch-call.ts';
import type { Library } from '#storage/library.ts';
import type { KeyRing } from './key-ring.ts';
import { knownRepairs } from './known-notes.ts';
import { planRowsOf } from './plan-rows.ts';
import type { RowPasses } from './row-passes.ts';
import { RunPlan } from './run-plan.ts';

/** One request of a run as it would leave if the run were started now; null where its rows are no longer stored. */
export async function previewRequest(
	library: Library,
	keys: KeyRing,
	passes: RowPasses,
	setup: RunSetup,
	request: number,
): Promise<RequestPreview | null> {
	const { datasetId } = setup;
	const dataset = datasetId === null ? null : await library.getDataset(datasetId);
	if (datasetId !== null && dataset === null) return null;
	const repairs = await knownRepairs(library, setup);
	const readRow = async (row: number) => {
		const [cells] = datasetId === null ? [] : await library.readRows(datasetId, row, 1);
		return cells ?? [];
	};
	const rows = await planRowsOf(setup, dataset, passes);
	const plan = new RunPlan({ ...setup, repairs }, dataset?.columns ?? [], readRow, () => [], rows);
	const { connection } = sharedSetups(setup)[plan.connection(request, plan.revision)] ?? setup;
	const { place, prompt, modelArgs } = await plan.planned(request, plan.revision);
	if (datasetId !== null && place.rowIndex < 0) return null;
	const keyed =
		connection.provider !== 'demo' &&
		(connection.usesKey || keys.keyFor(originOf(connection)) !== '');
	return catchCall(connection, setup.endpoint, keyed, prompt, modelArgs);
}

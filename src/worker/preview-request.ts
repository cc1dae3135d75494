import { originOf } from '#domain/connection.ts';
import type { Repair } from '#domain/repair.ts';
import type { RequestPreview } from '#domain/request-code.ts';
import type { RunSetup } from '#domain/run.ts';
import { catchCall } from '#openai/catch-call.ts';
import type { Library } from '#storage/library.ts';
import type { KeyRing } from './key-ring.ts';
import { RunPlan } from './run-plan.ts';

/** What earlier runs have learned that the models of this one refuse. */
export async function knownRepairs(
	library: Library,
	{ connection, models }: RunSetup,
): Promise<readonly Repair[]> {
	if (connection.provider === 'demo') return [];
	const notes = await library.modelNotes(originOf(connection), models);
	return notes.flatMap((note) => note.repairs);
}

/** One request of a run as it would leave if the run were started now; null where its rows are no longer stored. */
export async function previewRequest(
	library: Library,
	keys: KeyRing,
	setup: RunSetup,
	request: number,
): Promise<RequestPreview | null> {
	const { connection, datasetId } = setup;
	const dataset = datasetId === null ? null : await library.getDataset(datasetId);
	if (datasetId !== null && dataset === null) return null;
	const repairs = await knownRepairs(library, setup);
	const readRow = async (row: number) => {
		const [cells] = datasetId === null ? [] : await library.readRows(datasetId, row, 1);
		return cells ?? [];
	};
	const plan = new RunPlan({ ...setup, repairs }, dataset?.columns ?? [], readRow);
	const { prompt, modelArgs } = await plan.planned(request, plan.revision);
	const keyed =
		connection.provider !== 'demo' &&
		(connection.usesKey || keys.keyFor(originOf(connection)) !== '');
	return catchCall(connection, keyed, prompt, modelArgs);
}

import type { StoredSizes } from '#contract/engine-api.ts';
import type { Library } from '#storage/library.ts';
import { datasetOfLock } from './dataset-locks.ts';
import type { Host } from './host.ts';

const openDatasets = async (host: Host): Promise<string[]> =>
	(await host.heldLocks()).flatMap(datasetOfLock);

export async function storedSizes(library: Library, host: Host): Promise<StoredSizes> {
	const [listed, open] = await Promise.all([library.listRuns(), openDatasets(host)]);
	const [sizes, datasets] = await Promise.all([
		library.bytesOfRuns(listed.map(({ id }) => id)),
		library.unusedDatasets(open),
	]);
	const runs = listed.flatMap(({ id }, i) => {
		const bytes = sizes[i] ?? null;
		return bytes === null ? [] : [{ id, bytes }];
	});
	return { runs, datasets };
}

/** `erase` deletes a run for good. The tables of the runs go with them where nothing else uses them. */
export async function freeSpace(
	library: Library,
	host: Host,
	erase: (runId: string) => Promise<void>,
	runIds: readonly string[],
	datasetIds: readonly string[],
): Promise<void> {
	const freed = new Set(datasetIds);
	for (const runId of runIds) {
		const datasetId = (await library.getRun(runId))?.setup.datasetId ?? null;
		if (datasetId !== null) freed.add(datasetId);
		await erase(runId);
	}
	for (const id of await openDatasets(host)) freed.delete(id);
	await library.deleteIfUnused(freed);
}

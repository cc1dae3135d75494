import type { RunSetup } from '#domain/run.ts';
import type { Library } from '#storage/library.ts';

/** Those of the runs that are not done, or could retry what failed. No run is opened for it; none counts that came as a file. */
export async function unfinishedSetups(
	library: Pick<Library, 'listRuns' | 'getRun'>,
): Promise<readonly RunSetup[]> {
	const listed = await library.listRuns();
	const unfinished = listed.filter(({ phase, failed }) => phase.name !== 'finished' || failed > 0);
	const runs = await Promise.all(unfinished.map(({ id }) => library.getRun(id)));
	return runs.flatMap((run) => run?.setup ?? []).filter(({ cameFrom }) => cameFrom === undefined);
}

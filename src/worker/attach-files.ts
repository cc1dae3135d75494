import type { Dataset, DatasetMark } from '#domain/dataset.ts';
import { problem, type Problem } from '#domain/problem.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Library } from '#storage/library.ts';

/** What was read from files that are to be a known dataset again. */
export type Candidate = Pick<Dataset, 'columns' | 'rowCount'> & { readonly digest: string };

/** The dataset that files are read into, and why they are not it. */
export interface Into {
	readonly datasetId: string;
	readonly refuse: (candidate: Candidate) => Problem | null;
}

export async function missingData(library: Library, runId: string): Promise<DatasetMark | null> {
	const datasetId = (await library.getRun(runId))?.setup.datasetId ?? null;
	if (datasetId === null || (await library.getDataset(datasetId)) !== null) return null;
	return library.datasetOfRun(runId);
}

/** Has the files read as the dataset that a run has lost. */
export async function attachFiles(
	library: Library,
	runId: string,
	read: (mark: DatasetMark, datasetId: string) => Promise<Result<Dataset, readonly Problem[]>>,
): Promise<Result<Pick<Dataset, 'id'>, readonly Problem[]>> {
	const id = (await library.getRun(runId))?.setup.datasetId ?? null;
	if (id === null) return err([problem('dataFiles', 'This run goes over no rows.')]);
	if ((await library.getDataset(id)) !== null) return ok({ id });
	const mark = await library.datasetOfRun(runId);
	if (mark?.digest === undefined)
		return err([problem('dataFiles', 'It is not known which rows this run went over.')]);
	return read(mark, id);
}

/** Says in words what is not the same; null where all is. */
export const refusalOf =
	(mark: DatasetMark) =>
	({ columns, rowCount, digest }: Candidate): Problem | null => {
		if (digest === mark.digest) return null;
		const names = columns.map(({ name }) => name);
		const wanted = mark.columns.map(({ name }) => name);
		const why =
			names.join('\n') !== wanted.join('\n')
				? `its columns are ${names.join(', ')}; the run's were ${wanted.join(', ')}.`
				: rowCount !== mark.rowCount
					? `it has ${counted(rowCount)}; the run's had ${counted(mark.rowCount)}.`
					: 'it has as many rows, but other text in them.';
		return problem('dataFiles', `This is not the table of this run: ${why}`);
	};

const counted = (rows: number): string =>
	rows === 1 ? '1 row' : `${rows.toLocaleString('en')} rows`;

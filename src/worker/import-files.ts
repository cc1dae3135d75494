import type { EngineEvent } from '#contract/engine-api.ts';
import type { Dataset } from '#domain/dataset.ts';
import { problem, type Problem } from '#domain/problem.ts';
import type { ReadingOptions } from '#domain/reading-options.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { Library } from '#storage/library.ts';
import { readTables } from '#tabular/read-tables.ts';
import type { Into } from './attach-files.ts';
import type { Host } from './host.ts';
import { paced } from './paced.ts';

/** A dataset being written. */
type Writer = Awaited<ReturnType<Library['createDataset']>>;

const cancelled = problem('dataFiles', 'Reading was cancelled. Nothing was changed.');
const severalTables = problem(
	'dataFiles',
	'This is not the table of this run: the files have different columns.',
);

/** Reads files in and stores each table that they make: all of them or, where one cannot be read or stored, none. */
export async function importFiles(
	library: Library,
	files: readonly File[],
	options: ReadingOptions,
	signal: AbortSignal,
	host: Host,
	emit: (event: EngineEvent) => void,
	into: Into | null = null,
): Promise<Result<readonly [Dataset, ...Dataset[]], readonly Problem[]>> {
	let seen = { bytesRead: 0, bytesTotal: 0, rows: 0 };
	const progress = paced(100, host, () => {
		emit({ kind: 'importProgress', ...seen });
	});
	const writers: Writer[] = [];
	const writerOf = async (table: number): Promise<Writer> =>
		(writers[table] ??= await library.createDataset(table === 0 ? into?.datasetId : undefined));
	const discard = async (): Promise<void> => {
		await Promise.all(writers.splice(0).map((writer) => writer.discard()));
	};
	const refuse = async (problems: readonly Problem[]) => {
		await discard();
		return err(problems);
	};
	try {
		const read = await readTables(files, options, {
			signal,
			sink: async (rows, table) => (await writerOf(table)).append(rows),
			onRestart: discard,
			onProgress: (now) => {
				seen = now;
				progress.changed();
			},
		});
		if (!read.ok)
			return await refuse(read.error.kind === 'refused' ? read.error.problems : [cancelled]);
		if (into !== null) {
			const [table, ...others] = read.value;
			if (table === undefined || others.length > 0) return await refuse([severalTables]);
			const { columns, rowCount } = table;
			const digest = (await writerOf(0)).digestUnder(columns);
			const refusal = into.refuse({ columns, rowCount, digest });
			if (refusal !== null) return await refuse([refusal]);
		}
		const datasets: Dataset[] = [];
		for (const [number, table] of read.value.entries())
			datasets.push(await (await writerOf(number)).finish(table));
		progress.flush();
		const [first, ...others] = datasets;
		if (first === undefined) throw new Error('no table was read');
		return ok([first, ...others]);
	} catch (error) {
		const message = error instanceof Error ? error.message : String(error);
		return refuse([problem('dataFiles', `The rows could not be stored: ${message}`)]);
	}
}

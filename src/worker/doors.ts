import type {
	BatchExport,
	BatchImport,
	ExportFile,
	OpenedFile,
	RunRefusal,
} from '#contract/engine-api.ts';
import { batchMark, readCustomId } from '#domain/batch-id.ts';
import { readJson } from '#domain/read-json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { isResultItem } from '#domain/results-file.ts';
import { isRunFileHead } from '#domain/run-file.ts';
import { setupFormat } from '#domain/setup-file.ts';
import { isRunFileName } from '#domain/run-file-name.ts';
import { DamagedFile, fileTexts } from '#tabular/file-lines.ts';
import { readBytes } from '#tabular/file-text.ts';
import { gzipBlob } from '#tabular/gzip-blob.ts';
import { exportBatch } from './batch-export.ts';
import { importBatch } from './batch-import.ts';
import { fileNameOf } from '#domain/file-name.ts';
import type { DoorParts, Walk } from './door.ts';
import { openResults } from './open-results.ts';
import { openRunFile } from './open-run-file.ts';
import { Refused } from './refused.ts';
import { jsonPieces } from './result-items.ts';
import { runFileText } from './save-run.ts';

/** Enough of a file to tell what it is. */
const sampleLength = 4_096;

/** Runs as files, in and out. Errors are in words. */
export class Doors {
	readonly #parts: DoorParts;

	constructor(parts: DoorParts) {
		this.#parts = parts;
	}

	/** A run that goes would be continued twice: it is saved once it rests. */
	async saveRun(
		runId: string,
		{ signal, progress }: Walk,
	): Promise<Result<ExportFile, readonly string[]>> {
		const { library, runs } = this.#parts;
		const view = await runs.atRest(runId);
		if (!view.ok) return err([refusalWords(view.error)]);
		const run = await library.getRun(runId);
		if (run === null) return err([refusalWords({ kind: 'missing' })]);
		const { datasetId, name } = run.setup;
		const [data, dataset] = await Promise.all([
			library.datasetOfRun(runId),
			datasetId === null ? null : library.getDataset(datasetId),
		]);
		const { succeeded, failed } = run.counters;
		const total = succeeded + failed + (dataset?.rowCount ?? 0);
		const text = runFileText({
			...{ library, run, store: view.value.store, data, dataset, signal },
			onWritten: (done) => {
				progress(done, total);
			},
		});
		if (!text.ok) return err(text.error);
		const blob = await gzipBlob(text.value);
		return ok({ blob, name: `${fileNameOf(name)}.volley-run.jsonl.gz` });
	}

	async open(
		file: File,
		{ signal, progress }: Walk,
	): Promise<Result<OpenedFile, readonly string[]>> {
		if (await isPickle(file)) return err(pickleWords);
		const what = await recognised(file, signal);
		if (what === 'batch') return this.#openBatch(file, { signal, progress });
		if (what !== 'run' && what !== 'results') return ok({ kind: what });
		const { library, passes, host, hold, emit } = this.#parts;
		// Results are read twice.
		const total = what === 'results' ? 2 * file.size : file.size;
		const onBytes = (bytes: number): void => {
			progress(Math.min(bytes, total), total);
		};
		const parts = { library, passes, host, hold, onBytes, signal };
		const opened = await (what === 'run' ? openRunFile : openResults)(parts, file);
		if (!opened.ok) return opened;
		emit({ kind: 'runsChanged' });
		return ok({ kind: 'run', ...opened.value });
	}

	async exportBatch(runId: string, walk: Walk): Promise<Result<BatchExport, readonly string[]>> {
		const { library, runs } = this.#parts;
		const view = await runs.atRest(runId);
		if (!view.ok) return err([refusalWords(view.error)]);
		return exportBatch(view.value, await library.datasetOfRun(runId), walk);
	}

	async importBatch(
		runId: string,
		files: readonly File[],
		walk: Walk,
	): Promise<Result<BatchImport, readonly string[]>> {
		const { library, runs, host, redactor } = this.#parts;
		const data = await library.datasetOfRun(runId);
		const now = (): number => host.clock.epoch();
		const filled = await runs.fill(runId, (view) =>
			importBatch(view, data, files, now, redactor, walk),
		);
		return filled.ok ? filled.value : err([refusalWords(filled.error)]);
	}

	/** Into the run that its first line names. */
	async #openBatch(file: File, walk: Walk): Promise<Result<OpenedFile, readonly string[]>> {
		const { library } = this.#parts;
		const place = readCustomId(
			/"custom_id"\s*:\s*"([^"]*)"/.exec(await file.slice(0, sampleLength).text())?.[1] ?? '',
		);
		for (const { id } of place === null ? [] : await library.listRuns()) {
			const run = await library.getRun(id);
			if (run === null) continue;
			const mark = batchMark(id, run.setup, await library.datasetOfRun(id));
			if (mark.run !== place?.mark.run || mark.plan !== place.mark.plan) continue;
			const read = await this.importBatch(id, [file], walk);
			return read.ok ? ok({ kind: 'batch', batch: read.value }) : read;
		}
		return err(['It is output of the Batch API, but of no run that is in this browser.']);
	}
}

const refusalWords = (refusal: RunRefusal): string => {
	switch (refusal.kind) {
		case 'going':
		case 'ownedElsewhere':
			return 'The run is going. Pause or stop it first.';
		case 'readOnly':
			return 'This run was read from a results file; duplicate it to send it again.';
		case 'missing':
			return 'The run is not here any more.';
		case 'storage':
			return `The browser’s storage refused: ${refusal.message}.`;
		default:
			return 'The run cannot be read now.';
	}
};

/** By its beginning; a name says it only of a file too damaged to begin. */
async function recognised(
	file: File,
	signal: AbortSignal,
): Promise<OpenedFile['kind'] | 'results'> {
	let sample = '';
	try {
		for await (const text of fileTexts(file, signal)) {
			sample += text;
			if (sample.length >= sampleLength) break;
		}
	} catch (cause) {
		if (!(cause instanceof DamagedFile)) throw cause;
		return isRunFileName(file.name) ? 'run' : 'table';
	}
	const begins = sample.trimStart().slice(0, sampleLength);
	if (isRunFileHead(begins)) return 'run';
	if (isBatchOutput(begins)) return 'batch';
	if (begins.startsWith('{') && begins.includes(`"${setupFormat}"`)) return 'setup';
	return (await holdsResults(file, begins, signal)) ? 'results' : 'table';
}

/** Its first object tells, however long it is. */
async function holdsResults(file: File, begins: string, signal: AbortSignal): Promise<boolean> {
	if (!/^(\[\s*)?\{/.test(begins)) return false;
	try {
		for await (const { text } of jsonPieces(file, signal)) {
			const first = readJson(text);
			return first.ok && isResultItem(first.value);
		}
	} catch (cause) {
		if (cause instanceof Refused) return false;
		throw cause;
	}
	return false;
}

/** Python's binary form begins so, with its version. */
async function isPickle(file: File): Promise<boolean> {
	const [mark, version = 0] = await readBytes(file, 0, 2);
	return mark === 0x80 && version >= 2 && version <= 5;
}

const pickleWords: readonly string[] = [
	'It is a Python pickle, which only Python can read, and only where its author is trusted. Make JSON of it with these two lines, and open that:',
	'import json, pickle',
	"json.dump(pickle.load(open('results.pkl','rb')), open('results.json','w'), default=lambda o: o.model_dump())",
];

/** Its fields come in this order; a table that happens to have a column of that name has none of the others. */
const isBatchOutput = (begins: string): boolean =>
	/^\{[^{}]*"custom_id"\s*:\s*"[^"]*"[^{}]*"(response|error)"\s*:/.test(begins);

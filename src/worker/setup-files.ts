import type { ExportFile, OpenedSetup, SetupExport } from '#contract/engine-api.ts';
import type { Dataset, Row } from '#domain/dataset.ts';
import { fileNameOf } from '#domain/file-name.ts';
import type { Draft } from '#domain/draft.ts';
import { err, ok, type Result } from '#domain/result.ts';
import {
	mostSetupBytes,
	readSetupFile,
	setupFileChunks,
	type SharedData,
} from '#domain/setup-file.ts';
import type { Library } from '#storage/library.ts';
import { toBlob } from '#tabular/to-blob.ts';

const rowsAtOnce = 500;
const megabytes = `${String(mostSetupBytes / 1_000_000)} MB`;

/** The draft as a file; an error in words where that would be too large. */
export async function exportSetup(
	library: Library,
	draft: Draft,
	{ name, withData, withIds }: SetupExport,
): Promise<Result<ExportFile, string>> {
	const dataset =
		withData && draft.datasetId !== null ? await library.getDataset(draft.datasetId) : null;
	const shared =
		dataset === null
			? null
			: { name: dataset.name, columns: dataset.columns, rows: rowsOf(library, dataset) };
	const chunks = upTo(mostSetupBytes, setupFileChunks(draft, { withIds }, shared));
	const blob = await toBlob(chunks, 'application/json');
	// Counted in characters while it was written: bytes may be more.
	if (chunks.isCutOff() || blob.size > mostSetupBytes)
		return err(
			`With its rows the setup is larger than ${megabytes}, which is the most that can be opened again. Share the table beside it.`,
		);
	return ok({ blob, name: `${fileNameOf(name)}.volley.json` });
}

/** Reads a setup, and stores the rows that came with it. */
export async function openSetup(
	library: Library,
	file: File,
): Promise<Result<OpenedSetup, readonly string[]>> {
	if (file.size > mostSetupBytes)
		return err([`It is larger than ${megabytes}, the most that a setup may be.`]);
	const source = await file.text().catch(() => null);
	if (source === null)
		return err(['It cannot be read: it was moved, changed or removed. Choose it again.']);
	const read = readSetupFile(source);
	if (!read.ok) return read;
	const { draft, data } = read.value;
	const dataset = data === null ? null : await store(library, data, file.name);
	return ok({ draft: { ...draft, datasetId: dataset?.id ?? null }, dataset });
}

async function store(library: Library, shared: SharedData, file: string): Promise<Dataset> {
	const { name, columns, rows } = shared;
	const writer = await library.createDataset();
	try {
		for (let first = 0; first < rows.length; first += rowsAtOnce)
			await writer.append(rows.slice(first, first + rowsAtOnce));
		return await writer.finish({
			name,
			files: [file],
			columns,
			rowCount: rows.length,
			encoding: 'utf-8',
			delimiter: ',',
			notices: [],
		});
	} catch (error) {
		await writer.discard();
		throw error;
	}
}

async function* rowsOf(library: Library, { id, rowCount }: Dataset): AsyncGenerator<Row> {
	for (let first = 0; first < rowCount; first += rowsAtOnce)
		yield* await library.readRows(id, first, rowsAtOnce);
}

/** The chunks until they come to more characters than that. */
function upTo(
	most: number,
	chunks: AsyncIterable<string>,
): AsyncIterable<string> & { readonly isCutOff: () => boolean } {
	let characters = 0;
	return {
		isCutOff: () => characters > most,
		async *[Symbol.asyncIterator]() {
			for await (const chunk of chunks) {
				characters += chunk.length;
				if (characters > most) return;
				yield chunk;
			}
		},
	};
}

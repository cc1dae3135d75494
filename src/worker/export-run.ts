import type { ExportFile, ExportFormat } from '#contract/engine-api.ts';
import type { Column } from '#domain/dataset.ts';
import { fileNameOf } from '#domain/file-name.ts';
import type { ResultItem } from '#domain/result-item.ts';
import { csvChunks } from '#tabular/csv-chunks.ts';
import { jsonChunks, jsonlChunks } from '#tabular/json-chunks.ts';
import { toBlob } from '#tabular/to-blob.ts';

const contentTypes: Readonly<Record<ExportFormat, string>> = {
	json: 'application/json',
	jsonl: 'application/jsonl',
	csv: 'text/csv',
};

/** Written as a stream of chunks: no string ever holds the whole file. */
export async function exportItems(
	name: string,
	format: ExportFormat,
	items: AsyncIterable<ResultItem>,
	columns: readonly Column[],
	hasConnections: boolean,
): Promise<ExportFile> {
	const chunks = {
		json: () => jsonChunks(items),
		jsonl: () => jsonlChunks(items),
		csv: () => csvChunks(items, columns, { guardFormulas: true, connections: hasConnections }),
	}[format]();
	return {
		blob: await toBlob(chunks, contentTypes[format]),
		name: `${fileNameOf(name)}-results.${format}`,
	};
}

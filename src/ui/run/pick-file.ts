import type { ExportFormat } from '#domain/export-choice.ts';

interface PickerOptions {
	readonly suggestedName: string;
	readonly types: readonly {
		readonly description: string;
		readonly accept: Readonly<Record<string, readonly string[]>>;
	}[];
}

/** TypeScript does not know it yet, and not every browser has it. */
interface PickingWindow {
	readonly showSaveFilePicker?: (options: PickerOptions) => Promise<FileSystemFileHandle>;
}

const types: Readonly<Record<ExportFormat, PickerOptions['types'][number]>> = {
	json: { description: 'JSON', accept: { 'application/json': ['.json'] } },
	jsonl: { description: 'JSON Lines', accept: { 'application/jsonl': ['.jsonl'] } },
	csv: { description: 'CSV', accept: { 'text/csv': ['.csv'] } },
};

/** Whether the browser lets a person pick a file that is then written to. */
export const canPickFile = (): boolean =>
	typeof (window as PickingWindow).showSaveFilePicker === 'function';

/** Null where the person picked none. */
export async function pickFile(
	suggestedName: string,
	format: ExportFormat,
): Promise<FileSystemFileHandle | null> {
	try {
		const options = { suggestedName, types: [types[format]] };
		return (await (window as PickingWindow).showSaveFilePicker?.(options)) ?? null;
	} catch (cause) {
		if (cause instanceof DOMException && cause.name === 'AbortError') return null;
		throw cause;
	}
}

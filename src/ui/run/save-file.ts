import type { ExportFile } from '#contract/engine-api.ts';

/** The browser reads the address after the click returns, at a time it does not tell. */
const readMs = 60_000;

/** Saves the file as a download of the browser. */
export function saveFile({ blob, name }: ExportFile): void {
	const address = URL.createObjectURL(blob);
	const link = document.createElement('a');
	link.href = address;
	link.download = name;
	link.click();
	setTimeout(() => {
		URL.revokeObjectURL(address);
	}, readMs);
}

import type { AppendState, ExportEnd } from '#contract/engine-api.ts';
import { formatCount, formatCounted } from '../format.ts';
import { formatBytes } from '../shell/format-bytes.ts';

/** What an export came to, and whether a person has to do something about it. */
export interface ExportWord {
	readonly text: string;
	readonly isProblem: boolean;
}

export function exportWord(end: ExportEnd): ExportWord {
	switch (end.kind) {
		case 'written':
			return {
				text: `${end.name} · ${formatCounted(end.lines, 'line')}, ${formatBytes(end.bytes)}`,
				isProblem: false,
			};
		case 'cancelled':
			return { text: 'The export was cancelled. Nothing of it is left.', isProblem: false };
		case 'busy':
			return {
				text: 'Another export of this run is still being written: wait for it, or cancel it.',
				isProblem: true,
			};
		case 'full':
			return { text: fullDisk(end.needed, end.free), isProblem: true };
		case 'unwritable':
			return {
				text: `The file could not be written, and nothing of it is left. The browser says: ${end.message}`,
				isProblem: true,
			};
	}
}

const fullDisk = (needed: number | null, free: number | null): string =>
	[
		'There is no room for this file, and nothing of it is left.',
		needed === null ? '' : `It takes about ${formatBytes(needed)}.`,
		free === null ? '' : `${formatBytes(free)} of this site’s share of the disk are free.`,
		'Delete runs that you no longer need, free the disk, or leave parts out under Export….',
	]
		.filter((sentence) => sentence !== '')
		.join(' ');

export function appendWord({ fileName, written, behind, ended }: AppendState): ExportWord {
	if (ended === null) {
		const left = behind === 0 ? '' : ` · ${formatCount(behind)} to go`;
		return {
			text: `Appending to ${fileName} · ${formatCount(written)} written${left}`,
			isProblem: false,
		};
	}
	const kept = `${formatCounted(written, 'line')} written`;
	if (ended.problem === null)
		return { text: `No longer appending to ${fileName} · ${kept}`, isProblem: false };
	return {
		text: `Appending to ${fileName} has stopped · ${kept}. The run itself goes on, and nothing of it is lost. The reason: ${ended.problem}`,
		isProblem: true,
	};
}

export const lostAppendWord = (fileName: string): string =>
	`Appending to ${fileName} stopped when this page was loaded anew: the browser forgets its leave to write then. What is in the file stays; to go on, begin again under Export….`;

import type { DoorPhase } from '#state/doors.svelte.ts';

const working = {
	save: 'Saving the run…',
	open: 'Opening',
	exportBatch: 'Writing files for the Batch API…',
	importBatch: 'Reading Batch output…',
} as const;

const refused = {
	save: 'The run could not be saved',
	open: 'could not be opened',
	exportBatch: 'There is nothing for the Batch API',
	importBatch: 'could not be taken in',
} as const;

export function doorTitle(phase: DoorPhase): string {
	switch (phase.name) {
		case 'idle':
			return '';
		case 'working':
			return phase.file === null ? working[phase.work] : `Opening “${phase.file}”…`;
		case 'refused':
			if (phase.file !== null) return `“${phase.file}” ${refused[phase.work]}`;
			return phase.work === 'importBatch' ? 'The files could not be taken in' : refused[phase.work];
		case 'batchFiles':
			return 'Files for the Batch API';
		case 'batchRead':
			return 'Batch output';
	}
}

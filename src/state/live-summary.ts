import { isActive, type RunProgress, type RunSummary } from '#domain/run.ts';

/**
 * A run of the list with its last snapshot put in. The stored summary is the newer one where it says that the run no
 * longer goes on and the snapshot, sent before, says that it does.
 */
export function withProgress(run: RunSummary, progress: RunProgress | null): RunSummary {
	if (progress === null) return run;
	const { succeeded, failed, planned } = progress.counters;
	const overtaken = !isActive(run.phase) && isActive(progress.phase);
	return overtaken ? run : { ...run, phase: progress.phase, planned, succeeded, failed };
}

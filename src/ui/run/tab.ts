import { settledCount, type RunCounters } from '#domain/run.ts';

export interface Tab<Value extends string> {
	readonly value: Value;
	readonly label: string;
	/** Shown beside the label; null where there is nothing to count. */
	readonly count: number | null;
	/** The largest that the count can become: its room is kept, so that the tabs beside it stay where they are. */
	readonly most?: number;
}

export type Panel = 'results' | 'summary' | 'failures' | 'setup';

/** The views of a run. */
export const tabsOf = (counters: RunCounters): readonly Tab<Panel>[] => [
	{ value: 'results', label: 'Results', count: settledCount(counters), most: counters.planned },
	{ value: 'summary', label: 'Summary', count: null },
	{ value: 'failures', label: 'Failures', count: counters.failed },
	{ value: 'setup', label: 'Setup', count: null },
];

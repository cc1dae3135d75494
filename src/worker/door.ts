import type { EngineEvent } from '#contract/engine-api.ts';
import type { Redactor } from '#openai/redact.ts';
import type { Library } from '#storage/library.ts';
import type { Host } from './host.ts';
import type { RowPasses } from './row-passes.ts';
import type { Runs } from './runs.ts';

export interface DoorParts {
	readonly library: Library;
	readonly passes: RowPasses;
	readonly runs: Runs;
	readonly host: Host;
	/** Takes keys out of what the Batch API gave back. */
	readonly redactor: Redactor;
	readonly emit: (event: EngineEvent) => void;
	/** Keeps a dataset from being cleaned away while this tab is open. */
	readonly hold: (datasetId: string) => Promise<void>;
}

/** One walk through a door: it can be told to stop, and says how far it is. */
export interface Walk {
	readonly signal: AbortSignal;
	readonly progress: (done: number, total: number) => void;
}

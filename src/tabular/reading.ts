import type { Row } from '#domain/dataset.ts';
import { problem, type Problem } from '#domain/problem.ts';
import type { ReadingOptions } from '#domain/reading-options.ts';
import { err, type Result } from '#domain/result.ts';
import { defaultSliceBytes } from './file-text.ts';
import { tableLimits, type TableLimits } from './limits.ts';

export interface ReadProgress {
	readonly bytesRead: number;
	readonly bytesTotal: number;
	readonly rows: number;
}

/**
 * Where the rows go: those of one table (from 0) after those of another. The next ones are read once its promise is
 * fulfilled; its rejection ends the reading.
 */
export type RowSink = (rows: readonly Row[], table: number) => Promise<void>;

/** What a reading works with. */
export interface Reading {
	readonly sink: RowSink;
	/** The rows that the sink was given were read wrong: they are to be thrown away, and all come again. */
	readonly onRestart: () => Promise<void>;
	readonly signal?: AbortSignal;
	readonly onProgress?: (progress: ReadProgress) => void;
	readonly limits?: TableLimits;
	readonly sliceBytes?: number;
	/** Rows given to the sink at once, at most. */
	readonly batchRows?: number;
}

/** Rows may have reached the sink before a reading fails: whoever stores them throws them away. */
export type ReadFailure =
	| { readonly kind: 'cancelled' }
	| { readonly kind: 'refused'; readonly problems: readonly Problem[] };

/** A reading with everything in its place. */
export type ReadContext = ReadingOptions & Required<Reading>;

export const readContext = (options: ReadingOptions, reading: Reading): ReadContext => ({
	signal: new AbortController().signal,
	onProgress: () => undefined,
	limits: tableLimits,
	sliceBytes: defaultSliceBytes,
	batchRows: 1_000,
	...options,
	...reading,
});

export const fileProblem = (message: string, index: number): Result<never, Problem> =>
	err(problem('dataFiles', message, index));

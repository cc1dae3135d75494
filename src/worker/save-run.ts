import type { Dataset, DatasetMark, Row } from '#domain/dataset.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import type { Run } from '#domain/run.ts';
import { runFileHead, RunFileLedger, type RunFileLine } from '#domain/run-file.ts';
import { crc32 } from '#storage/checksum.ts';
import type { Library } from '#storage/library.ts';
import type { RunStore } from '#storage/run-store.ts';
import { gathered } from '#tabular/gathered.ts';

const rowsAtOnce = 500;
/** Characters of a line of rows, of which the last may go beyond. */
const rowsLineLength = 262_144;
const encoder = new TextEncoder();

export interface SavedParts {
	readonly library: Library;
	readonly run: Run;
	readonly store: RunStore;
	/** What is known of the rows; null where nothing is, or the run has none. */
	readonly data: DatasetMark | null;
	/** Null: they are no longer stored. */
	readonly dataset: Dataset | null;
	/** Told how many rows and answers are written. */
	readonly onWritten: (lines: number) => void;
	readonly signal: AbortSignal;
}

/** The run as a file, in pieces (docs/doors.md); an error in words where it cannot be one. */
export function runFileText(parts: SavedParts): Result<AsyncIterable<string>, readonly string[]> {
	const { id, createdAt, updatedAt, setup, revisions } = parts.run;
	const head = runFileHead({
		...{ id, createdAt, updatedAt, setup, revisions },
		data: parts.data,
		holdsRows: parts.dataset !== null,
	});
	if (!head.ok) return err(head.error);
	return ok(withEnd(JSON.stringify(head.value), new RunFileLedger(head.value), linesOf(parts)));
}

async function* withEnd(
	head: string,
	ledger: RunFileLedger,
	lines: AsyncIterable<Exclude<RunFileLine, { kind: 'end' }>>,
): AsyncGenerator<string> {
	async function* texts(): AsyncGenerator<string> {
		yield `${head}\n`;
		for await (const { kind, ...line } of lines) {
			const fault = ledger.take({ kind, ...line } as RunFileLine);
			if (fault !== null) throw new Error(fault);
			yield `${JSON.stringify(line)}\n`;
		}
	}
	let checksum = 0;
	for await (const text of gathered(texts())) {
		checksum = crc32(encoder.encode(text), checksum);
		yield text;
	}
	yield `${JSON.stringify({ end: ledger.end(checksumText(checksum)) })}\n`;
}

export const checksumText = (checksum: number): string => checksum.toString(16).padStart(8, '0');

async function* linesOf({
	library,
	store,
	dataset,
	onWritten,
	signal,
}: SavedParts): AsyncGenerator<Exclude<RunFileLine, { kind: 'end' }>> {
	let written = 0;
	const through = (count: number): void => {
		signal.throwIfAborted();
		onWritten((written += count));
	};
	if (dataset !== null)
		for await (const rows of rowLines(library, dataset)) {
			yield { kind: 'rows', rows };
			through(rows.length);
		}
	for await (const settled of store.eachSettled()) {
		yield { kind: 'settled', settled: readable(settled) };
		through(1);
	}
	for (let from = 0; ;) {
		const page = await store.readReopened(from);
		const last = page.at(-1);
		if (last === undefined) return;
		yield { kind: 'reopened', reopened: page.map(({ request, revision }) => [request, revision]) };
		from = last.request + 1;
	}
}

/** As a reader takes it: a clock may have told fractions, or gone backwards. */
function readable(settled: SettledRequest): SettledRequest {
	const { startedAt, latencyMs, queuedMs, past } = settled;
	return {
		...settled,
		...{ startedAt: moment(startedAt), latencyMs: duration(latencyMs) },
		...(queuedMs === undefined ? {} : { queuedMs: duration(queuedMs) }),
		...(past === undefined
			? {}
			: {
					past: past.map((one) => ({
						...one,
						startedAt: moment(one.startedAt),
						latencyMs: duration(one.latencyMs),
						waitedMs: duration(one.waitedMs),
					})),
				}),
	};
}

const latestMs = 8.64e15;
const moment = (ms: number): number => Math.min(Math.max(0, Math.round(ms)), latestMs);
const duration = (ms: number): number => Math.max(0, ms);

/** As many rows as make a line. */
async function* rowLines(
	library: Library,
	{ id, rowCount }: Dataset,
): AsyncGenerator<readonly Row[]> {
	let held: Row[] = [];
	let length = 0;
	for (let first = 0; first < rowCount; first += rowsAtOnce)
		for (const row of await library.readRows(id, first, rowsAtOnce)) {
			held.push(row);
			length += row.reduce((sum, cell) => sum + cell.length + 3, 2);
			if (length < rowsLineLength) continue;
			yield held;
			held = [];
			length = 0;
		}
	if (held.length > 0) yield held;
}

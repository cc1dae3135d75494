import type { Dataset } from '#domain/dataset.ts';
import { readJson } from '#domain/read-json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { RunSetup } from '#domain/run.ts';
import {
	longestRunFileLine,
	readRunFileHead,
	readRunFileLine,
	RunFileLedger,
	type Reopened,
	type RunFileEnd,
	type RunFileHead,
} from '#domain/run-file.ts';
import { crc32 } from '#storage/checksum.ts';
import type { IncomingRun } from '#storage/incoming-run.ts';
import { fileLines, type FileLine } from '#tabular/file-lines.ts';
import { IncomingRows, type RowParts } from './incoming-rows.ts';
import { planRowsOf } from './plan-rows.ts';
import { Refused } from './refused.ts';
import type { RowPasses } from './row-passes.ts';
import { lockOfRun } from './runs.ts';
import { checksumText } from './save-run.ts';
import { SettledInflow } from './settled-inflow.ts';

export interface OpenedRunFile {
	readonly runId: string;
	readonly name: string;
	readonly settled: number;
	readonly waiting: number;
}

export interface OpenRunParts extends RowParts {
	readonly passes: RowPasses;
	readonly onBytes: (bytes: number) => void;
	readonly signal: AbortSignal;
}

const encoder = new TextEncoder();

/** What is taken back where the file is refused, or the person or the store breaks it off. */
interface Begun {
	readonly rows: IncomingRows;
	inflow: SettledInflow | null;
	run: IncomingRun | null;
	release: (() => void) | null;
}

/**
 * Takes in a run that was saved as a file: the whole of it or nothing. It gets an id of its own, stands in the list once its
 * last line was read and found to fit, and rests there: nothing of it is sent before a person presses Resume.
 */
export async function openRunFile(
	parts: OpenRunParts,
	file: File,
): Promise<Result<OpenedRunFile, readonly string[]>> {
	const { signal, onBytes } = parts;
	const lines = new Lines(fileLines(file, { longest: longestRunFileLine, signal, onBytes }));
	let begun: Begun | null = null;
	try {
		const head = readRunFileHead(await lines.next());
		if (!head.ok) return err(head.error);
		const rows = new IncomingRows(parts, file.name);
		begun = { rows, inflow: null, run: null, release: null };
		return ok(await take(parts, head.value, file.name, lines, begun));
	} catch (cause) {
		if (begun !== null) await takeBack(begun);
		if (cause instanceof Refused) return err(cause.problems);
		throw cause;
	} finally {
		await lines.close();
		begun?.release?.();
	}
}

/** All of it, also where the store refuses some: what is left of that is noted as doomed, or used by nothing. */
async function takeBack({ inflow, run, rows }: Begun): Promise<void> {
	for (const step of [() => inflow?.settled(), () => run?.discard(), () => rows.takeBack()])
		try {
			await step();
		} catch {
			// Why the file was not taken in says more.
		}
}

async function take(
	parts: OpenRunParts,
	head: RunFileHead,
	file: string,
	lines: Lines,
	begun: Begun,
): Promise<OpenedRunFile> {
	const ledger = new RunFileLedger(head);
	for (;;) {
		const before = lines.checksum;
		const value = await lines.next();
		if (value === undefined)
			throw new Refused('It is cut off: its last line is missing. Save the run again.');
		const line = readRunFileLine(value);
		if (!line.ok) throw new Refused(...line.error.map(lines.named));
		const fault = ledger.take(line.value);
		if (fault !== null) throw new Refused(lines.named(fault));
		if (line.value.kind === 'rows') {
			await begun.rows.add(line.value.rows);
			continue;
		}
		// No more rows can come.
		const { run, inflow } = await begin(parts, head, file, ledger, begun);
		switch (line.value.kind) {
			case 'settled':
				await inflow.add(line.value.settled, lines.length);
				break;
			case 'reopened':
				await inflow.idle();
				await reopen(run, line.value.reopened);
				break;
			case 'end': {
				compare(line.value.end, ledger.end(checksumText(before)));
				if ((await lines.next()) !== undefined) throw new Refused('Lines stand behind its end.');
				await inflow.idle();
				const { planned, succeeded, failed } = await run.publish();
				const settled = succeeded + failed;
				return { runId: run.id, name: run.name, settled, waiting: planned - settled };
			}
		}
	}
}

async function begin(
	parts: OpenRunParts,
	head: RunFileHead,
	file: string,
	ledger: RunFileLedger,
	begun: Begun,
): Promise<{ readonly run: IncomingRun; readonly inflow: SettledInflow }> {
	if (begun.run !== null && begun.inflow !== null) return { run: begun.run, inflow: begun.inflow };
	const told = head.data?.rowCount ?? 0;
	if (head.holdsRows && ledger.rows !== told)
		throw new Refused(
			`It holds ${counted(ledger.rows, 'row')}; its first line speaks of ${counted(told, 'row')}.`,
		);
	const dataset = await finishRows(head, begun.rows);
	const setup = await setupHere(parts, head, file, begun.rows.datasetId, dataset);
	const id = parts.host.newId();
	begun.release = await parts.host.lock(lockOfRun(id));
	const { createdAt, updatedAt, data, revisions } = head;
	const run = await parts.library.receiveRun({ id, createdAt, updatedAt, setup, data });
	begun.run = run;
	for (const revision of revisions) await run.store.revise(revision);
	begun.inflow = new SettledInflow(run.store);
	return { run, inflow: begun.inflow };
}

/** Null where the file holds none. */
async function finishRows(
	{ setup, data, holdsRows }: RunFileHead,
	rows: IncomingRows,
): Promise<Dataset | null> {
	if (setup.datasetId === null) return null;
	if (holdsRows && data !== null) return rows.finish(data);
	rows.leaveOut();
	return null;
}

/** Those of one revision together. */
async function reopen({ store }: IncomingRun, list: readonly Reopened[]): Promise<void> {
	const byRevision = new Map<number, number[]>();
	for (const [request, revision] of list) {
		const those = byRevision.get(revision) ?? [];
		byRevision.set(revision, those);
		those.push(request);
	}
	for (const [revision, those] of byRevision) await store.reopen(those, revision);
}

/** As this browser knows it: its own id of the rows, a name of its own, and where it came from. */
async function setupHere(
	{ library, passes }: OpenRunParts,
	{ id, setup }: RunFileHead,
	file: string,
	datasetId: string | null,
	dataset: Dataset | null,
): Promise<RunSetup> {
	const isHere = (await library.listRuns()).some((run) => run.id === id);
	const here: RunSetup = {
		...setup,
		datasetId,
		name: isHere ? `${setup.name} (imported)` : setup.name,
		cameFrom: {
			...setup.cameFrom,
			file: file.slice(0, 1_000),
			runId: setup.cameFrom?.runId ?? id,
		},
	};
	if (dataset === null) return here;
	const found = await planRowsOf(here, dataset, passes).catch((error: unknown) => {
		throw new Refused(
			`Its rows do not fit its plan: ${error instanceof Error ? error.message : String(error)}`,
		);
	});
	if (found.rows.count !== here.rowCount)
		throw new Refused(
			`Its plan goes over ${counted(here.rowCount, 'row')}, but ${counted(found.rows.count, 'row')} of its table are chosen.`,
		);
	return here;
}

function compare(told: RunFileEnd, found: RunFileEnd): void {
	const names = ['rows', 'planned', 'succeeded', 'failed', 'choices', 'reopened'] as const;
	const wrong = names.filter((name) => told[name] !== found[name]);
	if (wrong.length > 0)
		throw new Refused(
			...wrong.map(
				(name) =>
					`Its last line says ${name}: ${told[name].toLocaleString('en')}, but it comes to ${found[name].toLocaleString('en')}.`,
			),
		);
	if (told.checksum !== found.checksum)
		throw new Refused('It is damaged, or was changed after it was saved: its checksum differs.');
}

/** The lines as values, with the checksum of all so far. */
class Lines {
	readonly #lines: AsyncGenerator<FileLine, void, undefined>;
	#number = 0;
	#checksum = 0;
	#length = 0;

	constructor(lines: AsyncGenerator<FileLine, void, undefined>) {
		this.#lines = lines;
	}

	get checksum(): number {
		return this.#checksum;
	}

	/** Characters of the last line. */
	get length(): number {
		return this.#length;
	}

	readonly named = (problem: string): string => `Line ${String(this.#number)}: ${problem}`;

	/** Reads no further: the file is let go. */
	async close(): Promise<void> {
		await this.#lines.return().catch(() => undefined);
	}

	/** Undefined where there is none. */
	async next(): Promise<unknown> {
		const { value } = await this.#lines.next();
		if (value === undefined) return undefined;
		this.#number = value.number;
		this.#length = value.text.length;
		this.#checksum = crc32(encoder.encode(`${value.text}\n`), this.#checksum);
		const read = readJson(value.text, true);
		if (read.ok) return read.value;
		throw new Refused(this.named(`It ${read.error}. The file is cut off here, or damaged.`));
	}
}

const counted = (count: number, one: string): string =>
	`${count.toLocaleString('en')} ${one}${count === 1 ? '' : 's'}`;

import type { DatasetMark, Row } from './dataset.ts';
import { isJsonObject } from './json.ts';
import type { SettledRequest } from './outcome.ts';
import { plannedRequests } from './plan.ts';
import { err, ok, type Result } from './result.ts';
import type { RunRevision } from './revision.ts';
import { planSizeOf, type RunSetup } from './run.ts';
import { datasetMark, moment, revision, row, runSetup, settledRequest } from './run-shapes.ts';
import {
	listOf,
	number,
	objectOf,
	oneOf,
	orNull,
	passing,
	readShape,
	text,
	truth,
	whole,
	type Shape,
} from './shape.ts';

/** Raised where lines come to mean something else. A field that is new may be left out, so older files stay readable. */
export const runFileVersion = 1;

/** Characters of one line: a request with all its choices, or some rows. */
export const longestRunFileLine = 256_000_000;

/** More than a browser keeps of one run. */
const mostPlanned = 200_000_000;

/** The first line: all of the run but its rows, its answers and the key. */
export interface RunFileHead {
	readonly volley: 'run';
	readonly version: number;
	/** Where it was started. */
	readonly id: string;
	/** Epoch milliseconds. */
	readonly createdAt: number;
	readonly updatedAt: number;
	readonly setup: RunSetup;
	readonly revisions: readonly RunRevision[];
	/** Null: the run goes over no rows, or nothing is known of them. */
	readonly data: DatasetMark | null;
	/** Whether the rows themselves follow. */
	readonly holdsRows: boolean;
}

/** The last line: what the lines before it come to. A file without it was cut off. */
export interface RunFileEnd {
	readonly rows: number;
	readonly planned: number;
	readonly succeeded: number;
	readonly failed: number;
	readonly choices: number;
	/** Answered requests that wait for a new answer; counted in `succeeded` all the same. */
	readonly reopened: number;
	/** CRC-32 of all lines before, each with its line feed, as UTF-8; eight hexadecimal digits. */
	readonly checksum: string;
}

/** A request that waits for a new answer, and the revision under which it is asked for again. */
export type Reopened = readonly [request: number, revision: number];

export type RunFileLine =
	| { readonly kind: 'rows'; readonly rows: readonly Row[] }
	| { readonly kind: 'settled'; readonly settled: SettledRequest }
	| { readonly kind: 'reopened'; readonly reopened: readonly Reopened[] }
	| { readonly kind: 'end'; readonly end: RunFileEnd };

const head: Shape<RunFileHead> = objectOf<RunFileHead>({
	volley: oneOf(['run']),
	version: number,
	id: text(200),
	createdAt: moment,
	updatedAt: moment,
	setup: runSetup,
	revisions: listOf(revision, 0, 1_000_000),
	data: orNull(datasetMark),
	holdsRows: truth,
});

const count = whole(0, 1_000_000_000);

const end: Shape<RunFileEnd> = objectOf<RunFileEnd>({
	rows: count,
	planned: count,
	succeeded: count,
	failed: count,
	choices: whole(0, 1_000_000_000_000),
	reopened: count,
	checksum: text(8),
});

const reopenedOne: Shape<Reopened> = {
	read: (value, at, faults) =>
		Array.isArray(value) && value.length === 2 && value.every((one) => Number.isInteger(one))
			? (value as unknown as Reopened)
			: faults.add(at, 'is not a pair of whole numbers'),
};

const rowsLine = objectOf<{ readonly rows: readonly Row[] }>({ rows: listOf(row, 1, 1_000_000) });
const settledLine = objectOf<{ readonly settled: SettledRequest }>({ settled: settledRequest });
const reopenedLine = objectOf<{ readonly reopened: readonly Reopened[] }>({
	reopened: listOf(reopenedOne, 1, 1_000_000),
});
const endLine = objectOf<{ readonly end: RunFileEnd }>({ end });

/** Whether a file that begins so is that of a run; what is wrong with it is for `readRunFileHead`. */
export const isRunFileHead = (begins: string): boolean => /^\{\s*"volley"\s*:/.test(begins);

export function readRunFileHead(value: unknown): Result<RunFileHead, readonly string[]> {
	if (!isJsonObject(value) || value['volley'] !== 'run')
		return err(['It is not a run that Volley has saved.']);
	const { version } = value;
	if (version !== runFileVersion)
		return err([
			typeof version === 'number' && version > runFileVersion
				? 'A newer version of Volley has written it. Reload this page to get the newest.'
				: 'It has no version that Volley knows.',
		]);
	const read = readShape(passing(head, fits, 'has a plan that does not fit its rows'), value);
	if (!read.ok) return read;
	return plannedRequests(planSizeOf(read.value.setup)) > mostPlanned
		? err([`It plans more than ${mostPlanned.toLocaleString('en')} requests.`])
		: read;
}

const fits = ({ setup, data, holdsRows }: RunFileHead): boolean =>
	setup.datasetId === null
		? data === null && !holdsRows && rowsOf(setup) === 1
		: (data !== null || !holdsRows) && (data === null || rowsOf(setup) <= data.rowCount);

const rowsOf = ({ listed, rowCount }: RunSetup): number => listed?.rows ?? rowCount;

export function readRunFileLine(value: unknown): Result<RunFileLine, readonly string[]> {
	const has = (name: string): boolean => isJsonObject(value) && Object.hasOwn(value, name);
	if (has('settled')) {
		const read = readShape(settledLine, value);
		return read.ok ? ok({ kind: 'settled', settled: read.value.settled }) : read;
	}
	if (has('rows')) {
		const read = readShape(rowsLine, value);
		return read.ok ? ok({ kind: 'rows', rows: read.value.rows }) : read;
	}
	if (has('reopened')) {
		const read = readShape(reopenedLine, value);
		return read.ok ? ok({ kind: 'reopened', reopened: read.value.reopened }) : read;
	}
	if (has('end')) {
		const read = readShape(endLine, value);
		return read.ok ? ok({ kind: 'end', end: read.value.end }) : read;
	}
	return err(['It is neither rows, nor an answer, nor the end.']);
}

/** The first line as it is written: nothing is in it that a reader would refuse, or would not know. */
export const runFileHead = (
	written: Omit<RunFileHead, 'volley' | 'version'>,
): Result<RunFileHead, readonly string[]> =>
	// As text it has no fields that are there and undefined.
	readRunFileHead(
		JSON.parse(JSON.stringify({ volley: 'run', version: runFileVersion, ...written })),
	);

/** What has been read so far, each line held against those before. Nothing grows with the file. */
export class RunFileLedger {
	readonly #head: RunFileHead;
	readonly #planned: number;
	#rows = 0;
	#succeeded = 0;
	#failed = 0;
	#choices = 0;
	#reopened = 0;
	#lastSettled = -1;
	#lastReopened = -1;

	constructor(read: RunFileHead) {
		this.#head = read;
		this.#planned = plannedRequests(planSizeOf(read.setup));
	}

	get rows(): number {
		return this.#rows;
	}

	get settled(): number {
		return this.#succeeded + this.#failed;
	}

	/** Null where the line may stand here; else why not, in words. */
	take(line: RunFileLine): string | null {
		switch (line.kind) {
			case 'rows':
				return this.#takeRows(line.rows);
			case 'settled':
				return this.#takeSettled(line.settled);
			case 'reopened':
				for (const one of line.reopened) {
					const fault = this.#takeReopened(one);
					if (fault !== null) return fault;
				}
				return null;
			case 'end':
				return null;
		}
	}

	/** What the last line must say. */
	end(checksum: string): RunFileEnd {
		return {
			rows: this.#rows,
			planned: this.#planned,
			succeeded: this.#succeeded,
			failed: this.#failed,
			choices: this.#choices,
			reopened: this.#reopened,
			checksum,
		};
	}

	#takeRows(rows: readonly Row[]): string | null {
		if (!this.#head.holdsRows) return 'It holds rows that the first line does not speak of.';
		if (this.#lastSettled >= 0 || this.#lastReopened >= 0) return 'Rows stand behind the answers.';
		this.#rows += rows.length;
		const { rowCount: told = 0, columns = [] } = this.#head.data ?? {};
		if (rows.some(({ length }) => length > columns.length))
			return `A row has more cells than the ${columns.length.toLocaleString('en')} columns that the first line speaks of.`;
		return this.#rows > told
			? `There are more rows than the ${told.toLocaleString('en')} that the first line speaks of.`
			: null;
	}

	#takeSettled({ request, outcome, revision: under = 0 }: SettledRequest): string | null {
		if (this.#lastReopened >= 0)
			return 'An answer stands behind the list of those asked for again.';
		const numbered = `Request ${String(request)}`;
		if (request >= this.#planned)
			return `${numbered} is not in the plan, which has ${this.#planned.toLocaleString('en')} requests, counted from 0.`;
		if (request === this.#lastSettled) return `${numbered} stands there twice.`;
		if (request < this.#lastSettled)
			return `${numbered} stands behind request ${String(this.#lastSettled)}.`;
		if (under > this.#head.revisions.length)
			return `${numbered} was sent under revision ${String(under)}, which the run does not have.`;
		this.#lastSettled = request;
		if (!outcome.ok) this.#failed++;
		else {
			this.#succeeded++;
			this.#choices += outcome.value.choices.length;
		}
		return null;
	}

	#takeReopened([request, under]: Reopened): string | null {
		if (request <= this.#lastReopened || request > this.#lastSettled || under < 1)
			return `Request ${String(request)} cannot be asked for again here.`;
		if (under > this.#head.revisions.length)
			return `Request ${String(request)} is asked for again under revision ${String(under)}, which the run does not have.`;
		this.#lastReopened = request;
		this.#reopened++;
		return null;
	}
}

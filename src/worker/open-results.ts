import { openAiBaseUrl } from '#domain/connection.ts';
import { markOfDataset, type Dataset, type DatasetMark } from '#domain/dataset.ts';
import type { JsonObject } from '#domain/json.ts';
import type { AttemptOutcome, SettledRequest } from '#domain/outcome.ts';
import { err, ok, type Result } from '#domain/result.ts';
import type { RunSetup } from '#domain/run.ts';
import { runSetup } from '#domain/run-shapes.ts';
import { readShape } from '#domain/shape.ts';
import type { IncomingRun } from '#storage/incoming-run.ts';
import { IncomingRows, type RowParts } from './incoming-rows.ts';
import type { OpenedRunFile } from './open-run-file.ts';
import { Refused } from './refused.ts';
import { resultItems, type PlacedItem } from './result-items.ts';
import { ResultsCensus, type CensusPlan, type FoundRequest } from './results-census.ts';
import { lockOfRun } from './runs.ts';
import { SettledInflow } from './settled-inflow.ts';

export interface OpenResultsParts extends RowParts {
	readonly onBytes: (bytes: number) => void;
	readonly signal: AbortSignal;
}

/** Rows that are handed on together. */
const rowsAtOnce = 500;

interface Begun {
	rows: IncomingRows;
	inflow: SettledInflow | null;
	run: IncomingRun | null;
	release: (() => void) | null;
}

/**
 * Takes in results as a run that is finished and can only be looked at: the whole file or nothing of it. It is read twice, first
 * for its templates, rows and models, then for the answers; no more than an item of it is held.
 */
export async function openResults(
	parts: OpenResultsParts,
	file: File,
): Promise<Result<OpenedRunFile, readonly string[]>> {
	const begun: Begun = {
		rows: new IncomingRows(parts, file.name),
		inflow: null,
		run: null,
		release: null,
	};
	try {
		return ok(await take(parts, file, begun));
	} catch (cause) {
		await begun.inflow?.settled();
		await begun.run?.discard();
		await begun.rows.takeBack();
		if (cause instanceof Refused) return err(cause.problems);
		throw cause;
	} finally {
		begun.release?.();
	}
}

async function take(parts: OpenResultsParts, file: File, begun: Begun): Promise<OpenedRunFile> {
	let census = await counted(parts, file, begun, false);
	if (census.lacksIds) {
		await begun.rows.takeBack();
		begun.rows = new IncomingRows(parts, file.name);
		census = await counted(parts, file, begun, true);
	}
	if (census.requests === 0) throw new Refused('There are no results in it.');
	const { plan } = census;
	const dataset = await rowsOf(plan, census, file, begun.rows);
	const { run, inflow } = await begin(
		parts,
		file,
		setupOf(file, census, plan, dataset),
		dataset,
		census,
		begun,
	);
	for await (const [settled, characters] of settledIn(parts, file, plan))
		await inflow.add(settled, characters);
	await inflow.idle();
	const { planned, succeeded, failed } = run.store.counters;
	if (succeeded + failed !== planned)
		throw new Refused('It was changed while it was read. Open it again.');
	await run.publish();
	return { runId: run.id, name: run.name, settled: planned, waiting: 0 };
}

async function counted(
	{ signal, onBytes }: OpenResultsParts,
	file: File,
	{ rows }: Begun,
	keepsIds: boolean,
): Promise<ResultsCensus> {
	const census = new ResultsCensus(keepsIds);
	let waiting: (readonly string[])[] = [];
	for await (const item of resultItems(file, signal, onBytes)) {
		const row = census.add(item);
		if (row === null) continue;
		waiting.push(row);
		if (waiting.length < rowsAtOnce) continue;
		await rows.add(waiting);
		waiting = [];
	}
	if (waiting.length > 0) await rows.add(waiting);
	return census;
}

/** Null where there is but one row, and nothing in it. */
async function rowsOf(
	{ columns }: CensusPlan,
	{ rowCount }: ResultsCensus,
	file: File,
	rows: IncomingRows,
): Promise<Dataset | null> {
	if (columns.length === 0) {
		await rows.takeBack();
		return null;
	}
	const mark: DatasetMark = {
		...{ name: file.name.slice(0, 1_000), columns, rowCount },
		...{ encoding: 'utf-8', delimiter: ',' },
	};
	return rows.finish(mark, 'json');
}

function setupOf(
	file: File,
	census: ResultsCensus,
	{ templates, idColumn, listed, planned, repeats }: CensusPlan,
	dataset: Dataset | null,
): RunSetup {
	const { models, choices, endpoint } = census;
	const [first] = models;
	const { args } = first ?? { args: {} };
	const areAlike = models.every(
		(one) => JSON.stringify(rest(one.args)) === JSON.stringify(rest(args)),
	);
	const shared = areAlike ? args : {};
	const { temperature, max_tokens: maxTokens, ...other } = rest(shared);
	const setup: RunSetup = {
		name: nameOf(file.name),
		// Where they were asked for is not in the file, and nothing is sent.
		connection: {
			provider: 'openai',
			...{ baseUrl: openAiBaseUrl, organization: '', project: '', usesKey: false },
		},
		endpoint,
		models: models.map(({ name }) => name),
		templates,
		datasetId: dataset?.id ?? null,
		rowCount: listed === null ? census.rowCount : planned,
		idColumn,
		parameters: {
			completionsPerPrompt: choices,
			temperature: typeof temperature === 'number' ? temperature : null,
			maxTokens: typeof maxTokens === 'number' ? maxTokens : null,
			other,
		},
		limits: { maxConcurrency: 100, maxRetries: 8, timeoutSeconds: 120 },
		...(areAlike ? {} : { modelParameters: models.map((one) => rest(one.args)) }),
		...(listed === null && repeats > 1 ? { repeats } : {}),
		...(listed === null ? {} : { listed }),
		cameFrom: { file: file.name.slice(0, 1_000), runId: '', isResults: true },
	};
	const read = readShape(runSetup, JSON.parse(JSON.stringify(setup)));
	if (!read.ok) throw new Refused(...read.error);
	return read.value;
}

/** What is asked of the model beside its name, the prompt and how many choices. */
function rest({ model: _, n: __, prompt: ___, messages: ____, ...args }: JsonObject): JsonObject {
	return args;
}

const nameOf = (file: string): string =>
	file
		.replace(/\.gz$/i, '')
		.replace(/\.(json|jsonl|ndjson|txt)$/i, '')
		.slice(0, 200)
		.trim() || 'Results';

async function begin(
	{ library, host }: OpenResultsParts,
	file: File,
	setup: RunSetup,
	dataset: Dataset | null,
	{ moments }: ResultsCensus,
	begun: Begun,
): Promise<{ readonly run: IncomingRun; readonly inflow: SettledInflow }> {
	const id = host.newId();
	begun.release = await host.lock(lockOfRun(id));
	const createdAt = moments.first ?? file.lastModified;
	const updatedAt = Math.max(createdAt, moments.last ?? createdAt);
	const data = dataset === null ? null : markOfDataset(dataset);
	const run = await library.receiveRun({ id, createdAt, updatedAt, setup, data });
	begun.run = run;
	begun.inflow = new SettledInflow(run.store);
	return { run, inflow: begun.inflow };
}

/** The requests of the file, each with all its choices, and how many characters it took. */
async function* settledIn(
	{ signal, onBytes }: OpenResultsParts,
	file: File,
	plan: CensusPlan,
): AsyncGenerator<readonly [SettledRequest, number], void, undefined> {
	let index = 0;
	let first: PlacedItem | null = null;
	let choices: JsonObject[] = [];
	let characters = 0;
	const whole = (): readonly [SettledRequest, number] | null => {
		if (first === null) return null;
		const found = plan.requestOf(index++);
		return found === null ? null : [settledOf(found, first, choices), characters];
	};
	const told = (bytes: number): void => {
		onBytes(file.size + bytes);
	};
	for await (const item of resultItems(file, signal, told)) {
		if (!item.continues) {
			const before = whole();
			if (before !== null) yield before;
			first = item;
			choices = [];
			characters = 0;
		}
		if (item.choice !== null) choices.push(item.choice);
		characters += item.characters;
	}
	const last = whole();
	if (last !== null) yield last;
}

function settledOf(
	{ request, call }: FoundRequest,
	item: PlacedItem,
	choices: readonly JsonObject[],
): SettledRequest {
	const { attempts, latencyMs, queuedMs, past, pastOmitted, requestId, connection } = item;
	const outcome: AttemptOutcome =
		item.failure === null
			? ok({
					rest: item.completion ?? {},
					choices,
					...(requestId === null ? {} : { requestId }),
				})
			: err(item.failure);
	return {
		...{ request, outcome, attempts, latencyMs },
		startedAt: item.startedAt ?? 0,
		...(call === undefined ? {} : { call }),
		...(queuedMs === null ? {} : { queuedMs }),
		...(past.length === 0 ? {} : { past }),
		...(pastOmitted === 0 ? {} : { pastOmitted }),
		sent: { modelArgs: item.modelArgs, ...(connection === null ? {} : { connection }) },
	};
}

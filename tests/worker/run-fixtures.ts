import { afterEach, beforeEach } from 'vitest';
import type { EngineApi } from '#contract/engine-api.ts';
import { checkDraft } from '#domain/check-draft.ts';
import type { Dataset } from '#domain/dataset.ts';
import type { Draft } from '#domain/draft.ts';
import { wholeExport, type ExportFormat } from '#domain/export-choice.ts';
import type { PlanRules } from '#domain/plain-plan.ts';
import { foundOut } from '#domain/reading-options.ts';
import type { ResultItem } from '#domain/result-item.ts';
import type { RowScan } from '#domain/row-scan.ts';
import type { RunPhase, RunProgress, RunSetup } from '#domain/run.ts';
import { createTestEndpoint, type TestEndpoint } from '../endpoint/test-endpoint.ts';
import { FakeBrowser } from '../support/fake-host.ts';

type EndpointOptions = Parameters<typeof createTestEndpoint>[0];

/** Of the test that is running, in files that have asked for them. */
export let endpoint: TestEndpoint;
export let browser: FakeBrowser;

/** Gives every test of a file an endpoint and a browser of its own. */
export function freshForEachTest(options?: EndpointOptions): void {
	beforeEach(async () => {
		endpoint = await createTestEndpoint(options);
		browser = new FakeBrowser();
	});
	afterEach(() => endpoint.close());
}

/** For one test that needs an endpoint of another kind. */
export async function replaceEndpoint(options: EndpointOptions): Promise<void> {
	await endpoint.close();
	endpoint = await createTestEndpoint(options);
}

/** The rows of a text that is a table. */
export async function imported(
	engine: EngineApi,
	text: string,
	name = 'reviews.csv',
	options = foundOut,
): Promise<Dataset> {
	const read = await engine.importFiles([new File([text], name)], options);
	if (!read.ok) throw new Error(read.error[0]?.message);
	return read.value;
}

/** As many rows, of one column: `review`. */
export const reviews = (rows: number): string =>
	`review\n${Array.from({ length: rows }, (_, i) => `cup ${String(i)}`).join('\n')}`;

/** What Start would run of a draft that has no problem. */
export function checkedSetup(
	draft: Draft,
	dataset: Dataset | null,
	scan: RowScan | null = null,
	rules: PlanRules | null = null,
): RunSetup {
	const { setup, problems } = checkDraft(draft, dataset, scan, rules);
	if (setup === null) throw new Error(problems[0]?.message ?? 'It is not counted.');
	return setup;
}

/** Starts a run that is expected to start. */
export async function started(engine: EngineApi, setup: RunSetup): Promise<string> {
	const start = await engine.startRun(setup);
	if (!start.ok) throw new Error(start.error.kind);
	return start.value;
}

/** Settles with the first progress of the run that is as wanted, the present one included. */
export function whenever(
	engine: EngineApi,
	runId: string,
	wanted: (progress: RunProgress) => boolean,
): Promise<RunProgress> {
	return new Promise((resolve, reject) => {
		const look = (progress: RunProgress | null): void => {
			if (progress?.runId === runId && wanted(progress)) resolve(progress);
		};
		engine
			.subscribe((event) => {
				if (event.kind === 'progress') look(event.progress);
			})
			.then(() => engine.getProgress(runId))
			.then(look)
			.catch(reject);
	});
}

/** Settles once the run is in one of the phases. */
export const reached = (
	engine: EngineApi,
	runId: string,
	...names: RunPhase['name'][]
): Promise<RunProgress> => whenever(engine, runId, ({ phase }) => names.includes(phase.name));

export const finished = (engine: EngineApi, runId: string): Promise<RunProgress> =>
	reached(engine, runId, 'finished');

export async function exportedText(
	engine: EngineApi,
	runId: string,
	format: ExportFormat,
): Promise<string> {
	const end = await engine.exportRun(runId, wholeExport(format), null);
	if (end.kind !== 'written' || end.blob === null) throw new Error(`Not written: ${end.kind}`);
	return end.blob.text();
}

export const exported = async (engine: EngineApi, runId: string): Promise<ResultItem[]> =>
	JSON.parse(await exportedText(engine, runId, 'json')) as ResultItem[];

import type { Dataset } from '#domain/dataset.ts';
import { isSameRepair } from '#domain/repair.ts';
import { termsOf, type RunRevision } from '#domain/revision.ts';
import type { Run, RunSetup } from '#domain/run.ts';
import { formatClock, formatCount, formatCounted } from '../format.ts';
import { repairWords } from '../repair-words.ts';
import { endpointName, endpointWords } from '../wording.ts';
import type { Fact } from './fact.ts';

const unset = 'the model’s own';

export function connectionFacts({ connection, endpoint, models }: RunSetup): readonly Fact[] {
	const given = (label: string, value: string): readonly Fact[] =>
		value === '' ? [] : [{ label, value }];
	return [
		{ label: 'Provider', value: endpointName(connection) },
		...(connection.provider === 'demo' ? [] : [{ label: 'Base URL', value: connection.baseUrl }]),
		...given('Organization', connection.organization),
		...given('Project', connection.project),
		{ label: 'Endpoint', value: endpointWords[endpoint] },
		{ label: models.length === 1 ? 'Model' : 'Models', value: models.join('\n') },
	];
}

export function datasetFacts(setup: RunSetup, dataset: Dataset | null): readonly Fact[] {
	if (setup.datasetId === null)
		return [{ label: 'Rows', value: 'none: each template is sent once for each model' }];
	return [
		{ label: 'Name', value: dataset?.name ?? 'no longer in this browser' },
		{ label: 'Rows', value: formatCount(setup.rowCount) },
		{ label: 'ID column', value: setup.idColumn ?? 'none: rows are numbered from 0' },
		...(dataset === null
			? []
			: [{ label: 'Columns', value: dataset.columns.map(({ name }) => name).join(', ') }]),
	];
}

export function settingFacts(
	{ parameters, limits, contextWindow = null }: RunSetup,
	concurrency: number | null,
): readonly Fact[] {
	const clamped = concurrency !== null && concurrency < limits.maxConcurrency;
	const other = Object.keys(parameters.other).length;
	return [
		{ label: 'Completions per prompt', value: formatCount(parameters.completionsPerPrompt) },
		{
			label: 'Temperature',
			value: parameters.temperature === null ? unset : String(parameters.temperature),
		},
		{
			label: 'Max tokens',
			value: parameters.maxTokens === null ? unset : formatCount(parameters.maxTokens),
		},
		{
			label: 'Max concurrency',
			value: clamped
				? `${formatCount(limits.maxConcurrency)}; ${formatCount(concurrency)} is the most that the browser can do here`
				: formatCount(limits.maxConcurrency),
		},
		{ label: 'Max retries', value: formatCount(limits.maxRetries) },
		{ label: 'Timeout', value: formatCounted(limits.timeoutSeconds, 'second') },
		...(contextWindow === null
			? []
			: [{ label: 'Context window', value: formatCounted(contextWindow, 'token') }]),
		...(other === 0
			? []
			: [{ label: 'Other parameters', value: JSON.stringify(parameters.other, null, 2) }]),
	];
}

/** What differs from the settings: by what earlier runs had learned, and by what was changed since the start. */
export function changeFacts({ setup, revisions }: Run, timeZone?: string): readonly Fact[] {
	const known = (setup.repairs ?? []).map((repair) => ({
		label: repair.model,
		value: `${repairWords(repair)}, as remembered from an earlier run`,
	}));
	return [
		...known,
		...revisions.flatMap((revision, i) => changesBy(setup, revisions, revision, i, timeZone)),
	];
}

function changesBy(
	setup: RunSetup,
	revisions: readonly RunRevision[],
	{ at, repairs, maxTokens }: RunRevision,
	i: number,
	timeZone: string | undefined,
): readonly Fact[] {
	const before = termsOf(setup, revisions, i);
	const since = `since ${formatClock(at, timeZone)}`;
	const added = repairs.filter(
		(repair) => !before.repairs.some((known) => isSameRepair(known, repair)),
	);
	const isRaised = maxTokens !== undefined && maxTokens !== revisions[i - 1]?.maxTokens;
	return [
		...added.map((repair) => ({ label: repair.model, value: `${repairWords(repair)} ${since}` })),
		...(isRaised
			? [
					{
						label: 'Max tokens',
						value: `${maxTokens === null ? unset : formatCount(maxTokens)} ${since}`,
					},
				]
			: []),
	];
}

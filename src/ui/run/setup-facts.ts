import type { Dataset } from '#domain/dataset.ts';
import type { RunSetup } from '#domain/run.ts';
import { formatCount, formatCounted } from '../format.ts';
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
	{ parameters, limits }: RunSetup,
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
		...(other === 0
			? []
			: [{ label: 'Other parameters', value: JSON.stringify(parameters.other, null, 2) }]),
	];
}

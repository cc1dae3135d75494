import type { Dataset } from '#domain/dataset.ts';
import { partsOf } from '#domain/connection-share.ts';
import { endpointNames } from '#domain/connection.ts';
import { isSameRepair } from '#domain/repair.ts';
import { leftOutUnder, termsOf, type RunRevision } from '#domain/revision.ts';
import { choicesAsked, isReadOnly, type Run, type RunSetup } from '#domain/run.ts';
import { sharedSetups } from '#domain/shared-setup.ts';
import { formatClock, formatCount, formatCounted, formatShare } from '../format.ts';
import { repairWords } from '../repair-words.ts';
import { endpointName } from '../wording.ts';
import type { Fact } from './fact.ts';
import { bindingFacts, modelFacts, pairingFacts, rowsFact } from './plan-facts.ts';

const unset = 'the model’s own';
const notInFile = 'not in the results file';

export function connectionFacts(setup: RunSetup): readonly Fact[] {
	const { connection, endpoint, models } = setup;
	const given = (label: string, value: string): readonly Fact[] =>
		value === '' ? [] : [{ label, value }];
	const facts: readonly Fact[] = [
		{ label: 'Endpoint', value: endpointNames[endpoint] },
		{ label: models.length === 1 ? 'Model' : 'Models', value: models.join('\n') },
		...modelFacts(setup),
	];
	if (isReadOnly(setup)) return [{ label: 'Provider', value: notInFile }, ...facts];
	return [
		{ label: 'Provider', value: endpointName(connection) },
		...(connection.provider === 'demo' ? [] : [{ label: 'Base URL', value: connection.baseUrl }]),
		...given('API version', connection.apiVersion ?? ''),
		...given('Organization', connection.organization),
		...given('Project', connection.project),
		...facts,
	];
}

/** How a run's requests are shared out between its connections; empty where there is one. */
export function shareFacts(setup: RunSetup): readonly Fact[] {
	const { shares = [] } = setup;
	const parts = partsOf(shares);
	return sharedSetups(setup).flatMap(({ connectionName, connection, models }, i) => {
		if (connectionName === null) return [];
		const weight = shares[i]?.tokensPerMinute ?? null;
		const called = models.filter((model, m) => model !== setup.models[m]);
		const told = [
			`${formatShare(parts[i] ?? 0, 1)} of the requests`,
			weight === null ? '' : `at most ${formatCount(weight)} tokens/min for each model`,
			connection.provider === 'demo' ? '' : connection.baseUrl,
			called.length === 0 ? '' : `as ${called.join(', ')}`,
		];
		return [{ label: connectionName, value: told.filter((part) => part !== '').join('\n') }];
	});
}

export function datasetFacts(setup: RunSetup, dataset: Dataset | null): readonly Fact[] {
	if (setup.datasetId === null)
		return [{ label: 'Rows', value: 'none: each template is sent once for each model' }];
	return [
		{ label: 'Name', value: dataset?.name ?? 'no longer in this browser' },
		rowsFact(setup),
		...pairingFacts(setup),
		{ label: 'ID column', value: setup.idColumn ?? 'none: rows are numbered from 0' },
		...(dataset === null
			? []
			: [{ label: 'Columns', value: dataset.columns.map(({ name }) => name).join(', ') }]),
	];
}

export function settingFacts(setup: RunSetup, concurrency: number | null): readonly Fact[] {
	const { parameters, promptsPerRequest, contextWindow = null } = setup;
	const other = Object.keys(parameters.other).length;
	return [
		{ label: 'Completions per prompt', value: formatCount(choicesAsked(setup)) },
		...(promptsPerRequest === undefined
			? []
			: [{ label: 'Prompts per request', value: formatCount(promptsPerRequest) }]),
		{
			label: 'Temperature',
			value: parameters.temperature === null ? unset : String(parameters.temperature),
		},
		{
			label: 'Max tokens',
			value: parameters.maxTokens === null ? unset : formatCount(parameters.maxTokens),
		},
		...(isReadOnly(setup)
			? [{ label: 'Concurrency, retries, timeout', value: notInFile }]
			: limitFacts(setup, concurrency)),
		...(contextWindow === null
			? []
			: [{ label: 'Context window', value: formatCounted(contextWindow, 'token') }]),
		...(other === 0
			? []
			: [{ label: 'Other parameters', value: JSON.stringify(parameters.other, null, 2) }]),
		...bindingFacts(setup),
	];
}

function limitFacts({ limits }: RunSetup, concurrency: number | null): readonly Fact[] {
	const clamped = concurrency !== null && concurrency < limits.maxConcurrency;
	return [
		{
			label: 'Max concurrency',
			value: clamped
				? `${formatCount(limits.maxConcurrency)}; ${formatCount(concurrency)} is the most that the browser can do here`
				: formatCount(limits.maxConcurrency),
		},
		{ label: 'Max retries', value: formatCount(limits.maxRetries) },
		{ label: 'Timeout', value: formatCounted(limits.timeoutSeconds, 'second') },
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
	{ at, repairs, maxTokens, leftOut = [] }: RunRevision,
	i: number,
	timeZone: string | undefined,
): readonly Fact[] {
	const before = termsOf(setup, revisions, i);
	const since = `since ${formatClock(at, timeZone)}`;
	const added = repairs.filter(
		(repair) => !before.repairs.some((known) => isSameRepair(known, repair)),
	);
	const earlier = leftOutUnder(revisions, i);
	const newlyLeftOut = leftOut.filter((name) => !earlier.includes(name));
	const isRaised = maxTokens !== undefined && maxTokens !== revisions[i - 1]?.maxTokens;
	return [
		...added.map((repair) => ({ label: repair.model, value: `${repairWords(repair)} ${since}` })),
		...newlyLeftOut.map((name) => ({ label: name, value: `nothing is sent there ${since}` })),
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

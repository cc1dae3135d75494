import { expect, test } from 'vitest';
import { configuredOrigins, type StoredConnections } from '#client/configured-origins.ts';
import type { Connection } from '#domain/connection.ts';
import { emptyDraft, emptyShare, type Draft } from '#domain/draft.ts';
import type { Run, RunPhase, RunSummary } from '#domain/run.ts';

const at = (host: string): Connection => ({
	provider: 'compatible',
	baseUrl: `https://${host}/v1`,
	organization: '',
	project: '',
	usesKey: false,
});

interface StoredRun {
	readonly phase: RunPhase['name'];
	readonly failed?: number;
	readonly hosts: readonly string[];
	readonly readOnly?: boolean;
}

/** As far as it is asked here. */
function stored(draft: Draft | null, saved: readonly string[], runs: readonly StoredRun[]) {
	const summary = ({ phase, failed = 0 }: StoredRun, i: number): RunSummary =>
		({ id: String(i), phase: { name: phase }, failed }) as RunSummary;
	const run = ({ hosts, readOnly }: StoredRun): Run => {
		const [first = ''] = hosts;
		const shares = hosts.map((host) => ({ name: host, connection: at(host), models: [] }));
		const setup = {
			connection: at(first),
			models: ['m'],
			limits: {},
			...(hosts.length > 1 ? { shares } : {}),
			...(readOnly === true ? { cameFrom: { isResults: true } } : {}),
		};
		return { setup } as unknown as Run;
	};
	return {
		loadDraft: () => Promise.resolve(draft),
		connections: () =>
			Promise.resolve(
				saved.map((host) => ({ id: host, name: host, connection: at(host), models: [] })),
			),
		listRuns: () => Promise.resolve(runs.map(summary)),
		getRun: (id: string) => {
			const found = runs[Number(id)];
			return Promise.resolve(found === undefined ? null : run(found));
		},
	} satisfies StoredConnections;
}

const draftAt = (baseUrl: string): Draft => ({ ...emptyDraft, provider: 'compatible', baseUrl });

test.each<[string, StoredConnections, readonly string[]]>([
	['nothing', stored(null, [], []), []],
	['the Demo', stored(emptyDraft, [], []), []],
	['an address that is none', stored(draftAt('nowhere'), [], []), []],
	['the draft', stored(draftAt('http://localhost:11434/v1'), [], []), ['http://localhost:11434']],
	['OpenAI', stored({ ...emptyDraft, provider: 'openai' }, [], []), ['https://api.openai.com']],
	[
		'Azure, also while its version is none',
		stored({ ...emptyDraft, provider: 'azure', resource: 'mine', apiVersion: 'x' }, [], []),
		['https://mine.openai.azure.com'],
	],
	[
		'further connections',
		stored(
			{ ...draftAt('https://a/v1'), shares: [{ ...emptyShare, baseUrl: 'https://b/v1' }] },
			[],
			[],
		),
		['https://a', 'https://b'],
	],
	[
		'saved connections, each once',
		stored(draftAt('https://a/v1'), ['a', 'c'], []),
		['https://a', 'https://c'],
	],
	[
		'runs that wait, and those that could retry',
		stored(
			null,
			[],
			[
				{ phase: 'interrupted', hosts: ['a'] },
				{ phase: 'finished', failed: 1, hosts: ['b', 'c'] },
				{ phase: 'finished', hosts: ['done'] },
			],
		),
		['https://a', 'https://b', 'https://c'],
	],
	[
		'no run that was read from results',
		stored(null, [], [{ phase: 'stopped', hosts: ['a'], readOnly: true }]),
		[],
	],
])('%s', async (_, from, origins) => {
	expect(await configuredOrigins(from)).toEqual(origins);
});

import { expect, test } from 'vitest';
import { configuredOrigins, type StoredConnections } from '#client/configured-origins.ts';
import type { Connection } from '#domain/connection.ts';
import { emptyDraft, emptyShare, type Draft } from '#domain/draft.ts';
import type { RunSetup } from '#domain/run.ts';

const at = (host: string): Connection => ({
	provider: 'compatible',
	baseUrl: `https://${host}/v1`,
	organization: '',
	project: '',
	usesKey: false,
});

/** As far as it is asked here; `runs` by the hosts that each sends to. */
function stored(
	draft: Draft | null,
	saved: readonly string[],
	runs: readonly (readonly string[])[],
): StoredConnections {
	const setup = (hosts: readonly string[]): RunSetup => {
		const shares = hosts.map((host) => ({ name: host, connection: at(host), models: [] }));
		return {
			connection: at(hosts[0] ?? ''),
			models: ['m'],
			limits: {},
			...(hosts.length > 1 ? { shares } : {}),
		} as unknown as RunSetup;
	};
	return {
		loadDraft: () => Promise.resolve(draft),
		connections: () =>
			Promise.resolve(
				saved.map((host) => ({ id: host, name: host, connection: at(host), models: [] })),
			),
		unfinishedSetups: () => Promise.resolve(runs.map(setup)),
	};
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
	['runs', stored(null, [], [['a'], ['b', 'c']]), ['https://a', 'https://b', 'https://c']],
])('%s', async (_, from, origins) => {
	expect(await configuredOrigins(from)).toEqual(origins);
});

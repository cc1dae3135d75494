import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '#domain/connection.ts';
import { demoBaseUrl } from '#domain/connection.ts';
import { createEngine } from '#worker/create-engine.ts';
import { createTestEndpoint, type TestEndpoint } from '../endpoint/test-endpoint.ts';
import { FakeBrowser, openTab } from '../support/fake-host.ts';

let endpoint: TestEndpoint;
let browser: FakeBrowser;

beforeEach(async () => {
	endpoint = await createTestEndpoint({ key: 'sk-right-0123456789' });
	browser = new FakeBrowser();
});
afterEach(() => endpoint.close());

const here = (more: Partial<Connection> = {}): Connection => ({
	provider: 'compatible',
	baseUrl: endpoint.url,
	organization: '',
	project: '',
	usesKey: false,
	...more,
});
const listed = (result: { readonly kind: string; readonly models?: readonly { id: string }[] }) =>
	result.models?.map(({ id }) => id) ?? result.kind;
const asked = (): number =>
	endpoint.ledger.others.filter(({ path }) => path.endsWith('/models')).length;

describe('an endpoint’s models', () => {
	test('are asked for with the key held for its origin, and no other', async () => {
		const engine = createEngine(openTab(browser).host);
		await engine.holdKey('https://other.example', 'sk-right-0123456789');
		expect(await engine.testConnection(here())).toMatchObject({
			kind: 'failed',
			failure: { kind: 'unauthorized' },
		});
		await engine.holdKey(endpoint.origin, 'sk-right-0123456789');
		expect(listed(await engine.testConnection(here()))).toEqual(['test-large', 'test-small']);
	});

	test('of Azure are asked for with the key in a header of its own', async () => {
		const engine = createEngine(openTab(browser).host);
		await engine.holdKey(endpoint.origin, 'sk-right-0123456789');
		const azure = here({
			provider: 'azure',
			baseUrl: `${endpoint.origin}/openai`,
			apiVersion: '2024-10-21',
		});
		expect(await engine.testConnection(azure)).toMatchObject({ kind: 'models' });
		expect(endpoint.ledger.others).toMatchObject([
			{ path: '/openai/models', query: '?api-version=2024-10-21' },
		]);
		expect(endpoint.ledger.others[0]?.headers.authorization).toBeUndefined();
	});

	test('are remembered until another key is held, and a test asks anew', async () => {
		const engine = createEngine(openTab(browser).host);
		await engine.holdKey(endpoint.origin, 'sk-right-0123456789');
		await Promise.all([engine.listModels(here()), engine.listModels(here())]);
		expect([listed(await engine.listModels(here())), asked()]).toEqual([
			['test-large', 'test-small'],
			1,
		]);
		await engine.testConnection(here());
		expect(asked()).toBe(2);
		await engine.forgetKey(endpoint.origin);
		expect(listed(await engine.listModels(here()))).toBe('failed');
		await engine.holdKey(endpoint.origin, 'sk-right-0123456789');
		await engine.listModels(here());
		await engine.holdKey(endpoint.origin, 'sk-other-0123456789');
		expect(listed(await engine.listModels(here()))).toBe('failed');
	});

	test.each<[string, Partial<Connection>]>([
		['organization', { organization: 'org-b' }],
		['project', { project: 'proj_b' }],
		['service', { preset: 'vllm' }],
	])('are asked for again for another %s', async (_, other) => {
		const engine = createEngine(openTab(browser).host);
		await engine.holdKey(endpoint.origin, 'sk-right-0123456789');
		await engine.listModels(here());
		await engine.listModels(here(other));
		expect(asked()).toBe(2);
		await engine.listModels(here());
		expect(asked()).toBe(2);
	});

	test('that could not be had are asked for again', async () => {
		const engine = createEngine(openTab(browser).host);
		await engine.holdKey(endpoint.origin, 'sk-right-0123456789');
		endpoint.playModels('overloaded503');
		expect(listed(await engine.listModels(here()))).toBe('failed');
		endpoint.playModels('plainReply');
		expect(listed(await engine.listModels(here()))).toEqual(['test-large', 'test-small']);
	});

	test('of the Demo are its own, and nothing leaves', async () => {
		let left = 0;
		const { host } = openTab(browser, (input, init) => {
			left++;
			return fetch(input, init);
		});
		const demo = here({ provider: 'demo', baseUrl: demoBaseUrl });
		expect(listed(await createEngine(host).testConnection(demo))).toContain('demo-small');
		expect(left).toBe(0);
	});
});

describe('a saved connection', () => {
	test('is there again after a restart, by name, and its key is not', async () => {
		const tab = openTab(browser);
		const engine = createEngine(tab.host);
		await engine.holdKey(endpoint.origin, 'sk-right-0123456789');
		const second = await engine.saveConnection(null, {
			name: 'second',
			connection: here({ preset: 'vllm' }),
			models: ['m1', 'm2'],
		});
		const first = await engine.saveConnection(null, {
			name: 'First',
			connection: here(),
			models: [],
		});
		expect(first.id).not.toBe(second.id);
		tab.kill();
		const again = createEngine(openTab(browser).host);
		expect(await again.connections()).toEqual([first, second]);
		expect(JSON.stringify(await again.connections())).not.toContain('sk-right');
	});

	test('is renamed in its place, and deleted', async () => {
		const engine = createEngine(openTab(browser).host);
		const saved = await engine.saveConnection(null, {
			name: 'Old',
			connection: here(),
			models: [],
		});
		const { id, ...rest } = saved;
		await engine.saveConnection(id, { ...rest, name: 'New' });
		expect(await engine.connections()).toEqual([{ ...saved, name: 'New' }]);
		await engine.deleteConnection(id);
		expect(await engine.connections()).toEqual([]);
	});
});

import { describe, expect, test } from 'vitest';
import type { EngineApi } from '#contract/engine-api.ts';
import type { Connection } from '#domain/connection.ts';
import { emptyDraft, type Draft } from '#domain/draft.ts';
import type { ConnectionTest } from '#domain/model-list.ts';
import type { SavedConnection } from '#domain/saved-connection.ts';
import { withBaseUrl, withPreset } from '#state/connection-edits.ts';
import { composing } from './compose-fixtures.ts';

const models = (...ids: readonly string[]): ConnectionTest => ({
	kind: 'models',
	models: ids.map((id) => ({ id, ownedBy: null, contextWindow: null, shutdownDate: null })),
});

/** A worker that answers a test as told, and notes each. */
function answering(result: () => ConnectionTest | Promise<ConnectionTest>) {
	const tested: Connection[] = [];
	const listed: Connection[] = [];
	const commands: Partial<EngineApi> = {
		testConnection: async (connection) => {
			tested.push(connection);
			return result();
		},
		listModels: async (connection) => {
			listed.push(connection);
			return result();
		},
	};
	return { tested, listed, commands };
}

const resultOf = ({ compose }: Awaited<ReturnType<typeof composing>>): ConnectionTest | null =>
	compose.connectionTest.resultFor(compose.connection, compose.keys.heldFor(compose.origin));

describe('testing a connection', () => {
	test('gives the worker the typed key first, then asks', async () => {
		const order: string[] = [];
		const composed = await composing({
			holdKey: (origin) => {
				order.push('holdKey');
				return Promise.resolve({ origin, lastFour: '' });
			},
			testConnection: () => {
				order.push('testConnection');
				return Promise.resolve(models('m1'));
			},
		});
		const { compose } = composed;
		compose.setProvider('openai');
		compose.keys.type('sk-w8ZP', compose.origin);
		expect(await compose.testConnection()).toBe(true);
		expect(order).toEqual(['holdKey', 'testConnection']);
		expect(resultOf(composed)).toEqual(models('m1'));
	});

	test.each([
		['azure', {}, 'resource'],
		['azure', { resource: 'res', apiVersion: 'soon' }, 'apiVersion'],
		['azure', { resource: 'res' }, 'apiKey'],
		['compatible', { baseUrl: 'host' }, 'baseUrl'],
		['compatible', { baseUrl: 'https://api.groq.com/openai/v1', preset: 'groq' }, 'apiKey'],
		['openai', {}, 'apiKey'],
	] as const)('%s with %j asks for nothing and shows what is wrong at %s', async (...given) => {
		const [provider, fields, field] = given;
		const { tested, commands } = answering(() => models());
		const { compose } = await composing(commands);
		compose.setProvider(provider);
		compose.set(fields);
		expect(compose.notes(field).problems).toEqual([]);
		expect(await compose.testConnection()).toBe(false);
		expect(tested).toEqual([]);
		expect(compose.notes(field).problems).toHaveLength(1);
	});

	test('an endpoint of which nothing is known is asked without a key', async () => {
		const { tested, commands } = answering(() => models());
		const { compose } = await composing(commands);
		compose.setProvider('compatible');
		compose.set({ baseUrl: 'https://host.example/v1' });
		expect(await compose.testConnection()).toBe(true);
		expect(tested).toHaveLength(1);
	});

	test.each([
		['the address', (draft: Draft) => withBaseUrl(draft, 'https://host.example/v2')],
		['the service', (draft: Draft) => ({ ...draft, preset: 'vllm' })],
		['the provider', (draft: Draft) => ({ ...draft, provider: 'demo' as const })],
	])('its verdict goes with %s', async (_, change) => {
		const { commands } = answering(() => models('m1'));
		const composed = await composing(commands);
		composed.compose.setProvider('compatible');
		composed.compose.set({ baseUrl: 'https://host.example/v1' });
		await composed.compose.testConnection();
		expect(resultOf(composed)).toEqual(models('m1'));
		composed.compose.edit(change);
		expect(resultOf(composed)).toBeNull();
	});

	test('its verdict goes with the key', async () => {
		const { commands } = answering(() => models('m1'));
		const composed = await composing(commands);
		const { compose } = composed;
		compose.setProvider('openai');
		compose.keys.type('short', compose.origin);
		await compose.testConnection();
		expect(resultOf(composed)).toEqual(models('m1'));
		compose.keys.type('other', compose.origin);
		await compose.holdTypedKey();
		expect(resultOf(composed)).toBeNull();
	});

	/** A worker whose tests answer when they are told to, each by its place. */
	function answeringLate() {
		const answers: ((result: ConnectionTest) => void)[] = [];
		const { tested, commands } = answering(
			() =>
				new Promise((resolve) => {
					answers.push(resolve);
				}),
		);
		return { answers, tested, commands };
	}

	test('its verdict is of the key it was asked with, though another was typed meanwhile', async () => {
		const { answers, tested, commands } = answeringLate();
		const composed = await composing(commands);
		const { compose } = composed;
		compose.setProvider('openai');
		compose.keys.type('sk-one', compose.origin);
		const first = compose.testConnection();
		await expect.poll(() => tested.length).toBe(1);
		compose.keys.type('sk-two', compose.origin);
		await compose.holdTypedKey();
		answers[0]?.(models('m1'));
		await first;
		expect(resultOf(composed)).toBeNull();
	});

	test('another connection is asked though the first has not answered', async () => {
		const { answers, tested, commands } = answeringLate();
		const composed = await composing(commands);
		const { compose } = composed;
		compose.setProvider('compatible');
		compose.set({ baseUrl: 'https://hangs.example/v1' });
		const first = compose.testConnection();
		compose.set({ baseUrl: 'https://host.example/v1' });
		const second = compose.testConnection();
		await expect.poll(() => tested.length).toBe(2);
		answers[1]?.(models('m2'));
		await second;
		expect([resultOf(composed), compose.connectionTest.testing]).toEqual([models('m2'), false]);
		answers[0]?.(models('m1'));
		await first;
		expect([resultOf(composed), compose.connectionTest.testing]).toEqual([models('m2'), false]);
	});

	test('a second press waits for the first', async () => {
		let answer: (result: ConnectionTest) => void = () => undefined;
		const { tested, commands } = answering(
			() =>
				new Promise((resolve) => {
					answer = resolve;
				}),
		);
		const composed = await composing(commands);
		const first = composed.compose.testConnection();
		await composed.compose.testConnection();
		expect(tested).toHaveLength(1);
		answer(models('demo-small'));
		await first;
		expect([resultOf(composed), composed.compose.connectionTest.testing]).toEqual([
			models('demo-small'),
			false,
		]);
	});
});

test('starting over keeps the connection, whichever it is', async () => {
	const { compose } = await composing();
	const fields = { provider: 'azure', resource: 'res', apiVersion: '2024-10-21' } as const;
	compose.set({ ...fields, preset: 'groq', name: 'Greetings' });
	compose.startOver();
	expect(compose.draft).toMatchObject({ ...fields, preset: 'groq', name: '' });
});

describe('the models to choose from', () => {
	const names = ({ compose }: Awaited<ReturnType<typeof composing>>): readonly string[] =>
		compose.connectionTest.modelsOf(compose.connection).map(({ id }) => id);

	test('are looked for once, where a key is held', async () => {
		const { listed, commands } = answering(() => models('m1'));
		const composed = await composing(commands);
		const { compose } = composed;
		compose.setProvider('openai');
		await compose.lookForModels();
		expect(listed).toEqual([]);
		compose.keys.type('sk-w8ZP', compose.origin);
		await compose.holdTypedKey();
		await compose.lookForModels();
		await compose.lookForModels();
		expect([listed.length, names(composed)]).toEqual([1, ['m1']]);
		compose.setProvider('demo');
		expect(names(composed)).toEqual([]);
	});

	test('are looked for once a key that was just typed is held', async () => {
		const { listed, commands } = answering(() => models('m1'));
		const composed = await composing(commands);
		const { compose } = composed;
		compose.setProvider('openai');
		compose.keys.type('sk-w8ZP', compose.origin);
		const holding = compose.holdTypedKey();
		await compose.lookForModels();
		await holding;
		expect([listed.length, names(composed)]).toEqual([1, ['m1']]);
	});

	test('of Azure are none: what could be deployed is no deployment', async () => {
		const { listed, commands } = answering(() => models('gpt-x'));
		const composed = await composing(commands);
		const { compose } = composed;
		compose.setProvider('azure');
		compose.set({ resource: 'res' });
		compose.keys.type('key', compose.origin);
		await compose.testConnection();
		await compose.lookForModels();
		expect([resultOf(composed)?.kind, names(composed), listed]).toEqual(['models', [], []]);
	});

	test('say of one that ends when it does, also where it was typed', async () => {
		const { commands } = answering(() => ({
			kind: 'models',
			models: [
				{ id: 'old', ownedBy: null, contextWindow: null, shutdownDate: '1970-01-01' },
				{ id: 'new', ownedBy: null, contextWindow: null, shutdownDate: '2099-12-31' },
			],
		}));
		const { compose } = await composing(commands);
		compose.set({ models: [' old ', 'new', 'unknown'] });
		expect(compose.notes('model', 0).hints).toEqual([]);
		await compose.testConnection();
		expect([0, 1, 2].map((i) => compose.notes('model', i).hints)).toEqual([
			['old was shut down on 1970-01-01.'],
			['new shuts down on 2099-12-31.'],
			[],
		]);
		expect(compose.check.problems.filter(({ field }) => field === 'model')).toEqual([]);
	});
});

describe('a service', () => {
	const groq = { baseUrl: 'https://api.groq.com/openai/v1', preset: 'groq' };
	test('brings its address', () => {
		expect(withPreset({ ...emptyDraft, baseUrl: 'https://host.example' }, 'groq')).toEqual({
			...emptyDraft,
			...groq,
		});
	});

	test('takes its address with it when another is chosen, and no other’s', () => {
		const chosen = { ...emptyDraft, ...groq };
		expect(withPreset(chosen, null)).toEqual({ ...emptyDraft, baseUrl: '' });
		expect(withPreset({ ...chosen, baseUrl: 'https://mine.example' }, null)).toEqual({
			...emptyDraft,
			baseUrl: 'https://mine.example',
		});
	});

	test('goes with its address', () => {
		const chosen = { ...emptyDraft, ...groq };
		expect(withBaseUrl(chosen, `${groq.baseUrl}/`)).toMatchObject({ preset: 'groq' });
		expect(withBaseUrl(chosen, 'https://mine.example')).not.toHaveProperty('preset');
		expect(withBaseUrl(emptyDraft, groq.baseUrl)).toMatchObject(groq);
	});

	test('that needs a key is not started without one', async () => {
		const { compose } = await composing();
		compose.setProvider('compatible');
		compose.edit((draft) => withPreset(draft, 'groq'));
		expect(compose.problems).toContainEqual(
			expect.objectContaining({
				field: 'apiKey',
				message: expect.stringContaining('Groq') as string,
			}),
		);
		compose.edit((draft) => withPreset(draft, 'ollama'));
		expect(compose.problems.filter(({ field }) => field === 'apiKey')).toEqual([]);
	});
});

describe('saved connections', () => {
	function shelf(...stored: readonly SavedConnection[]) {
		let all: readonly SavedConnection[] = stored;
		const commands: Partial<EngineApi> = {
			connections: () => Promise.resolve(all),
			saveConnection: (id, saved) => {
				const one = { ...saved, id: id ?? `new-${String(all.length)}` };
				all = [...all.filter((other) => other.id !== one.id), one];
				return Promise.resolve(one);
			},
			deleteConnection: (id) => {
				all = all.filter((other) => other.id !== id);
				return Promise.resolve();
			},
		};
		return commands;
	}
	const mine: SavedConnection = {
		id: 'c1',
		name: 'Mine',
		connection: {
			provider: 'azure',
			baseUrl: 'https://res.openai.azure.com/openai/v1',
			organization: '',
			project: '',
			usesKey: true,
		},
		models: ['dep-1'],
	};

	test('are there with the draft, and fill its fields, models and all', async () => {
		const { compose } = await composing(shelf(mine));
		expect(compose.savedConnections.all).toEqual([mine]);
		compose.setProvider('compatible');
		compose.edit((draft) => withPreset(draft, 'groq'));
		compose.keys.type('sk-typed', compose.origin);
		compose.useConnection(mine);
		expect(compose.connection).toEqual(mine.connection);
		expect(compose.draft.models).toEqual(['dep-1']);
		expect(compose.draft).not.toHaveProperty('preset');
		expect(compose.keys.typed).toBe('');
	});

	test('keep the models that stand there where none were saved', async () => {
		const { compose } = await composing(shelf(mine));
		compose.set({ models: ['m9'] });
		compose.useConnection({ ...mine, models: [] });
		expect(compose.draft.models).toEqual(['m9']);
	});

	test('are known again by what they send, not by how it was typed', async () => {
		const { compose } = await composing(shelf(mine, { ...mine, id: 'c2', models: ['dep-2'] }));
		const chosen = (): string | undefined =>
			compose.savedConnections.like(compose.connection, compose.draft.models)?.id;
		expect(chosen()).toBeUndefined();
		compose.setProvider('azure');
		compose.set({ resource: ' https://RES.openai.azure.com/openai/ ', models: ['dep-2 '] });
		expect(chosen()).toBe('c2');
		compose.set({ models: ['other'] });
		expect(chosen()).toBe('c1');
		compose.set({ apiVersion: '2024-10-21' });
		expect(chosen()).toBeUndefined();
	});

	test('take the place of those with the same name', async () => {
		const { compose } = await composing(shelf(mine, { ...mine, id: 'c2', name: 'Other' }));
		const { savedConnections } = compose;
		await savedConnections.save(' Mine ', { ...mine.connection, project: 'p' }, ['', ' m ']);
		expect(savedConnections.named('Mine')).toMatchObject({
			id: 'c1',
			connection: { project: 'p' },
			models: ['m'],
		});
		const other = savedConnections.named('Other');
		if (other !== null) await savedConnections.rename(other, 'Mine');
		expect(savedConnections.all.map(({ id, name }) => [id, name])).toEqual([['c2', 'Mine']]);
		if (other !== null) await savedConnections.remove(other);
		expect(savedConnections.all).toEqual([]);
	});
});

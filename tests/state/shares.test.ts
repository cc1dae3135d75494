import { describe, expect, test } from 'vitest';
import { emptyDraft, emptyShare, type ShareDraft } from '#domain/draft.ts';
import { ok } from '#domain/result.ts';
import type { RunSetup } from '#domain/run.ts';
import type { ComposeState } from '#state/compose.svelte.ts';
import { withBaseUrl, withPreset } from '#state/connection-edits.ts';
import { withModelAdded, withoutModel } from '#state/draft-edits.ts';
import { withoutNaN } from '#state/draft-numbers.ts';
import { RunState } from '#state/run.svelte.ts';
import { ShareKey } from '#state/share-key.svelte.ts';
import { withModelCalled, withoutShare, withShare, withShareAdded } from '#state/share-edits.ts';
import { composing, write } from './compose-fixtures.ts';
import { apiWith, failureOf, linesOf, progressWith, run, setup } from './run-fixtures.ts';

const openAi = 'https://api.openai.com';
const two = 'https://two.test';
const openAiShare: ShareDraft = { ...emptyShare, provider: 'openai' };
const other: ShareDraft = { ...emptyShare, baseUrl: 'https://two.test/v1' };

describe('a further connection of a draft', () => {
	test('is added, changed and removed by itself', () => {
		const two = withShareAdded(withShareAdded(emptyDraft));
		const changed = withShare(two, 1, { baseUrl: 'https://two.test/v1' });
		expect(changed.shares).toEqual([emptyShare, other]);
		expect(withoutShare(changed, 0).shares).toEqual([other]);
	});

	test('keeps what each model is called there when another model is removed', () => {
		const models = { ...emptyDraft, models: ['a', 'b', 'c'], shares: [other] };
		const called = withModelCalled(other, 2, 'vendor/c');
		expect(called.models).toEqual(['', '', 'vendor/c']);
		const without = withoutModel({ ...models, shares: [called] }, 0);
		expect(without.shares?.[0]?.models).toEqual(['', 'vendor/c']);
		expect(withoutModel(withModelAdded(emptyDraft), 1)).not.toHaveProperty('shares');
	});

	test('takes a known service with its address, and loses it with another address', () => {
		const groq = withPreset(other, 'groq');
		expect(groq).toMatchObject({ preset: 'groq', baseUrl: 'https://api.groq.com/openai/v1' });
		const elsewhere = withBaseUrl(groq, 'https://three.test/v1');
		expect(elsewhere).toEqual({ ...emptyShare, baseUrl: 'https://three.test/v1' });
	});

	test('that cannot go without a key is asked for one at its own field', async () => {
		const { compose } = await composing();
		write(compose, 'Hello');
		compose.set({ shares: [other, openAiShare] });
		const asked = () => compose.problems.map(({ field, index }) => [field, index]);
		expect(asked()).toEqual([['shareApiKey', 2]]);
		await new ShareKey(compose.keys).hold(openAi);
		expect(asked()).toEqual([['shareApiKey', 2]]);
		const key = new ShareKey(compose.keys);
		key.type('sk-w8ZP', openAi);
		await key.hold(openAi);
		expect(asked()).toEqual([]);
	});

	test('of the draft’s own origin is asked for its key but once', async () => {
		const { compose } = await composing();
		write(compose, 'Hello');
		compose.setProvider('openai');
		compose.set({ shares: [{ ...openAiShare, project: 'proj_2' }] });
		expect(compose.problems.map(({ field }) => field)).toEqual(['apiKey']);
	});

	test('stands in the order of the page among other problems', async () => {
		const { compose } = await composing();
		compose.set({ models: [''], tokensPerMinute: 5, shares: [emptyShare] });
		expect(compose.problems.map(({ field }) => field)).toEqual([
			'model',
			'shareTokensPerMinute',
			'shareBaseUrl',
			'template',
		]);
	});

	test('stays when the page starts over, with the weight of the first', async () => {
		const { compose } = await composing();
		write(compose, 'Hello');
		compose.set({ shares: [other], tokensPerMinute: 7 });
		compose.startOver();
		expect(compose.draft).toMatchObject({ shares: [other], tokensPerMinute: 7 });
	});

	test('of a restored draft shows its problems at once, where something was typed', async () => {
		const draft = { ...emptyDraft, shares: [{ ...emptyShare, baseUrl: 'ftp://two' }, emptyShare] };
		const { compose } = await composing({ loadDraft: () => Promise.resolve(draft) });
		expect(compose.notes('shareBaseUrl', 1).problems).toHaveLength(1);
		expect(compose.notes('shareBaseUrl', 2).problems).toHaveLength(0);
	});

	test('comes back empty where its number was none', () => {
		const draft = {
			...emptyDraft,
			tokensPerMinute: NaN,
			shares: [{ ...other, tokensPerMinute: NaN }],
		};
		expect(withoutNaN(draft)).toMatchObject({
			tokensPerMinute: null,
			shares: [{ tokensPerMinute: null }],
		});
		expect(withoutNaN(emptyDraft)).not.toHaveProperty('shares');
	});
});

describe('the key typed for a further connection', () => {
	test('goes to the worker for its own origin, and from the field', async () => {
		const { compose, worker } = await composing();
		const key = new ShareKey(compose.keys);
		key.type(' sk-w8ZP ', 'https://two.test');
		await key.hold('https://two.test');
		expect(worker.asked('holdKey')).toEqual([['https://two.test', 'sk-w8ZP']]);
		expect(key.typed).toBe('');
	});

	test.each<[string, string | null, (key: ShareKey) => Promise<void>, string | null]>([
		['for an address', two, (key) => key.hold(two), two],
		['before its address was typed', null, (key) => key.addressed(two), two],
		['without an address, which came from elsewhere', null, (key) => key.hold(two), null],
		['for an address that has changed since', two, (key) => key.hold('https://evil.test'), null],
		['for an address that was typed over', two, (key) => key.addressed('https://b.test'), null],
	])('typed %s', async (_, stood, leave, boundTo) => {
		const { compose, worker } = await composing();
		const key = new ShareKey(compose.keys);
		key.type('sk-1', stood);
		await leave(key);
		const held = boundTo === null ? [] : [[boundTo, 'sk-1']];
		expect([worker.asked('holdKey'), key.typed]).toEqual([held, '']);
	});

	test('waits in the field while there is no address', async () => {
		const { compose, worker } = await composing();
		const key = new ShareKey(compose.keys);
		key.type('sk-1', null);
		await key.hold(null);
		await key.addressed(null);
		expect([worker.asked('holdKey'), key.typed]).toEqual([[], 'sk-1']);
	});

	test('stays with its connection when one before it is removed', async () => {
		const { compose } = await composing();
		compose.set({ shares: [emptyShare, other, openAiShare] });
		compose.shareKeys.at(0).type('sk-first', null);
		compose.shareKeys.at(2).type('sk-third', openAi);
		compose.removeShare(0);
		expect(compose.draft.shares).toEqual([other, openAiShare]);
		expect([0, 1].map((at) => compose.shareKeys.at(at).typed)).toEqual(['', 'sk-third']);
		compose.addShare();
		expect(compose.shareKeys.at(2).typed).toBe('');
	});

	test.each<[string, (compose: ComposeState) => Promise<void>]>([
		['a setup is opened', (compose) => compose.openSetup(new File(['{}'], 'a.volley.json'))],
		['a run is copied', (compose) => compose.duplicate({ ...shared, datasetId: null })],
	])('is dropped when %s', async (_, act) => {
		const foreign = { ...emptyDraft, shares: [{ ...other, baseUrl: 'https://evil.test/v1' }] };
		const { compose, worker } = await composing({
			openSetup: () => Promise.resolve(ok({ draft: foreign, dataset: null })),
		});
		compose.addShare();
		const key = compose.shareKeys.at(0);
		key.type('sk-mine', null);
		await act(compose);
		expect([key.typed, compose.shareKeys.at(0).typed]).toEqual(['', '']);
		await compose.shareKeys.at(0).hold('https://evil.test');
		expect(worker.asked('holdKey')).toEqual([]);
	});
});

const connection = { ...setup.connection, provider: 'compatible', baseUrl: other.baseUrl } as const;
const shared: RunSetup = {
	...setup,
	shares: [
		{ name: 'OpenAI', connection: setup.connection, tokensPerMinute: null, models: [] },
		{ name: 'two.test', connection, tokensPerMinute: null, models: [] },
	],
};

describe('a run with several connections asks for a key', () => {
	async function loaded(
		held: string[],
		failure = failureOf('unauthorized'),
		leftOut: readonly string[] = [],
	) {
		const calls: string[] = [];
		const state = new RunState(
			apiWith({
				getRun: () =>
					Promise.resolve({ ...run, setup: shared, revisions: [{ at: 1, repairs: [], leftOut }] }),
				getProgress: () =>
					Promise.resolve(progressWith({ phase: { name: 'needsAttention', failure } })),
				getDataset: () => Promise.resolve(null),
				heldKeys: () => Promise.resolve(held.map((origin) => ({ origin, lastFour: '' }))),
				readResults: (query) => Promise.resolve(linesOf(query, 0)),
				holdKey: (origin, key) => {
					calls.push(`${key} for ${origin}`);
					return Promise.resolve({ origin, lastFour: '' });
				},
				resumeRun: () => Promise.resolve({ ok: true, value: null }),
				leaveOutConnection: (_, name) => {
					calls.push(`without ${name}`);
					return Promise.resolve({ ok: true, value: null });
				},
			}),
			run.id,
		);
		await state.load();
		return { state, calls };
	}

	test('of the one that turned it down', async () => {
		const failure = failureOf('unauthorized', { connection: 'two.test' });
		const { state } = await loaded([openAi, 'https://two.test'], failure);
		expect(state.keyOrigin).toBe('https://two.test');
	});

	test('of each that is lacking in turn, and never takes the one for the other', async () => {
		const { state, calls } = await loaded([]);
		expect(state.keyOrigin).toBe(openAi);
		state.typedKey = 'sk-1';
		await state.resume();
		expect([state.keyOrigin, state.typedKey]).toEqual(['https://two.test', '']);
		expect(calls).toEqual([`sk-1 for ${openAi}`]);
	});

	test('or goes on without the one that stopped it, but never without the last', async () => {
		const failure = failureOf('quotaExhausted', { connection: 'two.test' });
		const both = [openAi, 'https://two.test'];
		const { state, calls } = await loaded(both, failure);
		expect(state.leavable).toBe('two.test');
		await state.leaveOut('two.test');
		expect(calls).toEqual(['without two.test']);
		expect((await loaded(both, failure, ['OpenAI'])).state.leavable).toBeNull();
	});

	test('but of none that is left out, and can leave out one whose key is lacking', async () => {
		const { state } = await loaded([openAi], failureOf('storage'), ['two.test']);
		expect([state.keyOrigin, state.leavable]).toEqual([null, null]);
		const lacking = (await loaded([openAi], failureOf('storage'))).state;
		expect([lacking.keyOrigin, lacking.leavable]).toEqual(['https://two.test', 'two.test']);
	});

	test('and drops one that was typed where meanwhile another’s is asked for', async () => {
		const held: string[] = [];
		const { state, calls } = await loaded(held);
		state.typedKey = 'sk-of-openai';
		held.push(openAi);
		await state.load();
		expect([state.keyOrigin, state.typedKey]).toEqual(['https://two.test', '']);
		await state.resume();
		expect(calls).toEqual([]);
	});
});

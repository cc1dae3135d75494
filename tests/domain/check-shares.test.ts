import { describe, expect, test } from 'vitest';
import { checkDraft } from '#domain/check-draft.ts';
import type { Dataset } from '#domain/dataset.ts';
import { draftOf, emptyDraft, emptyShare, type Draft, type ShareDraft } from '#domain/draft.ts';
import * as planRules from '#domain/plan-rules.ts';
import type { RowScan } from '#domain/row-scan.ts';
import { sharedSetups } from '#domain/shared-setup.ts';

const share = (change: Partial<ShareDraft> = {}): ShareDraft => ({
	...emptyShare,
	baseUrl: 'https://two.test/v1/',
	...change,
});
const draft = (shares: readonly ShareDraft[], change: Partial<Draft> = {}): Draft => ({
	...emptyDraft,
	provider: 'openai',
	models: ['small', '', 'large'],
	templates: [{ messages: [{ role: 'user', content: 'Hello' }], prompt: '' }],
	shares,
	...change,
});
const problems = (drafted: Draft) =>
	checkDraft(drafted, null).problems.map(({ field, index, message }) => [field, index, message]);

describe('further connections of a draft', () => {
	test('share its run with its own connection, which comes first', () => {
		const { setup, shares } = checkDraft(
			draft([share({ models: ['s', 'nothing', ' l '] }), share({ baseUrl: 'https://two.test/b' })]),
			null,
		);
		expect(setup?.shares).toEqual(shares);
		expect(
			shares.map(({ name, connection, tokensPerMinute, models }) => [
				name,
				connection.baseUrl,
				tokensPerMinute,
				models,
			]),
		).toEqual([
			['OpenAI', 'https://api.openai.com/v1', null, []],
			['two.test', 'https://two.test/v1', null, ['s', 'l']],
			['two.test (2)', 'https://two.test/b', null, ['', '']],
		]);
	});

	test('are none where none is named, in a draft of an earlier version too', () => {
		expect(checkDraft(draft([]), null).setup).not.toHaveProperty('shares');
		const older: Draft = { ...emptyDraft, models: ['small'] };
		expect(older).not.toHaveProperty('shares');
		expect(checkDraft(older, null).shares).toEqual([]);
	});

	test('say what is wrong with each at its own fields', () => {
		const drafted = draft(
			[share({ baseUrl: '' }), share({ tokensPerMinute: 0.5 }), share({ provider: 'openai' })],
			{ tokensPerMinute: null },
		);
		expect(problems(drafted)).toEqual([
			['shareBaseUrl', 1, expect.stringContaining('Write the Base URL')],
			['shareTokensPerMinute', 0, expect.stringContaining('of connection 1 too')],
			['shareTokensPerMinute', 1, expect.stringContaining('of connection 2 too')],
			['shareTokensPerMinute', 2, expect.stringContaining('of connection 3 must be')],
			['shareTokensPerMinute', 3, expect.stringContaining('of connection 4 too')],
			['shareBaseUrl', 3, expect.stringContaining('same as connection 1')],
		]);
		expect(checkDraft(drafted, null).shares).toEqual([]);
	});

	test('may be of Azure or of a known service, and come back in a copy of the run', () => {
		const azure = share({
			provider: 'azure',
			baseUrl: '',
			resource: 'west',
			apiVersion: '2024-10-21',
		});
		const groq = share({ baseUrl: 'https://api.groq.com/openai/v1', preset: 'groq' });
		const { setup, shares } = checkDraft(draft([azure, groq]), null);
		expect(shares.map(({ connection }) => [connection.baseUrl, connection.usesKey])).toEqual([
			['https://api.openai.com/v1', true],
			['https://west.openai.azure.com/openai', true],
			['https://api.groq.com/openai/v1', true],
		]);
		const copy = setup === null ? null : draftOf(setup);
		expect(
			copy?.shares?.map(({ resource, apiVersion, preset }) => [resource, apiVersion, preset]),
		).toEqual([
			['https://west.openai.azure.com', '2024-10-21', undefined],
			[undefined, undefined, 'groq'],
		]);
		const nowhere = share({ provider: 'azure', baseUrl: '', resource: 'no name at all' });
		expect(problems(draft([nowhere])).map(([field, index]) => [field, index])).toEqual([
			['shareBaseUrl', 1],
		]);
	});

	test('of one host may differ in their project alone', () => {
		const other = share({ provider: 'openai', project: 'proj_2' });
		expect(problems(draft([other]))).toEqual([]);
	});

	test.each<[string, Partial<ShareDraft>, Partial<ShareDraft>, boolean]>([
		['are the same', {}, {}, true],
		['may differ in their path alone', {}, { baseUrl: 'https://two.test/b/v1' }, false],
		['may differ in their service alone', {}, { preset: 'vllm' }, false],
		[
			'are the same whatever is empty of another provider',
			{},
			{ resource: '', apiVersion: '' },
			true,
		],
	])('at one address %s', (_, first, second, areAlike) => {
		const found = problems(draft([share(first), share(second)]));
		expect(found.map(([field, index]) => [field, index])).toEqual(
			areAlike ? [['shareBaseUrl', 2]] : [],
		);
	});

	const twoTest = (message: string) => `${message} https://two.test too: one key for`;
	test.each<[string, readonly Partial<ShareDraft>[], readonly (readonly [number, string])[]]>([
		['of two origins', [{}, { baseUrl: 'https://three.test/v1' }], []],
		[
			'of one origin, on other paths',
			[{ baseUrl: 'https://two.test/a' }, { baseUrl: 'https://two.test/b' }],
			[[2, `${twoTest('Connection 2 goes to')} both.`]],
		],
		[
			'of one origin, three',
			[{ baseUrl: 'https://two.test/a' }, {}, { baseUrl: 'https://two.test/c' }],
			[
				[2, `${twoTest('Connection 2 goes to')} both.`],
				[3, `${twoTest('Connections 2 and 3 go to')} all of them.`],
			],
		],
		[
			'of the draft’s own origin',
			[{ provider: 'openai', organization: 'org-b' }],
			[[1, 'Connection 1 goes to https://api.openai.com too: one key for both.']],
		],
		['of the Demo, which needs none', [{ provider: 'demo' }], []],
		['whose address is none yet', [{ baseUrl: '' }, { baseUrl: '' }], []],
	])('say that a key is shared: %s', (_, shares, expected) => {
		const own = shares[0]?.provider === 'demo' ? ({ provider: 'demo' } as const) : {};
		const { hints } = checkDraft(draft(shares.map(share), own), null);
		const found = hints.filter(({ field }) => field === 'shareApiKey');
		expect(found.map(({ index, message }) => [index, message])).toEqual(expected);
	});

	test('wait for the draft’s own to be right', () => {
		const { shares, setup } = checkDraft(
			draft([share()], { provider: 'compatible', baseUrl: '' }),
			null,
		);
		expect([shares, setup]).toEqual([[], null]);
	});

	test('are there again in a copy of the run, with all that was typed', () => {
		const drafted = draft([share({ models: ['s', '', 'l'], tokensPerMinute: 30_000 })], {
			tokensPerMinute: 70_000,
		});
		const { setup } = checkDraft(drafted, null);
		if (setup === null) throw new Error('the draft is not right');
		const copy = draftOf(setup);
		expect(copy).toMatchObject({
			tokensPerMinute: 70_000,
			shares: [{ provider: 'compatible', baseUrl: 'https://two.test/v1', models: ['s', 'l'] }],
		});
		expect(checkDraft(copy, null).setup).toEqual(setup);
	});
});

describe('what models are called there, where a column names each row’s model', () => {
	const table: Dataset = {
		id: 'd1',
		name: 'rows.csv',
		files: ['rows.csv'],
		createdAt: 0,
		columns: [{ name: 'which', header: 'which' }],
		rowCount: 9,
		encoding: 'utf-8',
		delimiter: ',',
		notices: [],
	};
	const checked = (drafted: Draft, models: readonly string[]) => {
		const scan: RowScan = { rowCount: 9, numbers: null, ids: null, models, unfit: [] };
		return checkDraft(drafted, table, scan, planRules).setup;
	};
	const bound = (models: readonly string[], called: readonly string[]): Draft =>
		draft([share({ models: called })], {
			models,
			datasetId: 'd1',
			bindings: [{ column: 'which', parameter: 'model' }],
		});

	test.each<[string, string[], string[], string[], string[][]]>([
		[
			'come in another order',
			['a'],
			['my-a'],
			['b', 'a'],
			[
				['b', 'b'],
				['a', 'my-a'],
			],
		],
		[
			'are blank',
			['a', 'b'],
			['', 'my-b'],
			['c', '', 'b'],
			[
				['a', 'a'],
				['c', 'c'],
				['b', 'my-b'],
			],
		],
		[
			'lack a typed one',
			['a', 'b'],
			['my-a', 'my-b'],
			['b', 'c'],
			[
				['b', 'my-b'],
				['c', 'c'],
			],
		],
		[
			'leave a field empty',
			['', 'a'],
			['none', ' my-a '],
			['a', 'b'],
			[
				['a', 'my-a'],
				['b', 'b'],
			],
		],
	])('go by the name of the model: cells that %s', (_, typed, called, cells, expected) => {
		const setup = checked(bound(typed, called), cells);
		const [own, there] = setup === null ? [] : sharedSetups(setup);
		expect(own?.models.map((model, i) => [model, there?.models[i]])).toEqual(expected);
	});

	test.each([
		{ called: ['', 'my-a'], kept: ['b', 'a'] },
		{ called: [], kept: ['b'] },
	])('are there again in a copy of the run: $called', ({ called, kept }) => {
		const setup = checked(bound(['b', 'a'], called), ['b', 'a']);
		if (setup === null) throw new Error('the draft is not right');
		const copy = draftOf(setup);
		expect(copy.models).toEqual(kept);
		expect(checked({ ...copy, datasetId: 'd1' }, ['b', 'a'])).toEqual(setup);
	});
});

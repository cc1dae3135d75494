import { beforeEach, describe, expect, test } from 'vitest';
import type { EngineApi } from '#contract/engine-api.ts';
import { checkDraft } from '#domain/check-draft.ts';
import type { Dataset } from '#domain/dataset.ts';
import { defaultSettings, emptyDraft, type Draft, type SettingsDraft } from '#domain/draft.ts';
import type { FoundPrompts, PromptCheck } from '#domain/prompt-check.ts';
import * as planRules from '#domain/plan-rules.ts';
import type { RunSetup } from '#domain/run.ts';
import { createEngine } from '#worker/create-engine.ts';
import { FakeBrowser, openTab } from '../support/fake-host.ts';

let engine: EngineApi;
beforeEach(() => {
	engine = createEngine(openTab(new FakeBrowser()).host);
});

async function imported(text: string): Promise<Dataset> {
	const read = await engine.importFiles([new File([text], 'data.csv')], {
		encoding: null,
		delimiter: null,
	});
	if (!read.ok) throw new Error(read.error[0]?.message);
	return read.value;
}

function setupOf(
	dataset: Dataset | null,
	prompts: readonly string[],
	settings: Partial<SettingsDraft> = {},
	more: Partial<Draft> = {},
): RunSetup {
	const draft: Draft = {
		...emptyDraft,
		datasetId: dataset?.id ?? null,
		idColumn: 'id',
		endpoint: 'completions',
		templates: prompts.map((prompt) => ({ messages: [], prompt })),
		settings: { ...defaultSettings, ...settings },
		...more,
	};
	const { setup, problems } = checkDraft(draft, dataset);
	if (setup === null) throw new Error(problems[0]?.message);
	return setup;
}

/** Where cells name models or set parameters, the page looks through the rows before it may start. */
async function setupByRow(
	dataset: Dataset,
	more: Partial<Draft>,
	contextWindow: number | null,
): Promise<RunSetup> {
	const draft: Draft = {
		...emptyDraft,
		provider: 'openai',
		datasetId: dataset.id,
		idColumn: 'id',
		templates: [{ messages: [{ role: 'user', content: '{text}' }], prompt: '' }],
		settings: { ...defaultSettings, contextWindow },
		...more,
	};
	const query = planRules.rowQueryOf(draft, dataset);
	const scan = query === null ? null : await engine.scanRows(dataset.id, query);
	const { setup, problems } = checkDraft(draft, dataset, scan, planRules);
	if (setup === null) throw new Error(problems[0]?.message);
	return setup;
}

async function checked(setup: RunSetup, exactly = false): Promise<PromptCheck> {
	const check = await engine.checkPrompts(setup, exactly);
	if (check === null) throw new Error('The check was ended.');
	return check;
}

const ids = ({ first }: FoundPrompts): readonly string[] => first.map(({ id }) => id);

/** Rows of 2, 40, 100 and about 60 words, the last in doubt: one long word of many tokens. */
const rows = `id,text\nshort,one two\nfits,${'word '.repeat(40)}\nlong,${'word '.repeat(100)}\ndoubt,${'qzxjk'.repeat(60)}\n`;

describe('a look at every prompt before it is sent', () => {
	test('tells rows certainly within, certainly beyond and in doubt apart, without a vocabulary', async () => {
		const check = await checked(setupOf(await imported(rows), ['{text}'], { contextWindow: 90 }));
		expect(check).toMatchObject({ prompts: 4, window: 90, publishedOf: null, counted: 'bounds' });
		expect(ids(check.tooLong)).toEqual(['long']);
		expect(check.certainlyTooLong).toBe(1);
		expect(ids(check.inDoubt)).toEqual(['fits', 'doubt']);
	});

	test('counts exactly what is in doubt', async () => {
		const setup = setupOf(
			await imported(rows),
			['{text}'],
			{ contextWindow: 90 },
			{ models: ['gpt-4o'] },
		);
		const check = await checked(setup, true);
		expect(check.counted).toBe('exactly');
		expect(ids(check.tooLong)).toEqual(['long', 'doubt']);
		expect(check.certainlyTooLong).toBe(1);
		expect(check.inDoubt.count).toBe(0);
	});

	test('counts with the vocabulary that makes more of it, and says so of another maker’s model', async () => {
		const setup = setupOf(
			await imported('id,text\na,评论很好评论很好评论很好\n'),
			['{text}'],
			{ contextWindow: 9 },
			{ models: ['gpt-4', 'llama'] },
		);
		const check = await checked(setup, true);
		expect(check.counted).toBe('asOpenAiModels');
		expect(ids(check.tooLong)).toEqual(['a']);
	});

	test('names rows that leave too little for the answer', async () => {
		const setup = setupOf(await imported(rows), ['{text}'], { contextWindow: 700, maxTokens: 650 });
		const check = await checked(setup);
		expect(check.tooLong.count).toBe(0);
		expect(ids(check.tight)).toEqual(['long']);
	});

	test('takes the smallest published window where none is typed, and none where none is known', async () => {
		const dataset = await imported(rows);
		const models = ['gpt-4.1', 'gpt-3.5-turbo-instruct'];
		expect(await checked(setupOf(dataset, ['{text}'], {}, { models }))).toMatchObject({
			window: 4_096,
			publishedOf: 'gpt-3.5-turbo-instruct',
		});
		const unknown = await checked(setupOf(dataset, ['{text}'], {}, { models: ['mine'] }), true);
		expect(unknown).toMatchObject({ window: null, publishedOf: null, counted: 'bounds' });
	});

	const long = 'word '.repeat(20_000);
	const byRow = `id,which,limit,text\na,gpt-4,,short\nb,gpt-4.1,,${long}\nc,,,${long}\nd,mine,,${long}\ne,gpt-4,8192,short\n`;
	const which = { column: 'which', parameter: 'model' };
	const limit = { column: 'limit', parameter: 'max_tokens' };
	test.each<[string, Partial<Draft>, Partial<PromptCheck>, readonly string[], readonly string[]]>([
		['of each row', { bindings: [which] }, { perRow: true, window: 8_192 }, ['c'], []],
		['and limit of each row', { bindings: [which, limit] }, { perRow: true }, ['c'], ['e']],
		[
			'typed for all',
			{ bindings: [which, limit] },
			{ perRow: false, window: 8_192 },
			['b', 'c', 'd'],
			['e'],
		],
		['of every model', { models: ['gpt-4', 'gpt-4.1'] }, { perRow: false }, ['b', 'c', 'd'], []],
		[
			'and limit of one model',
			{ models: ['gpt-4', 'gpt-4.1'], modelParameters: ['', '{"max_tokens":1047570}'] },
			{ perRow: false, window: 8_192 },
			['b', 'c', 'd'],
			['a', 'e'],
		],
	])('holds a prompt against the window %s', async (what, more, expected, tooLong, tight) => {
		const dataset = await imported(byRow);
		const contextWindow = what === 'typed for all' ? 8_192 : null;
		const setup = await setupByRow(dataset, { models: ['gpt-4'], ...more }, contextWindow);
		const check = await checked(setup, true);
		expect(check).toMatchObject(expected);
		expect([ids(check.tooLong), ids(check.tight)]).toEqual([tooLong, tight]);
	});

	test('looks once at a prompt that several models are sent, and at each template', async () => {
		const setup = setupOf(
			await imported(rows),
			['{text}', 'again {text}'],
			{ contextWindow: 90 },
			{ models: ['a', 'b', 'c'] },
		);
		const check = await checked(setup);
		expect(check.prompts).toBe(8);
		expect(check.tooLong.first).toEqual([
			{ rowIndex: 2, promptIndex: 0, id: 'long' },
			{ rowIndex: 2, promptIndex: 1, id: 'long' },
		]);
	});

	test('finds blank cells of the columns that are used, each once', async () => {
		const dataset = await imported('id,text,other,unused\n1,a,,\n2,,b,\n3,  ,,\n');
		const check = await checked(setupOf(dataset, ['{text}', '{text} {other}']));
		expect(check.blank.map(({ column, rows: found }) => [column, found.count, ids(found)])).toEqual(
			[
				['text', 2, ['2', '3']],
				['other', 2, ['1', '3']],
			],
		);
	});

	test('names no more than a hundred of many', async () => {
		const many = await imported(`id,text\n${'x,word word word\n'.repeat(300)}`);
		const { tooLong } = await checked(setupOf(many, ['{text}'], { contextWindow: 2 }));
		expect(tooLong.count).toBe(300);
		expect(tooLong.first).toHaveLength(100);
	});

	test('without data looks at the templates alone', async () => {
		const setup = setupOf(null, ['Say hello to everyone'], { contextWindow: 3 });
		expect(await checked(setup)).toMatchObject({ prompts: 1, certainlyTooLong: 1 });
	});

	test('is ended by the next one, and by a cancel', async () => {
		const many = await imported(`id,text\n${'x,word word word\n'.repeat(5_000)}`);
		const setup = setupOf(many, ['{text}'], { contextWindow: 2 });
		const first = engine.checkPrompts(setup, false);
		const second = engine.checkPrompts(setup, false);
		expect(await first).toBeNull();
		await engine.cancelPromptCheck();
		expect(await second).toBeNull();
	});

	test('tells how far it is', async () => {
		const many = await imported(`id,text\n${'x,word word word\n'.repeat(2_000)}`);
		const told: number[] = [];
		await engine.subscribe((event) => {
			if (event.kind === 'promptCheckProgress') told.push(event.done / event.total);
		});
		await checked(setupOf(many, ['{text}']));
		expect(told.length).toBeGreaterThan(1);
		expect(told.at(-1)).toBe(1);
		expect(told).toEqual(told.toSorted((a, b) => a - b));
	});

	test('of rows that are gone comes to nothing', async () => {
		const setup = setupOf(await imported(rows), ['{text}']);
		expect(await engine.checkPrompts({ ...setup, datasetId: 'gone' }, false)).toBeNull();
	});
});

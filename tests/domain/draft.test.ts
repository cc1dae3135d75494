import { describe, expect, test } from 'vitest';
import type { Dataset } from '#domain/dataset.ts';
import { checkDraft } from '#domain/check-draft.ts';
import {
	defaultSettings,
	draftOf,
	emptyDraft,
	type Draft,
	type SettingsDraft,
} from '#domain/draft.ts';

const reviews: Dataset = {
	id: 'd1',
	name: 'reviews.csv',
	files: ['reviews.csv'],
	createdAt: 0,
	columns: ['id', 'review', 'stars', 'Price ($)'].map((name) => ({ name, header: name })),
	rowCount: 150,
	encoding: 'utf-8',
	delimiter: ',',
	notices: [],
};

const asking = (...prompts: string[]): Draft => ({
	...emptyDraft,
	templates: prompts.map((content) => ({
		messages: [
			{ role: 'system', content: '' },
			{ role: 'user', content },
		],
		prompt: content,
	})),
});

const messages = (draft: Draft, dataset: Dataset | null = reviews): string[] =>
	checkDraft(draft, dataset).problems.map(({ message }) => message);

describe('a draft', () => {
	test('without problems is a run', () => {
		const check = checkDraft({ ...asking('Classify: {review}'), datasetId: 'd1' }, reviews);
		expect(check.problems).toEqual([]);
		expect(check.requests).toBe(150);
		expect(check.setup).toMatchObject({
			name: 'reviews',
			models: ['demo-small'],
			templates: [{ kind: 'chat', messages: [{ role: 'user', content: 'Classify: {review}' }] }],
			rowCount: 150,
			datasetId: 'd1',
		});
	});

	test('counts templates × rows × models', () => {
		const draft = { ...asking('{review}', '{stars}'), models: ['a', ' b ', ''] };
		expect(checkDraft(draft, reviews)).toMatchObject({ requests: 600, models: 2, templates: 2 });
	});

	test('without data is one request for each template and model', () => {
		const check = checkDraft(asking('Say hello as {"a": 1}'), null);
		expect(check.setup).toMatchObject({ rowCount: 1, datasetId: null });
		expect(check.requests).toBe(1);
	});

	test('names the nearest column for an unknown variable', () => {
		expect(messages(asking('{reveiw}'))).toEqual([
			'Template 1 uses {reveiw} but reviews.csv has no such column. Did you mean {review}? To send the braces as text, write {{reveiw}}.',
		]);
	});

	test('lists the columns where none is near', () => {
		expect(messages(asking('{author}'))[0]).toContain(
			'Its columns are id, review, stars, Price ($).',
		);
	});

	test('refuses a variable where there is no data', () => {
		expect(messages(asking('{review}'), null)[0]).toContain('there is no data');
	});

	test.each([
		['no variable at all', 'Same for all', /uses no column/],
		['a doubled column', '{{review}} {stars}', /Did you mean \{review\}\?/],
		['a column that no variable can name', '{Price ($)} {stars}', /sent as it is/],
	])('only hints at %s', (_, prompt, hint) => {
		const check = checkDraft(asking(prompt), reviews);
		expect(check.problems).toEqual([]);
		expect(check.hints[0]?.message).toMatch(hint);
	});

	test.each([
		['openai', 2.1, ['Temperature must be a number from 0 to 2, or empty.']],
		['compatible', 2.5, []],
		['compatible', -0.1, ['Temperature must be 0 or more, or empty.']],
	] as const)('a temperature at provider %s: %d', (provider, temperature, messages) => {
		const settings = { ...emptyDraft.settings, temperature };
		const { problems } = checkDraft({ ...emptyDraft, provider, settings }, reviews);
		const found = problems.filter(({ field }) => field === 'temperature');
		expect(found.map(({ message }) => message)).toEqual(messages);
	});

	test.each<[Partial<SettingsDraft>, string, RegExp]>([
		[{ completionsPerPrompt: 0 }, 'completionsPerPrompt', /whole number from 1 to 128/],
		[{ completionsPerPrompt: -1 }, 'completionsPerPrompt', /whole number from 1/],
		[{ completionsPerPrompt: 1.5 }, 'completionsPerPrompt', /whole number/],
		[{ completionsPerPrompt: null }, 'completionsPerPrompt', /whole number/],
		[{ temperature: 2.1 }, 'temperature', /from 0 to 2/],
		[{ temperature: -0.1 }, 'temperature', /from 0 to 2/],
		[{ maxTokens: 0 }, 'maxTokens', /whole number from 1/],
		[{ maxConcurrency: 0 }, 'maxConcurrency', /whole number from 1/],
		[{ maxRetries: -1 }, 'maxRetries', /whole number from 0/],
		[{ contextWindow: 0 }, 'contextWindow', /whole number from 1/],
		[{ contextWindow: NaN }, 'contextWindow', /whole number from 1/],
		[{ timeoutSeconds: 0 }, 'timeoutSeconds', /more than 0/],
		[
			{ otherParameters: '{top_p: 1}' },
			'otherParameters',
			/not valid JSON, line 1, column 2: a name must stand in straight double quotes/,
		],
		[{ otherParameters: '[1]' }, 'otherParameters', /must be a JSON object/],
		[{ otherParameters: '"x"' }, 'otherParameters', /must be a JSON object/],
		[{ otherParameters: '{"n": 2}' }, 'otherParameters', /Completions per prompt/],
		[{ otherParameters: '{"stream": true}' }, 'otherParameters', /streaming is not used/],
		[
			{ temperature: 0.2, otherParameters: '{"temperature": 9}' },
			'otherParameters',
			/and in Temperature\. Keep one/,
		],
		[
			{ maxTokens: 5, otherParameters: '{"max_completion_tokens": 9}' },
			'otherParameters',
			/and in Max tokens\. Keep one/,
		],
		[{ otherParameters: '{"messages": []}' }, 'otherParameters', /come from the templates/],
	])('with settings %j has a problem at %s', (settings, field, message) => {
		const draft = { ...asking('{review}'), settings: { ...defaultSettings, ...settings } };
		const check = checkDraft(draft, reviews);
		expect(check.setup).toBeNull();
		expect(check.problems).toHaveLength(1);
		expect(check.problems[0]).toMatchObject({ field });
		expect(check.problems[0]?.message).toMatch(message);
	});

	test('shows every problem at once', () => {
		const draft: Draft = {
			...asking('', '{nope}'),
			provider: 'compatible',
			baseUrl: 'example.com',
			models: [''],
			settings: { ...defaultSettings, completionsPerPrompt: 0, otherParameters: '{' },
		};
		const fields = checkDraft(draft, reviews).problems.map(
			({ field, index }) => `${field} ${String(index)}`,
		);
		expect(fields).toEqual([
			'baseUrl 0',
			'model 0',
			'template 0',
			'template 1',
			'completionsPerPrompt 0',
			'otherParameters 0',
		]);
	});

	test('says when the browser will not open as many connections as were typed', () => {
		const draft = {
			...asking('{review}'),
			provider: 'compatible',
			baseUrl: 'http://localhost:1/v1',
		} as const;
		expect(checkDraft(draft, reviews).hints.map(({ message }) => message)).toEqual([
			expect.stringContaining('At most 6 at once'),
		]);
	});

	test('made from a run gives the same run again', () => {
		const draft: Draft = {
			...asking('{review}', '{stars}'),
			endpoint: 'completions',
			idColumn: 'id',
			datasetId: 'd1',
			settings: {
				...defaultSettings,
				temperature: 0.5,
				contextWindow: 8_192,
				otherParameters: '{"top_p": 0.5}',
			},
		};
		const { setup } = checkDraft(draft, reviews);
		expect(setup).not.toBeNull();
		if (setup !== null) expect(checkDraft(draftOf(setup), reviews).setup).toEqual(setup);
	});
});

describe('prompts per request', () => {
	const completions = (settings: Partial<SettingsDraft>, models = ['a']): Draft => ({
		...asking('Classify: {review}'),
		endpoint: 'completions',
		models,
		settings: { ...defaultSettings, ...settings },
	});

	test.each([
		[1, 150, undefined],
		[20, 8, 20],
		[128, 2, 128],
	])('of %d are %d calls', (promptsPerRequest, calls, kept) => {
		const check = checkDraft(completions({ promptsPerRequest }), reviews);
		expect(check).toMatchObject({ problems: [], requests: 150, calls });
		expect(check.setup?.promptsPerRequest).toBe(kept);
	});

	test('travel only with those of the same model', () => {
		const { requests, calls } = checkDraft(
			completions({ promptsPerRequest: 100 }, ['a', 'b', 'c']),
			reviews,
		);
		expect({ requests, calls }).toEqual({ requests: 450, calls: 6 });
	});

	test.each([null, 0, -1, 1.5, 129, NaN])('cannot be %s', (promptsPerRequest) => {
		const { setup, problems } = checkDraft(completions({ promptsPerRequest }), reviews);
		expect(setup).toBeNull();
		expect(problems).toEqual([
			{
				field: 'promptsPerRequest',
				index: 0,
				message: 'Prompts per request must be a whole number from 1 to 128.',
			},
		]);
	});

	test('are refused where they come to more answers than one request should bring', () => {
		const most = { promptsPerRequest: 128, completionsPerPrompt: 16 };
		expect(messages(completions(most))).toEqual([]);
		expect(messages(completions({ ...most, completionsPerPrompt: 17 }))).toEqual([
			'128 prompts with 17 completions each are 2,176 answers in one request. Lower one of the two: 2,048 are the most.',
		]);
	});

	test('wait, whatever was typed, while another endpoint is chosen', () => {
		const draft: Draft = {
			...completions({ promptsPerRequest: 500 }),
			endpoint: 'chatCompletions',
		};
		const check = checkDraft(draft, reviews);
		expect(check).toMatchObject({ problems: [], requests: 150, calls: 150 });
		expect(check.setup).not.toHaveProperty('promptsPerRequest');
	});

	test('are one in a draft of a version that did not know them', () => {
		const { promptsPerRequest, ...older } = defaultSettings;
		expect(promptsPerRequest).toBe(1);
		const check = checkDraft({ ...completions({}), settings: older }, reviews);
		expect(check.problems).toEqual([]);
		expect(check.calls).toBe(150);
	});

	test.each([1, 20])('of a run, %d, are those of its copy', (promptsPerRequest) => {
		const { setup } = checkDraft(completions({ promptsPerRequest }), reviews);
		if (setup === null) throw new Error('The draft has problems.');
		expect(draftOf(setup).settings.promptsPerRequest).toBe(promptsPerRequest);
		expect(checkDraft(draftOf(setup), reviews).setup).toEqual(setup);
	});
});

import { describe, expect, test } from 'vitest';
import { checkDraft as checkDraftBy, type DraftCheck } from '#domain/check-draft.ts';
import type { Dataset } from '#domain/dataset.ts';
import { defaultSettings, draftOf, emptyDraft, emptyShare, type Draft } from '#domain/draft.ts';
import * as planRules from '#domain/plan-rules.ts';
import { rowQueryOf } from '#domain/plan-rules.ts';
import type { RowScan } from '#domain/row-scan.ts';
import { emptyRows, type RowsDraft } from '#domain/rows-draft.ts';
import { choicesAsked, planSizeOf } from '#domain/run.ts';
import { plannedRequests } from '#domain/plan.ts';

const checkDraft = (
	draft: Draft,
	dataset: Dataset | null,
	scan: RowScan | null = null,
): DraftCheck => checkDraftBy(draft, dataset, scan, planRules);

const reviews: Dataset = {
	id: 'd1',
	name: 'reviews.csv',
	files: ['reviews.csv'],
	createdAt: 0,
	columns: ['id', 'review', 'heat', 'which'].map((name) => ({ name, header: name })),
	rowCount: 150,
	encoding: 'utf-8',
	delimiter: ',',
	notices: [],
};

const scanned = (more: Partial<RowScan> = {}): RowScan => ({
	rowCount: 150,
	numbers: null,
	ids: null,
	models: [],
	unfit: [],
	...more,
});

const asking = (prompts: readonly string[], more: Partial<Draft> = {}): Draft => ({
	...emptyDraft,
	datasetId: 'd1',
	templates: prompts.map((content) => ({ messages: [{ role: 'user', content }], prompt: content })),
	...more,
});

const choosing = (rows: Partial<RowsDraft>): Draft =>
	asking(['{review}'], { rows: { ...emptyRows, ...rows } });

const problemsOf = ({ problems }: DraftCheck): string[] =>
	problems.map(({ field, index, message }) => `${field} ${String(index)}: ${message}`);
const hintsOf = ({ hints }: DraftCheck): string[] =>
	hints.map(({ field, index, message }) => `${field} ${String(index)}: ${message}`);

describe('the calls that prompts share', () => {
	const heat = { column: 'heat', parameter: 'temperature' };
	const which = { column: 'which', parameter: 'model' };
	const another = { ...emptyShare, baseUrl: 'https://two.test/v1' };
	test.each<[number, Partial<Draft>, number, boolean]>([
		[20, {}, 8, false],
		[20, { models: ['a', 'b'] }, 16, false],
		[20, { bindings: [heat] }, 8, true],
		[20, { models: ['a', 'b'], bindings: [heat] }, 16, true],
		[20, { bindings: [which] }, 8, true],
		[20, { shares: [another] }, 8, true],
		[1, { bindings: [heat], shares: [another] }, 150, false],
	])('%d at a time, of %j, are counted as far as they are known', (perCall, more, calls, least) => {
		const settings = { ...defaultSettings, promptsPerRequest: perCall };
		const draft = asking(['{review}'], { endpoint: 'completions', settings, ...more });
		const check = checkDraft(draft, reviews, scanned({ models: ['m2', 'm3', 'm4'] }));
		expect(check).toMatchObject({ problems: [], calls, callsAtLeast: least });
	});
});

describe('the rows of a draft', () => {
	test.each<[Partial<RowsDraft>, number, object | undefined]>([
		[{ choose: 'all' }, 150, undefined],
		[{ choose: 'first', count: 20 }, 20, { kind: 'first', count: 20 }],
		[{ choose: 'random', count: 20, seed: 7 }, 20, { kind: 'random', count: 20, seed: 7 }],
		[{ choose: 'range', from: 11, to: 20 }, 10, { kind: 'range', from: 11, to: 20 }],
		[{ choose: 'range', from: 141, to: null }, 10, { kind: 'range', from: 141, to: 150 }],
	])('by %j are %i', (rows, count, choice) => {
		const check = checkDraft(choosing(rows), reviews);
		expect(problemsOf(check)).toEqual([]);
		expect(check).toMatchObject({ rows: count, rowsInData: 150, requests: count, counted: true });
		expect(check.setup).toMatchObject({ rowCount: count });
		expect(check.setup?.rows).toEqual(choice);
	});

	test.each<[Partial<RowsDraft>, RegExp]>([
		[{ choose: 'first', count: null }, /how many rows/],
		[{ choose: 'first', count: 0 }, /how many rows/],
		[{ choose: 'first', count: 1.5 }, /how many rows/],
		[{ choose: 'random', count: NaN }, /how many rows/],
		[{ choose: 'random', seed: -1 }, /Seed must be a whole number/],
		[{ choose: 'random', seed: 4_294_967_296 }, /Seed must be a whole number/],
		[{ choose: 'range', from: 0 }, /counted from 1/],
		[{ choose: 'range', from: 5, to: 4 }, /The last row, 4, stands before the first, 5/],
		[{ choose: 'range', from: 151 }, /Row 151 is past the end: there are 150 rows/],
		[{ choose: 'where', column: null }, /Choose the column/],
		[{ choose: 'where', column: 'gone' }, /no column “gone”/],
	])('by %j are a problem', (rows, message) => {
		const check = checkDraft(choosing(rows), reviews);
		expect(check.setup).toBeNull();
		expect(check.problems).toMatchObject([
			{ field: 'rows', message: expect.stringMatching(message) as string },
		]);
	});

	test.each<[Partial<RowsDraft>, string]>([
		[{ choose: 'first', count: 500 }, 'There are only 150 rows, so all are taken.'],
		[{ choose: 'random', count: 500 }, 'There are only 150 rows, so all are taken.'],
		[{ choose: 'range', from: 2, to: 500 }, 'The last row is 150.'],
	])('by %j only hint that there are fewer', (rows, hint) => {
		expect(hintsOf(checkDraft(choosing(rows), reviews))).toEqual([`rows 0: ${hint}`]);
	});

	test('that the cells decide start nothing until they are counted', () => {
		const draft = choosing({ choose: 'where', column: 'review', text: ' spam ' });
		expect(rowQueryOf(draft, reviews)?.rows).toEqual({
			kind: 'where',
			column: 'review',
			has: true,
			text: 'spam',
		});
		expect(checkDraft(draft, reviews)).toMatchObject({ setup: null, problems: [], counted: false });
		const check = checkDraft(draft, reviews, scanned({ rowCount: 12 }));
		expect(check).toMatchObject({ rows: 12, requests: 12, counted: true });
		expect(check.setup).toMatchObject({ rowCount: 12, rows: { kind: 'where' } });
	});

	test('that no cell fits are a problem', () => {
		const draft = choosing({ choose: 'where', column: 'review' });
		const check = checkDraft(draft, reviews, scanned({ rowCount: 0 }));
		expect(problemsOf(check)[0]).toMatch(/^rows 0: No row is chosen/);
	});
});

describe('the ids of a draft', () => {
	const ids = { blank: { count: 0, numbers: [] }, repeated: 0, examples: [] };
	const hints = (found: Partial<typeof ids> & object): string[] =>
		hintsOf(
			checkDraft(
				asking(['{review}'], { idColumn: 'id' }),
				reviews,
				scanned({ ids: { ...ids, ...found } }),
			),
		);

	test('that are all there and all different need no word', () => {
		expect(hints({})).toEqual([]);
	});

	test('that repeat are told with their rows, and refused nowhere', () => {
		expect(
			hints({
				repeated: 9,
				examples: [
					{ id: 'a7', rows: [4, 19] },
					{ id: 'b', rows: [5, 6, 8] },
				] as never[],
			}),
		).toEqual([
			'idColumn 0: 9 rows share their “id” with another: “a7” in rows 4 and 19; “b” in rows 5, 6 and 8; …. The results tell them apart by row_index.',
		]);
	});

	test.each([
		[{ count: 1, numbers: [1_204] }, '“id” is blank in row 1,204: its id is empty.'],
		[
			{ count: 12, numbers: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] },
			'“id” is blank in rows 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more: their ids are empty.',
		],
	])('that are blank in %j are told', (blank, hint) => {
		expect(hints({ blank: blank as never })).toEqual([`idColumn 0: ${hint}`]);
	});
});

describe('templates and rows in pairs', () => {
	const pairs = (templates: number, rows: number): DraftCheck =>
		checkDraft(
			asking(
				Array.from({ length: templates }, () => '{review}'),
				{ pairing: 'pair', rows: { ...emptyRows, choose: 'first', count: rows } },
			),
			reviews,
		);

	test('are as many requests as there are of either', () => {
		const check = pairs(3, 3);
		expect(check).toMatchObject({ requests: 3, paired: true });
		expect(check.setup).toMatchObject({ pairing: 'pair', rowCount: 3 });
	});

	test('must be as many of the one as of the other', () => {
		expect(problemsOf(pairs(2, 3))[0]).toMatch(
			/^pairing 0: There are 2 templates and 3 rows: .*as many of the one as of the other/,
		);
	});

	test('are nothing special where there is one template', () => {
		expect(pairs(1, 3)).toMatchObject({ problems: [], requests: 3, paired: false });
	});
});

describe('the parameters of a model', () => {
	test('stand beside their model, and those of an empty field beside none', () => {
		const draft = asking(['{review}'], {
			models: ['a', '', ' b '],
			modelParameters: ['', '{"x": 1}', '{"temperature": 0}'],
		});
		expect(checkDraft(draft, reviews).setup).toMatchObject({
			models: ['a', 'b'],
			modelParameters: [{}, { temperature: 0 }],
		});
	});

	test.each([
		['{', /^Parameters for b is not valid JSON, line 1, column 2: it ends here/],
		['[1]', /must be a JSON object/],
		['{"n": 2}', /cannot hold “n”/],
		['{"model": "c"}', /cannot hold “model”/],
		['{"temperature": 99}', /^Parameters for b: temperature must be a number from 0 to 2\.$/],
		['{"temperature": "0"}', /^Parameters for b: temperature must be a number/],
		['{"max_tokens": -1}', /max_tokens must be a whole number from 1 to 10,000,000/],
		['{"service_tier": "flexx"}', /service_tier must be one of auto, /],
		['{"logprobs": 3}', /logprobs must be true or false/],
		['{"stop": ["a", "b", "c", "d", "e"]}', /stop takes at most 4 entries; 5 stand here/],
		['{"user": 7}', /user must be text/],
		[
			'{"max_tokens": 5, "max_completion_tokens": 9}',
			/^Parameters for b sets one thing as “max_tokens” and as “max_completion_tokens”\./,
		],
	])('%j are a problem of that model', (text, message) => {
		const draft = asking(['{review}'], { models: ['a', 'b'], modelParameters: ['', text] });
		const [found] = checkDraft(draft, reviews).problems;
		expect(found).toMatchObject({ field: 'modelParameters', index: 1 });
		expect(found?.message).toMatch(message);
	});
});

describe('the parameters of a model of Responses', () => {
	const ofResponses = (text: string): Draft =>
		asking(['{review}'], { endpoint: 'responses', models: ['b'], modelParameters: [text] });

	test.each<[string, object]>([
		['{"reasoning_effort": "low"}', { reasoning: { effort: 'low' } }],
		[
			'{"reasoning": {"summary": "auto", "odd": 1}, "reasoning_effort": "low"}',
			{ reasoning: { summary: 'auto', odd: 1, effort: 'low' } },
		],
		['{"text.verbosity": "low"}', { text: { verbosity: 'low' } }],
		[
			'{"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}}',
			{ text: { format: { type: 'json_schema', name: 'a', schema: {} } } },
		],
		['{"reasoning": null, "temperature": null}', { reasoning: null, temperature: null }],
		['{"stop": "END", "top_k": 5}', { stop: 'END', top_k: 5 }],
	])('%s are those of the endpoint, and those of a copy', (text, own) => {
		const { setup, problems } = checkDraft(ofResponses(text), reviews);
		expect(problems).toEqual([]);
		expect(setup?.modelParameters).toEqual([own]);
		if (setup === null) return;
		expect(checkDraft(draftOf(setup), reviews).setup?.modelParameters).toEqual([own]);
	});

	test.each([
		['{"text": {"verbosity": "loud"}}', /b: text\.verbosity must be one of low, medium, high\./],
		['{"verbosity": "loud"}', /b: verbosity must be one of low, medium, high\./],
		[
			'{"reasoning_effort": "low", "reasoning": {"effort": "high"}}',
			/b sets one thing as “reasoning_effort” and as “reasoning\.effort”/,
		],
	])('%s are a problem', (text, message) => {
		expect(checkDraft(ofResponses(text), reviews).problems).toMatchObject([
			{ field: 'modelParameters', message: expect.stringMatching(message) as string },
		]);
	});

	test('are all told what is wrong with them at once', () => {
		const text = '{"temperature": 3, "top_p": 2, "stop": 1}';
		expect(checkDraft(ofResponses(text), reviews).problems).toHaveLength(2);
	});
});

describe('the flex tier', () => {
	const slow = 'timeoutSeconds 0: Flex answers may take many minutes: 900 seconds are advised.';
	const flex = '{"service_tier": "flex"}';
	const tiers = [{ column: 'which', parameter: 'service_tier' }];
	test.each<[string, Partial<Draft>, Partial<RowScan>, string[]]>([
		['of a model', { models: ['a', 'b'], modelParameters: ['', flex] }, {}, [slow]],
		['of a row', { bindings: tiers }, { asksForFlex: true }, [slow]],
		['of no row', { bindings: tiers }, {}, []],
		[
			'of everything, once',
			{
				modelParameters: [flex],
				bindings: tiers,
				settings: { ...emptyDraft.settings, otherParameters: flex },
			},
			{ asksForFlex: true },
			[slow],
		],
		[
			'with time enough',
			{ modelParameters: [flex], settings: { ...emptyDraft.settings, timeoutSeconds: 900 } },
			{},
			[],
		],
		[
			'of a model that no row names',
			{
				models: ['a'],
				modelParameters: [flex],
				bindings: [{ column: 'which', parameter: 'model' }],
			},
			{ models: ['b'] },
			[],
		],
	])('%s', (_, more, found, hints) => {
		expect(hintsOf(checkDraft(asking(['{review}'], more), reviews, scanned(found)))).toEqual(hints);
	});
});

describe('a column bound to a parameter', () => {
	const bound = (...bindings: [string, string][]): Draft =>
		asking(['{review}'], {
			bindings: bindings.map(([column, parameter]) => ({ column, parameter })),
		});

	test('starts nothing until its cells were looked at', () => {
		const draft = bound(['heat', ' temperature ']);
		expect(checkDraft(draft, reviews)).toMatchObject({ setup: null, problems: [] });
		expect(checkDraft(draft, reviews, scanned()).setup?.bindings).toEqual([
			{ column: 'heat', parameter: 'temperature' },
		]);
	});

	test.each<[[string, string][], number, RegExp]>([
		[[['heat', ' ']], 0, /Name the parameter that column “heat” sets/],
		[[['gone', 'temperature']], 0, /no column “gone” for temperature/],
		[[['heat', 'n']], 0, /“n” cannot come from a column/],
		[[['heat', 'messages']], 0, /“messages” cannot come from a column/],
		[
			[
				['heat', 'top_p'],
				['id', 'top_p'],
			],
			1,
			/top_p comes from two columns/,
		],
		[
			[
				['heat', 'max_tokens'],
				['id', 'max_completion_tokens'],
			],
			1,
			/comes from two columns/,
		],
	])('as %j is a problem', (bindings, index, message) => {
		const check = checkDraft(bound(...bindings), reviews, scanned());
		expect(check.problems).toMatchObject([{ field: 'bindings', index }]);
		expect(check.problems[0]?.message).toMatch(message);
	});

	test.each([
		['reasoning_effort', 'reasoning.effort', 1],
		['text', 'verbosity', 1],
		['text.format', 'text', 1],
		['reasoning', 'verbosity', 0],
	])('as %s and as %s is %i problem to Responses alone', (one, other, count) => {
		const draft = bound(['heat', one], ['id', other]);
		const responses = checkDraft({ ...draft, endpoint: 'responses' }, reviews, scanned());
		expect(responses.problems).toHaveLength(count);
		expect(checkDraft(draft, reviews, scanned()).problems).toEqual([]);
	});

	test('names the rows whose cells cannot be sent', () => {
		const draft = bound(['id', 'user'], ['heat', 'temperature']);
		const unfit = {
			binding: { column: 'heat', parameter: 'temperature' },
			rows: { count: 3, numbers: [4, 77, 149] },
			example: 'hot',
			fault: 'must be a number from 0 to 2.',
		};
		expect(problemsOf(checkDraft(draft, reviews, scanned({ unfit: [unfit] })))).toEqual([
			'bindings 1: 3 cells of “heat” cannot be sent as temperature: rows 4, 77 and 149, such as “hot”. temperature must be a number from 0 to 2. Correct the file, or leave those rows out.',
		]);
	});

	test('is named at its own place where one before it is no binding yet', () => {
		const draft = bound(['id', ''], ['heat', ' top_p ']);
		const unfit = {
			binding: { column: 'heat', parameter: 'top_p' },
			rows: { count: 1, numbers: [4] },
			example: 'hot',
			fault: 'must be a number from 0 to 1.',
		};
		const { problems } = checkDraft(draft, reviews, scanned({ unfit: [unfit] }));
		expect(problems.map(({ field, index }) => [field, index])).toEqual([
			['bindings', 0],
			['bindings', 1],
		]);
	});

	test.each<[string[], string[], string[]]>([
		[['typed'], ['m2', 'm1'], ['m2', 'm1']],
		[['typed'], ['m2', '', 'm1'], ['typed', 'm2', 'm1']],
		[['m1'], ['m2', '', 'm1'], ['m1', 'm2']],
		[[''], ['m2', 'm1'], ['m2', 'm1']],
	])('to model with %j typed and %j in the cells is a run of %j', (typed, cells, models) => {
		const draft = { ...bound(['which', 'model']), models: typed };
		const { setup, ...check } = checkDraft(draft, reviews, scanned({ models: cells }));
		expect(check).toMatchObject({ problems: [], models: 1, requests: 150, modelColumn: 'which' });
		expect(setup?.models).toEqual(models);
		expect(setup === null ? null : plannedRequests(planSizeOf(setup))).toBe(150);
	});

	test('to model needs a typed one where cells are blank', () => {
		const draft = { ...bound(['which', 'model']), models: [''] };
		const check = checkDraft(draft, reviews, scanned({ models: ['m1', ''] }));
		expect(problemsOf(check)).toEqual(['model 0: Name a model.']);
	});

	test('to model is refused where it names more than 50', () => {
		const models = Array.from({ length: 51 }, (_, i) => `m${String(i)}`);
		const check = checkDraft(bound(['which', 'model']), reviews, scanned({ models }));
		expect(problemsOf(check)[0]).toMatch(/bindings 0: Column “which” names more than 50 models/);
	});

	test('to model says that only the first of the typed ones counts', () => {
		const draft = { ...bound(['which', 'model']), models: ['a', 'b'] };
		expect(hintsOf(checkDraft(draft, reviews, scanned({ models: ['', 'c'] })))[0]).toMatch(
			/bindings 0: .*only the first is used/,
		);
	});

	test('without data is left out', () => {
		const draft = { ...bound(['heat', 'temperature']), templates: asking(['Hello']).templates };
		expect(checkDraft(draft, null).setup).toMatchObject({ rowCount: 1 });
		expect(checkDraft(draft, null).setup?.bindings).toBeUndefined();
	});
});

describe('more than a run takes', () => {
	const named = (count: number) => Array.from({ length: count }, (_, i) => `m${String(i)}`);

	test.each<[string, Partial<Draft>, string[]]>([
		['10,000 templates', asking(named(10_000)), []],
		[
			'10,001 templates',
			asking(named(10_001)),
			['template 10000: There are 10,001 templates, more than the 10,000 that a run takes.'],
		],
		['50 models, and fields left empty', { models: ['', ...named(50), ' '] }, []],
		[
			'51 models',
			{ models: named(51) },
			['model 50: There are 51 models, more than the 50 that a run takes.'],
		],
	])('is named: %s', (_, more, expected) => {
		const check = checkDraft({ ...asking(['{review}']), ...more }, reviews);
		expect(problemsOf(check)).toEqual(expected);
		expect(check.setup === null).toBe(expected.length > 0);
	});
});

test.each<[string, Partial<Draft>, RowScan | null]>([
	['a sample', { rows: { ...emptyRows, choose: 'random', count: 9, seed: 3 } }, null],
	['an open range', { rows: { ...emptyRows, choose: 'range', from: 100 } }, null],
	[
		'rows without text',
		{ rows: { ...emptyRows, choose: 'where', column: 'review', has: false } },
		scanned({ rowCount: 5 }),
	],
	[
		'parameters of two models',
		{ models: ['a', 'b'], modelParameters: ['{"seed": 1}', '{"temperature": 0}'] },
		null,
	],
	[
		'models from a column with parameters for one of them',
		{
			models: ['typed', 'm2'],
			modelParameters: ['', '{"seed": 1}'],
			bindings: [{ column: 'which', parameter: 'model' }],
		},
		scanned({ models: ['m1', 'm2'] }),
	],
	[
		'models from a column with blanks',
		{ models: ['typed'], bindings: [{ column: 'which', parameter: 'model' }] },
		scanned({ models: ['m1', ''] }),
	],
])('a draft made from a run with %s gives the same run again', (_, more, scan) => {
	const { setup } = checkDraft(asking(['{review}'], more), reviews, scan);
	expect(setup).not.toBeNull();
	if (setup !== null) expect(checkDraft(draftOf(setup), reviews, scan).setup).toEqual(setup);
});

test('a draft made from a run in pairs gives the same run again', () => {
	const more = { pairing: 'pair', rows: { ...emptyRows, choose: 'first', count: 2 } } as const;
	const { setup } = checkDraft(asking(['{review}', '{id}'], more), reviews);
	expect(setup?.pairing).toBe('pair');
	if (setup !== null) expect(checkDraft(draftOf(setup), reviews).setup).toEqual(setup);
});

test('repeats are requests more of one choice each', () => {
	const { setup } = checkDraft(asking(['{review}']), reviews);
	if (setup === null) throw new Error('No setup');
	const repeated = { ...setup, repeats: 3 };
	expect(plannedRequests(planSizeOf(repeated))).toBe(450);
	expect(choicesAsked(repeated)).toBe(3);
});

test.each<[string, Partial<Draft>, boolean]>([
	['nothing of the kind', {}, false],
	['an ID column', { idColumn: 'id' }, true],
	['an ID column that is not there', { idColumn: 'gone' }, false],
	['a binding', { bindings: [{ column: 'heat', parameter: 'temperature' }] }, true],
	['a binding half made', { bindings: [{ column: 'heat', parameter: '' }] }, false],
	['a sample', { rows: { ...emptyRows, choose: 'random' } }, false],
])('a draft with %s asks for a look through the rows: %j', (_, more, asks) => {
	expect(rowQueryOf(asking(['{review}'], more), reviews) !== null).toBe(asks);
});

describe('while the rules of the plan are not there', () => {
	test.each<[string, Partial<Draft>, boolean]>([
		['nothing of theirs', {}, true],
		['all rows', { rows: { ...emptyRows, count: 5 } }, true],
		['parameters of a model that are blank', { modelParameters: [' '] }, true],
		['the first rows', { rows: { ...emptyRows, choose: 'first' } }, false],
		['pairs', { pairing: 'pair' }, false],
		['parameters of a model', { modelParameters: ['{}'] }, false],
		['a binding', { bindings: [{ column: 'heat', parameter: 'top_p' }] }, false],
	])('a draft that asks for %s is a run: %j', (_, more, isRun) => {
		const check = checkDraftBy(asking(['{review}'], more), reviews);
		expect(check).toMatchObject({ problems: [], counted: isRun });
		expect(check.setup !== null).toBe(isRun);
	});
});

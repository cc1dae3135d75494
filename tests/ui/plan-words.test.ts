import { describe, expect, test } from 'vitest';
import type { DraftCheck } from '#domain/check-draft.ts';
import type { RowChoice } from '#domain/rows.ts';
import { chosenWords } from '#ui/compose/chosen-words.ts';
import { choiceWords, planFactors, sentWords } from '#ui/compose/plan-words.ts';
import { bindingFacts, modelFacts, pairingFacts, rowsFact } from '#ui/run/plan-facts.ts';
import { setup } from '../state/run-fixtures.ts';

const plan = (more: Partial<DraftCheck>): DraftCheck => ({
	setup: null,
	problems: [],
	hints: [],
	templates: 2,
	rows: 150,
	rowsInData: 150,
	models: 3,
	requests: 900,
	paired: false,
	counted: true,
	modelColumn: null,
	shares: [],
	calls: 900,
	callsAtLeast: false,
	repeats: 1,
	...more,
});

describe('the plan in words', () => {
	test.each<[Partial<DraftCheck>, string]>([
		[{}, '2 templates × 150 rows × 3 models'],
		[{ rows: 20 }, '2 templates × 20 of 150 rows × 3 models'],
		[{ rows: 1, templates: 1, models: 1 }, '1 template × 1 of 150 rows × 1 model'],
		[{ counted: false }, '2 templates × rows being counted × 3 models'],
		[{ paired: true, rows: 2 }, '2 templates, each with its row × 3 models'],
		[{ modelColumn: 'which' }, '2 templates × 150 rows × the model in “which”'],
		[{ repeats: 3 }, '2 templates × 150 rows × 3 models × 3 repeats'],
	])('of %j is %j', (more, words) => {
		expect(planFactors(plan(more), true)).toBe(words);
	});

	test.each([
		[1, 1, '1 request'],
		[1_800, 1_800, '1,800 requests'],
		[1_800, 90, '1,800 prompts in 90 requests'],
		[20, 1, '20 prompts in 1 request'],
	])('tells %d requests in %d calls as “%s”', (requests, calls, words) => {
		expect(sentWords(plan({ requests, calls }))).toBe(words);
	});

	test('does not promise a number of calls that the rows decide', () => {
		const words = sentWords(plan({ requests: 40, calls: 2, callsAtLeast: true }));
		expect(words).toBe('40 prompts in at least 2 requests');
	});

	test('without data speaks of no rows', () => {
		expect(planFactors(plan({ rows: 1, rowsInData: 1 }), false)).toBe('2 templates × 3 models');
	});

	test.each<[Partial<DraftCheck>, number | null, string | null]>([
		[{}, 1, null],
		[{}, null, null],
		[{}, 3, '2,700 choices'],
		[{ repeats: 3 }, 1, '900 choices'],
		[{ repeats: 3 }, 3, '900 choices'],
	])('of %j with %j completions comes to %j', (more, completions, words) => {
		expect(choiceWords(plan(more), completions)).toBe(words);
	});

	test.each<[Partial<DraftCheck>, string]>([
		[{ rows: 20 }, '20 of 150 rows chosen.'],
		[{}, 'All 150 rows are chosen.'],
		[{ counted: false }, 'The rows are being counted…'],
	])('of rows with %j says %j', (more, words) => {
		expect(chosenWords(plan(more))).toBe(words);
	});
});

describe('a run’s setup', () => {
	const where = { kind: 'where', column: 'review' } as const;
	test.each<[RowChoice | undefined, string]>([
		[undefined, '20'],
		[{ kind: 'first', count: 20 }, '20: the first ones'],
		[{ kind: 'random', count: 20, seed: 7 }, '20: a random sample, seed 7'],
		[{ kind: 'range', from: 11, to: 30 }, '20: from row 11 to row 30'],
		[{ ...where, has: true, text: '' }, '20: those with text in review'],
		[{ ...where, has: false, text: 'spam' }, '20: those without “spam” in review'],
	])('names rows chosen by %j as %j', (rows, value) => {
		const chosen = { ...setup, rowCount: 20, ...(rows === undefined ? {} : { rows }) };
		expect(rowsFact(chosen)).toEqual({ label: 'Rows', value });
	});

	test('says what single models and rows are sent of their own, and how templates go with rows', () => {
		const own = {
			...setup,
			models: ['a', 'b'],
			modelParameters: [{}, { seed: 1 }],
			bindings: [
				{ column: 'heat', parameter: 'temperature' },
				{ column: 'which', parameter: 'model' },
			],
			pairing: 'pair',
		} as const;
		expect([...modelFacts(own), ...bindingFacts(own), ...pairingFacts(own)]).toEqual([
			{ label: 'Parameters for b', value: '{"seed":1}' },
			{ label: 'From columns', value: 'temperature from heat\nmodel from which' },
			{ label: 'Templates', value: 'template 1 with the first row, 2 with the second, …' },
		]);
		expect([...modelFacts(setup), ...bindingFacts(setup), ...pairingFacts(setup)]).toEqual([]);
	});
});

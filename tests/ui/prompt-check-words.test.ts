import { describe, expect, test } from 'vitest';
import type { FoundPrompts, PromptCheck } from '#domain/prompt-check.ts';
import { checkWords, fitWords, placeWords } from '#ui/compose/prompt-check-words.ts';

const found = (count: number): FoundPrompts => ({
	count,
	first: Array.from({ length: count }, (_, rowIndex) => ({
		rowIndex,
		promptIndex: 0,
		id: String(rowIndex),
	})),
});

const check = (more: Partial<PromptCheck>): PromptCheck => ({
	prompts: 150,
	window: 128_000,
	publishedOf: null,
	perRow: false,
	counted: 'bounds',
	tooLong: found(0),
	certainlyTooLong: 0,
	inDoubt: found(0),
	tight: found(0),
	blank: [],
	...more,
});

const said = (more: Partial<PromptCheck>, templates = 1): readonly string[] =>
	checkWords(check(more), templates).map(({ text, meaning }) => `${text}. ${meaning}`.trim());

describe('what a check found', () => {
	test.each<[Partial<PromptCheck>, string]>([
		[
			{ tooLong: found(3), certainlyTooLong: 3 },
			'3 rows are too long for a context window of 128,000 tokens. They will fail alone, without being sent.',
		],
		[
			{ tooLong: found(1), counted: 'exactly' },
			'1 row is too long for a context window of 128,000 tokens. It will fail alone.',
		],
		[
			{ tooLong: found(2), certainlyTooLong: 1, counted: 'asOpenAiModels' },
			'2 rows are too long for a context window of 128,000 tokens. They will probably fail: the tokens are counted as OpenAI’s models count them.',
		],
		[
			{ tooLong: found(2), certainlyTooLong: 2, publishedOf: 'gpt-4o' },
			'2 rows are too long for gpt-4o, which takes 128,000 tokens. They will probably fail.',
		],
		[
			{ tooLong: found(2), certainlyTooLong: 2, publishedOf: 'gpt-4', perRow: true },
			'2 rows are too long for the model of the row. They will probably fail.',
		],
		[
			{ inDoubt: found(12) },
			'12 rows may be too long for a context window of 128,000 tokens. Counting exactly tells; it loads up to 1.5 MB from this site, once.',
		],
		[
			{ tight: found(1) },
			'1 row leaves less room for the answer than Max tokens. Some models refuse such a request; others cut the answer short.',
		],
		[{ blank: [{ column: 'review', rows: found(2) }] }, '2 rows have no text in {review}.'],
	])('%#: %j', (more, words) => {
		expect(said(more)).toEqual([words]);
	});

	test('speaks of prompts and of their templates where there are several', () => {
		expect(said({ tooLong: found(3), certainlyTooLong: 3 }, 2)[0]).toMatch(/^3 prompts are/);
		expect(placeWords({ rowIndex: 1_233, promptIndex: 1, id: 'x' }, 2)).toBe(
			'row 1,234 of template 2',
		);
		expect(placeWords({ rowIndex: 3, promptIndex: 0, id: 'x' }, 1)).toBe('row 4');
	});

	test('is nothing where all fit, which is said where a window is known', () => {
		expect(said({})).toEqual([]);
		expect(fitWords(check({}))).toBe('All 150 prompts fit into 128,000 tokens.');
		expect(fitWords(check({ perRow: true }))).toBe(
			'All 150 prompts fit into the context windows that are known of their models.',
		);
		expect(fitWords(check({ prompts: 1 }))).toBe('The prompt fits into 128,000 tokens.');
		expect(fitWords(check({ window: null }))).toBeNull();
		expect(fitWords(check({ inDoubt: found(1) }))).toBeNull();
	});
});

import { describe, expect, test } from 'vitest';
import { answerParts, usageDetails } from '#domain/answer-parts.ts';
import type { JsonObject } from '#domain/json.ts';
import { hasTokenScores, meanProbability, tokenScores } from '#domain/token-scores.ts';

const entry = (token: string, logprob: number, top: JsonObject[] = []): JsonObject => ({
	token,
	logprob,
	bytes: null,
	top_logprobs: top,
});

describe('the tokens of an answer', () => {
	const yes = entry('yes', -0.1, [entry('yes', -0.1), entry('no', -2.5)]);
	const end = entry('.', -1);
	const expected = [
		{
			token: 'yes',
			logprob: -0.1,
			alternatives: [
				{ token: 'yes', logprob: -0.1 },
				{ token: 'no', logprob: -2.5 },
			],
		},
		{ token: '.', logprob: -1, alternatives: [] },
	];

	test.each<[string, JsonObject]>([
		['Chat Completions', { logprobs: { content: [yes, end], refusal: null } }],
		['a refusal in Chat Completions', { logprobs: { content: null, refusal: [yes, end] } }],
		[
			'Responses',
			{
				output: [
					{ type: 'reasoning', summary: [] },
					{ type: 'message', content: [{ type: 'output_text', text: 'yes', logprobs: [yes] }] },
					{ type: 'message', content: [{ type: 'output_text', text: '.', logprobs: [end] }] },
				],
			},
		],
		[
			'Completions',
			{
				logprobs: {
					tokens: ['yes', '.'],
					token_logprobs: [-0.1, -1],
					top_logprobs: [{ no: -2.5, yes: -0.1 }, null],
					text_offset: [0, 3],
				},
			},
		],
	])('are read from %s', (_, choice) => {
		expect(tokenScores(choice)).toEqual(expected);
		expect(hasTokenScores(choice)).toBe(true);
	});

	test.each<[string, JsonObject]>([
		['no probabilities', { logprobs: null, message: { content: 'yes' } }],
		['an empty list', { logprobs: { content: [], refusal: null } }],
		['something else in their place', { logprobs: 'yes', output: 'yes' }],
		['an output without them', { output: [{ content: [{ text: 'yes', logprobs: [] }] }] }],
	])('are none of a choice with %s', (_, choice) => {
		expect(tokenScores(choice)).toEqual([]);
		expect(hasTokenScores(choice)).toBe(false);
	});

	test('have no number where the endpoint gives none', () => {
		const echoed = { logprobs: { tokens: ['a', 'b'], token_logprobs: [null, -2] } };
		expect(tokenScores(echoed).map(({ logprob }) => logprob)).toEqual([null, -2]);
		expect(meanProbability(tokenScores(echoed))).toBeCloseTo(Math.exp(-2));
		expect(meanProbability(tokenScores({ logprobs: { tokens: ['a'] } }))).toBeNull();
	});
});

describe('what an answer holds beside its text', () => {
	test.each<[string, JsonObject, object]>([
		[
			'a refusal beside a text',
			{ message: { content: 'Well.', refusal: 'No.' } },
			{ refusal: 'No.', reasoning: null, calls: [] },
		],
		[
			'no second refusal where it is the text',
			{ message: { content: null, refusal: 'No.' } },
			{ refusal: null },
		],
		['no blank refusal', { message: { content: 'Yes', refusal: ' ' } }, { refusal: null }],
		[
			'the calls of tools',
			{
				message: {
					content: null,
					tool_calls: [
						{ type: 'function', function: { name: 'look', arguments: '{"a":1}' } },
						{ type: 'custom', custom: { name: 'run', input: 'ls' } },
					],
				},
			},
			{
				calls: [
					{ name: 'look', arguments: '{"a":1}' },
					{ name: 'run', arguments: 'ls' },
				],
			},
		],
		[
			'the summary of its reasoning',
			{
				output: [
					{ type: 'reasoning', summary: [{ type: 'summary_text', text: 'First.' }] },
					{ type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'Then.' }] },
				],
			},
			{ reasoning: 'First.\n\nThen.' },
		],
		['reasoning in the message', { message: { reasoning_content: 'Hm.' } }, { reasoning: 'Hm.' }],
		['nothing', { text: 'yes' }, { refusal: null, reasoning: null, calls: [] }],
	])('is %s', (_, choice, expected) => {
		expect(answerParts(choice)).toMatchObject(expected);
	});

	test.each<[JsonObject, object]>([
		[
			{
				usage: {
					completion_tokens_details: { reasoning_tokens: 3 },
					prompt_tokens_details: { cached_tokens: 0 },
				},
			},
			{ reasoningTokens: 3, cachedTokens: 0 },
		],
		[
			{ usage: { output_tokens_details: { reasoning_tokens: 4 } } },
			{ reasoningTokens: 4, cachedTokens: null },
		],
		[{ usage: null }, { reasoningTokens: null, cachedTokens: null }],
	])('is told by the usage %j', (rest, details) => {
		expect(usageDetails(rest)).toEqual(details);
	});
});

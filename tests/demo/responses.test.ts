import type OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { demoClient, persist } from './demo-client.ts';

const model = 'demo-small';
const input = 'Decide if the review is positive or negative. Review: Superb.';

const asked = (more: Partial<OpenAI.Responses.ResponseCreateParamsNonStreaming> = {}) => {
	const { client } = demoClient();
	return persist(() => client.responses.create({ model, input, ...more }));
};

describe('the simulated Responses', () => {
	test('answer in the API’s shape, with usage that adds up', async () => {
		const response = await asked({ store: false });
		expect(response).toMatchObject({
			id: expect.stringMatching(/^resp_[a-z0-9]{48}$/) as string,
			object: 'response',
			created_at: 1_700_000_000,
			status: 'completed',
			error: null,
			incomplete_details: null,
			model,
			store: false,
			output: [
				{
					type: 'message',
					role: 'assistant',
					content: [
						{
							type: 'output_text',
							text: 'The review is positive.',
							annotations: [],
							logprobs: [],
						},
					],
				},
			],
		});
		const { usage } = response;
		expect(usage?.output_tokens).toBe(7);
		expect(usage?.total_tokens).toBe((usage?.input_tokens ?? 0) + 7);
	});

	test('read the instructions and every message', async () => {
		const { output_text } = await asked({
			instructions: 'Answer with one word: Positive or Negative.',
			input: [
				{ role: 'user', content: 'Review: Awful.' },
				{ role: 'assistant', content: 'Negative' },
				{ role: 'user', content: 'Review: Superb.' },
			],
		});
		expect(output_text).toBe('Positive');
	});

	test('end incomplete at max_output_tokens', async () => {
		const response = await asked({ input: `Repeat: ${'word '.repeat(50)}`, max_output_tokens: 16 });
		expect(response).toMatchObject({
			status: 'incomplete',
			incomplete_details: { reason: 'max_output_tokens' },
			usage: { output_tokens: 16 },
		});
	});

	test('answer with JSON where text.format asks for it', async () => {
		const { output_text } = await asked({ text: { format: { type: 'json_object' } } });
		expect(JSON.parse(output_text)).toEqual({ label: 'positive' });
	});

	test('give log probabilities where they are included', async () => {
		const { output, output_text } = await asked({
			include: ['message.output_text.logprobs'],
			top_logprobs: 2,
		});
		const [message] = output;
		const part = message?.type === 'message' ? message.content[0] : undefined;
		const logprobs = part?.type === 'output_text' ? (part.logprobs ?? []) : [];
		expect(logprobs.map(({ token }) => token).join('')).toBe(output_text);
		expect(logprobs.every(({ top_logprobs }) => top_logprobs.length === 2)).toBe(true);
	});

	test.each([
		[{ n: 2 }, "Unknown parameter: 'n'."],
		[{ messages: [] }, "this parameter has moved to 'input'"],
		[{ max_tokens: 5 }, "this parameter has moved to 'max_output_tokens'"],
		[{ reasoning_effort: 'low' }, "this parameter has moved to 'reasoning.effort'"],
		[{ max_output_tokens: 15 }, 'Expected a value >= 16, but got 15 instead.'],
		[{ input: '' }, "Missing required parameter: 'input'."],
		[{ input: [] }, "Invalid 'input': empty array."],
		[{ model: 'gpt-4o' }, 'The model `gpt-4o` does not exist'],
	])('refuse %j', async (more, words) => {
		await expect(asked(more as object)).rejects.toThrow(words);
	});
});

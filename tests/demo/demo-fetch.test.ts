import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import { createDemoFetch } from '#demo/demo-fetch.ts';
import { demoBaseUrl } from '#domain/connection.ts';
import { ask, demoClient, persist } from './demo-client.ts';
import { readSample, reviewsOf } from './samples.ts';

const model = 'demo-small';
const classic =
	'You will be given a review of a coffee. Decide if the review is positive or negative. Review: ';
const reviews = reviewsOf(readSample('coffee-reviews.csv'));

const message = (content: string): OpenAI.ChatCompletionMessageParam[] => [
	{ role: 'user', content },
];

async function failure(call: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
	const error: unknown = await call.then(
		() => null,
		(reason: unknown) => reason,
	);
	if (error instanceof OpenAI.APIError) return error;
	throw new Error(`Not an API error: ${String(error)}`);
}

describe('Chat Completions', () => {
	test('answers in the API’s shape, with usage that adds up', async () => {
		const { client } = demoClient();
		const completion = await persist(() =>
			client.chat.completions.create({ model, messages: message(`${classic}${reviews[0] ?? ''}`) }),
		);
		expect(completion).toEqual({
			id: expect.stringMatching(/^chatcmpl-[a-z0-9]{29}$/) as string,
			object: 'chat.completion',
			created: 1_700_000_000,
			model,
			choices: [
				{
					index: 0,
					message: { role: 'assistant', content: 'The review is positive.', refusal: null },
					logprobs: null,
					finish_reason: 'stop',
				},
			],
			usage: expect.anything() as object,
			system_fingerprint: 'fp_simulated',
		});
		const { prompt_tokens = 0, completion_tokens, total_tokens } = completion.usage ?? {};
		expect(completion_tokens).toBe(7);
		expect(total_tokens).toBe(prompt_tokens + 7);
		const characters = classic.length + (reviews[0]?.length ?? 0);
		expect(prompt_tokens).toBeGreaterThan(characters / 5);
		expect(prompt_tokens).toBeLessThan(characters / 2.5);
	});

	test('judges the three classic reviews', async () => {
		const { client } = demoClient();
		const answers = [];
		for (const review of reviews.slice(0, 3)) answers.push(await ask(client, classic + review));
		expect(answers).toEqual([
			'The review is positive.',
			'The review is positive.',
			'The review is negative.',
		]);
	});

	test('gives n choices, worded differently, and counts the tokens of all', async () => {
		const { client } = demoClient();
		const { choices, usage } = await persist(() =>
			client.chat.completions.create({ model, n: 3, messages: message(`${classic}Superb.`) }),
		);
		expect(choices.map(({ index }) => index)).toEqual([0, 1, 2]);
		expect(new Set(choices.map((choice) => choice.message.content)).size).toBe(3);
		expect(usage?.completion_tokens).toBeGreaterThan(20);
	});

	test.each(['max_tokens', 'max_completion_tokens'])('cuts at %s', async (name) => {
		const { client } = demoClient();
		const { choices, usage } = await persist(() =>
			client.chat.completions.create({
				model,
				messages: message(`${classic}Superb.`),
				[name]: 2,
			}),
		);
		expect(choices[0]?.message.content).toBe('The revi');
		expect(choices[0]?.finish_reason).toBe('length');
		expect(usage?.completion_tokens).toBe(2);
	});

	test.each([' is', [' positive', ' is'], [' is', 'never']])(
		'ends before the stop sequence %j',
		async (stop) => {
			const { client } = demoClient();
			const { choices } = await persist(() =>
				client.chat.completions.create({ model, stop, messages: message(`${classic}Superb.`) }),
			);
			expect(choices[0]?.message.content).toBe('The review');
			expect(choices[0]?.finish_reason).toBe('stop');
		},
	);

	test('answers with JSON where response_format asks for it', async () => {
		const { client } = demoClient();
		const { choices } = await persist(() =>
			client.chat.completions.create({
				model,
				response_format: { type: 'json_object' },
				messages: message(`${classic}Superb.`),
			}),
		);
		expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual({ label: 'positive' });
	});

	test('gives log probabilities whose tokens join to the answer', async () => {
		const { client } = demoClient();
		const { choices } = await persist(() =>
			client.chat.completions.create({
				model,
				logprobs: true,
				top_logprobs: 3,
				messages: message(`${classic}Superb. ☕`),
			}),
		);
		const content = choices[0]?.logprobs?.content ?? [];
		expect(content.map(({ token }) => token).join('')).toBe('The review is positive.');
		for (const { token, logprob, bytes, top_logprobs } of content) {
			expect(logprob).toBeLessThanOrEqual(0);
			expect(bytes).toEqual([...new TextEncoder().encode(token)]);
			expect(top_logprobs).toHaveLength(3);
			expect(top_logprobs[0]?.token).toBe(token);
			expect(top_logprobs[1]?.logprob).toBeLessThan(logprob);
		}
	});
});

describe('Completions', () => {
	test('numbers the choices of several prompts prompt by prompt', async () => {
		const { client } = demoClient();
		const prompts = [`${classic}Superb.`, `${classic}Awful.`];
		const completion = await persist(() =>
			client.completions.create({ model, prompt: prompts, n: 2 }),
		);
		expect(completion.id).toMatch(/^cmpl-[a-z0-9]{29}$/);
		expect(completion.object).toBe('text_completion');
		const byIndex = completion.choices.toSorted((a, b) => a.index - b.index);
		expect(byIndex.map(({ index, text }) => [index, text])).toEqual([
			[0, 'The review is positive.'],
			[1, 'This review is positive.'],
			[2, 'The review is negative.'],
			[3, 'This review is negative.'],
		]);
		expect(completion.usage?.total_tokens).toBe(
			(completion.usage?.prompt_tokens ?? 0) + (completion.usage?.completion_tokens ?? 0),
		);
	});

	test('gives the choices of several prompts in no order, and those of one in theirs', async () => {
		const { client } = demoClient();
		const indices = async (prompt: string | string[]) => {
			const { choices } = await persist(() => client.completions.create({ model, prompt, n: 8 }));
			return choices.map(({ index }) => index);
		};
		const ordered = (count: number) => Array.from({ length: count }, (_, i) => i);
		expect(await indices('Superb.')).toEqual(ordered(8));
		const mixed = await indices(['Superb.', 'Awful.']);
		expect(mixed).not.toEqual(ordered(16));
		expect(mixed.toSorted((a, b) => a - b)).toEqual(ordered(16));
	});

	test('takes one prompt, cuts it and gives its log probabilities', async () => {
		const { client } = demoClient();
		const prompt = `${classic}Superb.`;
		const { choices } = await persist(() =>
			client.completions.create({ model, prompt, max_tokens: 3, logprobs: 2 }),
		);
		expect(choices[0]).toMatchObject({ text: 'The review', finish_reason: 'length' });
		const logprobs = choices[0]?.logprobs;
		expect(logprobs?.tokens?.join('')).toBe('The review');
		expect(logprobs?.text_offset?.[0]).toBe(prompt.length);
		expect(Object.keys(logprobs?.top_logprobs?.[0] ?? {})).toHaveLength(2);
	});
});

test('the models are listed', async () => {
	const { client } = demoClient();
	const { data } = await client.models.list();
	expect(data.map(({ id }) => id)).toEqual(['demo-small', 'demo-large']);
});

describe('a request that the API refuses', () => {
	const chat = { model, messages: [{ role: 'user', content: 'Hello' }] };
	const post = async (path: string, body: string) => {
		const { fetch } = demoClient();
		const response = await fetch(`${demoBaseUrl}${path}`, { method: 'POST', body });
		const { error } = (await response.json()) as { error: Record<string, unknown> };
		expect(Object.keys(error)).toEqual(['message', 'type', 'param', 'code']);
		expect(error['type']).toBe('invalid_request_error');
		return { status: response.status, ...error };
	};

	test.each([
		['/chat/completions', '{', 400, null, null],
		['/chat/completions', '', 400, null, null],
		['/chat/completions', '[]', 400, null, null],
		['/chat/completions', { messages: chat.messages }, 400, null, null],
		['/chat/completions', { model }, 400, 'messages', 'missing_required_parameter'],
		['/chat/completions', { model, messages: 'Hi' }, 400, 'messages', 'invalid_type'],
		['/chat/completions', { model, messages: [] }, 400, 'messages', 'empty_array'],
		[
			'/chat/completions',
			{ model, messages: [{ content: 'Hi' }] },
			400,
			'messages[0].role',
			'missing_required_parameter',
		],
		[
			'/chat/completions',
			{ model, messages: [{ role: 'user', content: 5 }] },
			400,
			'messages[0].content',
			'invalid_type',
		],
		['/chat/completions', { ...chat, n: 0 }, 400, 'n', 'integer_below_min_value'],
		['/chat/completions', { ...chat, n: 1.5 }, 400, 'n', 'invalid_type'],
		['/chat/completions', { ...chat, n: 129 }, 400, 'n', 'integer_above_max_value'],
		[
			'/chat/completions',
			{ ...chat, temperature: -1 },
			400,
			'temperature',
			'decimal_below_min_value',
		],
		['/chat/completions', { ...chat, stop: [1] }, 400, 'stop', 'invalid_type'],
		['/chat/completions', { ...chat, stream: true }, 400, 'stream', 'unsupported_value'],
		['/completions', { model }, 400, 'prompt', 'missing_required_parameter'],
		['/completions', { model, prompt: [] }, 400, 'prompt', 'empty_array'],
		['/completions', { model, prompt: [[1, 2]] }, 400, 'prompt', 'invalid_type'],
		['/completions', { model: 'gpt-9', prompt: 'Hi' }, 404, null, 'model_not_found'],
		['/embeddings', { model, input: 'Hi' }, 404, null, null],
	])('%s %j gets %d', async (path, body, status, param, code) => {
		const text = typeof body === 'string' ? body : JSON.stringify(body);
		expect(await post(path, text)).toMatchObject({ status, param, code });
	});

	test('is worded as the API words it', async () => {
		const { client } = demoClient();
		const unknown = await failure(
			client.chat.completions.create({ model: 'gpt-9', messages: message('Hi') }),
		);
		expect(unknown).toBeInstanceOf(OpenAI.NotFoundError);
		expect(unknown.message).toBe(
			'404 The model `gpt-9` does not exist or you do not have access to it.',
		);
		const cold = await failure(
			client.chat.completions.create({ model, temperature: -1, messages: message('Hi') }),
		);
		expect(cold.message).toBe(
			"400 Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -1 instead.",
		);
		expect(await post('/nowhere', '{}')).toMatchObject({
			message: 'Invalid URL (POST /v1/nowhere)',
		});
	});

	test('is refused at other addresses and by other methods too', async () => {
		const { fetch } = demoClient();
		const elsewhere = await fetch('https://example.com/v1/models');
		const reading = await fetch(new URL(`${demoBaseUrl}/chat/completions`));
		expect([elsewhere.status, reading.status]).toEqual([404, 404]);
	});
});

describe('aborting', () => {
	const never = new Promise<void>(() => undefined);
	const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }] });
	const post = (signal: AbortSignal) => ({ method: 'POST', body, signal });

	test('before the call rejects as fetch does', async () => {
		const { fetch, slept } = demoClient();
		const call = fetch(`${demoBaseUrl}/chat/completions`, post(AbortSignal.abort()));
		await expect(call).rejects.toMatchObject({ name: 'AbortError' });
		await expect(call).rejects.toBeInstanceOf(DOMException);
		expect(slept).toEqual([]);
	});

	test.each([
		['resolves', (): Promise<void> => Promise.resolve()],
		['rejects', (): Promise<void> => Promise.reject(new Error('slept too little'))],
		['never settles', (): Promise<void> => never],
	])('during a sleep that then %s rejects as fetch does', async (_, afterAbort) => {
		const controller = new AbortController();
		const fetch = createDemoFetch({
			sleep: (_ms, signal) =>
				new Promise((resolve, reject) => {
					signal.addEventListener('abort', () => void afterAbort().then(resolve, reject));
					queueMicrotask(() => {
						controller.abort();
					});
				}),
			now: () => 0,
		});
		const call = fetch(`${demoBaseUrl}/chat/completions`, post(controller.signal));
		await expect(call).rejects.toMatchObject({ name: 'AbortError' });
		await expect(call).rejects.toBeInstanceOf(DOMException);
	});

	test('is known to the SDK as the person’s abort', async () => {
		const controller = new AbortController();
		const client = new OpenAI({
			apiKey: 'x',
			baseURL: demoBaseUrl,
			maxRetries: 0,
			dangerouslyAllowBrowser: true,
			fetch: createDemoFetch({
				sleep: (_ms, signal) =>
					new Promise((resolve) => {
						signal.addEventListener('abort', () => {
							resolve();
						});
						controller.abort();
					}),
				now: () => 0,
			}),
		});
		await expect(client.models.list({ signal: controller.signal })).rejects.toBeInstanceOf(
			OpenAI.APIUserAbortError,
		);
	});
});

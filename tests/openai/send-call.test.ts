import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#domain/json.ts';
import type { Prompt } from '#domain/prompt.ts';
import { createSender } from '#openai/create-sender.ts';
import { dealOut, sendCall } from '#openai/send-call.ts';

const never = new AbortController().signal;
const rest = { id: 'c1', usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 } };
const choice = (index: number | null): JsonObject => ({
	...(index === null ? {} : { index }),
	text: `choice ${String(index)}`,
	finish_reason: 'stop',
});
const choices = (...indices: readonly (number | null)[]): readonly JsonObject[] =>
	indices.map(choice);

const texts = (...all: readonly string[]): readonly Prompt[] =>
	all.map((text) => ({ kind: 'completion', text }));

function sending(body: JsonObject) {
	const bodies: JsonObject[] = [];
	const send = createSender({
		endpoint: 'completions',
		connection: {
			provider: 'compatible',
			baseUrl: 'https://models.example/v1',
			organization: '',
			project: '',
			usesKey: false,
		},
		key: '',
		timeoutMs: 60_000,
		after: () => () => undefined,
		epoch: () => 0,
		fetch: (_, { body: sent } = {}) => {
			bodies.push(JSON.parse(sent as string) as JsonObject);
			return Promise.resolve(
				new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } }),
			);
		},
	});
	return { bodies, send };
}

describe('several prompts in one call', () => {
	test('are one list, and each gets the choices whose index is its own, in whatever order they come', async () => {
		const { bodies, send } = sending({ ...rest, choices: choices(4, 1, 5, 0, 3, 2) });
		const outcome = await sendCall(send, texts('a', 'b', 'c'), { model: 'm', n: 2 }, never);
		expect(bodies).toEqual([{ model: 'm', n: 2, prompt: ['a', 'b', 'c'] }]);
		expect(outcome).toEqual({
			ok: true,
			value: [
				{ rest, choices: choices(0, 1) },
				{ rest, choices: choices(2, 3) },
				{ rest, choices: choices(4, 5) },
			],
		});
	});

	test('tell what their headers say of the limits, as one does', async () => {
		const { send } = sending({ ...rest, choices: choices(0, 1) });
		let heard = 0;
		await sendCall(send, texts('a', 'b'), { model: 'm' }, never, () => heard++);
		expect(heard).toBe(1);
	});

	test('with another number of choices are a broken answer that names both numbers', async () => {
		const { send } = sending({ ...rest, choices: choices(0, 1, 2) });
		expect(await sendCall(send, texts('a', 'b'), { model: 'm', n: 2 }, never)).toMatchObject({
			ok: false,
			error: {
				kind: 'malformed',
				message:
					'2 prompts with 2 completions each were sent in one call: 4 choices were due and 3 came.',
				// The endpoint has not said this.
				status: null,
			},
		});
	});

	test('that are refused are refused as one', async () => {
		const { send } = sending({ error: { message: 'no such thing', code: 'invalid_api_key' } });
		expect(await sendCall(send, texts('a', 'b'), { model: 'm' }, never)).toMatchObject({
			ok: false,
			error: { kind: 'unauthorized' },
		});
	});
});

describe('one prompt in a call', () => {
	test('is sent as a text, and whatever number of choices came is its own', async () => {
		const { bodies, send } = sending({ ...rest, choices: choices(0) });
		const outcome = await sendCall(send, texts('a'), { model: 'm', n: 2 }, never);
		expect(bodies).toEqual([{ model: 'm', n: 2, prompt: 'a' }]);
		expect(outcome).toEqual({ ok: true, value: [{ rest, choices: choices(0) }] });
	});

	test('may be a chat', async () => {
		const { bodies, send } = sending({ choices: [{ index: 0, message: { content: 'yes' } }] });
		const chat: Prompt = { kind: 'chat', messages: [{ role: 'user', content: 'hello' }] };
		expect(await sendCall(send, [chat], { model: 'm' }, never)).toMatchObject({ ok: true });
		expect(bodies).toMatchObject([{ messages: [{ content: 'hello' }] }]);
	});
});

describe('choices that do not fit their prompts', () => {
	test.each([
		[
			'one too few',
			3,
			1,
			[0, 1],
			/^3 prompts were sent in one call: 3 choices were due and 2 came/,
		],
		['one too many', 2, 1, [0, 1, 2], /2 choices were due and 3 came/],
		['one twice', 3, 1, [0, 1, 1], /3 choices came, but 1 of the 3 .* the first of them 2\.$/],
		['all the first', 3, 1, [0, 0, 0], /2 of the 3 indices .* the first of them 1\.$/],
		['counted from one', 2, 1, [1, 2], /the first of them 0\.$/],
		['counted for each prompt', 2, 2, [0, 1, 0, 1], /2 of the 4 indices .* the first of them 2\.$/],
		['without an index', 2, 1, [null, null], /2 of the 2 indices/],
	])('%s are given to nobody', (_, prompts, n, indices, words) => {
		const dealt = dealOut({ rest, choices: choices(...indices) }, prompts, n);
		expect(dealt).toMatchObject({ ok: false, error: expect.stringMatching(words) as string });
	});
});

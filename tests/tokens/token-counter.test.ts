import { countTokens, encodeChat } from 'gpt-tokenizer/encoding/o200k_base';
import { countTokens as countSmall } from 'gpt-tokenizer/encoding/cl100k_base';
import { describe, expect, test } from 'vitest';
import type { Prompt } from '#domain/prompt.ts';
import { slicesOf, withoutLongRuns } from '#tokens/slices.ts';
import { TokenCounter } from '#tokens/token-counter.ts';

const options = { disallowedSpecial: new Set<string>() };
const completion = (text: string): Prompt => ({ kind: 'completion', text });

async function count(prompt: Prompt, encoding: 'o200k_base' | 'cl100k_base' = 'o200k_base') {
	let pauses = 0;
	const counter = await TokenCounter.open(encoding);
	const tokens = await counter.count(prompt, () => {
		pauses += 1;
		return Promise.resolve();
	});
	return { tokens, pauses };
}

const prose =
	'Zażółć gęślą jaźń, they said: "it costs 1,234.50 EUR"!\n\tAnd don’t forget the café. ';

describe('the exact count', () => {
	test('of a long text is that of the text as a whole, with pauses between its slices', async () => {
		const text = prose.repeat(3_000);
		const { tokens, pauses } = await count(completion(text));
		expect(tokens).toBe(countTokens(text, options));
		expect(pauses).toBeGreaterThan(10);
	});

	test('has the smaller vocabulary for older models', async () => {
		const { tokens } = await count(completion(prose), 'cl100k_base');
		expect(tokens).toBe(countSmall(prose, options));
		expect(tokens).not.toBe(countTokens(prose, options));
	});

	test('of a chat is that of the API: two short messages are 19 tokens', async () => {
		const messages = [
			{ role: 'system', content: 'You are a helpful assistant.' },
			{ role: 'user', content: 'Hello, world' },
		] as const;
		const { tokens } = await count({ kind: 'chat', messages });
		expect(tokens).toBe(encodeChat([...messages], 'gpt-4o').length);
	});

	test('takes the name of a special token as text', async () => {
		expect((await count(completion('<|endoftext|>'))).tokens).toBeGreaterThan(1);
	});

	test.each([
		['a letter', 'a'],
		['spaces', ' '],
		['Chinese without a space', '评论很好'],
	])('of a hundred thousand characters of %s is never quadratic', async (_, unit) => {
		const text = unit.repeat(100_000 / unit.length);
		const parts = [...slicesOf(text)].flatMap(withoutLongRuns);
		expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(512);
		expect((await count(completion(text))).tokens).toBeGreaterThan(100);
	});
});

/** Half of a surrogate pair cannot be written as an address. */
const isWellFormed = (text: string): boolean => {
	try {
		encodeURIComponent(text);
		return true;
	} catch {
		return false;
	}
};

test('slices joined are the text, and part no surrogate pair', () => {
	for (const text of [prose.repeat(900), '🙂'.repeat(20_000), `a${'🙂'.repeat(20_000)}`, '']) {
		const slices = [...slicesOf(text)];
		expect(slices.join('')).toBe(text);
		expect(slices.flatMap(withoutLongRuns).every((part) => isWellFormed(part))).toBe(true);
		expect(slices.flatMap(withoutLongRuns).join('')).toBe(text);
	}
});

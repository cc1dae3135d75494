import * as listed from 'gpt-tokenizer/models';
import { describe, expect, test } from 'vitest';
import {
	encodingOf,
	isOpenAiModel,
	publishedWindow,
	smallestWindow,
} from '#domain/model-families.ts';

interface Listed {
	readonly name: string;
	readonly context_window?: number;
}

const hasWindow = (spec: unknown): spec is Required<Listed> =>
	typeof spec === 'object' && spec !== null && 'context_window' in spec && 'name' in spec;

const specs: readonly Required<Listed>[] = Object.values<unknown>(listed).filter(hasWindow);
/** Models that take no text prompts. */
const otherKinds = /audio|realtime|transcribe|tts|image|search|deep-research|codex|computer|cyber/;

describe('a model’s published context window', () => {
	test.each(specs.filter(({ name }) => !otherKinds.test(name)))(
		'of $name is $context_window or not known',
		({ name, context_window }) => {
			expect([context_window, null]).toContain(publishedWindow(name));
		},
	);

	test.each([
		['gpt-4o-mini', 128_000],
		['gpt-4o-2024-11-20', 128_000],
		['ft:gpt-4o-mini-2024-07-18:acme::abc', 128_000],
		['openai/gpt-4.1-mini', 1_047_576],
		['gpt-4', 8_192],
		['gpt-4-turbo', 128_000],
		['gpt-3.5-turbo', 16_385],
		['gpt-3.5-turbo-instruct', 4_096],
		['gpt-5', 400_000],
		['gpt-5-mini', 400_000],
		['gpt-5-chat-latest', 128_000],
		['gpt-5.5', 1_050_000],
		['o3', 200_000],
		['gpt-6', null],
		['gpt-4-next', null],
		['llama-3.1-8b', null],
		['demo-small', null],
		['', null],
	])('of %s is %s', (model, tokens) => {
		expect(publishedWindow(model)).toBe(tokens);
	});

	test('of several models is the smallest that is known', () => {
		expect(smallestWindow(['llama', 'gpt-4.1', 'gpt-4o'])).toEqual({
			model: 'gpt-4o',
			tokens: 128_000,
		});
		expect(smallestWindow(['llama'])).toBeNull();
	});
});

test.each([
	['gpt-4', 'cl100k_base', true],
	['gpt-4-turbo', 'cl100k_base', true],
	['ft:gpt-3.5-turbo:acme', 'cl100k_base', true],
	['davinci-002', 'cl100k_base', true],
	['gpt-4o-mini', 'o200k_base', true],
	['gpt-4.1', 'o200k_base', true],
	['openai/gpt-5', 'o200k_base', true],
	['o3', 'o200k_base', true],
	['gpt-6.1', 'o200k_base', true],
	['openai/gpt-4:free', 'cl100k_base', true],
	['openai/ft:gpt-4-0613:acme', 'cl100k_base', true],
	['gpt-4-next', 'cl100k_base', true],
	['llama-3', 'o200k_base', false],
	['olmo', 'o200k_base', false],
])('%s is counted with %s, exactly: %s', (model, encoding, isExact) => {
	expect(encodingOf(model)).toBe(encoding);
	expect(isOpenAiModel(model)).toBe(isExact);
});

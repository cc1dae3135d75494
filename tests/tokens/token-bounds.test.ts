import fc from 'fast-check';
import { countTokens as countLarge } from 'gpt-tokenizer/encoding/o200k_base';
import { countTokens as countSmall } from 'gpt-tokenizer/encoding/cl100k_base';
import { describe, expect, test } from 'vitest';
import { isCertainlyLonger, isEasilyWithin, promptBounds } from '#tokens/prompt-bounds.ts';
import { tokenBounds } from '#tokens/token-bounds.ts';

const options = { disallowedSpecial: new Set<string>() };
const counts = (text: string): readonly number[] => [
	countLarge(text, options),
	countSmall(text, options),
];

const words = fc.array(
	fc.oneof(
		fc.constantFrom(
			...['the', 'Überraschung', 'don’t', "it's", 'naïve', 'e\u0301tude', 'cafe\u0301s'],
			...['привет', 'こんにちは', '评论很好', 'नमस्ते', 'ትግርኛ', '12345', '3.14', '𝒜lpha', '🙂', '👩‍👩‍👧'],
			...['"key": [1, 2]', '<|endoftext|>', '!!!!!!!!', '--------', '\r\n', '\n\n', '\t', '      '],
			...['e.g.', 'https://example.com/a?b=c', 'a_b_c', 'x'.repeat(200), '\u00a0', '\u2014', '½'],
		),
		fc.string({ maxLength: 12 }),
		fc.string({ unit: 'grapheme', maxLength: 8 }),
	),
	{ maxLength: 40 },
);
const text = fc
	.tuple(words, fc.constantFrom('', ' ', ', ', '\n', ' – '))
	.map(([w, s]) => w.join(s));

describe('the bounds of a text’s tokens', () => {
	test('hold what both of OpenAI’s vocabularies make of it', () => {
		fc.assert(
			fc.property(text, (sample) => {
				const { fewest, most } = tokenBounds(sample);
				for (const count of counts(sample)) {
					expect(count).toBeGreaterThanOrEqual(fewest);
					expect(count).toBeLessThanOrEqual(most);
				}
			}),
			{ numRuns: 3_000 },
		);
	});

	test.each([
		['', 0, 0],
		['one two three', 3, 13],
		["don't", 1, 5],
		['don’t', 1, 7],
		['2026-11-21', 3, 10],
		['żółć', 1, 8],
		['🙂', 1, 4],
		['a\u{1D49C}b', 1, 6],
		['x'.repeat(129), 3, 129],
		['!'.repeat(130), 2, 130],
	])('of %j are %i and %i', (sample, fewest, most) => {
		expect(tokenBounds(sample)).toEqual({ fewest, most });
	});

	test('are close from below for plain prose', () => {
		const prose =
			'The coffee was warm and bright, with a long finish; we would order it again next week. ';
		const sample = prose.repeat(50);
		expect(tokenBounds(sample).fewest).toBeGreaterThan(0.8 * countLarge(sample, options));
	});

	test('of a chat hold its form, too', () => {
		const chat = {
			kind: 'chat',
			messages: [
				{ role: 'system', content: 'Be brief.' },
				{ role: 'user', content: 'Hello there' },
			],
		} as const;
		expect(promptBounds(chat).fewest).toBe(4);
		expect(promptBounds(chat).most).toBeGreaterThan(20 + 4 * 2 + 3);
		expect(isCertainlyLonger(chat, 3)).toBe(true);
		expect(isCertainlyLonger(chat, 4)).toBe(false);
		expect(isEasilyWithin(chat, promptBounds(chat).most + 2 * 20)).toBe(true);
		expect(isEasilyWithin(chat, promptBounds(chat).most - 1)).toBe(false);
	});
});

import { describe, expect, test } from 'vitest';
import { answerTo } from '#demo/answer.ts';
import { readPrompt } from '#demo/prompt-reading.ts';
import { sentimentOf } from '#demo/sentiment.ts';
import { readSample, reviewsOf } from './samples.ts';

const answer = (prompt: string, context = '', choice = 0): string =>
	answerTo(readPrompt(prompt, context), prompt, { choice, asJson: false });

const good = 'Lovely, rich and fresh.';
const bad = 'Stale and bitter; a waste of money.';
const classic =
	'You will be given a review of a coffee. Decide if the review is positive or negative. Review: ';

describe('the answer', () => {
	test.each([
		[classic + good, 'The review is positive.'],
		[classic + bad, 'The review is negative.'],
		[`Positive or negative? Answer with one word.\nReview: ${bad}`, 'negative'],
		[`Review: ${good}\nSentiment:`, 'positive'],
		[`Label the sentiment.\nReview: ${good}\nSentiment:`, 'positive'],
		[`Reply with POSITIVE or NEGATIVE only.\nReview: ${good}`, 'POSITIVE'],
		[`Review: """${bad}"""\n\nIs this review positive or negative?`, 'The review is negative.'],
		[`Classify as positive or negative: ${bad}`, 'The review is negative.'],
		[`Classify: ${good}`, 'The review is positive.'],
		[`Is it positive or negative? Answer with one word:\n\n${bad}`, 'negative'],
		[
			`Positive or negative?\n<review>${good}</review>\nNegative ones are rare.`,
			'The review is positive.',
		],
		[`Positive, negative or neutral, one word. Review: I drank it.`, 'neutral'],
		[`How many stars, 1 to 5? Review: ${bad}`, '1'],
		[`Rate it from 1 to 5. Review: ${good}`, '5'],
	])('to %j is %j', (prompt, expected) => {
		expect(answer(prompt)).toBe(expected);
	});

	test('judges the review and not the words of the instruction', () => {
		const instruction =
			'Terrible, awful, negative reviews get “negative”, else “positive”. Review: ';
		expect(answer(instruction + good)).toBe('The review is positive.');
		expect(answer(`Wonderful, delicious, best: positive or negative? Review: ${bad}`)).toBe(
			'The review is negative.',
		);
	});

	test('judges the last review of a prompt with examples', () => {
		const examples = `Review: Superb, perfect, excellent.\nSentiment: positive\n\nReview: ${bad}\nSentiment:`;
		expect(answer(examples)).toBe('negative');
	});

	test('judges the user’s whole message where the system message asks', () => {
		const system = 'Answer with one word: positive or negative.';
		expect(answer('Awful, terrible, no stars: why did I buy it?', system)).toBe('negative');
		for (const review of reviewsOf(readSample('coffee-reviews.csv')))
			expect(answer(review, system)).toBe(sentimentOf(review) < 0 ? 'negative' : 'positive');
	});

	test.each([
		[good, bad, 'The first review is positive.'],
		[bad, good, 'The second review is positive.'],
	])('names the positive one of two reviews: %j, %j', (first, second, expected) => {
		const prompt = `Two reviews of a coffee follow. Decide which one is positive.\n\nFirst review: ${first}\nSecond review: ${second}`;
		expect(answer(prompt)).toBe(expected);
	});

	test('names the negative one of two reviews where that is asked', () => {
		expect(answer(`Which is negative?\nReview 1: ${good}\nReview 2: ${bad}`)).toBe(
			'The second review is negative.',
		);
	});

	test('names the positive one in every row of the sample of pairs, whose order varies', () => {
		const answers = readSample('compare-reviews.csv').rows.map((row) =>
			answer(
				`Which one is positive?\n\nFirst review: ${row['first_review'] ?? ''}\nSecond review: ${row['second_review'] ?? ''}`,
			),
		);
		const order = [1, 2, 2, 1, 1, 2, 1, 2, 2, 1, 2, 1, 2, 1, 1, 2].map((place) =>
			place === 1 ? 'The first review is positive.' : 'The second review is positive.',
		);
		expect(answers).toEqual(order);
	});

	test.each([
		['Reply as {"label": "…"}', good, { label: 'positive' }],
		[
			'Reply as {"label": "positive" or "negative", "stars": 1-5}',
			bad,
			{ label: 'negative', stars: 1 },
		],
		['Reply as {"is_positive": true}', bad, { is_positive: false }],
		['Positive or negative, as JSON.', good, { label: 'positive' }],
		['Stars from 1 to 5, as JSON.', good, { stars: 5 }],
	])('is JSON where the prompt says %j', (instruction, review, expected) => {
		const prompt = `Positive or negative? ${instruction}\nReview: ${review}`;
		const asked = instruction.startsWith('Stars') ? `${instruction}\nReview: ${review}` : prompt;
		expect(JSON.parse(answer(asked))).toEqual(expected);
	});

	test('to anything else says that it is simulated, with a few words of the prompt', () => {
		const said = answer('Translate the following sentence into French and explain each word.');
		expect(said).toMatch(/^Simulated answer: /);
		expect(said).toContain('Translate the following sentence');
		expect(said.length).toBeLessThan(160);
	});

	test('to a review left empty judges nothing', () => {
		expect(answer(classic)).toMatch(/^Simulated answer: /);
	});

	test('varies its wording from choice to choice, but never its meaning', () => {
		const choices = [0, 1, 2, 3].map((choice) => answer(classic + bad, '', choice));
		expect(new Set(choices).size).toBe(4);
		for (const said of choices) expect(said).toContain('negative');
	});

	test.each([
		'\n'.repeat(200_000),
		'review '.repeat(50_000),
		': '.repeat(200_000),
		'香り\n'.repeat(60_000),
	])('to a long odd prompt comes within the time of a test', (text) => {
		expect(answer(`Stars? ${text}`)).toBeTypeOf('string');
		expect(answer(text)).toBeTypeOf('string');
	});
});

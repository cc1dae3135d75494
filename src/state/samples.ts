import type { TemplateDraft } from '#domain/draft.ts';
import type { Message } from '#domain/prompt.ts';

export interface Sample {
	readonly file: string;
	/** A prompt that fits the file's columns. */
	readonly template: TemplateDraft;
}

const sample = (file: string, system: string, lines: readonly string[]): Sample => {
	const content = lines.join('\n');
	const messages: readonly Message[] = [
		{ role: 'system', content: system },
		{ role: 'user', content },
	];
	return { file, template: { messages, prompt: `${system}\n${content}\nAnswer:` } };
};

export const coffeeReviews: Sample = sample(
	'coffee-reviews.csv',
	'You label coffee reviews. Answer with one word.',
	['Decide if the review is positive or negative.', 'Review: {review}'],
);

export const pairsOfReviews: Sample = sample(
	'compare-reviews.csv',
	'You compare coffee reviews. Answer with one sentence.',
	['Which review is positive?', 'First review: {first_review}', 'Second review: {second_review}'],
);

const ofSamples = [coffeeReviews, pairsOfReviews].map(({ template }) => JSON.stringify(template));

/** Whether a sample's prompt may take its place: nothing was written there, or a sample's prompt was left as it is. */
export const isReplaceable = (template: TemplateDraft): boolean =>
	ofSamples.includes(JSON.stringify(template)) ||
	(template.prompt.trim() === '' &&
		template.messages.every(({ content }) => content.trim() === ''));

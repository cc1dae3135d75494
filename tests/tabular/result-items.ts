import type { ResultItem } from '#domain/result-item.ts';
import type { ItemWriter } from '#tabular/item-writer.ts';

export const resultItem = (changes: Partial<ResultItem> = {}): ResultItem => ({
	id: '7',
	prompt_index: 0,
	row_index: 6,
	model_index: 0,
	choice_index: 0,
	messages: [{ role: 'user', content: 'Classify: Very good' }],
	messages_raw: [{ role: 'user', content: 'Classify: {review}' }],
	prompt_args: { review: 'Very good' },
	row: { id: '7', review: 'Very good' },
	model_args: { model: 'demo-small', temperature: 0 },
	choice: {
		index: 0,
		message: { role: 'assistant', content: 'positive' },
		finish_reason: 'stop',
	},
	completion: { id: 'c-1', usage: { prompt_tokens: 12, completion_tokens: 3 } },
	response: 'positive',
	number_of_prompt_tokens: 12,
	number_of_generated_tokens: 3,
	error: null,
	attempts: 1,
	started_at: '2026-01-02T03:04:05.006Z',
	latency_ms: 210,
	...changes,
});

export const failedItem = (changes: Partial<ResultItem> = {}): ResultItem =>
	resultItem({
		choice_index: null,
		choice: null,
		completion: null,
		response: null,
		number_of_prompt_tokens: null,
		number_of_generated_tokens: null,
		error: { kind: 'serverError', message: 'Bad gateway', status: 502, code: null },
		...changes,
	});

export async function* streamOf<T>(values: readonly T[]): AsyncGenerator<T> {
	for (const value of values) yield await Promise.resolve(value);
}

/** The whole file that these items become, given to the writer one by one. */
export const written = (writer: ItemWriter, items: readonly ResultItem[]): string =>
	[writer.open(), ...items.map((item) => writer.items([item])), writer.close()].join('');

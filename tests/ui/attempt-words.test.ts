import { expect, test } from 'vitest';
import type { ResultItem } from '#domain/result-item.ts';
import { attemptLines, omittedWords, rawCompletion, timeFacts } from '#ui/run/attempt-words.ts';

const item: ResultItem = {
	...{ id: '0', prompt_index: 0, row_index: 0, model_index: 0, choice_index: 0 },
	...{ prompt_args: {}, row: {}, model_args: {}, response: 'yes', error: null },
	...{ number_of_prompt_tokens: 1, number_of_generated_tokens: 1, attempts: 1 },
	choice: { index: 0, message: { content: 'yes' } },
	completion: { id: 'c1', usage: { prompt_tokens: 1 } },
	started_at: '2026-11-21T10:00:09.000Z',
	latency_ms: 1_200,
	queued_ms: 30,
	request_id: 'req_9',
};
const refused = { kind: 'rateLimited', message: 'Wait.', status: 429, code: null } as const;

test('a request that was answered at once has one line and no backoff', () => {
	expect(attemptLines(item, 'UTC')).toEqual([
		{
			...{ number: 1, left: '10:00:09', outcome: 'Answered.', said: '', isFailure: false },
			...{ took: '1.2 s', waited: '', requestId: 'req_9' },
		},
	]);
	expect(timeFacts(item)).toEqual([
		{ label: 'Queued', value: '30 ms' },
		{ label: 'Network and model', value: '1.2 s' },
	]);
});

test('what a person had sent again waited for the person, which is no backoff', () => {
	const retried: ResultItem = {
		...item,
		attempt_history: [
			{
				...{ started_at: '2026-11-20T10:00:00.000Z', latency_ms: 50, waited_ms: 400 },
				error: { ...refused, request_id: 'req_1' },
			},
			{
				...{ started_at: '2026-11-20T10:00:01.000Z', latency_ms: 50, waited_ms: 86_400_000 },
				...{ error: { ...refused, kind: 'contentFiltered', status: null }, settled: true },
			},
			{
				...{ started_at: '2026-11-21T10:00:02.000Z', latency_ms: 300, waited_ms: 600 },
				...{ error: null, request_id: 'req_3', settled: true },
			},
		],
	};
	const lines = attemptLines(retried, 'UTC');
	expect(lines.map(({ requestId }) => requestId)).toEqual(['req_1', null, 'req_3', 'req_9']);
	expect(lines.map(({ left }) => left)).toEqual([
		'10:00:00',
		'10:00:01',
		'2026-11-21 10:00:02',
		'2026-11-21 10:00:09',
	]);
	expect(lines[0]?.outcome).toContain('HTTP 429.');
	expect(lines[1]?.waited).toContain('until sent again');
	expect(lines[2]?.outcome).toBe('Answered, cut off. It was asked for again.');
	expect(timeFacts(retried)).toContainEqual({ label: 'Backoff', value: '0.4 s' });
	expect(timeFacts(retried)).toContainEqual({ label: 'Other attempts', value: '0.4 s' });
});

test('numbers go on over attempts that are not kept, which are counted in words', () => {
	const past = Array.from({ length: 20 }, (_, i) => ({
		started_at: `2026-11-21T09:00:${String(i).padStart(2, '0')}.000Z`,
		...{ latency_ms: 1, waited_ms: 1, error: refused },
	}));
	const lines = attemptLines({ ...item, attempt_history: past, attempts_omitted: 80 }, 'UTC');
	expect(lines.map(({ number }) => number).slice(3, 7)).toEqual([4, 5, 86, 87]);
	expect(lines.at(-1)?.number).toBe(101);
	expect(omittedWords(80)).toBe('80 attempts after the first five are not kept.');
});

test('the completion is put together again as the API gave it', () => {
	const choices = [item.choice, { index: 1, message: { content: 'no' } }];
	const both = choices.map((choice) => ({ ...item, choice }));
	expect(rawCompletion(both)).toEqual({ id: 'c1', usage: { prompt_tokens: 1 }, choices });
	const output = [{ type: 'message' }];
	const response = { ...item, completion: { object: 'response' }, choice: { output } };
	expect(rawCompletion([response])).toEqual({ object: 'response', output });
	expect(rawCompletion([{ ...item, completion: null, choice: null }])).toBeNull();
});

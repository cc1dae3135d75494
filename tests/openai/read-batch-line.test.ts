import { expect, test } from 'vitest';
import { readBatchLine } from '#openai/read-batch-line.ts';

const line = (created: unknown): unknown => ({
	custom_id: 'c1',
	response: {
		status_code: 200,
		request_id: 'r1',
		body: { created, choices: [{ index: 0, message: { role: 'assistant', content: 'a' } }] },
	},
	error: null,
});

test.each([
	[1_700_000_000, 1_700_000_000_000],
	[1_700_000_000.1234, 1_700_000_000_123],
	[0, 0],
	[-1, null],
	[8.64e12, 8.64e15],
	[8.64e12 + 1, null],
	[1e300, null],
	['yesterday', null],
	[undefined, null],
])('an answer created at %s seconds is of millisecond %s', (created, ms) => {
	expect(readBatchLine(line(created), 'chatCompletions')?.createdAt).toBe(ms);
});

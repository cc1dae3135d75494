import { expect, test } from 'vitest';
import { checkDraft } from '#domain/check-draft.ts';
import { emptyDraft } from '#domain/draft.ts';
import { sentWords } from '#ui/compose/plan-words.ts';

const plan = checkDraft(emptyDraft, null);

test.each([
	[1, 1, '1 request'],
	[1_800, 1_800, '1,800 requests'],
	[1_800, 90, '1,800 prompts in 90 requests'],
	[20, 1, '20 prompts in 1 request'],
])('%d requests in %d calls are told as “%s”', (requests, calls, words) => {
	expect(sentWords({ ...plan, requests, calls })).toBe(words);
});

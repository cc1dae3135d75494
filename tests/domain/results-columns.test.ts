import { expect, test } from 'vitest';
import { looksLikeResults } from '#domain/results-columns.ts';

test.each<[string, Readonly<Record<string, string>>, boolean]>([
	[
		'of batch-prompt',
		{ prompt: 'a', choice: '{"index":0}', completion: '{}', prompt_raw: 'a' },
		true,
	],
	['of Volley', { id: '0', messages: '[]', choice: '{"index":0}', model_args: '{}' }, true],
	['whose first request failed', { messages_raw: '[]', choice: '', model_args: '{}' }, true],
	['with a choice in words', { prompt: 'a', choice: 'B', completion: 'b' }, false],
	['without a prompt', { choice: '{}', completion: '{}' }, false],
	['without an answer', { prompt: 'a', completion: 'b' }, false],
	['with neither parameters nor completion', { prompt: 'a', choice: '{}' }, false],
])('a table %s', (_, row, isMeant) => {
	const columns = Object.keys(row).map((name) => ({ name, header: name }));
	expect(looksLikeResults(columns, Object.values(row))).toBe(isMeant);
});

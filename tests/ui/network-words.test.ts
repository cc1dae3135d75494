import { expect, test } from 'vitest';
import type { NetworkUse } from '#contract/network.ts';
import { lockedOutWords, lockWords } from '#ui/network-words.ts';

const unused: NetworkUse = { lockedTo: null, sent: 0, blocked: 0, blockedAt: null };
const openAi = ['https://api.openai.com'];

test.each<[string, Partial<NetworkUse>, readonly string[]]>([
	['Start locks this tab to api.openai.com.', {}, openAi],
	['Start locks this tab to that address.', {}, []],
	['Locked to api.openai.com.', { lockedTo: openAi }, openAi],
	['Locked to api.openai.com: 1 request, all there.', { lockedTo: openAi, sent: 1 }, openAi],
	[
		'Locked to api.openai.com: 1,142 requests, all there.',
		{ lockedTo: openAi, sent: 1142 },
		openAi,
	],
	[
		'Locked to localhost:11434 and a.example: 2 requests, all there. 1 attempt to reach b.example was blocked.',
		{
			lockedTo: ['http://localhost:11434', 'https://a.example'],
			sent: 2,
			blocked: 1,
			blockedAt: 'b.example',
		},
		openAi,
	],
	[
		'Locked to api.openai.com: 2 requests, all there. 3 attempts to reach others were blocked, the last b.example.',
		{ lockedTo: openAi, sent: 2, blocked: 3, blockedAt: 'b.example' },
		openAi,
	],
	[
		'Locked to a, b, c and 2 more.',
		{ lockedTo: ['https://a', 'https://b', 'https://c', 'https://d', 'https://e'] },
		[],
	],
])('%s', (words, use, origins) => {
	expect(lockWords({ ...unused, ...use }, origins)).toBe(words);
});

test('a draft that cannot be sent is told why', () => {
	expect(lockedOutWords({ ...unused, lockedTo: openAi }, ['https://b.example'])).toBe(
		'This tab is locked to api.openai.com until it is reloaded, so nothing can go to b.example.',
	);
});

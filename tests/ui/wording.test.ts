import { describe, expect, test } from 'vitest';
import type { RunRefusal } from '#contract/engine-api.ts';
import { choiceMarks } from '#domain/completion.ts';
import { failureOf } from '../state/run-fixtures.ts';
import {
	destinationOf,
	endpointName,
	failureTitle,
	failureWords,
	markWords,
	quoteOf,
	refusalWords,
} from '#ui/wording.ts';

/** Words of programmers that tell a newcomer nothing; CORS may stand in brackets, for whoever looks it up. */
const jargon =
	/\b(HTTP|4\d\d|5\d\d|null|undefined|payload|exception|socket|DNS|JSON|timeout error|TypeError|fetch|invalid|worker|token limit)\b/;

const sentence = /^\p{Lu}.*[.:]$/u;

describe.each(Object.entries(failureWords))('the words for %s', (kind, words) => {
	test('say what happened, what it means and what to do, in whole sentences', () => {
		for (const text of [words.title, words.meaning, words.advice]) expect(text).toMatch(sentence);
	});

	test('are short and without jargon', () => {
		const all = [words.title, words.meaning, words.advice];
		for (const text of all) {
			expect(text.length).toBeLessThanOrEqual(120);
			expect(text).not.toMatch(jargon);
		}
	});

	test('announce a list where, and only where, there is one', () => {
		expect(words.advice.endsWith(':')).toBe(kind === 'network');
	});
});

test.each<RunRefusal>([
	{ kind: 'missing' },
	{ kind: 'dataMissing' },
	{ kind: 'needsKey', origin: 'https://api.openai.com' },
	{ kind: 'ownedElsewhere' },
	{ kind: 'lastConnection' },
	{ kind: 'storage', message: 'The disk is full.' },
])('the refusal $kind is said in whole sentences', (refusal) => {
	const { title, meaning, advice } = refusalWords(refusal);
	for (const text of [title, meaning, advice]) expect(text).toMatch(sentence);
});

test.each(choiceMarks)('an answer marked %s has a word for a chip and a meaning', (mark) => {
	expect(markWords[mark].chip.length).toBeLessThanOrEqual(10);
	expect(markWords[mark].meaning).toMatch(sentence);
});

test.each([
	[
		{ message: 'You exceeded your quota.', status: 429 },
		'OpenAI answered “You exceeded your quota”.',
	],
	[{ message: 'Connection error.', status: null }, 'It was reported as “Connection error”.'],
	[{ message: '', status: 500 }, null],
])('what was answered is quoted: %o', (change, quoted) => {
	expect(quoteOf(failureOf('serverError', change), 'OpenAI')).toBe(quoted);
});

test.each([
	['demo', 'https://demo.invalid/v1', 'Demo', 'simulated in this page; nothing is sent'],
	['openai', 'https://api.openai.com/v1', 'OpenAI', 'all requests go to api.openai.com'],
	['compatible', 'http://localhost:8000/v1', 'localhost:8000', 'all requests go to localhost:8000'],
] as const)(
	'requests of %s to %s are said to go to the right place',
	(provider, baseUrl, name, where) => {
		const connection = { provider, baseUrl, organization: '', project: '', usesKey: true };
		expect(endpointName(connection)).toBe(name);
		expect(destinationOf(connection)).toBe(where);
	},
);

test('a stored failure of a kind that is not known is named as it is', () => {
	expect(failureTitle('timeout')).toBe(failureWords.timeout.title);
	expect(failureTitle('solarFlare')).toBe('solarFlare');
});

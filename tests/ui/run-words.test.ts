import { describe, expect, test } from 'vitest';
import type { RunPhase, RunProgress } from '#domain/run.ts';
import type { RefusedCommand } from '#state/run.svelte.ts';
import { counters, failureOf, lineAt, progressWith, setup } from '../state/run-fixtures.ts';
import { attentionFor, awaitedWords } from '#ui/run/attention.ts';
import { isNotGiven, moreGiven } from '#ui/run/given.ts';
import { progressText, statusText } from '#ui/run/status-text.ts';

const here = { origin: 'https://volley.example', secure: true, offline: false };
const circumstances = { lacksKeyFor: null, repairs: [], here };

const half = { ...counters, succeeded: 480, failed: 20, attempts: 612 };

test('the status is a sentence with every count', () => {
	expect(statusText(progressWith({ counters: half, inFlight: 96 }))).toBe(
		'Running: 480 succeeded, 20 failed, 96 in flight, 404 waiting, of 1,000.',
	);
});

test('of a run in another tab, what is in flight is not known', () => {
	expect(statusText(progressWith({ counters: half, elsewhere: true }))).toBe(
		'Running: 480 succeeded, 20 failed, 500 waiting, of 1,000.',
	);
});

test('the progress bar says how far it is in words', () => {
	expect(progressText(progressWith({ counters: half, inFlight: 96 }))).toBe(
		'50 %: 500 of 1,000 settled, 20 of them failed, 96 in flight',
	);
});

test('a wait of the whole run is read out with its end', () => {
	const cooldownUntil = Date.UTC(2026, 10, 12, 14, 3, 22);
	expect(statusText(progressWith({ cooldownUntil }), 'UTC')).toMatch(
		/ Nothing is sent until 14:03:22\.$/,
	);
});

describe('what asks for the person', () => {
	const quota: RunPhase = {
		name: 'needsAttention',
		failure: failureOf('quotaExhausted', { message: 'You exceeded your quota.', status: 429 }),
	};
	const needsKey = { kind: 'needsKey', origin: 'https://api.openai.com' } as const;
	const attentionAt = (
		phase: RunPhase,
		refused: RefusedCommand | null = null,
		change: Partial<RunProgress> = {},
	) =>
		attentionFor(progressWith({ phase, counters: half, ...change }), setup, refused, circumstances);

	test('says of a forgotten key that it was forgotten, not that anybody refused it', () => {
		const failure = failureOf('unauthorized', { message: '', status: null });
		const attention = attentionAt({ name: 'needsAttention', failure });
		expect(attention?.title).toContain('The API key was forgotten.');
		expect(attention?.text).toContain('Type a key for this endpoint, then resume.');
		expect(attention?.text).not.toContain('reported');
	});

	test('of a 404 at Responses says that few servers have it', () => {
		const failure = failureOf('notAnApi', { message: 'Not Found', status: 404 });
		const phase: RunPhase = { name: 'needsAttention', failure };
		const at = (endpoint: 'responses' | 'chatCompletions') =>
			attentionFor(progressWith({ phase }), { ...setup, endpoint }, null, circumstances);
		expect(at('responses')?.title).toContain('There is no Responses endpoint here.');
		expect(at('responses')?.text).toContain('choose Chat Completions');
		expect(at('chatCompletions')?.title).not.toContain('Responses');
	});

	test('names the cause, quotes the endpoint, counts the rows and says what to do', () => {
		const attention = attentionAt(quota);
		expect(attention?.title).toBe(
			'The account has no credit left. The run stopped; nothing is lost.',
		);
		expect(attention?.text).toContain('OpenAI answered “You exceeded your quota”.');
		expect(attention?.text).toContain('500 requests are waiting; none was sent after this answer.');
		expect(attention?.text).toContain('Add credit or change the key, then resume.');
	});

	test('does not count as waiting what is still in flight', () => {
		expect(attentionAt(quota, null, { inFlight: 5 })?.text).toContain('495 requests are waiting');
	});

	test.each([
		[1, 'Waiting for 1 answer that is still on its way…'],
		[5, 'Waiting for 5 answers that are still on their way…'],
	])('while Resume waits for %i: %s', (count, words) => {
		expect(awaitedWords(count)).toBe(words);
	});

	test('keeps the cause, and changes the advice, when resuming was refused', () => {
		const attention = attentionAt(quota, { command: 'resume', refusal: needsKey });
		expect(attention?.title).toContain('no credit left');
		expect(attention?.text).toContain('The API key is needed again. Type it to go on.');
	});

	test('without an answer there is a list to go through, and no talk of an answer', () => {
		const attention = attentionAt({ name: 'needsAttention', failure: failureOf('network') });
		expect(attention?.checks.length).toBeGreaterThan(0);
		expect(attention?.text).not.toContain('answered');
	});

	test('a closed page is said to have interrupted the run, with what may be paid twice', () => {
		const attention = attentionAt({ name: 'interrupted' });
		expect(attention?.tone).toBe('warn');
		expect(attention?.text).toContain('paid for twice');
	});

	test.each<RunPhase['name']>(['running', 'pausing', 'paused', 'stopped', 'finished'])(
		'nothing, when a run is %s',
		(name) => {
			expect(attentionAt({ name } as RunPhase)).toBeNull();
		},
	);

	test('a refused command, whatever the phase', () => {
		const refused = { command: 'retryFailed', refusal: { kind: 'ownedElsewhere' } } as const;
		expect(attentionAt({ name: 'finished' }, refused)?.title).toBe(
			'This run is going in another tab.',
		);
	});

	test('a refused Pause is named: the run goes on', () => {
		const refusal = { kind: 'storage', message: 'The disk is full.' } as const;
		expect(attentionAt({ name: 'running' }, { command: 'pause', refusal })?.title).toBe(
			'The run was not paused. The browser’s storage refused.',
		);
	});
});

describe('where the results cannot be saved', () => {
	const at = (code: string | null, unsaved: number) =>
		attentionFor(
			progressWith({
				phase: { name: 'needsAttention', failure: failureOf('storage', { code }) },
				counters: half,
				unsaved,
			}),
			setup,
			null,
			circumstances,
		);

	test('answers that are in this tab alone are counted apart, and nothing is called safe', () => {
		const attention = at('quota', 7);
		expect(attention?.title).toBe(
			'The results could not be saved. 7 answers are in this tab alone: keep it open until they are saved.',
		);
		expect(attention?.text).toContain('493 requests are waiting');
		expect(`${attention?.title ?? ''}${attention?.text ?? ''}`).not.toMatch(
			/nothing is lost|before an answer/,
		);
	});

	test.each([
		['quota', 7, 'Free some space, for example by deleting old runs, then resume.'],
		['quota', 0, 'Free some space, for example by deleting old runs, then resume.'],
		['closed', 7, 'Once the cause is mended, resume here: they are saved first.'],
		[null, 0, 'Once the cause is mended, reload the page, then resume.'],
	] as const)('for the cause %s with %i unsaved, the advice is: %s', (code, unsaved, advice) => {
		expect(at(code, unsaved)?.text.endsWith(advice)).toBe(true);
	});

	test('it is said of a stopped run too', () => {
		const stopped = progressWith({ phase: { name: 'stopped' }, counters: half, unsaved: 1 });
		expect(attentionFor(stopped, setup, null, circumstances)?.title).toBe(
			'1 answer is in this tab alone: keep it open until it is saved.',
		);
	});
});

describe('lines of an answer with another number of choices than asked for', () => {
	const settledLine = (choice: number, given: number) => ({
		...lineAt(0, 'succeeded'),
		choice,
		given,
	});

	test.each([
		[settledLine(1, 1), true],
		[settledLine(0, 1), false],
		[{ ...lineAt(0, 'waiting'), choice: 1 }, false],
		[{ ...lineAt(0, 'failed'), choice: 1 }, false],
	])('%o is not given: %s', (row, notGiven) => {
		expect(isNotGiven(row)).toBe(notGiven);
	});

	test.each([
		[settledLine(1, 4), 2, 2],
		[settledLine(0, 4), 2, 0],
		[settledLine(0, 3), 1, 2],
		[settledLine(1, 2), 2, 0],
		[settledLine(1, 1), 2, 0],
	])('%o of %i asked for has %i more', (row, asked, more) => {
		expect(moreGiven(row, asked)).toBe(more);
	});
});

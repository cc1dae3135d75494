import { describe, expect, test } from 'vitest';
import type { RunPhase } from '#domain/run.ts';
import { counters, failureOf, progressWith, setup } from '../state/run-fixtures.ts';
import { attentionFor } from '#ui/run/attention.ts';
import { paceText, progressText, statusText } from '#ui/run/status-text.ts';

const half = { ...counters, succeeded: 480, failed: 20, attempts: 612 };

test('the status is a sentence with every count', () => {
	expect(statusText(progressWith({ counters: half, inFlight: 96 }))).toBe(
		'Running: 480 succeeded, 20 failed, 96 in flight, 404 waiting, of 1,000.',
	);
});

test('the progress bar says how far it is in words', () => {
	expect(progressText(progressWith({ counters: half, inFlight: 96 }))).toBe(
		'50 %: 500 of 1,000 settled, 20 of them failed, 96 in flight',
	);
});

describe('the line about the pace', () => {
	const now = Date.UTC(2026, 10, 12, 14, 3, 0);
	const local = {
		...setup.connection,
		provider: 'compatible',
		baseUrl: 'http://localhost:8000/v1',
	} as const;

	test.each([
		[{}, 'No retries so far. Up to 100 at once.'],
		[
			{ retries: 1, rateLimited: 12 },
			'1 retry and 12 rate-limit answers so far; the latter cost no attempt. Up to 100 at once.',
		],
		[
			{ cooldownUntil: now + 22_000 },
			'Paused by the endpoint’s rate limit until 14:03:22; this costs no attempt.',
		],
		[{ cooldownUntil: now - 1 }, 'No retries so far. Up to 100 at once.'],
		[{ phase: { name: 'pausing' } as const }, 'What is in flight finishes; nothing new is sent.'],
		[{ phase: { name: 'finished' } as const, counters: half }, '112 attempts had to be repeated.'],
		[{ phase: { name: 'paused' } as const }, 'No attempt had to be repeated.'],
	])('%o: %s', (change, text) => {
		expect(paceText(progressWith(change), setup.connection, 100, now, 'UTC')).toBe(text);
	});

	test('says why fewer go out than were asked for', () => {
		expect(paceText(progressWith({ concurrency: 6 }), local, 100, now)).toBe(
			'No retries so far. Up to 6 at once: browsers open no more connections to an http:// address.',
		);
	});
});

describe('what asks for the person', () => {
	const quota: RunPhase = {
		name: 'needsAttention',
		failure: failureOf('quotaExhausted', { message: 'You exceeded your quota.', status: 429 }),
	};
	const needsKey = { kind: 'needsKey', origin: 'https://api.openai.com' } as const;

	test('names the cause, quotes the endpoint, counts the rows and says what to do', () => {
		const attention = attentionFor(quota, half, setup, null);
		expect(attention?.title).toBe(
			'The account has no credit left. The run stopped; nothing is lost.',
		);
		expect(attention?.text).toContain('OpenAI answered “You exceeded your quota”.');
		expect(attention?.text).toContain('500 requests are waiting; none was sent after this answer.');
		expect(attention?.text).toContain('Add credit or change the key, then resume.');
	});

	test('keeps the cause, and changes the advice, when resuming was refused', () => {
		const refused = { command: 'resume', refusal: needsKey } as const;
		const attention = attentionFor(quota, half, setup, refused);
		expect(attention?.title).toContain('no credit left');
		expect(attention?.text).toContain('The API key is needed again. Type it to go on.');
	});

	test('without an answer there is a list to go through, and no talk of an answer', () => {
		const phase: RunPhase = { name: 'needsAttention', failure: failureOf('network') };
		const attention = attentionFor(phase, half, setup, null);
		expect(attention?.checks.length).toBeGreaterThan(0);
		expect(attention?.text).not.toContain('answered');
	});

	test('a closed page is said to have interrupted the run, with what may be paid twice', () => {
		const attention = attentionFor({ name: 'interrupted' }, half, setup, null);
		expect(attention?.tone).toBe('warn');
		expect(attention?.text).toContain('paid for twice');
	});

	test.each<RunPhase['name']>(['running', 'pausing', 'paused', 'stopped', 'finished'])(
		'nothing, when a run is %s',
		(name) => {
			expect(attentionFor({ name } as RunPhase, half, setup, null)).toBeNull();
		},
	);

	test('a refused command, whatever the phase', () => {
		const refused = { command: 'retryFailed', refusal: { kind: 'ownedElsewhere' } } as const;
		expect(attentionFor({ name: 'finished' }, half, setup, refused)?.title).toBe(
			'This run is going in another tab.',
		);
	});
});

import { describe, expect, test } from 'vitest';
import { choiceText, markOf, usageOf, type ChoiceMark } from '#domain/completion.ts';
import type { JsonObject } from '#domain/json.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import {
	countAnswer,
	countSettled,
	emptyCounters,
	settledPhase,
	uncountAnswer,
	withoutFailed,
} from '#domain/run.ts';

const chat = (
	content: string | null,
	finish_reason = 'stop',
	more: JsonObject = {},
): JsonObject => ({
	index: 0,
	message: { role: 'assistant', content, ...more },
	finish_reason,
});

describe('what a choice is', () => {
	test.each<[string, JsonObject, ChoiceMark, string | null]>([
		['a plain answer', chat('yes'), 'complete', 'yes'],
		['a Completions answer', { text: ' yes', finish_reason: 'stop' }, 'complete', ' yes'],
		['cut off', chat('ye', 'length'), 'truncated', 'ye'],
		['cut off before a word', chat('', 'length'), 'truncated', ''],
		['refused', chat(null, 'stop', { refusal: 'I cannot.' }), 'refused', 'I cannot.'],
		['filtered', chat('', 'content_filter'), 'filtered', ''],
		['empty', chat(''), 'empty', ''],
		['blank', chat(' \n'), 'empty', ' \n'],
		['null', chat(null), 'empty', null],
		['a tool call', chat(null, 'tool_calls', { tool_calls: [{ id: 'c' }] }), 'complete', null],
		['no tool call', chat('', 'stop', { tool_calls: [] }), 'empty', ''],
		['a null for tool calls', chat(null, 'stop', { tool_calls: null }), 'empty', null],
		['a blank refusal', chat('yes', 'stop', { refusal: '' }), 'complete', 'yes'],
		[
			'content in parts',
			{
				message: {
					content: [
						{ type: 'text', text: 'a' },
						{ type: 'text', text: 'b' },
					],
				},
			},
			'complete',
			'ab',
		],
	])('%s', (_, choice, mark, text) => {
		expect(markOf(choice)).toBe(mark);
		expect(choiceText(choice)).toBe(text);
	});
});

test('usage that is absent or nonsense counts as unknown', () => {
	expect(usageOf({})).toEqual({ promptTokens: null, completionTokens: null });
	expect(usageOf({ usage: { prompt_tokens: '7', completion_tokens: 3 } })).toEqual({
		promptTokens: null,
		completionTokens: 3,
	});
	expect(usageOf({ usage: { prompt_tokens: -1, completion_tokens: 1e300 } })).toEqual({
		promptTokens: null,
		completionTokens: null,
	});
});

describe('the counters', () => {
	test('hold a few finish reasons by name, however many there are, and each once in all', () => {
		const answers = Array.from({ length: 500 }, (_, i) => [
			chat('yes', `reason ${String(i)}`.padEnd(i === 0 ? 0 : 5_000)),
		]);
		const none = emptyCounters({ templates: 1, rows: 500, models: 1 });
		const all = answers.reduce(countAnswer, none);
		expect(Object.keys(all.finishReasons).length).toBeLessThanOrEqual(31);
		expect(all.finishReasons).toMatchObject({ 'reason 0': 1, other: 470 });
		expect(JSON.stringify(all).length).toBeLessThan(4_000);
		expect(answers.toReversed().reduce(uncountAnswer, all).finishReasons).toEqual({});
	});

	const settled = (outcome: SettledRequest['outcome'], attempts = 1): SettledRequest => ({
		request: 0,
		outcome,
		attempts,
		startedAt: 0,
		latencyMs: 1,
	});
	const failure = {
		kind: 'badRequest',
		message: '',
		status: 400,
		code: null,
		requestId: null,
		waitMs: null,
	} as const;

	test('sum up choices, tokens, marks and failures', () => {
		let counters = emptyCounters({ templates: 2, rows: 3, models: 1 });
		counters = countSettled(
			counters,
			settled({
				ok: true,
				value: {
					rest: { usage: { prompt_tokens: 5, completion_tokens: 7 } },
					choices: [chat('a'), chat('b', 'length')],
				},
			}),
		);
		counters = countSettled(counters, settled({ ok: false, error: failure }, 9));
		expect(counters).toMatchObject({
			planned: 6,
			succeeded: 1,
			failed: 1,
			choices: 2,
			attempts: 10,
			promptTokens: 5,
			completionTokens: 7,
			finishReasons: { stop: 1, length: 1 },
			failures: { badRequest: 1 },
		});
		expect(counters.marks).toMatchObject({ complete: 1, truncated: 1 });
		expect(withoutFailed(counters)).toMatchObject({ succeeded: 1, failed: 0, failures: {} });
	});
});

test.each(['constructor', '__proto__', 'toString'])(
	'a finish reason %j is counted like any other',
	(reason) => {
		const settled: SettledRequest = {
			request: 0,
			outcome: { ok: true, value: { rest: {}, choices: [chat('a', reason), chat('b', reason)] } },
			attempts: 1,
			startedAt: 0,
			latencyMs: 1,
		};
		const counters = countSettled(emptyCounters({ templates: 1, rows: 1, models: 1 }), settled);
		expect(Object.entries(counters.finishReasons)).toEqual([[reason, 2]]);
	},
);

test('a run that was left while running reads as interrupted, every other phase as itself', () => {
	expect(settledPhase({ name: 'running' })).toEqual({ name: 'interrupted' });
	expect(settledPhase({ name: 'pausing' })).toEqual({ name: 'interrupted' });
	expect(settledPhase({ name: 'paused' })).toEqual({ name: 'paused' });
	expect(settledPhase({ name: 'finished' })).toEqual({ name: 'finished' });
});

test('the usage of a call that several prompts shared counts once', () => {
	const usage = { prompt_tokens: 30, completion_tokens: 12 };
	const answered = (position: number): SettledRequest => ({
		request: position,
		outcome: { ok: true, value: { rest: { usage }, choices: [chat('yes')] } },
		attempts: 1,
		startedAt: 0,
		latencyMs: 1,
		call: { size: 3, position },
	});
	// In whatever order they are stored.
	const counters = [1, 0, 2]
		.map(answered)
		.reduce(countSettled, emptyCounters({ templates: 1, rows: 3, models: 1 }));
	expect(counters).toMatchObject({
		succeeded: 3,
		choices: 3,
		promptTokens: 30,
		completionTokens: 12,
	});
});

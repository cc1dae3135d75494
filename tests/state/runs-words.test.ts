import { describe, expect, test } from 'vitest';
import type { RunPhase, RunSummary } from '#domain/run.ts';
import { formatBytes } from '#ui/shell/format-bytes.ts';
import { runWords } from '#ui/shell/run-words.ts';
import { failureOf } from './run-fixtures.ts';

const now = Date.parse('2026-11-21T14:30:00Z');

const words = (phase: RunPhase, change: Partial<RunSummary> = {}) =>
	runWords(
		{
			id: 'a',
			name: 'A',
			createdAt: 0,
			updatedAt: now,
			phase,
			planned: 8_000,
			succeeded: 4_858,
			failed: 48,
			...change,
		},
		now,
		'UTC',
	);

const finished = { name: 'finished' } as const;
const all = { planned: 12_400, succeeded: 12_400, failed: 0 };

describe('a run in the list', () => {
	test.each([
		[words({ name: 'running' }), 'going', '4,906 of 8,000', '61 %'],
		[words({ name: 'pausing' }), 'going', 'pausing · 4,906 of 8,000', '61 %'],
		[words({ name: 'paused' }), 'idle', 'paused · 4,906 of 8,000', null],
		[words({ name: 'interrupted' }), 'idle', 'interrupted · 4,906 of 8,000', null],
		[
			words({ name: 'needsAttention', failure: failureOf('unauthorized') }),
			'bad',
			'needs attention · 4,906 of 8,000',
			null,
		],
		[words(finished, all), 'good', 'finished 14:30 · 12,400', null],
		[
			words(finished, { ...all, updatedAt: now - 20 * 3_600_000 }),
			'good',
			'finished yesterday · 12,400',
			null,
		],
		[
			words(finished, { ...all, updatedAt: Date.parse('2026-03-02T10:00:00Z') }),
			'good',
			'finished 2 Mar · 12,400',
			null,
		],
		[
			words(finished, { ...all, updatedAt: Date.parse('2025-03-02T10:00:00Z') }),
			'good',
			'finished 2 Mar 2025 · 12,400',
			null,
		],
		[
			words(finished, { ...all, succeeded: 12_397, failed: 3 }),
			'warn',
			'finished 14:30 · 12,400, 3 failed',
			null,
		],
	])('%j', (said, tone, line, percent) => {
		expect(said).toEqual({ tone, line, percent });
	});
});

describe('an amount of storage', () => {
	test.each([
		[0, '0 B'],
		[999, '999 B'],
		[1_234, '1.2 kB'],
		[999_600, '1.0 MB'],
		[74_000, '74 kB'],
		[1_200_000_000, '1.2 GB'],
		[10_700_000_000, '11 GB'],
	])('of %d bytes is %s', (bytes, said) => {
		expect(formatBytes(bytes)).toBe(said);
	});
});

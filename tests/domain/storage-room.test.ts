import { describe, expect, test } from 'vitest';
import {
	bytesOfPlan,
	bytesOfRun,
	freeRoom,
	isNearlyFull,
	lackBeforeStart,
	lackOfRoom,
	type Room,
} from '#domain/storage-room.ts';
import { setupOf } from '../storage/world.ts';

const GB = 1e9;
const room = (usage: number | null, quota: number | null): Room => ({ usage, quota });

test.each<[Room, number | null, boolean]>([
	[room(1 * GB, 12 * GB), 11 * GB, false],
	[room(10.7 * GB, 12 * GB), 1.3 * GB, false],
	[room(10.9 * GB, 12 * GB), 1.1 * GB, true],
	[room(1.6 * GB, 2 * GB), 0.4 * GB, true],
	[room(3 * GB, 2 * GB), 0, true],
	[room(null, 2 * GB), null, false],
	[room(1 * GB, null), null, false],
])('%j: %s bytes are free, nearly full: %s', (given, free, full) => {
	const found = freeRoom(given);
	expect(found === null ? null : Math.round(found)).toBe(free);
	expect(isNearlyFull(given)).toBe(full);
});

describe('a run that goes', () => {
	const of = (bytes: number, settled: number, waiting: number) => ({ bytes, settled, waiting });
	test.each([
		['fits', room(1 * GB, 12 * GB), of(200_000, 100, 1_000_000), null],
		[
			'will not fit',
			room(11 * GB, 12 * GB),
			of(200_000, 100, 1_000_000),
			{ needed: 2 * GB, free: 1 * GB, fits: 500_000 },
		],
		['just fits', room(0, 2_000), of(2_000, 100, 100), null],
		['is full', room(5, 5), of(2_000, 100, 10), { needed: 200, free: 0, fits: 0 }],
		['has too few answers to tell', room(5, 5), of(2_000, 19, 10), null],
		['waits for nothing', room(5, 5), of(2_000, 100, 0), null],
		['is not measured', room(5, 5), of(0, 100, 10), null],
		['has a browser that does not tell', room(null, null), of(2_000, 100, 10), null],
	])('%s', (_, given, run, lack) => {
		expect(lackOfRoom(given, run)).toEqual(lack);
	});
});

test('a run takes its journal twice, or what its answers usually take', () => {
	expect(bytesOfRun(5_000, 3)).toBe(10_000);
	expect(bytesOfRun(null, 3)).toBe(2 * 3 * 1_820);
	expect(bytesOfRun(null, 0)).toBe(0);
});

describe('before the start', () => {
	const parameters = { completionsPerPrompt: 1, temperature: null, maxTokens: null, other: {} };
	test.each([
		['each request', {}, 2 * 1_000 * 1_820],
		['each choice', { parameters: { ...parameters, completionsPerPrompt: 3 } }, 2_000 * 4_260],
		['short answers', { parameters: { ...parameters, maxTokens: 10 } }, 2_000 * 860],
		[
			'long answers are not taken for sure',
			{ parameters: { ...parameters, maxTokens: 99_999 } },
			3_640_000,
		],
		['repeats', { repeats: 3 }, 3 * 3_640_000],
	])('%s is counted', (_, change, bytes) => {
		expect(bytesOfPlan(setupOf(1_000, change))).toBe(bytes);
	});

	test('what is more than there is room for is said, with both numbers', () => {
		expect(lackBeforeStart(room(0, 4_000_000), setupOf(1_000))).toBeNull();
		expect(lackBeforeStart(room(1_000_000, 4_000_000), setupOf(1_000))).toEqual({
			needed: 3_640_000,
			free: 3_000_000,
		});
		expect(lackBeforeStart(room(null, null), setupOf(1_000))).toBeNull();
	});
});

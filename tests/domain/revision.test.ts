import { describe, expect, test } from 'vitest';
import type { JsonObject } from '#domain/json.ts';
import { repaired, repairFor, withRepair, type Repair } from '#domain/repair.ts';
import {
	leftOutUnder,
	maxTokensOf,
	nextRevision,
	termsOf,
	type RunRevision,
} from '#domain/revision.ts';
import { setup } from '../state/run-fixtures.ts';

const model = 'o4-mini';
const renamed: Repair = { model, name: 'max_tokens', replacement: 'max_completion_tokens' };
const leftOut: Repair = { model, name: 'temperature', replacement: null };

describe('a refused parameter', () => {
	test.each<[string, string | null, readonly Repair[], Repair | null]>([
		['max_tokens', 'max_completion_tokens', [], renamed],
		['temperature', null, [renamed], leftOut],
		[
			'max_completion_tokens',
			'max_tokens',
			[renamed],
			{ model, name: 'max_completion_tokens', replacement: null },
		],
		[
			'max_completion_tokens',
			'max_tokens',
			[{ ...renamed, model: 'another' }],
			{ model, name: 'max_completion_tokens', replacement: 'max_tokens' },
		],
		['n', null, [], null],
		['response_format', null, [], null],
		['stop', null, [], null],
		['tools', null, [], null],
	])('%s, for which %s is named, after %j is mended by %j', (name, replacement, known, repair) => {
		expect(repairFor({ model, name, replacement }, known)).toEqual(repair);
	});

	test.each<[JsonObject, readonly Repair[], JsonObject]>([
		[{ max_tokens: 5, seed: 1 }, [renamed], { max_completion_tokens: 5, seed: 1 }],
		[{ max_tokens: 5, max_completion_tokens: 9 }, [renamed], { max_completion_tokens: 9 }],
		[{ temperature: 0, max_tokens: 5 }, [renamed, leftOut], { max_completion_tokens: 5 }],
		[
			{ max_tokens: 5 },
			[renamed, { ...renamed, name: 'max_completion_tokens', replacement: null }],
			{},
		],
		[{ seed: 1 }, [renamed, leftOut], { seed: 1 }],
	])('%j with %j is sent as %j', (args, repairs, sent) => {
		expect(repaired(args, repairs)).toEqual(sent);
	});

	test('is mended once: the last way is the one that counts', () => {
		const out = { ...renamed, replacement: null };
		expect(withRepair([renamed, leftOut], out)).toEqual([leftOut, out]);
	});
});

describe('the terms of a revision', () => {
	const parameters = {
		completionsPerPrompt: 1,
		temperature: 0.2,
		maxTokens: 50,
		other: { max_tokens: 9, seed: 1 },
	};
	const started = { parameters, repairs: [leftOut] };
	const revisions: readonly RunRevision[] = [
		{ at: 1, repairs: [leftOut, renamed] },
		{ at: 2, repairs: [leftOut, renamed], maxTokens: 400 },
		{ at: 3, repairs: [leftOut, renamed], maxTokens: null },
	];

	test('none are those of the start', () => {
		expect(termsOf(started, revisions, 0)).toEqual(started);
		expect(termsOf({ parameters }, [], 0).repairs).toEqual([]);
	});

	test('hold all repairs, and a new limit in place of every typed one', () => {
		expect(termsOf(started, revisions, 1)).toEqual({ parameters, repairs: [leftOut, renamed] });
		expect(termsOf(started, revisions, 2).parameters).toEqual({
			...parameters,
			maxTokens: 400,
			other: { seed: 1 },
		});
		expect(termsOf(started, revisions, 3).parameters).toMatchObject({ maxTokens: null });
	});

	test.each([
		[50, {}, 50],
		[null, { max_completion_tokens: 7 }, 7],
		[null, { max_tokens: 8 }, 8],
		[null, { max_output_tokens: 8 }, 8],
		[null, {}, null],
	])('know the limit in force: %j, %j → %j', (maxTokens, other, limit) => {
		expect(maxTokensOf({ parameters: { ...parameters, maxTokens, other }, repairs: [] })).toBe(
			limit,
		);
	});

	test('go on from the last one', () => {
		const first = nextRevision(started, [], { maxTokens: 400 }, 5);
		expect(first).toEqual({ at: 5, repairs: [leftOut], maxTokens: 400 });
		const second = nextRevision(started, [first], { repair: renamed }, 6);
		expect(second).toEqual({ at: 6, repairs: [leftOut, renamed], maxTokens: 400 });
		expect(nextRevision(started, [second], { maxTokens: null }, 7).maxTokens).toBeNull();
	});
});

test('connections that are left out stay so under every later revision, and under no earlier one', () => {
	const started = { parameters: setup.parameters };
	const first = nextRevision(started, [], { leaveOut: 'two.test' }, 1);
	const second = nextRevision(started, [first], { maxTokens: 9 }, 2);
	const third = nextRevision(started, [first, second], { leaveOut: 'three.test' }, 3);
	const again = nextRevision(started, [first, second, third], { leaveOut: 'two.test' }, 4);
	const under = (number: number) => leftOutUnder([first, second, third, again], number);
	expect([0, 1, 2, 3, 4].map(under)).toEqual([
		[],
		['two.test'],
		['two.test'],
		['two.test', 'three.test'],
		['two.test', 'three.test'],
	]);
	expect(nextRevision(started, [], { maxTokens: 9 }, 1)).not.toHaveProperty('leftOut');
});

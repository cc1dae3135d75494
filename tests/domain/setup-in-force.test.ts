import { describe, expect, test } from 'vitest';
import type { ConnectionShare } from '#domain/connection-share.ts';
import { draftOf } from '#domain/draft.ts';
import { emptyCounters, planSizeOf, type RunSetup } from '#domain/run.ts';
import type { RunRevision } from '#domain/revision.ts';
import { setupInForce } from '#domain/setup-in-force.ts';
import { setup } from '../state/run-fixtures.ts';

const copyOf = (started: RunSetup, revisions: readonly Omit<RunRevision, 'at' | 'repairs'>[]) =>
	setupInForce({
		id: 'r1',
		createdAt: 1,
		updatedAt: 2,
		phase: { name: 'finished' },
		setup: started,
		revisions: revisions.map((revision) => ({ at: 1, repairs: [], ...revision })),
		counters: emptyCounters(planSizeOf(started)),
	});

test('a copy of a run that was never changed starts as it did', () => {
	const shares = [share('OpenAI'), share('two.test')];
	const started = { ...setup, modelParameters: [{ max_tokens: 3 }], shares };
	expect(copyOf(started, [])).toEqual(started);
});

describe('a copy of a run whose token limit was raised', () => {
	const limited: RunSetup = {
		...setup,
		models: ['a', 'b'],
		parameters: { ...setup.parameters, maxTokens: 5, other: { max_tokens: 4, seed: 1 } },
		modelParameters: [{ max_tokens: 3 }, { max_completion_tokens: 3, top_p: 1 }],
		bindings: [
			{ column: 'most', parameter: 'max_tokens' },
			{ column: 'heat', parameter: 'temperature' },
		],
	};

	test('has that limit alone', () => {
		expect(copyOf(limited, [{ maxTokens: 99 }])).toMatchObject({
			parameters: { maxTokens: 99, other: { seed: 1 } },
			modelParameters: [{}, { top_p: 1 }],
			bindings: [{ column: 'heat', parameter: 'temperature' }],
		});
	});

	test('has no list left of what was nothing but limits', () => {
		const { bindings = [], ...rest } = limited;
		const only = {
			...rest,
			modelParameters: [{ max_tokens: 3 }, {}],
			bindings: bindings.slice(0, 1),
		};
		const copy = copyOf(only, [{ maxTokens: null }]);
		expect(copy).not.toHaveProperty('modelParameters');
		expect(copy).not.toHaveProperty('bindings');
		expect(copyOf(limited, [{ leftOut: [] }])).toEqual(limited);
	});
});

describe('a copy of a run that went on without a connection', () => {
	const shared = (...shares: readonly ConnectionShare[]): RunSetup => ({
		...setup,
		models: ['a', 'b'],
		connection: connectionAt('OpenAI'),
		limits: { ...setup.limits, tokensPerMinute: 500 },
		shares,
	});
	const three = shared(
		share('OpenAI', [], 100),
		share('two.test', ['my-a', ''], 200),
		share('three.test', ['their-a', 'their-b'], 900),
	);
	const sharesOf = ({ connection, models, shares = [] }: RunSetup) => [
		connection.baseUrl,
		models,
		shares.map((one) => [one.name, one.models, one.tokensPerMinute]),
	];

	test('goes to the others', () => {
		expect(sharesOf(copyOf(three, [{ leftOut: ['two.test'] }]))).toEqual([
			'https://OpenAI/v1',
			['a', 'b'],
			[
				['OpenAI', [], 100],
				['three.test', ['their-a', 'their-b'], 900],
			],
		]);
	});

	test('calls the models as the first of the others does, where the first is the one', () => {
		expect(sharesOf(copyOf(three, [{ leftOut: ['OpenAI'] }]))).toEqual([
			'https://two.test/v1',
			['my-a', 'b'],
			[
				['two.test', [], 200],
				['three.test', ['their-a', 'their-b'], 900],
			],
		]);
		const same = shared(share('OpenAI'), share('two.test', ['x', '']), share('three.test'));
		expect(sharesOf(copyOf(same, [{ leftOut: ['OpenAI'] }]))).toEqual([
			'https://two.test/v1',
			['x', 'b'],
			[
				['two.test', [], null],
				['three.test', ['a', ''], null],
			],
		]);
	});

	test.each([
		{
			leftOut: ['OpenAI', 'two.test'],
			at: 'three.test',
			models: ['their-a', 'their-b'],
			most: 500,
		},
		{ leftOut: ['three.test', 'two.test'], at: 'OpenAI', models: ['a', 'b'], most: 100 },
	])('has one where only one is left, with its limit: $at', ({ leftOut, at, models, most }) => {
		const copy = copyOf(three, [{ leftOut: leftOut.slice(0, 1) }, { leftOut }]);
		expect(sharesOf(copy)).toEqual([`https://${at}/v1`, models, []]);
		expect(copy).not.toHaveProperty('shares');
		expect(copy).not.toHaveProperty('connectionName');
		expect(copy.limits.tokensPerMinute).toBe(most);
		expect(draftOf(copy)).not.toHaveProperty('shares');
	});

	// The cells cannot be written anew.
	test('whose rows name their models keeps a first one that calls them by those names', () => {
		const bindings = [{ column: 'which', parameter: 'model' }];
		const named = (started: RunSetup) =>
			copyOf({ ...started, bindings }, [{ leftOut: ['OpenAI'] }]);
		expect(sharesOf(named(three))[0]).toBe('https://OpenAI/v1');
		const fits = shared(share('OpenAI'), share('two.test', ['x', '']), share('three.test'));
		expect(sharesOf(named(fits))).toEqual([
			'https://three.test/v1',
			['a', 'b'],
			[
				['three.test', [], null],
				['two.test', ['x', ''], null],
			],
		]);
	});
});

function connectionAt(name: string): RunSetup['connection'] {
	return { ...setup.connection, provider: 'compatible', baseUrl: `https://${name}/v1` };
}

function share(
	name: string,
	models: readonly string[] = [],
	tokensPerMinute: number | null = null,
): ConnectionShare {
	return { name, connection: connectionAt(name), models, tokensPerMinute };
}

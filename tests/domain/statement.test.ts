import { describe, expect, test } from 'vitest';
import { canonicalJson } from '#domain/canonical-json.ts';
import { NameTally, otherNames } from '#domain/name-tally.ts';
import { err, ok } from '#domain/result.ts';
import type { SettledRequest } from '#domain/outcome.ts';
import { countSettled, emptyCounters, type RunCounters, type RunSetup } from '#domain/run.ts';
import { Recount, statedSettings, statedTemplates } from '#domain/statement.ts';

describe('the canonical text of a value', () => {
	test.each([
		[
			'sorts keys at every depth',
			{ b: 1, a: { d: [2, 1], c: null } },
			'{"a":{"c":null,"d":[2,1]},"b":1}',
		],
		[
			'sorts by code unit',
			{ é: 1, z: 2, Z: 3, '10': 4, '9': 5 },
			'{"10":4,"9":5,"Z":3,"z":2,"é":1}',
		],
		['leaves out what is undefined', { a: undefined, b: 1 }, '{"b":1}'],
		[
			'keeps keys that objects have of themselves',
			JSON.parse('{"__proto__":1,"a":2}'),
			'{"__proto__":1,"a":2}',
		],
		[
			'writes text and numbers as JSON does',
			['“x”\n', 0.7, 1e21, true],
			'["“x”\\n",0.7,1e+21,true]',
		],
	])('%s', (_, value: unknown, text) => {
		expect(canonicalJson(value)).toBe(text);
	});
});

test('a tally of names stays small whatever an endpoint sends', () => {
	const tally = new NameTally();
	for (let i = 0; i < 1_000; i++) tally.add(`fp_${String(i)}`);
	for (let i = 0; i < 5; i++) tally.add('fp_3');
	tally.add(null);
	const counts = tally.counts();
	expect(counts).toHaveLength(51);
	expect(counts[0]).toEqual({ name: otherNames, count: 951 });
	expect(counts[1]).toEqual({ name: 'fp_3', count: 6 });
	expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(1_006);
});

const setup: RunSetup = {
	name: 'Coffee',
	connection: {
		...{ provider: 'compatible', baseUrl: 'https://host.example/v1?key=sk-secret#x' },
		...{ organization: 'org-mine', project: 'proj-mine', usesKey: true },
	},
	endpoint: 'chatCompletions',
	models: ['m1'],
	templates: [
		{ kind: 'chat', messages: [{ role: 'user', content: 'Judge: {review}' }] },
		{ kind: 'completion', text: 'Go on' },
	],
	datasetId: 'd1',
	rowCount: 4,
	idColumn: null,
	parameters: { completionsPerPrompt: 1, temperature: 0.5, maxTokens: 10, other: {} },
	limits: { maxConcurrency: 100, maxRetries: 8, timeoutSeconds: 120 },
};

describe('the settings of a statement', () => {
	test('hold what decides what is sent, and nothing that tells whose account it was', () => {
		const settings = statedSettings(setup, [{ at: 5, repairs: [], maxTokens: 20 }]);
		expect(settings).toMatchObject({
			connection: { provider: 'compatible', baseUrl: 'https://host.example/v1' },
			models: ['m1'],
			parameters: { temperature: 0.5 },
			changes: [{ repairs: [], maxTokens: 20 }],
		});
		expect(JSON.stringify(settings)).not.toMatch(/secret|mine|Coffee|d1|Judge/);
	});

	test('are those of the same run that was opened from a file', () => {
		const cameFrom = { file: 'secret.volley-run.jsonl.gz', runId: 'r1' };
		expect(statedSettings({ ...setup, cameFrom }, [])).toEqual(statedSettings(setup, []));
	});

	test('are the same whatever the order in which they were made', () => {
		const turned = Object.fromEntries(Object.entries(setup).toReversed()) as unknown as RunSetup;
		expect(canonicalJson(statedSettings(turned, []))).toBe(
			canonicalJson(statedSettings(setup, [])),
		);
	});

	test('name templates as the results do', () => {
		expect(statedTemplates(setup.templates)).toEqual([
			[{ role: 'user', content: 'Judge: {review}' }],
			'Go on',
		]);
	});
});

const answered = (request: number, change: Partial<SettledRequest> = {}): SettledRequest => ({
	request,
	outcome: ok({
		rest: {
			...{ model: `m1-${String(request % 2)}`, system_fingerprint: 'fp_1' },
			usage: {
				...{ prompt_tokens: 5, completion_tokens: 7 },
				completion_tokens_details: { reasoning_tokens: 3 },
			},
		},
		choices: [{ index: 0, finish_reason: 'stop', message: { content: 'Fine.' } }],
	}),
	...{ attempts: 2, startedAt: 1_000 * (request + 1), latencyMs: 250 },
	...change,
});
const failing = (request: number): SettledRequest =>
	answered(request, {
		outcome: err({
			...{ kind: 'timeout', message: '', status: null },
			...{ code: null, requestId: null, waitMs: null },
		}),
	});

const size = { templates: 2, rows: 4, models: 1 };
const counted = (...all: readonly SettledRequest[]): RunCounters =>
	all.reduce<RunCounters>(countSettled, emptyCounters(size));

function recountOf(all: readonly SettledRequest[], waiting: number): Recount {
	const recount = new Recount(setup);
	for (const one of all) recount.add(one, 'm1', false);
	recount.waiting = waiting;
	return recount;
}

describe('a recount', () => {
	const all = [answered(0), answered(1), failing(2)];

	test('sums up what the answers tell', () => {
		const first = answered(0, {
			past: [
				{ startedAt: 400, latencyMs: 10, waitedMs: 590, failure: { ...failureOf(failing(2)) } },
			],
		});
		expect(recountOf([first, ...all.slice(1)], 5).figures).toEqual({
			tokens: { prompt: 10, completion: 14, reasoning: 6, cached: null, answers_without_usage: 0 },
			times: {
				first_attempt_at: '1970-01-01T00:00:00.400Z',
				last_answer_at: '1970-01-01T00:00:03.250Z',
				seconds: 2.85,
			},
			models_asked: [{ name: 'm1', count: 3 }],
			models_returned: [
				{ name: 'm1-0', count: 1 },
				{ name: 'm1-1', count: 1 },
			],
			system_fingerprints: [{ name: 'fp_1', count: 2 }],
		});
	});

	test('of nothing has no times', () => {
		expect(recountOf([], 8).figures.times).toEqual({
			...{ first_attempt_at: null, last_answer_at: null, seconds: null },
		});
	});

	test('counts what a shared call cost once', () => {
		const shared = [0, 1, 2].map((position) => answered(position, { call: { size: 3, position } }));
		expect(recountOf(shared, 5).figures.tokens).toMatchObject({ prompt: 5, completion: 7 });
	});

	test.each([
		['nothing where all agrees', counted(...all), 5, []],
		[
			'nothing where more was paid for than stands',
			{ ...counted(...all), attempts: 99, promptTokens: 99, completionTokens: 99 },
			5,
			[],
		],
		[
			'an answer that is gone',
			counted(...all, answered(3)),
			5,
			[
				['waiting requests', 4, 5],
				['succeeded requests', 3, 2],
				['choices', 3, 2],
				['complete choices', 3, 2],
				['finish reason stop', 3, 2],
			],
		],
		[
			'a request that nothing knows',
			counted(...all),
			4,
			[
				['planned requests, each met', 8, 7],
				['waiting requests', 5, 4],
			],
		],
		[
			'a kind of failure that is another',
			{ ...counted(...all), failures: { network: 1 } },
			5,
			[
				['failures of kind network', 1, 0],
				['failures of kind timeout', 0, 1],
			],
		],
		['a choice too many', { ...counted(...all), choices: 3 }, 5, [['choices', 3, 2]]],
		[
			'more tokens than were paid for',
			{ ...counted(...all), promptTokens: 4 },
			5,
			[['prompt tokens of the results', 4, 10]],
		],
	] as const)('tells of %s', (_, kept, waiting, differences) => {
		const found = recountOf(all, waiting)
			.differences(kept)
			.map((one) => [one.what, one.kept, one.counted_again]);
		expect(found).toEqual(differences);
	});

	test('leaves an answer out that is asked for again, as the counters do', () => {
		const recount = new Recount(setup);
		for (const one of all) recount.add(one, 'm1', one.request === 1);
		recount.waiting = 6;
		const kept = { ...counted(answered(0), failing(2)), attempts: 6 };
		expect(recount.differences({ ...kept, promptTokens: 10, completionTokens: 14 })).toEqual([]);
	});
});

function failureOf({ outcome }: SettledRequest) {
	if (outcome.ok) throw new Error('It was answered.');
	return outcome.error;
}

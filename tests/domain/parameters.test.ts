import { describe, expect, test } from 'vitest';
import { checkDraft } from '#domain/check-draft.ts';
import { endpoints, type Endpoint } from '#domain/connection.ts';
import type { Dataset } from '#domain/dataset.ts';
import { defaultSettings, draftOf, emptyDraft, type Draft } from '#domain/draft.ts';
import type { JsonObject, JsonValue } from '#domain/json.ts';
import type { NamedParameter } from '#domain/named-parameters.ts';
import * as planRules from '#domain/plan-rules.ts';
import { parameterRules } from '#domain/parameter-rules.ts';
import { parameterTable, type ParameterForm } from '#domain/parameter-table.ts';
import { readValue, writeValue } from '#domain/parameter-value.ts';
import { repaired } from '#domain/repair.ts';

const draftWith = (
	endpoint: Endpoint,
	parameters: readonly NamedParameter[],
	settings: Partial<Draft['settings']> = {},
): Draft => ({
	...emptyDraft,
	endpoint,
	templates: [{ messages: [{ role: 'user', content: 'hello' }], prompt: 'hello' }],
	settings: { ...defaultSettings, parameters, ...settings },
});

const otherOf = (draft: Draft): JsonObject | undefined =>
	checkDraft(draft, null, null, planRules).setup?.parameters.other;

const cells: Dataset = {
	id: 'd1',
	name: 'cells.csv',
	files: ['cells.csv'],
	createdAt: 0,
	columns: [{ name: 'cell', header: 'cell' }],
	rowCount: 1,
	encoding: 'utf-8',
	delimiter: ',',
	notices: [],
};

const problemsOf = (draft: Draft, dataset: Dataset | null = null): readonly string[] =>
	checkDraft(draft, dataset, null, planRules).problems.map(
		({ field, index, message }) => `${field} ${String(index)}: ${message}`,
	);

const hintsOf = (draft: Draft): readonly string[] =>
	checkDraft(draft, null, null, planRules).hints.map(
		({ field, index, message }) => `${field} ${String(index)}: ${message}`,
	);

describe('a parameter chosen by its name', () => {
	test.each<[Endpoint, string, string, JsonObject]>([
		['chatCompletions', 'top_p', '0.9', { top_p: 0.9 }],
		['chatCompletions', 'top_p', '1e-1', { top_p: 0.1 }],
		['chatCompletions', 'seed', ' -7 ', { seed: -7 }],
		['chatCompletions', 'logprobs', 'true', { logprobs: true }],
		['completions', 'logprobs', '5', { logprobs: 5 }],
		['chatCompletions', 'reasoning_effort', 'xhigh', { reasoning_effort: 'xhigh' }],
		['responses', 'reasoning_effort', 'xhigh', { reasoning: { effort: 'xhigh' } }],
		['responses', 'verbosity', 'low', { text: { verbosity: 'low' } }],
		['responses', 'service_tier', 'ultrafast', { service_tier: 'ultrafast' }],
		['chatCompletions', 'stop', 'END\n\\n\n a\\\\n\n', { stop: ['END', '\n', ' a\\n'] }],
		[
			'responses',
			'include',
			'message.output_text.logprobs ',
			{ include: ['message.output_text.logprobs'] },
		],
		['chatCompletions', 'tool_choice', 'auto', { tool_choice: 'auto' }],
		['chatCompletions', 'tool_choice', '"none"', { tool_choice: 'none' }],
		['chatCompletions', 'tools', '[{"type": "function"}]', { tools: [{ type: 'function' }] }],
		['chatCompletions', 'metadata', '{"a": "b"}', { metadata: { a: 'b' } }],
		['chatCompletions', 'logit_bias', '{"50256": -100}', { logit_bias: { '50256': -100 } }],
		[
			'chatCompletions',
			'response_format',
			'{"type": "json_object"}',
			{ response_format: { type: 'json_object' } },
		],
		[
			'responses',
			'response_format',
			'{"type": "json_schema", "json_schema": {"name": "a", "strict": true, "schema": {}}}',
			{ text: { format: { type: 'json_schema', name: 'a', strict: true, schema: {} } } },
		],
		[
			'chatCompletions',
			'response_format',
			'{"type": "json_schema", "name": "a", "schema": {}}',
			{ response_format: { type: 'json_schema', json_schema: { name: 'a', schema: {} } } },
		],
		['completions', 'suffix', ' the end ', { suffix: ' the end ' }],
	])('is sent to %s as it takes it: %s %j', (endpoint, name, value, other) => {
		expect(otherOf(draftWith(endpoint, [{ name, value }]))).toEqual(other);
	});

	test.each<[Endpoint, string, string, string]>([
		['chatCompletions', 'top_p', '1.1', 'top_p must be a number from 0 to 1.'],
		['chatCompletions', 'top_p', '-0.1', 'top_p must be a number from 0 to 1.'],
		['chatCompletions', 'top_p', '', 'top_p must be a number from 0 to 1.'],
		['chatCompletions', 'top_p', 'high', 'top_p must be a number from 0 to 1.'],
		['chatCompletions', 'top_p', '0x1', 'top_p must be a number from 0 to 1.'],
		[
			'chatCompletions',
			'presence_penalty',
			'-2.5',
			'presence_penalty must be a number from -2 to 2.',
		],
		['chatCompletions', 'top_logprobs', '21', 'top_logprobs must be a whole number from 0 to 20.'],
		['chatCompletions', 'top_logprobs', '1.5', 'top_logprobs must be a whole number from 0 to 20.'],
		['completions', 'logprobs', '6', 'logprobs must be a whole number from 0 to 5.'],
		['completions', 'logprobs', 'true', 'logprobs must be a whole number from 0 to 5.'],
		['completions', 'best_of', '21', 'best_of must be a whole number from 1 to 20.'],
		['chatCompletions', 'seed', '1.5', 'seed must be a whole number.'],
		['responses', 'max_tool_calls', '0', 'max_tool_calls must be a whole number of at least 1.'],
		['chatCompletions', 'logprobs', 'yes', 'logprobs must be true or false.'],
		['chatCompletions', 'verbosity', '', 'verbosity must be one of low, medium, high.'],
		['responses', 'verbosity', 'loud', 'text.verbosity must be one of low, medium, high.'],
		[
			'chatCompletions',
			'service_tier',
			'ultrafast',
			'service_tier must be one of auto, default, flex, priority, fast, scale.',
		],
		['chatCompletions', 'stop', '', 'stop is empty. Write one entry a line, or remove it.'],
		['chatCompletions', 'stop', 'a\nb\nc\nd\ne', 'stop takes at most 4 entries; 5 stand here.'],
		[
			'chatCompletions',
			'modalities',
			'image',
			'modalities knows no “image”. Its entries are text, audio.',
		],
		['chatCompletions', 'tools', '{}', 'tools must be a JSON list, […].'],
		['chatCompletions', 'metadata', '[]', 'metadata must be a JSON object, {…}.'],
		[
			'chatCompletions',
			'metadata',
			'{"a": 1}',
			'metadata takes texts of at most 512 characters under names of at most 64; “a” is none.',
		],
		[
			'chatCompletions',
			'logit_bias',
			'{"5": 101}',
			'logit_bias maps token numbers to numbers from -100 to 100; “5” is no such entry.',
		],
		[
			'chatCompletions',
			'response_format',
			'{}',
			'response_format needs a "type": one of text, json_object, json_schema.',
		],
		[
			'responses',
			'response_format',
			'{"type": "json_schema", "name": "a b"}',
			'text.format needs a "name" of the schema: at most 64 letters, digits, _ and -.',
		],
		[
			'chatCompletions',
			'safety_identifier',
			'x'.repeat(129),
			'safety_identifier is longer than 128 characters.',
		],
		[
			'chatCompletions',
			'safety_identifier',
			' ',
			'safety_identifier is empty. Type its text, or remove it.',
		],
		['responses', 'seed', '1', 'Responses has no parameter seed. Remove it.'],
		[
			'completions',
			'reasoning_effort',
			'low',
			'Completions has no parameter reasoning_effort. Remove it.',
		],
		['chatCompletions', 'echo', 'true', 'Chat Completions has no parameter echo. Remove it.'],
		[
			'chatCompletions',
			'constructor',
			'1',
			'Chat Completions has no parameter constructor. Remove it.',
		],
	])('is refused by %s in words: %s %j', (endpoint, name, value, message) => {
		expect(problemsOf(draftWith(endpoint, [{ name, value }]))).toEqual([`parameter 0: ${message}`]);
	});

	test('says of JSON that is none where it broke', () => {
		const [problem] = problemsOf(draftWith('chatCompletions', [{ name: 'tools', value: '[{]' }]));
		expect(problem).toBe(
			'parameter 0: tools is not valid JSON, line 1, column 3: a name must stand in straight double quotes, such as "top_p".',
		);
	});

	test('stands once, in the list or among the others', () => {
		const twice = [
			{ name: 'top_p', value: '1' },
			{ name: 'user', value: 'a' },
			{ name: 'top_p', value: '0' },
		];
		expect(problemsOf(draftWith('chatCompletions', twice))).toEqual([
			'parameter 2: top_p is listed twice. Remove one of the two.',
		]);
		const one = [{ name: 'top_p', value: '1' }];
		expect(
			problemsOf(draftWith('chatCompletions', one, { otherParameters: '{"top_p": 0.5}' })),
		).toEqual([
			'otherParameters 0: “top_p” stands in Other parameters and among the parameters above it. Keep one of the two.',
		]);
	});

	test('of an object of Responses goes beside what was typed of the same object', () => {
		const effort = [{ name: 'reasoning_effort', value: 'low' }];
		const beside = draftWith('responses', effort, {
			otherParameters: '{"reasoning": {"summary": "auto"}, "top_k": 5}',
		});
		expect(otherOf(beside)).toEqual({ reasoning: { effort: 'low', summary: 'auto' }, top_k: 5 });
		for (const typed of ['{"reasoning": {"effort": "high"}}', '{"reasoning": null}'])
			expect(problemsOf(draftWith('responses', effort, { otherParameters: typed }))).toHaveLength(
				1,
			);
		const metadata = [{ name: 'metadata', value: '{"a": "b"}' }];
		expect(
			problemsOf(draftWith('responses', metadata, { otherParameters: '{"metadata": {"c": "d"}}' })),
		).toHaveLength(1);
	});
});

describe('values within values', () => {
	const lists = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
	const objects = (depth: number): string => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
	const others = (value: string): Draft =>
		draftWith('responses', [], { otherParameters: `{"x": ${value}}` });
	const ofModel = (value: string): Draft => ({
		...draftWith('chatCompletions', []),
		modelParameters: [`{"x": ${value}}`],
	});
	const named = (value: string): Draft =>
		draftWith('chatCompletions', [{ name: 'prediction', value: `{"x": ${value}}` }]);

	test.each([
		['otherParameters 0: Other parameters is nested more than 200 deep.', others],
		['modelParameters 0: Parameters for demo-small is nested more than 200 deep.', ofModel],
		['parameter 0: prediction is nested more than 200 deep.', named],
	])('are refused where nothing could store or send them: %s', (problem, drafted) => {
		for (const nested of [lists, objects]) {
			expect(problemsOf(drafted(nested(199)))).toEqual([]);
			for (const depth of [202, 200_000])
				expect(problemsOf(drafted(nested(depth)))).toEqual([problem]);
		}
	});
});

describe('what Responses does not take', () => {
	const kept = ['input', 'instructions', 'store', 'background', 'conversation'];
	test.each(kept)('is refused wherever it is set: %s', (name) => {
		const typed = JSON.stringify({ [name]: true });
		const others = (endpoint: Endpoint): Draft =>
			draftWith(endpoint, [], { otherParameters: typed });
		const ofModel = (endpoint: Endpoint): Draft => ({
			...draftWith(endpoint, []),
			models: ['a', 'b'],
			modelParameters: ['', typed],
		});
		const ofRows = (endpoint: Endpoint): Draft => ({
			...draftWith(endpoint, []),
			datasetId: 'd1',
			bindings: [{ column: 'cell', parameter: name }],
		});
		const words = [
			[others, `otherParameters 0: Other parameters cannot hold “${name}”. `],
			[ofModel, `modelParameters 1: Parameters for b cannot hold “${name}”. `],
			[ofRows, `bindings 0: “${name}” cannot come from a column. `],
		] as const;
		for (const [drafted, says] of words) {
			expect(problemsOf(drafted('responses'), cells)).toEqual([
				expect.stringContaining(says) as string,
			]);
			expect(problemsOf(drafted('chatCompletions'), cells)).toEqual([]);
		}
	});

	test('is told at once, as much of it as there is', () => {
		const typed = JSON.stringify(Object.fromEntries([...kept, 'n'].map((name) => [name, 1])));
		const draft = draftWith('responses', [], { otherParameters: typed });
		expect(problemsOf({ ...draft, models: ['a'], modelParameters: [typed] })).toHaveLength(12);
	});

	test.each([
		['reasoning_effort', 'reasoning.effort'],
		['response_format', 'text.format'],
		['max_completion_tokens', 'max_output_tokens'],
	])('under the name of another endpoint is hinted at: %s', (name, there) => {
		const draft = draftWith('responses', [], { otherParameters: JSON.stringify({ [name]: 1 }) });
		expect(hintsOf(draft)).toEqual([`otherParameters 0: Responses calls “${name}” ${there}.`]);
	});

	test('n is made of requests', () => {
		const draft = draftWith('responses', [], { completionsPerPrompt: 3 });
		expect(hintsOf(draft)).toEqual([
			'completionsPerPrompt 0: Responses answers once a request: 3 per prompt are 3 requests.',
		]);
		const { setup } = checkDraft(draft, null, null, planRules);
		expect(setup).toMatchObject({ repeats: 3, parameters: { completionsPerPrompt: 1 } });
		if (setup !== null)
			expect(draftOf(setup, parameterRules).settings.completionsPerPrompt).toBe(3);
		const chat = checkDraft({ ...draft, endpoint: 'chatCompletions' }, null, null, planRules);
		expect(chat.setup).toMatchObject({ parameters: { completionsPerPrompt: 3 } });
		expect(chat.setup).not.toHaveProperty('repeats');
	});

	test.each([-1, 0, 0.5, 1e308])('%d completions are a problem, and no number of requests', (n) => {
		const draft = draftWith('responses', [], { completionsPerPrompt: n });
		const { requests, calls, problems } = checkDraft(draft, null, null, planRules);
		expect(problems.map(({ field }) => field)).toContain('completionsPerPrompt');
		expect([requests, calls]).toEqual([1, 1]);
	});
});

describe('hints', () => {
	test.each<[string, Draft, readonly string[]]>([
		[
			'that flex answers slowly',
			draftWith('chatCompletions', [{ name: 'service_tier', value: 'flex' }]),
			['timeoutSeconds 0: Flex answers may take many minutes: 900 seconds are advised.'],
		],
		[
			'nothing where the timeout is long',
			draftWith('chatCompletions', [{ name: 'service_tier', value: 'flex' }], {
				timeoutSeconds: 900,
			}),
			[],
		],
		[
			'that alternatives need probabilities',
			draftWith('chatCompletions', [
				{ name: 'user', value: 'a' },
				{ name: 'top_logprobs', value: '2' },
			]),
			['parameter 1: top_logprobs needs logprobs to be true.'],
		],
		[
			'that Responses has to be asked to include them',
			draftWith('responses', [], { otherParameters: '{"top_logprobs": 2}' }),
			['otherParameters 0: top_logprobs needs message.output_text.logprobs in include.'],
		],
		[
			'nothing where both are there',
			draftWith('responses', [
				{ name: 'include', value: 'message.output_text.logprobs' },
				{ name: 'top_logprobs', value: '2' },
			]),
			[],
		],
		[
			'the least that OpenAI answers in',
			{ ...draftWith('responses', [], { maxTokens: 15 }), provider: 'openai' },
			['maxTokens 0: Responses of OpenAI takes no fewer than 16.'],
		],
		[
			'nothing of it elsewhere',
			{
				...draftWith('responses', [], { maxTokens: 15 }),
				provider: 'compatible',
				baseUrl: 'https://host.example/v1',
			},
			[],
		],
	])('%s', (_, draft, hints) => {
		expect(hintsOf(draft)).toEqual(hints);
	});
});

/** A value that each form takes. */
function sample(form: ParameterForm, name: string): string {
	switch (form.kind) {
		case 'number':
		case 'integer':
			return String(form.min);
		case 'boolean':
			return 'false';
		case 'choice':
			return form.choices.at(-1) ?? '';
		case 'text':
			return 'some text';
		case 'list':
			return form.choices?.join('\n') ?? 'a\n\\n';
		case 'json':
			if (name === 'response_format') return '{"type":"text"}';
			return form.shape === 'array' ? '[]' : '{}';
	}
}

describe('the table', () => {
	test('names each parameter of an endpoint once', () => {
		for (const endpoint of endpoints) {
			const names = parameterTable
				.filter((known) => known.endpoints.includes(endpoint))
				.map(({ name }) => name);
			expect(new Set(names).size).toBe(names.length);
			expect(names.length).toBeGreaterThan(10);
		}
	});

	test.each(
		endpoints.flatMap((endpoint) =>
			parameterTable
				.filter((known) => known.endpoints.includes(endpoint))
				.map(({ name, form }) => [endpoint, name, form] as const),
		),
	)('copies a run of %s with %s to the same run', (endpoint, name, form) => {
		const draft = draftWith(endpoint, [{ name, value: sample(form, name) }]);
		const { setup } = checkDraft(draft, null, null, planRules);
		expect(setup).not.toBeNull();
		if (setup === null) return;
		const copy = draftOf(setup, parameterRules);
		expect(copy.settings.parameters?.map((one) => one.name)).toEqual([name]);
		expect(copy.settings.otherParameters).toBe('');
		expect(checkDraft(copy, null, null, planRules).setup).toEqual(setup);
	});

	test.each<[Endpoint, JsonObject, JsonObject]>([
		['chatCompletions', { top_p: '0.9', seed: 1 }, { top_p: '0.9' }],
		['chatCompletions', { top_p: 7 }, { top_p: 7 }],
		['chatCompletions', { stop: 'one text' }, { stop: 'one text' }],
		['chatCompletions', { stop: ['', 'a'] }, { stop: ['', 'a'] }],
		['chatCompletions', { safety_identifier: 'two\nlines' }, { safety_identifier: 'two\nlines' }],
		[
			'chatCompletions',
			{ response_format: { type: 'json_schema', name: 'a', schema: {} } },
			{ response_format: { type: 'json_schema', name: 'a', schema: {} } },
		],
		['chatCompletions', { max_tokens: 5, top_k: 3 }, { max_tokens: 5, top_k: 3 }],
		['responses', { reasoning: { effort: 'low', odd: 1 } }, { reasoning: { odd: 1 } }],
		['responses', { text: null }, { text: null }],
	])('leaves to the JSON of %s what it cannot hold: %j', (endpoint, other, rest) => {
		const { setup } = checkDraft(
			draftWith(endpoint, [], { otherParameters: JSON.stringify(other) }),
			null,
			null,
			planRules,
		);
		expect(setup?.parameters.other).toEqual(other);
		if (setup === null) return;
		const copy = draftOf(setup, parameterRules);
		expect(JSON.parse(copy.settings.otherParameters)).toEqual(rest);
		expect(checkDraft(copy, null, null, planRules).setup).toEqual(setup);
	});

	test.each<JsonValue>([['\n', 'a\\n', '\t \\', ' '], ['x']])(
		'writes a list as it reads it: %j',
		(...entries) => {
			const stop = parameterTable.find(({ name }) => name === 'stop');
			expect(stop).toBeDefined();
			if (stop === undefined) return;
			const written = writeValue(stop, entries);
			expect(written).not.toBeNull();
			expect(readValue(stop, written ?? '')).toEqual({ ok: true, value: entries });
		},
	);
});

describe('a repair', () => {
	const args = {
		model: 'm',
		reasoning: { effort: 'low', summary: 'auto' },
		text: { verbosity: 'low' },
	};
	test.each([
		['reasoning.effort', null, { ...args, reasoning: { summary: 'auto' } }],
		['text.verbosity', null, { model: 'm', reasoning: args.reasoning }],
		['reasoning', null, { model: 'm', text: args.text }],
		['reasoning.mode', null, args],
	])('of %s leaves the rest of its object', (name, replacement, expected) => {
		expect(repaired(args, [{ model: 'm', name, replacement }])).toEqual(expected);
	});

	test('may lead into an object', () => {
		expect(
			repaired({ model: 'm', reasoning_effort: 'low', reasoning: { summary: 'auto' } }, [
				{ model: 'm', name: 'reasoning_effort', replacement: 'reasoning.effort' },
			]),
		).toEqual({ model: 'm', reasoning: { summary: 'auto', effort: 'low' } });
		// A value that was typed there itself counts.
		expect(
			repaired({ model: 'm', reasoning_effort: 'low', reasoning: { effort: 'high' } }, [
				{ model: 'm', name: 'reasoning_effort', replacement: 'reasoning.effort' },
			]),
		).toEqual({ model: 'm', reasoning: { effort: 'high' } });
	});
});

describe('while the rules are on their way', () => {
	test.each<[string, Draft]>([
		['parameters by name', draftWith('chatCompletions', [{ name: 'top_p', value: '1' }])],
		['Responses', draftWith('responses', [])],
	])('a draft with %s is none to start', (_, draft) => {
		const { setup, problems } = checkDraft(draft, null);
		expect(setup).toBeNull();
		expect(problems.map(({ message }) => message)).toEqual([
			'The list of parameters is still loading. If it stays so, reload the page.',
		]);
	});

	test('any other draft is as it will be, and the copy of a run is the same run', () => {
		const draft = draftWith('chatCompletions', [], { otherParameters: '{"top_p": 1}' });
		const { setup } = checkDraft(draft, null);
		expect(setup).toEqual(checkDraft(draft, null, null, planRules).setup);
		expect(setup).not.toBeNull();
		if (setup !== null) expect(checkDraft(draftOf(setup), null).setup).toEqual(setup);
	});
});

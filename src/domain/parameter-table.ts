import type { Endpoint } from './connection.ts';
import { mostTokens, tokenLimits } from './token-limits.ts';

/** What a parameter's value may be. */
export type ParameterForm =
	| { readonly kind: 'number' | 'integer'; readonly min: number; readonly max: number }
	| { readonly kind: 'boolean' }
	| { readonly kind: 'choice'; readonly choices: readonly string[] }
	| { readonly kind: 'text'; readonly longest: number }
	/** Texts, at most so many; where there are `choices`, of these. */
	| { readonly kind: 'list'; readonly most: number; readonly choices?: readonly string[] }
	| { readonly kind: 'json'; readonly shape: 'object' | 'array' | 'any' };

/** A parameter that an endpoint knows, beside those with a field of their own. */
export interface KnownParameter {
	readonly name: string;
	readonly endpoints: readonly Endpoint[];
	readonly form: ParameterForm;
	/** What Responses calls it, where that is another name; dots lead into objects. */
	readonly inResponses?: string;
	readonly deprecated?: true;
}

const chat: readonly Endpoint[] = ['chatCompletions'];
const text: readonly Endpoint[] = ['completions'];
const responses: readonly Endpoint[] = ['responses'];
const sampled: readonly Endpoint[] = ['chatCompletions', 'completions'];
const modern: readonly Endpoint[] = ['chatCompletions', 'responses'];
const every: readonly Endpoint[] = ['chatCompletions', 'completions', 'responses'];

const between = (min: number, max: number): ParameterForm => ({ kind: 'number', min, max });
const whole = (min: number, max: number): ParameterForm => ({ kind: 'integer', min, max });
const oneOf = (...choices: readonly string[]): ParameterForm => ({ kind: 'choice', choices });
const boolean: ParameterForm = { kind: 'boolean' };
const object: ParameterForm = { kind: 'json', shape: 'object' };
const array: ParameterForm = { kind: 'json', shape: 'array' };
const any: ParameterForm = { kind: 'json', shape: 'any' };
const words = (longest = 100_000): ParameterForm => ({ kind: 'text', longest });

const largest = Number.MAX_SAFE_INTEGER;
const tiers = ['auto', 'default', 'flex', 'priority', 'fast', 'scale'] as const;

/** By name, as the API reference of November 2026 has them (openai 7.55.0). A name may mean another thing to each endpoint. */
export const parameterTable: readonly KnownParameter[] = [
	{ name: 'access_programs', endpoints: responses, form: object },
	{ name: 'audio', endpoints: chat, form: object },
	{ name: 'best_of', endpoints: text, form: whole(1, 20) },
	{ name: 'context_management', endpoints: responses, form: array },
	{ name: 'echo', endpoints: text, form: boolean },
	{ name: 'frequency_penalty', endpoints: sampled, form: between(-2, 2) },
	{ name: 'function_call', endpoints: chat, form: any, deprecated: true },
	{ name: 'functions', endpoints: chat, form: array, deprecated: true },
	{ name: 'image', endpoints: responses, form: object },
	{
		name: 'include',
		endpoints: responses,
		form: {
			kind: 'list',
			most: 8,
			choices: [
				'message.output_text.logprobs',
				'reasoning.encrypted_content',
				'web_search_call.action.sources',
				'web_search_call.results',
				'file_search_call.results',
				'code_interpreter_call.outputs',
				'computer_call_output.output.image_url',
				'message.input_image.image_url',
			],
		},
	},
	{ name: 'logit_bias', endpoints: sampled, form: object },
	{ name: 'logprobs', endpoints: chat, form: boolean },
	{ name: 'logprobs', endpoints: text, form: whole(0, 5) },
	{ name: 'max_tool_calls', endpoints: responses, form: whole(1, largest) },
	{ name: 'metadata', endpoints: modern, form: object },
	{
		name: 'modalities',
		endpoints: chat,
		form: { kind: 'list', most: 2, choices: ['text', 'audio'] },
	},
	{ name: 'moderation', endpoints: modern, form: object },
	{ name: 'parallel_tool_calls', endpoints: modern, form: boolean },
	{ name: 'prediction', endpoints: chat, form: object },
	{ name: 'presence_penalty', endpoints: sampled, form: between(-2, 2) },
	{ name: 'previous_response_id', endpoints: responses, form: words() },
	{ name: 'prompt', endpoints: responses, form: object },
	{ name: 'prompt_cache_key', endpoints: modern, form: words() },
	{ name: 'prompt_cache_options', endpoints: modern, form: object },
	{
		name: 'prompt_cache_retention',
		endpoints: modern,
		form: oneOf('in_memory', '24h'),
		deprecated: true,
	},
	{
		name: 'reasoning.context',
		endpoints: responses,
		form: oneOf('auto', 'current_turn', 'all_turns'),
	},
	{
		name: 'reasoning.generate_summary',
		endpoints: responses,
		form: oneOf('auto', 'concise', 'detailed'),
		deprecated: true,
	},
	{ name: 'reasoning.mode', endpoints: responses, form: oneOf('standard', 'pro') },
	{ name: 'reasoning.summary', endpoints: responses, form: oneOf('auto', 'concise', 'detailed') },
	{
		name: 'reasoning_effort',
		endpoints: modern,
		form: oneOf('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
		inResponses: 'reasoning.effort',
	},
	{ name: 'response_format', endpoints: modern, form: object, inResponses: 'text.format' },
	{ name: 'safety_identifier', endpoints: modern, form: words(128) },
	{ name: 'seed', endpoints: chat, form: whole(-largest, largest), deprecated: true },
	{ name: 'seed', endpoints: text, form: whole(-largest, largest) },
	{ name: 'service_tier', endpoints: chat, form: oneOf(...tiers) },
	{ name: 'service_tier', endpoints: responses, form: oneOf(...tiers, 'ultrafast') },
	{ name: 'stop', endpoints: sampled, form: { kind: 'list', most: 4 } },
	{ name: 'store', endpoints: chat, form: boolean },
	{ name: 'suffix', endpoints: text, form: words() },
	{ name: 'tool_choice', endpoints: modern, form: any },
	{ name: 'tools', endpoints: modern, form: array },
	{ name: 'top_logprobs', endpoints: modern, form: whole(0, 20) },
	{ name: 'top_p', endpoints: every, form: between(0, 1) },
	{ name: 'truncation', endpoints: responses, form: oneOf('auto', 'disabled'), deprecated: true },
	{ name: 'user', endpoints: modern, form: words(), deprecated: true },
	{ name: 'user', endpoints: text, form: words() },
	{
		name: 'verbosity',
		endpoints: modern,
		form: oneOf('low', 'medium', 'high'),
		inResponses: 'text.verbosity',
	},
	{ name: 'web_search_options', endpoints: chat, form: object },
];

/** What it is called in the endpoint's own words; dots lead into objects. */
export const wireName = (endpoint: Endpoint, { name, inResponses }: KnownParameter): string =>
	endpoint === 'responses' ? (inResponses ?? name) : name;

/** Those with a field of their own, which a model or a row may have its own value of. */
const ofFields: readonly KnownParameter[] = [
	{ name: 'temperature', endpoints: every, form: between(0, 2) },
	...[...tokenLimits].map((name) => ({ name, endpoints: every, form: whole(1, mostTokens) })),
];

const settable = (endpoint: Endpoint): ReadonlyMap<string, KnownParameter> =>
	new Map(
		[...parameterTable, ...ofFields]
			.filter(({ endpoints }) => endpoints.includes(endpoint))
			.flatMap((known) => [
				[known.name, known] as const,
				[wireName(endpoint, known), known] as const,
			]),
	);

/** What a model or a row may set, under either of its names: cells are held against it by the million. */
const settableIn: Readonly<Record<Endpoint, ReadonlyMap<string, KnownParameter>>> = {
	chatCompletions: settable('chatCompletions'),
	completions: settable('completions'),
	responses: settable('responses'),
};

/** Null where nothing is known of a parameter of that name. */
export const settableParameter = (endpoint: Endpoint, name: string): KnownParameter | null =>
	settableIn[endpoint].get(name) ?? null;

/** The objects of Responses in which it keeps several parameters: each is one that others may stand beside. */
export const nestedObjects: ReadonlySet<string> = new Set(
	parameterTable.flatMap(({ name, inResponses = name }) =>
		inResponses.includes('.') ? inResponses.slice(0, inResponses.indexOf('.')) : [],
	),
);

/** Null where the endpoint has no parameter of that name. */
export const knownParameter = (endpoint: Endpoint, name: string): KnownParameter | null =>
	parameterTable.find((known) => known.name === name && known.endpoints.includes(endpoint)) ?? null;

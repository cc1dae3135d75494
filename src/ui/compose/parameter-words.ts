import type { Endpoint } from '#domain/connection.ts';
import type { Field } from '#domain/problem.ts';

/** What each parameter does, in one sentence; `name@endpoint` where it is another thing there. */
const meanings: ReadonlyMap<string, string> = new Map([
	['access_programs', 'Access programs for special domains that the organization is in.'],
	['audio', 'Voice and format of spoken answers; goes with modalities.'],
	['best_of', 'Writes so many completions and gives the likeliest; all are paid for.'],
	['context_management', 'How a context that grows too long is compacted.'],
	['echo', 'Gives the prompt back in front of the completion.'],
	['frequency_penalty', 'Above 0, words that came often come less; below 0, more.'],
	['function_call', 'Which function has to be called.'],
	['functions', 'Functions that the model may ask to call.'],
	['image', 'How images of the request are prepared.'],
	['include', 'Further parts of the output to give, such as log probabilities.'],
	['logit_bias', 'Makes single tokens, by their number, likelier or less likely.'],
	['logprobs', 'Gives the log probability of each token of the answer.'],
	[
		'logprobs@completions',
		'Gives log probabilities, and so many of the likeliest tokens at each place.',
	],
	['max_tool_calls', 'The most calls of built-in tools in one response.'],
	['metadata', 'Up to 16 notes that are kept with the answer at the endpoint.'],
	['modalities', 'What the answer is made of: text, audio or both.'],
	['moderation', 'A moderation model that looks at what is sent and answered.'],
	['parallel_tool_calls', 'Whether several tools may be called at once.'],
	['prediction', 'Text that the answer is expected to hold, so that it comes faster.'],
	['presence_penalty', 'Above 0, the model turns to new topics sooner; below 0, later.'],
	['previous_response_id', 'A stored response that every row goes on from.'],
	['prompt', 'A prompt that is stored at the endpoint: its id, version and variables.'],
	['prompt_cache_key', 'Groups requests with the same beginning, so that more of it is cached.'],
	['prompt_cache_options', 'How the beginning of prompts is cached, and for how long.'],
	['prompt_cache_retention', 'How long cached beginnings are kept.'],
	['reasoning.context', 'Which reasoning of earlier turns the model sees again.'],
	['reasoning.generate_summary', 'Gives a summary of the reasoning.'],
	['reasoning.mode', 'How the model reasons: standard, or longer for hard questions (pro).'],
	['reasoning.summary', 'Gives a summary of the reasoning with the answer.'],
	['reasoning_effort', 'How long a reasoning model thinks; less is faster and cheaper.'],
	['response_format', 'Text, any JSON object, or JSON that follows a schema.'],
	['safety_identifier', 'Stands for an end user, without naming one, where misuse is looked into.'],
	['seed', 'The same seed and parameters give the same answer more often.'],
	['service_tier', 'Flex is about half the price and slow; priority is fast and dearer.'],
	['stop', 'Up to 4 texts before which the answer ends.'],
	['store', 'Keeps the answer at the endpoint, for evaluations and distillation.'],
	['suffix', 'Text that comes after what is to be inserted.'],
	['tool_choice', 'Whether tools may, must or must not be called, or which one.'],
	['tools', 'Tools that the model may ask to call; calls are kept, not answered.'],
	['top_logprobs', 'So many of the likeliest tokens at each place, with their log probabilities.'],
	['top_p', 'Draws only from the likeliest tokens that add up to this probability.'],
	['truncation', 'Whether the beginning of a conversation that is too long is dropped.'],
	['user', 'Stands for an end user.'],
	['verbosity', 'How long answers are.'],
	['web_search_options', 'How a search model searches the web.'],
]);

export const parameterMeaning = (endpoint: Endpoint, name: string): string =>
	meanings.get(`${name}@${endpoint}`) ?? meanings.get(name) ?? '';

/** What to use in place of a deprecated parameter; empty where nothing stands for it. */
const replacements: ReadonlyMap<string, string> = new Map([
	['function_call', 'Use tool_choice.'],
	['functions', 'Use tools.'],
	['prompt_cache_retention', 'Use prompt_cache_options.'],
	['reasoning.generate_summary', 'Use reasoning.summary.'],
	['user', 'Use safety_identifier or prompt_cache_key.'],
	['seed', ''],
	['truncation', ''],
]);

export const deprecatedWords = (name: string): string =>
	`Deprecated. ${replacements.get(name) ?? ''}`.trim();

/** Parameters that stand in a field of their own, by every name that they have. */
export const ownFields: readonly {
	readonly name: string;
	readonly field: Field;
	readonly label: string;
}[] = [
	{ name: 'n', field: 'completionsPerPrompt', label: 'Completions per prompt' },
	{ name: 'temperature', field: 'temperature', label: 'Temperature' },
	{ name: 'max_tokens', field: 'maxTokens', label: 'Max tokens' },
	{ name: 'max_completion_tokens', field: 'maxTokens', label: 'Max tokens' },
	{ name: 'max_output_tokens', field: 'maxTokens', label: 'Max tokens' },
];

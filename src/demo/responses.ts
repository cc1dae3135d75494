import { isJsonObject, textAt, type JsonObject, type JsonValue } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { invalidRequest, type ApiError } from './api-error.ts';
import { answersTo, asksForJson, readMessages, tokensOfAll, type Said } from './conversation.ts';
import type { CutAnswer } from './cut.ts';
import { identifier } from './hash.ts';
import { chatLogprobs } from './logprobs.ts';
import { boundedNumber, missing, readCommonFields } from './request-fields.ts';

/** Where parameters of Chat Completions went. */
const moved: Readonly<Record<string, string>> = {
	messages: 'input',
	max_tokens: 'max_output_tokens',
	max_completion_tokens: 'max_output_tokens',
	response_format: 'text.format',
	reasoning_effort: 'reasoning.effort',
	verbosity: 'text.verbosity',
};

const unknown = [
	'n',
	'seed',
	'stop',
	'logprobs',
	'logit_bias',
	'presence_penalty',
	'frequency_penalty',
] as const;

function refuseChatNames(body: JsonObject): ApiError | null {
	const strange = unknown.find((name) => Object.hasOwn(body, name));
	if (strange !== undefined)
		return invalidRequest(`Unknown parameter: '${strange}'.`, strange, 'unknown_parameter');
	const old = Object.entries(moved).find(([name]) => Object.hasOwn(body, name));
	if (old === undefined) return null;
	const [name, there] = old;
	return invalidRequest(
		`Unsupported parameter: '${name}'. In the Responses API, this parameter has moved to '${there}'. Try again with the new parameter.`,
		name,
		'unsupported_parameter',
	);
}

function readInput(body: JsonObject): Result<readonly Said[], ApiError> {
	const { input = null, instructions } = body;
	const opening = typeof instructions === 'string' ? [{ role: 'system', text: instructions }] : [];
	if (input === null || input === '') return err(missing('input'));
	if (typeof input === 'string') return ok([...opening, { role: 'user', text: input }]);
	const said = readMessages(body, 'input');
	return said.ok ? ok([...opening, ...said.value]) : said;
}

const includes = (body: JsonObject, name: string): boolean => {
	const included: JsonValue = body['include'] ?? null;
	return Array.isArray(included) && included.includes(name);
};

/** Answers the body of a Responses request. */
export function response(
	body: JsonObject,
	seed: string,
	now: number,
): Result<JsonObject, ApiError> {
	const refused = refuseChatNames(body);
	if (refused !== null) return err(refused);
	const fields = readCommonFields(body);
	if (!fields.ok) return fields;
	const maxTokens = boundedNumber(body, ['max_output_tokens', 16, Infinity, 'integer']);
	if (!maxTokens.ok) return maxTokens;
	const alternatives = boundedNumber(body, ['top_logprobs', 0, 20, 'integer']);
	if (!alternatives.ok) return alternatives;
	const said = readInput(body);
	if (!said.ok) return said;

	const text = isJsonObject(body['text']) ? body['text'] : {};
	const asJson = asksForJson(text['format']);
	const [answer] = answersTo(said.value, 1, { asJson, stop: [], maxTokens: maxTokens.value });
	const logprobs = includes(body, 'message.output_text.logprobs')
		? (alternatives.value ?? 0)
		: null;
	return ok(
		responseObject(body, {
			seed,
			now,
			inputTokens: tokensOfAll(said.value),
			answer: answer ?? { text: '', tokens: [], finishReason: 'stop' },
			logprobs,
		}),
	);
}

function responseObject(
	body: JsonObject,
	{
		seed,
		now,
		inputTokens,
		answer: { text, tokens, finishReason },
		logprobs,
	}: {
		readonly seed: string;
		/** Epoch milliseconds. */
		readonly now: number;
		readonly inputTokens: number;
		readonly answer: CutAnswer;
		readonly logprobs: number | null;
	},
): JsonObject {
	const isCut = finishReason === 'length';
	const status = isCut ? 'incomplete' : 'completed';
	const scores = logprobs === null ? [] : (chatLogprobs(tokens, logprobs)['content'] ?? []);
	return {
		id: `resp_${identifier(seed, 48)}`,
		object: 'response',
		created_at: Math.floor(now / 1000),
		status,
		error: null,
		incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
		instructions: body['instructions'] ?? null,
		max_output_tokens: body['max_output_tokens'] ?? null,
		model: textAt(body, 'model') ?? '',
		output: [
			{
				id: `msg_${identifier(`message ${seed}`, 48)}`,
				type: 'message',
				status,
				role: 'assistant',
				content: [{ type: 'output_text', text, annotations: [], logprobs: scores }],
			},
		],
		store: body['store'] ?? true,
		temperature: body['temperature'] ?? 1,
		top_p: body['top_p'] ?? 1,
		usage: {
			input_tokens: inputTokens,
			input_tokens_details: { cached_tokens: 0 },
			output_tokens: tokens.length,
			output_tokens_details: { reasoning_tokens: 0 },
			total_tokens: inputTokens + tokens.length,
		},
		metadata: body['metadata'] ?? {},
	};
}

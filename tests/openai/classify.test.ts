import { describe, expect, test } from 'vitest';
import { verdictOf, type FailureKind, type Verdict } from '#domain/failure.ts';
import type { JsonObject } from '#domain/json.ts';
import { classifyAnswer as classify, type BadAnswer } from '#openai/classify.ts';
import { readCompletion } from '#openai/read-completion.ts';
import { waitFromHeaders, waitFromText } from '#openai/wait.ts';

const classifyAnswer = (answer: BadAnswer) => classify(answer, (text) => text);

const api = (
	message: string,
	code: string | number | null = null,
	type = 'invalid_request_error',
	param: string | null = null,
) => ({
	error: { message, type, param, code },
});

describe('an answer that is no completion', () => {
	test.each<[number, unknown, FailureKind]>([
		[401, api('Incorrect API key provided: sk-4sJHr***w8ZP.', 'invalid_api_key'), 'unauthorized'],
		[
			401,
			api('You have insufficient permissions for this operation. Missing scopes: model.request.'),
			'unauthorized',
		],
		[
			403,
			api('Country, region, or territory not supported', 'unsupported_country_region_territory'),
			'forbidden',
		],
		[
			403,
			api('Key based authentication is disabled for this resource.', 'AuthenticationTypeDisabled'),
			'forbidden',
		],
		[
			404,
			api('The model `gpt-9` does not exist or you do not have access to it.', 'model_not_found'),
			'modelNotFound',
		],
		[
			404,
			api(
				'The model `x` has been deprecated, learn more here: https://platform.openai.com/docs/deprecations',
			),
			'modelNotFound',
		],
		[404, { error: 'model "llama9" not found, try pulling it first' }, 'modelNotFound'],
		[404, api('Your organization must be verified to use the model `gpt-5`.'), 'modelNotFound'],
		[
			404,
			api(
				'This is a chat model and not supported in the v1/completions endpoint. Did you mean to use v1/chat/completions?',
			),
			'wrongEndpoint',
		],
		[
			403,
			{ error: { message: 'x requires moderation', code: 403, metadata: { flagged_input: 'y' } } },
			'contentFiltered',
		],
		[200, { error: { type: 'insufficient_quota', code: null } }, 'quotaExhausted'],
		[200, { error: { message: 'no', code: 'invalid_api_key' } }, 'unauthorized'],
		[200, { error: { message: 'no', code: 'model_not_found' } }, 'modelNotFound'],
		[404, { detail: 'Not Found' }, 'notAnApi'],
		[404, '404 page not found', 'notAnApi'],
		[404, '<!DOCTYPE html><html><head><title>Not here</title></head></html>', 'notAnApi'],
		[405, { detail: 'Method Not Allowed' }, 'notAnApi'],
		[400, api("The requested model 'x' does not exist."), 'modelNotFound'],
		[
			400,
			api(
				"Unsupported parameter: 'max_tokens' is not supported with this model.",
				'unsupported_parameter',
			),
			'badRequest',
		],
		[
			400,
			api("Invalid 'temperature': decimal below minimum value.", 'decimal_below_min_value'),
			'badRequest',
		],
		[
			400,
			api(
				"This model's maximum context length is 4097 tokens. However, your messages resulted in 35569 tokens.",
				'context_length_exceeded',
			),
			'contextLengthExceeded',
		],
		[
			400,
			api(
				'Invalid prompt: your prompt was flagged as potentially violating our usage policy.',
				'invalid_prompt',
			),
			'contentFiltered',
		],
		[
			400,
			api(
				"The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
				'content_filter',
			),
			'contentFiltered',
		],
		[402, { error: { message: 'Insufficient credits', code: 402 } }, 'quotaExhausted'],
		[401, api('You must be a member of an organization to use the API.'), 'unauthorized'],
		[401, api('Your IP is not authorized to access this resource.'), 'unauthorized'],
		[400, api('Your organization must be verified to use the model `gpt-5`.'), 'modelNotFound'],
		[
			404,
			api('This is not a chat model and thus not supported in the v1/chat/completions endpoint.'),
			'wrongEndpoint',
		],
		[
			404,
			{ error: { code: 'DeploymentNotFound', message: 'The API deployment does not exist.' } },
			'modelNotFound',
		],
		[400, { error: { message: 'gpt-nine is not a valid model ID', code: 400 } }, 'modelNotFound'],
		[
			400,
			api('The model `mixtral-8x7b-32768` has been decommissioned.', 'model_decommissioned'),
			'modelNotFound',
		],
		[
			400,
			api(
				"'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
				null,
				'invalid_request_error',
				'messages',
			),
			'badRequest',
		],
		[
			400,
			{
				object: 'error',
				message: "This model's maximum context length is 4096 tokens. However, you requested 5000.",
				type: 'BadRequestError',
				param: null,
				code: 400,
			},
			'contextLengthExceeded',
		],
		[
			429,
			api(
				'Rate limit reached for gpt-4o on requests per day (RPD): Limit 10000, Used 10000, Requested 1. Please try again in 8.64s.',
				'rate_limit_exceeded',
				'requests',
			),
			'rateLimited',
		],
		[
			429,
			{
				error: {
					code: '429',
					message:
						'Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-02-01 have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 86400 seconds.',
				},
			},
			'rateLimited',
		],
		[
			429,
			{
				error: {
					message: 'Provider returned error',
					code: 429,
					metadata: { raw: 'x is temporarily rate-limited upstream. Please retry shortly.' },
				},
			},
			'rateLimited',
		],
		[429, api('Flex tier has no capacity.', 'resource_unavailable'), 'rateLimited'],
		...[
			'organization_spend_limit_exceeded',
			'project_spend_limit_exceeded',
			'organization_usage_limit_exceeded',
		].map((code): [number, unknown, FailureKind] => [
			429,
			api('Limit reached.', code, 'insufficient_quota'),
			'quotaExhausted',
		]),
		[
			503,
			api('Slow Down. Please reduce your request rate to its original level.', null),
			'rateLimited',
		],
		[503, api('Too fast.', 'slow_down', 'rate_limit_error'), 'rateLimited'],
		[
			503,
			{ error: { code: 503, message: 'Loading model', type: 'unavailable_error' } },
			'overloaded',
		],
		[
			503,
			{ error: 'server busy, please try again. maximum pending requests exceeded' },
			'overloaded',
		],
		[
			520,
			'<!DOCTYPE html><html><head><title>api.openai.com | 520: Web server is returning an unknown error</title></head></html>',
			'serverError',
		],
		[504, 'upstream request timeout', 'serverError'],
		[524, '<html><head><title>A timeout occurred</title></head></html>', 'serverError'],
		[500, { error: 'llama runner process has terminated: exit status 2' }, 'serverError'],
		[408, '', 'timeout'],
		[409, '', 'conflict'],
		[413, '', 'requestTooLarge'],
		[422, { detail: [{ loc: ['body'], msg: 'field required' }] }, 'badRequest'],
		[
			429,
			api(
				'Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Used 29937, Requested 385. Please try again in 644ms.',
				'rate_limit_exceeded',
				'tokens',
			),
			'rateLimited',
		],
		[
			429,
			api(
				'Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 31538.',
				'rate_limit_exceeded',
				'tokens',
			),
			'requestTooLarge',
		],
		[
			429,
			api(
				'You exceeded your current quota, please check your plan and billing details.',
				'insufficient_quota',
				'insufficient_quota',
			),
			'quotaExhausted',
		],
		[429, api('No credit.', 'credit_balance_exhausted', 'insufficient_quota'), 'quotaExhausted'],
		[429, api('Spend limit.', null, 'insufficient_quota'), 'quotaExhausted'],
		[429, api('Slow down.', 'slow_down', 'rate_limit_error'), 'rateLimited'],
		[429, '', 'rateLimited'],
		[498, '', 'overloaded'],
		[
			500,
			api('The server had an error while processing your request.', null, 'server_error'),
			'serverError',
		],
		[
			502,
			'<html><head><title>502 Bad Gateway</title></head><body><center>cloudflare</center></body></html>',
			'serverError',
		],
		[
			503,
			api('Our servers are currently overloaded. Please try again later.', 'server_is_overloaded'),
			'overloaded',
		],
		[
			529,
			{ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
			'overloaded',
		],
		[418, '', 'badRequest'],
		[200, '<!doctype html><html><title>My site</title></html>', 'notAnApi'],
		[200, '\n <HTML><body>Sign in to the network</body></HTML>', 'notAnApi'],
		[200, 'OK', 'malformed'],
		[200, {}, 'malformed'],
		[200, { choices: [] }, 'malformed'],
		[200, null, 'malformed'],
		[
			200,
			{
				error: {
					message: 'Provider returned error',
					code: 429,
					metadata: { raw: 'rate-limited upstream' },
				},
			},
			'rateLimited',
		],
		[200, { error: { message: 'Bad gateway', code: 502 } }, 'serverError'],
		[200, { error: { message: 'No credit', code: 'insufficient_quota' } }, 'quotaExhausted'],
		[200, { error: 'something' }, 'serverError'],
	])('%d %j is %s', (status, body, kind) => {
		expect(classifyAnswer({ status, body, requestId: null, waitMs: null }).kind).toBe(kind);
	});

	test.each<[FailureKind, Verdict]>([
		['unauthorized', 'stopRun'],
		['forbidden', 'stopRun'],
		['quotaExhausted', 'stopRun'],
		['modelNotFound', 'stopRun'],
		['wrongEndpoint', 'stopRun'],
		['notAnApi', 'stopRun'],
		['parameterRefused', 'stopRun'],
		['badRequest', 'failRequest'],
		['contextLengthExceeded', 'failRequest'],
		['contentFiltered', 'failRequest'],
		['requestTooLarge', 'failRequest'],
		['rateLimited', 'cooldown'],
		['overloaded', 'retry'],
		['serverError', 'retry'],
		['timeout', 'retry'],
		['conflict', 'retry'],
		['network', 'retry'],
		['malformed', 'retry'],
	])('%s comes to %s', (kind, verdict) => {
		const failure = { message: '', status: null, code: null, requestId: null, waitMs: null };
		expect(verdictOf({ kind, ...failure })).toBe(verdict);
	});

	test('a lack of credit that ends with a wait is waited out', () => {
		const body = { error: { message: 'In-flight budget exceeded', code: 402 } };
		const at = (waitMs: number | null) =>
			classifyAnswer({ status: 402, body, requestId: null, waitMs }).kind;
		expect([at(2_000), at(null)]).toEqual(['rateLimited', 'quotaExhausted']);
	});

	test('keeps the endpoint’s words, code, request id and wait', () => {
		const body = api(
			'Limit 3, Used 3, Requested 1. Please try again in 20s.',
			'rate_limit_exceeded',
		);
		expect(classifyAnswer({ status: 429, body, requestId: 'req_1', waitMs: null })).toEqual({
			kind: 'rateLimited',
			message: 'Limit 3, Used 3, Requested 1. Please try again in 20s.',
			status: 429,
			code: 'rate_limit_exceeded',
			requestId: 'req_1',
			waitMs: 20_000,
		});
	});

	test.each([
		[
			'a web page tells its title',
			502,
			'<html><head><title>502 Bad Gateway</title>…',
			'502 Bad Gateway',
		],
		[
			'a provider’s own words are added',
			429,
			{ error: { message: 'Provider returned error', metadata: { raw: 'busy' } } },
			'Provider returned error: busy',
		],
		[
			'FastAPI’s detail is kept as the package hands it on',
			422,
			{ error: { detail: [{ msg: 'no' }] } },
			'[{"msg":"no"}]',
		],
		['FastAPI’s detail is kept', 422, { detail: [{ msg: 'no' }] }, '[{"msg":"no"}]'],
	])('%s', (_, status, body, message) => {
		expect(classifyAnswer({ status, body, requestId: null, waitMs: null }).message).toBe(message);
	});

	test('a message of a megabyte is shortened', () => {
		const { message } = classifyAnswer({
			status: 500,
			body: api('x'.repeat(1_000_000)),
			requestId: null,
			waitMs: null,
		});
		expect(message).toHaveLength(400);
	});
});

describe('a refusal of a parameter that was sent', () => {
	const args = {
		model: 'o4-mini',
		n: 2,
		temperature: 0.2,
		max_tokens: 50,
		logprobs: true,
		seed: 7,
		reasoning_effort: 'minimal',
		service_tier: 'flex',
		response_format: { type: 'json_schema' },
	};
	const refused = (body: unknown, sent: JsonObject = args, status = 400) =>
		classifyAnswer({ status, body, requestId: null, waitMs: null, args: sent });

	test.each<[string, unknown, string, string | null]>([
		[
			'OpenAI, by its other name',
			api(
				"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
				'unsupported_parameter',
				'invalid_request_error',
				'max_tokens',
			),
			'max_tokens',
			'max_completion_tokens',
		],
		[
			'OpenAI, its text alone',
			api("Unsupported parameter: 'max_tokens' is not supported with this model."),
			'max_tokens',
			'max_completion_tokens',
		],
		[
			'a value',
			api(
				"Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
				'unsupported_value',
				'invalid_request_error',
				'temperature',
			),
			'temperature',
			null,
		],
		[
			'a value that the text does not put down to its parameter',
			api(
				"Unsupported value: 'minimal' is not supported with the 'gpt-5.1' model. Supported values are: 'none', 'low', 'medium', and 'high'.",
				'unsupported_value',
				'invalid_request_error',
				'reasoning_effort',
			),
			'reasoning_effort',
			null,
		],
		[
			'a value out of range',
			api(
				"Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -1 instead.",
				'decimal_below_min_value',
			),
			'temperature',
			null,
		],
		[
			'a limit that is too large, whose name is right',
			api(
				'max_tokens is too large: 100000. This model supports at most 16384 completion tokens.',
				'invalid_value',
				'invalid_request_error',
				'max_tokens',
			),
			'max_tokens',
			null,
		],
		[
			'a service tier',
			api(
				'Invalid service_tier argument: The requested service tier is not allowed for this project.',
			),
			'service_tier',
			null,
		],
		[
			'a schema, by a path',
			api(
				"Invalid schema for response_format 'x': 6 levels of nesting exceeds limit of 5.",
				null,
				'invalid_request_error',
				'response_format.json_schema',
			),
			'response_format',
			null,
		],
		['older OpenAI', api('Unrecognized request argument supplied: seed'), 'seed', null],
		['newer OpenAI', api("Unknown parameter: 'seed'."), 'seed', null],
		['Groq', api("property 'logprobs' is unsupported"), 'logprobs', null],
		['llama.cpp', { error: { code: 400, message: 'Unsupported param: n' } }, 'n', null],
		[
			'vLLM',
			{
				object: 'error',
				message:
					"[{'type': 'extra_forbidden', 'loc': ('body', 'max_tokens'), 'msg': 'Extra inputs are not permitted', 'input': 1}]",
				code: 400,
			},
			'max_tokens',
			'max_completion_tokens',
		],
		[
			'FastAPI',
			{ detail: [{ type: 'extra_forbidden', loc: ['body', 'seed'], msg: 'Extra inputs' }] },
			'seed',
			null,
		],
		[
			'Mistral',
			{
				object: 'error',
				message: { detail: [{ loc: ['body', 'logprobs'], msg: 'Extra inputs are not permitted' }] },
			},
			'logprobs',
			null,
		],
		['Fireworks', api("Extra inputs are not permitted, field: 'seed', value: 7"), 'seed', null],
		[
			'Gemini',
			api('Invalid JSON payload received. Unknown name "seed": Cannot find field.'),
			'seed',
			null,
		],
		['Anthropic', api('temperature: Input should be less than or equal to 1'), 'temperature', null],
		[
			'Ollama',
			{
				error:
					'json: cannot unmarshal string into Go struct field ChatCompletionRequest.temperature of type float64',
			},
			'temperature',
			null,
		],
	])('%s', (_, body, name, replacement) => {
		expect(refused(body)).toMatchObject({
			kind: 'parameterRefused',
			parameter: { model: 'o4-mini', name, replacement },
		});
	});

	test('goes back to the older name where an endpoint knows only that', () => {
		const body = api('Unrecognized request argument supplied: max_completion_tokens');
		expect(refused(body, { model: 'm', max_completion_tokens: 5 }).parameter).toEqual({
			model: 'm',
			name: 'max_completion_tokens',
			replacement: 'max_tokens',
		});
	});

	test('is also a 403, a 422, or an error inside a 200', () => {
		const rights = api('You are not allowed to request logprobs from this model.');
		expect(refused(rights, args, 403)).toMatchObject({ parameter: { name: 'logprobs' } });
		expect(refused({ detail: [{ loc: ['body', 'seed'] }] }, args, 422).parameter?.name).toBe(
			'seed',
		);
		const inside = { error: { message: 'Unsupported param: seed', code: 400 } };
		expect(refused(inside, args, 200).parameter?.name).toBe('seed');
	});

	test('is no setting where it keeps the answers from being left at the endpoint', () => {
		const body = api("Unsupported value: 'store' does not support false with this model.");
		expect(refused(body, { model: 'm', store: false }).parameter).toBeUndefined();
		expect(refused(body, { model: 'm', store: true }).parameter?.name).toBe('store');
	});

	test.each<[string, unknown, FailureKind]>([
		['what was not sent', api("property 'top_p' is unsupported"), 'badRequest'],
		[
			'a name inside a message',
			api("'messages.0' : property 'reasoning' is unsupported"),
			'badRequest',
		],
		[
			'a role',
			api(
				"Unsupported value: 'messages[0].role' does not support 'system' with this model.",
				'unsupported_value',
				'invalid_request_error',
				'messages[0].role',
			),
			'badRequest',
		],
		[
			'a prompt that is too long',
			api(
				"'max_tokens' is too large: 5000. This model's maximum context length is 4096 tokens and your request has 200 input tokens",
			),
			'contextLengthExceeded',
		],
		['the model', api('Invalid model.', 'invalid_value', '', 'model'), 'badRequest'],
		['the rights of a key', api('Missing scopes: model.request.'), 'badRequest'],
	])('is not %s', (_, body, kind) => {
		const failure = refused(body);
		expect(failure.kind).toBe(kind);
		expect(failure.parameter).toBeUndefined();
	});
});

describe('another number of choices than was asked for', () => {
	const choice = (index: number) => ({ index, message: { content: 'yes' }, finish_reason: 'stop' });

	test.each([1, 5])('%d: what came is paid for and kept', (count) => {
		const choices = Array.from({ length: count }, (_, i) => choice(i));
		expect(readCompletion({ id: 'c', choices })?.choices).toEqual(choices);
	});

	test('none at all is no answer', () => {
		expect(readCompletion({ id: 'c', choices: [] })).toBeNull();
	});
});

describe('the wait asked for', () => {
	test.each([
		['Please try again in 644ms.', 644],
		['Please try again in 18.642s.', 18_642],
		['Please try again in 20s. Visit', 20_000],
		['Please try again in 6m0s.', 360_000],
		['Please try again in 1h2m3s.', 3_723_000],
		['Please try again in 114h18m0s.', 411_480_000],
		['Please try again in 8.64s.', 8_640],
		['Please retry after 2 seconds.', 2_000],
		['Please retry after 86400 seconds.', 86_400_000],
		['Rate limit is exceeded. Try again in 1 second.', 1_000],
		['Please try again in 9999999d.', 604_800_000],
		['Please try again later.', null],
		['', null],
		['try again in soon', null],
	])('by %j is %j ms', (text, expected) => {
		expect(waitFromText(text)).toBe(expected);
	});

	test.each([
		[{ 'retry-after-ms': '250' }, 250],
		[{ 'retry-after': '2' }, 2_000],
		[{ 'retry-after': 'Thu, 01 Jan 1970 00:01:00 GMT' }, 60_000],
		[{ 'retry-after': '-5' }, null],
		[{ 'retry-after': 'soon' }, null],
		[{}, null],
	])('by headers %j is %j ms', (headers, expected) => {
		expect(waitFromHeaders(new Headers(headers as Record<string, string>), 0)).toBe(expected);
	});
});

import { describe, expect, test } from 'vitest';
import type { FailureKind } from '#domain/failure.ts';
import { classifyAnswer as classify, type BadAnswer } from '#openai/classify.ts';
import { waitFromHeaders, waitFromText } from '#openai/wait.ts';

const classifyAnswer = (answer: BadAnswer) => classify(answer, (text) => text);

const api = (
	message: string,
	code: string | number | null = null,
	type = 'invalid_request_error',
) => ({
	error: { message, type, param: null, code },
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

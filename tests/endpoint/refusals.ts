import type { JsonObject } from '#domain/json.ts';
import type { HeaderRecord } from './exchange.ts';

/** What a refusal depends on. */
export interface Refused {
	readonly model: string;
	readonly key: string;
	/** Epoch milliseconds, for hints that are dates. */
	readonly epoch: number;
}

export interface Refusal {
	readonly status: number;
	readonly body: JsonObject | string;
	readonly headers?: HeaderRecord;
}

interface ErrorWords {
	readonly type?: string | null;
	readonly code?: string | null;
	readonly param?: string | null;
	readonly headers?: HeaderRecord;
}

/** In the shape that OpenAI and most others use. */
const error = (
	status: number,
	message: string,
	{ type = 'invalid_request_error', code = null, param = null, headers }: ErrorWords = {},
): Refusal => ({
	status,
	body: { error: { message, type, param, code } },
	...(headers === undefined ? {} : { headers }),
});

const limited = (message: string, type: string, headers?: HeaderRecord): Refusal =>
	error(429, message, {
		type,
		code: 'rate_limit_exceeded',
		...(headers === undefined ? {} : { headers }),
	});

const billing = (code: string, message: string): Refusal =>
	error(429, message, { type: 'insufficient_quota', code });

const learnMore = 'Visit https://platform.openai.com/account/rate-limits to learn more.';

/** As OpenAI echoes a wrong key: its first 8 and last 4 characters, and a short one whole. */
export const maskedKey = (key: string): string =>
	key.length <= 12 ? key : `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}`;

const page = (title: string): string =>
	`<!doctype html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;

const httpDate = (epoch: number): string => new Date(epoch).toUTCString();

const busy = (headers: HeaderRecord): Refusal =>
	error(429, 'Too many requests', { type: 'requests', headers });

/** Every refusal that endpoints were seen to give, word for word, by the name of its scenario. */
export const refusals = {
	// 400
	contentFilter400: () => ({
		status: 400,
		body: {
			error: {
				message:
					'The response was filtered due to the prompt triggering Azure OpenAI’s content management policy. Please modify your prompt and retry.',
				type: null,
				param: 'prompt',
				code: 'content_filter',
				status: 400,
				innererror: {
					code: 'ResponsibleAIPolicyViolation',
					content_filter_result: { violence: { filtered: true, severity: 'medium' } },
				},
			},
		},
	}),
	contextTooLong: () =>
		error(
			400,
			'This model’s maximum context length is 4097 tokens. However, your messages resulted in 35569 tokens. Please reduce the length of the messages.',
			{ code: 'context_length_exceeded', param: 'messages' },
		),
	invalidPrompt: () =>
		error(
			400,
			'Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt: https://platform.openai.com/docs/guides/reasoning#advice-on-prompting',
			{ code: 'invalid_prompt' },
		),
	unsupportedParameter: () =>
		error(
			400,
			"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
			{ code: 'unsupported_parameter', param: 'max_tokens' },
		),
	unsupportedValue: () =>
		error(
			400,
			"Unsupported value: 'temperature' does not support 0.9 with this model. Only the default (1) value is supported.",
			{ code: 'unsupported_value', param: 'temperature' },
		),
	unsupportedEffort: ({ model }: Refused) =>
		error(
			400,
			`Unsupported value: 'minimal' is not supported with the '${model}' model. Supported values are: 'none', 'low', 'medium', and 'high'.`,
			{ code: 'unsupported_value', param: 'reasoning.effort' },
		),
	invalidValue: () =>
		error(
			400,
			"Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -1 instead.",
			{ code: 'decimal_below_min_value', param: 'temperature' },
		),
	// 401, 402, 403
	wrongKey: ({ key }: Refused) =>
		error(
			401,
			`Incorrect API key provided: ${maskedKey(key)}. You can find your API key at https://platform.openai.com/account/api-keys.`,
			{ code: 'invalid_api_key' },
		),
	missingScopes: () =>
		error(
			401,
			'You have insufficient permissions for this operation. Missing scopes: model.request. Check that you have the correct role in your organization.',
		),
	paymentRequired: () => ({
		status: 402,
		body: {
			error: {
				message: 'Insufficient credits',
				code: 402,
				metadata: { limit_source: 'openrouter_credits' },
			},
		},
	}),
	forbidden: () =>
		error(403, 'Country, region, or territory not supported', {
			type: 'request_forbidden',
			code: 'unsupported_country_region_territory',
		}),
	keysDisabled: () => ({
		status: 403,
		body: {
			error: {
				code: 'AuthenticationTypeDisabled',
				message: 'Key based authentication is disabled for this resource.',
			},
		},
	}),
	// 404
	modelNotFound: ({ model }: Refused) =>
		error(404, `The model \`${model}\` does not exist or you do not have access to it.`, {
			code: 'model_not_found',
		}),
	modelRetired: ({ model }: Refused) =>
		error(
			404,
			`The model \`${model}\` has been deprecated, learn more here: https://platform.openai.com/docs/deprecations`,
			{ code: 'model_not_found' },
		),
	organizationUnverified: ({ model }: Refused) =>
		error(
			404,
			`Your organization must be verified to use the model \`${model}\`. Please go to: https://platform.openai.com/settings/organization/general and click on Verify Organization.`,
		),
	chatModelOnly: () =>
		error(
			404,
			'This is a chat model and not supported in the v1/completions endpoint. Did you mean to use v1/chat/completions?',
		),
	// 408, 409, 413, 422
	timeout408: () => error(408, 'Request timed out.', { type: 'timeout' }),
	conflict409: () =>
		error(409, 'The resource is being changed by another request.', { code: 'conflict' }),
	tooLarge413: () => ({ status: 413, body: page('413 Request Entity Too Large') }),
	unprocessable422: () => ({
		status: 422,
		body: {
			detail: [
				{
					loc: ['body', 'temperature'],
					msg: 'value is not a valid float',
					type: 'type_error.float',
				},
			],
		},
	}),
	// 429 that pass
	rateLimitedTokens: ({ model }: Refused) =>
		limited(
			`Rate limit reached for ${model} in organization org-test on tokens per min (TPM): Limit 30000, Used 29937, Requested 385. Please try again in 644ms. ${learnMore}`,
			'tokens',
			{ 'retry-after-ms': '644', 'retry-after': '1' },
		),
	rateLimitedFor40Ms: ({ model }: Refused) =>
		limited(
			`Rate limit reached for ${model} in organization org-test on tokens per min (TPM): Limit 30000, Used 29937, Requested 83. Please try again in 40ms. ${learnMore}`,
			'tokens',
			{ 'retry-after-ms': '40', 'x-ratelimit-remaining-tokens': '63' },
		),
	rateLimitedRequests: ({ model }: Refused) =>
		limited(
			`Rate limit reached for ${model} in organization org-test on requests per min (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s. ${learnMore}`,
			'requests',
			{ 'retry-after': '20' },
		),
	/** A limit so high that nobody reaches it: a refusal that says the truth about a passing moment. */
	rateLimitedBriefly: ({ model }: Refused) =>
		limited(
			`Rate limit reached for ${model} in organization org-test on requests per min (RPM): Limit 60000, Used 60000, Requested 1. Please try again in 1ms. ${learnMore}`,
			'requests',
		),
	rateLimitedPerDay: ({ model }: Refused) =>
		limited(
			`Rate limit reached for ${model} in organization org-test on requests per day (RPD): Limit 10000, Used 10000, Requested 1. Please try again in 8.64s. ${learnMore}`,
			'requests',
		),
	rateLimitedForDays: ({ model }: Refused) =>
		limited(
			`Rate limit reached for ${model} in organization org-test on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 114h18m0s. ${learnMore}`,
			'requests',
		),
	requestTooLarge: ({ model }: Refused) =>
		limited(
			`Request too large for ${model} in organization org-test on tokens per min (TPM): Limit 30000, Requested 31538. The input or output tokens must be reduced in order to run successfully. ${learnMore}`,
			'tokens',
		),
	rateLimitedWithoutHint: () => error(429, 'Too many requests', { type: 'requests' }),
	slowDown: () =>
		error(429, 'Slow down. Please reduce the rate of your requests.', {
			type: 'rate_limit_error',
			code: 'slow_down',
		}),
	azureTokenRate: () => ({
		status: 429,
		body: {
			error: {
				code: '429',
				message:
					'Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 2 seconds.',
			},
		},
		headers: { 'retry-after': '2' },
	}),
	azureRate: () => ({
		status: 429,
		body: { statusCode: 429, message: 'Rate limit is exceeded. Try again in 2 seconds.' },
	}),
	openRouterUpstream: ({ model }: Refused) => ({
		status: 429,
		body: {
			error: {
				message: 'Provider returned error',
				code: 429,
				metadata: {
					raw: `${model} is temporarily rate-limited upstream. Please retry shortly.`,
					provider_name: 'Test',
				},
			},
		},
	}),
	flexWithoutCapacity: () =>
		error(429, 'Resource unavailable: no capacity for the flex service tier.', {
			type: 'resource_unavailable',
			code: 'resource_unavailable',
		}),
	// 429 that a person has to mend
	quotaExhausted: () =>
		billing(
			'insufficient_quota',
			'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.',
		),
	creditExhausted: () => billing('credit_balance_exhausted', 'Your credit balance is exhausted.'),
	spendLimitExceeded: () =>
		billing('organization_spend_limit_exceeded', 'Your organization has reached its spend limit.'),
	projectLimitExceeded: () =>
		billing('project_spend_limit_exceeded', 'Your project has reached its spend limit.'),
	usageLimitExceeded: () =>
		billing('organization_usage_limit_exceeded', 'Your organization has reached its usage limit.'),
	// Forms of the hint
	retryAfterSeconds: () => busy({ 'retry-after': '1' }),
	retryAfterMs: () => busy({ 'retry-after-ms': '40', 'retry-after': '1' }),
	retryAfterDate: ({ epoch }: Refused) => busy({ 'retry-after': httpDate(epoch + 2_000) }),
	retryAfterPast: ({ epoch }: Refused) => busy({ 'retry-after': httpDate(epoch - 3_600_000) }),
	retryAfterFarFuture: ({ epoch }: Refused) =>
		busy({ 'retry-after': httpDate(epoch + 10 * 31_536_000_000) }),
	retryAfterNegative: () => busy({ 'retry-after': '-5' }),
	retryAfterNonsense: () => busy({ 'retry-after': 'soon', 'retry-after-ms': 'NaN' }),
	shouldRetryFalse: () => busy({ 'x-should-retry': 'false' }),
	// 5xx
	serverError500: () =>
		error(500, 'The server had an error while processing your request. Sorry about that!', {
			type: 'server_error',
		}),
	badGatewayHtml: () => ({ status: 502, body: page('502 Bad Gateway') }),
	overloaded503: () =>
		error(503, 'Our servers are currently overloaded. Please try again later.', {
			type: 'service_unavailable_error',
			code: 'server_is_overloaded',
		}),
	loadingModel503: () => ({
		status: 503,
		body: { error: { code: 503, message: 'Loading model', type: 'unavailable_error' } },
	}),
	gatewayTimeout504: () => ({ status: 504, body: page('504 Gateway Time-out') }),
	unknownError520: () => ({
		status: 520,
		body: page('api.openai.com | 520: Web server is returning an unknown error'),
	}),
	overloaded529: () => ({
		status: 529,
		body: { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
	}),
	capacity498: () =>
		error(498, 'Flex tier capacity exceeded. Please try again later.', {
			code: 'capacity_exceeded',
		}),
	// Errors that are said with a 200, or in another shape
	errorInside200: () => ({
		status: 200,
		body: { error: { message: 'Provider returned error', code: 502 } },
	}),
	errorAsText: () => ({ status: 500, body: { error: 'llama runner process has terminated' } }),
	htmlPage: () => ({ status: 200, body: page('Welcome') }),
	captivePortal: () => ({ status: 200, body: page('Sign in to this network') }),
} as const satisfies Readonly<Record<string, (refused: Refused) => Refusal>>;

export type RefusalName = keyof typeof refusals;

export const refusalNames = Object.keys(refusals) as readonly RefusalName[];

export const isRefusal = (name: string): name is RefusalName => Object.hasOwn(refusals, name);

export const refusalOf = (name: RefusalName, refused: Refused): Refusal => refusals[name](refused);

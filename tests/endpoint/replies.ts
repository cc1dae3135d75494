import { isJsonObject, textAt, type JsonObject } from '#domain/json.ts';
import type { EndpointRequest } from './ledger.ts';
import type { Scenario } from './scenario.ts';

/** What is done to the connection. */
export type Reply =
	| {
			readonly kind: 'whole';
			readonly status: number;
			readonly headers: Readonly<Record<string, string>>;
			readonly body: string;
	  }
	/** Half of the body, then the connection is broken. */
	| { readonly kind: 'half'; readonly body: string }
	| { readonly kind: 'reset' }
	| { readonly kind: 'never' };

const json = (
	status: number,
	body: JsonObject,
	headers: Readonly<Record<string, string>> = {},
): Reply => ({
	kind: 'whole',
	status,
	headers: { 'content-type': 'application/json', ...headers },
	body: JSON.stringify(body),
});

const html = (status: number, title: string): Reply => ({
	kind: 'whole',
	status,
	headers: { 'content-type': 'text/html; charset=utf-8' },
	body: `<!doctype html><html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`,
});

const refused = (
	status: number,
	message: string,
	type: string,
	code: string | null,
	param: string | null = null,
	headers: Readonly<Record<string, string>> = {},
): Reply => json(status, { error: { message, type, param, code } }, headers);

/** As OpenAI echoes a wrong key: its first 8 and last 4 characters, and a short one whole. */
export const maskedKey = (key: string): string =>
	key.length <= 12 ? key : `${key.slice(0, 8)}${'*'.repeat(key.length - 12)}${key.slice(-4)}`;

const changeChoices = (
	completion: JsonObject,
	change: (choice: JsonObject) => JsonObject,
): JsonObject => {
	const { choices } = completion;
	return {
		...completion,
		choices: Array.isArray(choices) ? choices.filter(isJsonObject).map(change) : [],
	};
};

const messageOf = (choice: JsonObject): JsonObject | null =>
	isJsonObject(choice['message']) ? choice['message'] : null;

const cut = (text: string): string => text.slice(0, Math.ceil(text.length / 2));

const cutChoice = (choice: JsonObject): JsonObject => {
	const message = messageOf(choice);
	return message === null
		? { ...choice, text: cut(textAt(choice, 'text') ?? ''), finish_reason: 'length' }
		: {
				...choice,
				message: { ...message, content: cut(textAt(message, 'content') ?? '') },
				finish_reason: 'length',
			};
};

export const refusalText = 'I’m sorry, but I can’t help with that.';

/** Completions has no refusals of its own: there the words are the text. */
const refuseChoice = (choice: JsonObject): JsonObject => {
	const message = messageOf(choice);
	return message === null
		? { ...choice, text: refusalText }
		: { ...choice, message: { ...message, content: null, refusal: refusalText } };
};

export function replyTo(
	scenario: Scenario,
	request: EndpointRequest,
	seenBefore: number,
	completion: JsonObject,
): Reply {
	const model = textAt(request.body, 'model') ?? '';
	switch (scenario) {
		case 'rateLimitedOnce':
			return seenBefore > 0
				? json(200, completion)
				: refused(
						429,
						`Rate limit reached for ${model} in organization org-test on tokens per min (TPM): Limit 30000, Used 29937, Requested 385. Please try again in 40ms.`,
						'tokens',
						'rate_limit_exceeded',
						null,
						{ 'retry-after-ms': '40', 'x-ratelimit-remaining-tokens': '63' },
					);
		case 'rateLimitedWithoutHint':
			return refused(429, 'Too many requests', 'requests', null);
		case 'quotaExhausted':
			return refused(
				429,
				'You exceeded your current quota, please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.',
				'insufficient_quota',
				'insufficient_quota',
			);
		case 'wrongKey':
			return refused(
				401,
				`Incorrect API key provided: ${maskedKey(request.key ?? '')}. You can find your API key at https://platform.openai.com/account/api-keys.`,
				'invalid_request_error',
				'invalid_api_key',
			);
		case 'forbidden':
			return refused(
				403,
				'Country, region, or territory not supported',
				'request_forbidden',
				'unsupported_country_region_territory',
			);
		case 'modelNotFound':
			return refused(
				404,
				`The model \`${model}\` does not exist or you do not have access to it.`,
				'invalid_request_error',
				'model_not_found',
			);
		case 'contentFilter400':
			return json(400, {
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
			});
		case 'contextTooLong':
			return refused(
				400,
				'This model’s maximum context length is 4097 tokens. However, your messages resulted in 35569 tokens. Please reduce the length of the messages.',
				'invalid_request_error',
				'context_length_exceeded',
				'messages',
			);
		case 'maxTokensRefused':
			return refused(
				400,
				"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
				'invalid_request_error',
				'unsupported_parameter',
				'max_tokens',
			);
		case 'temperatureRefused':
			return refused(
				400,
				"Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
				'invalid_request_error',
				'unsupported_value',
				'temperature',
			);
		case 'serverErrorOnce':
			return seenBefore > 0
				? json(200, completion)
				: refused(
						500,
						'The server had an error while processing your request. Sorry about that!',
						'server_error',
						null,
					);
		case 'badGatewayHtml':
			return html(502, '502 Bad Gateway');
		case 'htmlPage':
			return html(200, 'Welcome');
		case 'truncatedJson': {
			const body = JSON.stringify(completion);
			const headers = { 'content-type': 'application/json' };
			return { kind: 'whole', status: 200, headers, body: body.slice(0, body.length / 2) };
		}
		case 'missingChoices': {
			const { choices, ...rest } = completion;
			return json(200, choices === undefined ? completion : rest);
		}
		case 'errorInside200':
			return json(200, { error: { message: 'Provider returned error', code: 502 } });
		case 'cutAtLength':
			return json(200, changeChoices(completion, cutChoice));
		case 'refusal':
			return json(200, changeChoices(completion, refuseChoice));
		case 'resetBeforeHeaders':
			return { kind: 'reset' };
		case 'resetMidBody':
			return { kind: 'half', body: JSON.stringify(completion) };
		case 'hangsForever':
			return { kind: 'never' };
		default:
			// `plainReply`, `withoutCors` and `slow(…)` differ in their headers and their time alone.
			return json(200, completion);
	}
}

import type { JsonObject } from '#domain/json.ts';
import { ok, type Result } from '#domain/result.ts';
import type { ApiError } from './api-error.ts';
import { completionObject } from './completion-object.ts';
import { answersTo, asksForJson, readMessages, tokensOfAll } from './conversation.ts';
import { chatLogprobs } from './logprobs.ts';
import { boundedNumber, readCommonFields } from './request-fields.ts';

/** The likeliest tokens wanted for each token; null where no probabilities are. */
function logprobsWanted(body: JsonObject): Result<number | null, ApiError> {
	const count = boundedNumber(body, ['top_logprobs', 0, 20, 'integer']);
	if (!count.ok) return count;
	return ok(body['logprobs'] === true ? (count.value ?? 0) : null);
}

/** Answers the body of a Chat Completions request. */
export function chatCompletion(
	body: JsonObject,
	seed: string,
	now: number,
): Result<JsonObject, ApiError> {
	const fields = readCommonFields(body);
	if (!fields.ok) return fields;
	const said = readMessages(body, 'messages');
	if (!said.ok) return said;
	const logprobs = logprobsWanted(body);
	if (!logprobs.ok) return logprobs;

	const { model, n, maxTokens, stop } = fields.value;
	const asJson = asksForJson(body['response_format']);
	const answers = answersTo(said.value, n, { asJson, stop, maxTokens });
	return ok(
		completionObject(
			{ object: 'chat.completion', prefix: 'chatcmpl' },
			{
				seed,
				now,
				model,
				promptTokens: tokensOfAll(said.value),
				completionTokens: answers.reduce((sum, { tokens }) => sum + tokens.length, 0),
			},
			answers.map(({ text, tokens, finishReason }, index) => ({
				index,
				message: { role: 'assistant', content: text, refusal: null },
				logprobs: logprobs.value === null ? null : chatLogprobs(tokens, logprobs.value),
				finish_reason: finishReason,
			})),
		),
	);
}

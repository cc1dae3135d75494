import { isJsonObject, textAt, type JsonObject, type JsonValue } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { answerTo } from './answer.ts';
import { invalidRequest, type ApiError } from './api-error.ts';
import { completionObject } from './completion-object.ts';
import { cutAnswer } from './cut.ts';
import { chatLogprobs } from './logprobs.ts';
import { readPrompt } from './prompt-reading.ts';
import { boundedNumber, missing, readCommonFields, wrongType } from './request-fields.ts';
import { countTokens } from './tokens.ts';

interface ChatText {
	readonly role: string;
	readonly text: string;
}

/** What the API counts beside the text: for each message, and to open the reply. */
const tokensPerMessage = 3;

function textOfContent(content: JsonValue): string | null {
	if (content === null) return '';
	if (typeof content === 'string') return content;
	if (!Array.isArray(content)) return null;
	const parts: readonly JsonValue[] = content as readonly JsonValue[];
	return parts.map((part) => (isJsonObject(part) ? (textAt(part, 'text') ?? '') : '')).join('\n');
}

function readMessages(body: JsonObject): Result<readonly ChatText[], ApiError> {
	const messages = body['messages'] ?? null;
	if (messages === null) return err(missing('messages'));
	if (!Array.isArray(messages)) return err(wrongType('messages', 'an array of objects', messages));
	if (messages.length === 0)
		return err(
			invalidRequest(
				"Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
				'messages',
				'empty_array',
			),
		);
	const read: ChatText[] = [];
	for (const [i, message] of (messages as readonly JsonValue[]).entries()) {
		const at = `messages[${String(i)}]`;
		if (!isJsonObject(message)) return err(wrongType(at, 'an object', message));
		const role = textAt(message, 'role');
		if (role === null) return err(missing(`${at}.role`));
		const text = textOfContent(message['content'] ?? null);
		if (text === null)
			return err(wrongType(`${at}.content`, 'a string or an array', message['content'] ?? null));
		read.push({ role, text });
	}
	return ok(read);
}

/** The likeliest tokens wanted for each token; null where no probabilities are. */
function logprobsWanted(body: JsonObject): Result<number | null, ApiError> {
	const count = boundedNumber(body, ['top_logprobs', 0, 20, 'integer']);
	if (!count.ok) return count;
	return ok(body['logprobs'] === true ? (count.value ?? 0) : null);
}

const wantsJson = (body: JsonObject): boolean => {
	const format = body['response_format'] ?? null;
	return isJsonObject(format) && (textAt(format, 'type') ?? 'text') !== 'text';
};

/** Answers the body of a Chat Completions request. */
export function chatCompletion(
	body: JsonObject,
	seed: string,
	now: number,
): Result<JsonObject, ApiError> {
	const fields = readCommonFields(body);
	if (!fields.ok) return fields;
	const messages = readMessages(body);
	if (!messages.ok) return messages;
	const logprobs = logprobsWanted(body);
	if (!logprobs.ok) return logprobs;

	const { model, n, maxTokens, stop } = fields.value;
	const said = messages.value;
	const subject = said.findLast(({ role }) => role === 'user') ?? said.at(-1);
	const prompt = subject?.text ?? '';
	const context = said.filter((message) => message !== subject).map(({ text }) => text);
	const reading = readPrompt(prompt, context.join('\n'));
	const asJson = wantsJson(body);
	const answers = Array.from({ length: n }, (_, choice) =>
		cutAnswer(answerTo(reading, prompt, { choice, asJson }), stop, maxTokens),
	);
	return ok(
		completionObject(
			{ object: 'chat.completion', prefix: 'chatcmpl' },
			{
				seed,
				now,
				model,
				promptTokens: said.reduce(
					(sum, { text }) => sum + tokensPerMessage + countTokens(text),
					tokensPerMessage,
				),
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

import type { JsonObject, JsonValue } from '#domain/json.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { answerTo } from './answer.ts';
import { invalidRequest, type ApiError } from './api-error.ts';
import { completionObject } from './completion-object.ts';
import { cutAnswer } from './cut.ts';
import { fraction, hash } from './hash.ts';
import { completionLogprobs } from './logprobs.ts';
import { readPrompt } from './prompt-reading.ts';
import { boundedNumber, missing, readCommonFields, wrongType } from './request-fields.ts';
import { countTokens } from './tokens.ts';

function readPrompts(body: JsonObject): Result<readonly string[], ApiError> {
	const prompt = body['prompt'] ?? null;
	if (prompt === null) return err(missing('prompt'));
	const list = Array.isArray(prompt) ? (prompt as readonly JsonValue[]) : [prompt];
	const texts = list.filter((text) => typeof text === 'string');
	if (texts.length < list.length)
		return err(wrongType('prompt', 'a string or an array of strings', prompt));
	if (texts.length === 0)
		return err(
			invalidRequest(
				"Invalid 'prompt': empty array. Expected an array with minimum length 1, but got an empty array instead.",
				'prompt',
				'empty_array',
			),
		);
	return ok(texts);
}

/** The API promises no order of the choices to several prompts: whoever went by their position would find out here. */
function inSomeOrder(choices: readonly JsonObject[], seed: string): readonly JsonObject[] {
	const answer = String(hash(seed));
	const placed = choices.map((choice, i) => ({ choice, at: fraction(`${answer} ${String(i)}`) }));
	return placed.toSorted((a, b) => a.at - b.at).map(({ choice }) => choice);
}

/** Answers the body of a Completions request: the choices of prompt i are those whose index is i·n and on. */
export function completion(
	body: JsonObject,
	seed: string,
	now: number,
): Result<JsonObject, ApiError> {
	const fields = readCommonFields(body);
	if (!fields.ok) return fields;
	const prompts = readPrompts(body);
	if (!prompts.ok) return prompts;
	const logprobs = boundedNumber(body, ['logprobs', 0, 5, 'integer']);
	if (!logprobs.ok) return logprobs;

	const { model, n, maxTokens, stop } = fields.value;
	const answers = prompts.value.flatMap((prompt) => {
		const reading = readPrompt(prompt);
		return Array.from({ length: n }, (_, choice) => ({
			prompt,
			...cutAnswer(answerTo(reading, prompt, { choice, asJson: false }), stop, maxTokens),
		}));
	});
	const choices = answers.map(({ prompt, text, tokens, finishReason }, index) => ({
		text,
		index,
		logprobs:
			logprobs.value === null ? null : completionLogprobs(tokens, logprobs.value, prompt.length),
		finish_reason: finishReason,
	}));
	return ok(
		completionObject(
			{ object: 'text_completion', prefix: 'cmpl' },
			{
				seed,
				now,
				model,
				promptTokens: prompts.value.reduce((sum, text) => sum + countTokens(text), 0),
				completionTokens: answers.reduce((sum, { tokens }) => sum + tokens.length, 0),
			},
			prompts.value.length === 1 ? choices : inSomeOrder(choices, seed),
		),
	);
}

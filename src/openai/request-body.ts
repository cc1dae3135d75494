import { openAiBaseUrl, type Connection } from '#domain/connection.ts';
import type { JsonObject } from '#domain/json.ts';
import type { RequestParameters } from '#domain/parameters.ts';
import type { Prompt } from '#domain/prompt.ts';

/** The model and every parameter of a request: its body without the prompt, and the results file's `model_args`. */
export function modelArgs(
	connection: Connection,
	prompt: Prompt['kind'],
	model: string,
	parameters: RequestParameters,
): JsonObject {
	const { completionsPerPrompt, temperature, maxTokens, other } = parameters;
	return {
		model,
		...(completionsPerPrompt > 1 ? { n: completionsPerPrompt } : {}),
		...(temperature === null ? {} : { temperature }),
		...(maxTokens === null ? {} : { [tokenLimitField(connection, prompt)]: maxTokens }),
		...other,
	};
}

/**
 * OpenAI's reasoning models refuse `max_tokens`, and its other chat models take the newer name too; compatible servers
 * often know only the old one, and Completions never had another.
 */
const tokenLimitField = (connection: Connection, prompt: Prompt['kind']): string =>
	prompt === 'chat' && connection.baseUrl === openAiBaseUrl
		? 'max_completion_tokens'
		: 'max_tokens';

export const requestBody = (prompt: Prompt, args: JsonObject): JsonObject =>
	prompt.kind === 'chat'
		? { ...args, messages: prompt.messages.map(({ role, content }) => ({ role, content })) }
		: { ...args, prompt: prompt.text };

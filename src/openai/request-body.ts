import { openAiBaseUrl, type Connection, type Endpoint } from '#domain/connection.ts';
import type { JsonObject } from '#domain/json.ts';
import type { Message, Prompt } from '#domain/prompt.ts';
import { repaired, repairsOf } from '#domain/repair.ts';
import type { Terms } from '#domain/revision.ts';

/** The model and every parameter of a request, as that model is sent them: its body without the prompt, and the results file's `model_args`. */
export function modelArgs(
	connection: Connection,
	endpoint: Endpoint,
	model: string,
	{ parameters, repairs }: Terms,
): JsonObject {
	const { completionsPerPrompt, temperature, maxTokens, other } = parameters;
	const args = {
		model,
		...(completionsPerPrompt > 1 ? { n: completionsPerPrompt } : {}),
		...(temperature === null ? {} : { temperature }),
		...(maxTokens === null ? {} : { [tokenLimitField(connection, endpoint)]: maxTokens }),
		...other,
		// Left out, Responses would keep what was sent and answered for a month or longer.
		...(endpoint === 'responses' ? { store: false } : {}),
	};
	return repaired(args, repairsOf(repairs, model));
}

/**
 * OpenAI's reasoning models refuse `max_tokens`, and its other chat models take the newer name too; compatible servers
 * often know only the old one, and Completions never had another.
 */
function tokenLimitField(connection: Connection, endpoint: Endpoint): string {
	if (endpoint === 'responses') return 'max_output_tokens';
	return endpoint === 'chatCompletions' && connection.baseUrl === openAiBaseUrl
		? 'max_completion_tokens'
		: 'max_tokens';
}

export function requestBody(endpoint: Endpoint, prompt: Prompt, args: JsonObject): JsonObject {
	if (prompt.kind === 'completion') return { ...args, prompt: prompt.text };
	const messages = prompt.messages.map(({ role, content }) => ({ role, content }));
	return endpoint === 'responses' ? { ...args, ...responseInput(messages) } : { ...args, messages };
}

/**
 * A first message of the system or the developer goes as instructions, a single one of the user as plain text; whatever
 * else there is keeps its role and its place.
 */
function responseInput(messages: readonly Message[]): JsonObject {
	const [first, ...others] = messages;
	const opens = first?.role === 'system' || first?.role === 'developer';
	// Instructions alone are no request: there has to be an input.
	const asked = opens && others.length > 0 ? others : messages;
	const [only] = asked;
	return {
		...(asked === others && first !== undefined ? { instructions: first.content } : {}),
		input:
			asked.length === 1 && only?.role === 'user'
				? only.content
				: asked.map(({ role, content }) => ({ role, content })),
	};
}

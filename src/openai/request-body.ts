import { knowsNewerLimit } from '#domain/azure.ts';
import { openAiBaseUrl, originOf, type Connection, type Endpoint } from '#domain/connection.ts';
import type { JsonObject } from '#domain/json.ts';
import { overlaid } from '#domain/own-parameters.ts';
import { presetOf } from '#domain/presets.ts';
import type { Message, Prompt } from '#domain/prompt.ts';
import { repaired, repairsOf } from '#domain/repair.ts';
import { assertNever } from '#domain/result.ts';
import type { Terms } from '#domain/revision.ts';

/** The model and every parameter of a request, as that model is sent them: its body without the prompt, and the results file's `model_args`. Each of `own` stands in the place of what is sent to all, and of those before it. */
export function modelArgs(
	connection: Connection,
	endpoint: Endpoint,
	model: string,
	{ parameters, repairs }: Terms,
	own: readonly JsonObject[] = [],
): JsonObject {
	const { completionsPerPrompt, temperature, maxTokens, other } = parameters;
	const limitName = tokenLimitField(connection, endpoint);
	const common: JsonObject = {
		model,
		...(completionsPerPrompt > 1 ? { n: completionsPerPrompt } : {}),
		...(temperature === null ? {} : { temperature }),
		...(maxTokens === null ? {} : { [limitName]: maxTokens }),
		...other,
	};
	const args = own.reduce((sent, one) => overlaid(sent, one, endpoint, limitName), common);
	const sent = repaired(args, repairsOf(repairs, model, originOf(connection)));
	// Left out, Responses would keep what was sent and answered for a month or longer: nothing may come after this.
	return endpoint === 'responses' ? { ...sent, store: false } : sent;
}

/**
 * OpenAI's reasoning models refuse `max_tokens`, and its other chat models take the newer name too; compatible servers
 * often know only the old one, and Completions never had another.
 */
function tokenLimitField(connection: Connection, endpoint: Endpoint): string {
	if (endpoint === 'responses') return 'max_output_tokens';
	if (endpoint === 'completions') return 'max_tokens';
	const isNewer =
		connection.baseUrl === openAiBaseUrl ||
		(connection.provider === 'azure' && knowsNewerLimit(connection.apiVersion));
	return isNewer ? 'max_completion_tokens' : (presetOf(connection)?.tokenLimit ?? 'max_tokens');
}

/** What one call carries: a prompt, or several of Completions. */
export type Payload = Prompt | { readonly kind: 'completions'; readonly texts: readonly string[] };

export function requestBody(endpoint: Endpoint, payload: Payload, args: JsonObject): JsonObject {
	switch (payload.kind) {
		case 'chat': {
			const messages = payload.messages.map(({ role, content }) => ({ role, content }));
			return endpoint === 'responses'
				? { ...args, ...responseInput(messages) }
				: { ...args, messages };
		}
		case 'completion':
			return { ...args, prompt: payload.text };
		case 'completions':
			return { ...args, prompt: payload.texts };
		default:
			return assertNever(payload);
	}
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

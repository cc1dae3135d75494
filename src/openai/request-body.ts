import { knowsNewerLimit } from '#domain/azure.ts';
import { openAiBaseUrl, type Connection } from '#domain/connection.ts';
import type { JsonObject } from '#domain/json.ts';
import { presetOf } from '#domain/presets.ts';
import type { Prompt } from '#domain/prompt.ts';
import { repaired, repairsOf } from '#domain/repair.ts';
import type { Terms } from '#domain/revision.ts';

/** The model and every parameter of a request, as that model is sent them: its body without the prompt, and the results file's `model_args`. */
export function modelArgs(
	connection: Connection,
	prompt: Prompt['kind'],
	model: string,
	{ parameters, repairs }: Terms,
): JsonObject {
	const { completionsPerPrompt, temperature, maxTokens, other } = parameters;
	const args = {
		model,
		...(completionsPerPrompt > 1 ? { n: completionsPerPrompt } : {}),
		...(temperature === null ? {} : { temperature }),
		...(maxTokens === null ? {} : { [tokenLimitField(connection, prompt)]: maxTokens }),
		...other,
	};
	return repaired(args, repairsOf(repairs, model));
}

/**
 * OpenAI's reasoning models refuse `max_tokens`, and its other chat models take the newer name too; compatible servers
 * often know only the old one, and Completions never had another.
 */
function tokenLimitField(connection: Connection, prompt: Prompt['kind']): string {
	if (prompt !== 'chat') return 'max_tokens';
	const isNewer =
		connection.baseUrl === openAiBaseUrl ||
		(connection.provider === 'azure' && knowsNewerLimit(connection.apiVersion));
	return isNewer ? 'max_completion_tokens' : (presetOf(connection)?.tokenLimit ?? 'max_tokens');
}

export const requestBody = (prompt: Prompt, args: JsonObject): JsonObject =>
	prompt.kind === 'chat'
		? { ...args, messages: prompt.messages.map(({ role, content }) => ({ role, content })) }
		: { ...args, prompt: prompt.text };

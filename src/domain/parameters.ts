import type { Endpoint } from './connection.ts';
import type { JsonObject } from './json.ts';
import { readParameterObject } from './parameter-object.ts';
import { err, type Result } from './result.ts';
import { tokenLimits } from './token-limits.ts';

/** What is asked of the model beside the prompt. Null is left out of the request: the model's own default. */
export interface RequestParameters {
	/** `n` of the API. */
	readonly completionsPerPrompt: number;
	readonly temperature: number | null;
	readonly maxTokens: number | null;
	/** Any other parameter of the API, sent as it is. */
	readonly other: JsonObject;
}

export interface RunLimits {
	readonly maxConcurrency: number;
	/** Further attempts after a failed one; a 429 costs none. */
	readonly maxRetries: number;
	/** For each attempt, from the moment it leaves until its body is read. */
	readonly timeoutSeconds: number;
	/** The endpoint's limits for each model, as far as the person knows them; null or left out: they are learned. */
	readonly requestsPerMinute?: number | null;
	readonly tokensPerMinute?: number | null;
}

/** The fields that have a value of their own: a second one among the other parameters would be sent in its place. */
export interface FilledFields {
	readonly temperature: boolean;
	readonly maxTokens: boolean;
}

/** Reads `Other parameters (JSON)`. Empty text is no parameters. */
export function parseOtherParameters(
	text: string,
	filled: FilledFields,
	endpoint: Endpoint,
): Result<JsonObject, readonly string[]> {
	const read = readParameterObject(text, 'Other parameters', '{"top_p": 0.9}', endpoint);
	if (!read.ok) return read;
	const { value } = read;
	const taken = [
		{ name: 'temperature', label: 'Temperature', filled: filled.temperature },
		...[...tokenLimits].map((name) => ({ name, label: 'Max tokens', filled: filled.maxTokens })),
	].find((field) => field.filled && Object.hasOwn(value, field.name));
	if (taken !== undefined)
		return err([
			`“${taken.name}” stands in Other parameters and in ${taken.label}. Keep one of the two.`,
		]);
	return read;
}

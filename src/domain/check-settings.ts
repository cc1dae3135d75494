import type { Endpoint, Provider } from './connection.ts';
import type { SettingsDraft } from './draft.ts';
import type { JsonObject } from './json.ts';
import { parseOtherParameters } from './parameters.ts';
import { problem, type Field, type Problem } from './problem.ts';
import { mostTokens } from './token-limits.ts';

interface CheckedSettings {
	readonly completionsPerPrompt: number;
	readonly maxConcurrency: number;
	readonly maxRetries: number;
	readonly timeoutSeconds: number;
}

/** The settings that are right, and what is wrong with the others. */
export function checkSettings(
	draft: SettingsDraft,
	{ endpoint, provider }: { readonly endpoint: Endpoint; readonly provider: Provider },
	problems: Problem[],
): { readonly settings: CheckedSettings | null; readonly other: JsonObject | null } {
	const whole = (
		field: Field,
		label: string,
		value: number | null,
		least: number,
		most: number,
	) => {
		if (value !== null && Number.isInteger(value) && value >= least && value <= most) return value;
		const range = `a whole number from ${String(least)} to ${most.toLocaleString('en')}`;
		problems.push(problem(field, `${label} must be ${range}.`));
		return null;
	};
	const n = whole(
		'completionsPerPrompt',
		'Completions per prompt',
		draft.completionsPerPrompt,
		1,
		128,
	);
	const concurrency = whole('maxConcurrency', 'Max concurrency', draft.maxConcurrency, 1, 10_000);
	const retries = whole('maxRetries', 'Max retries', draft.maxRetries, 0, 100);
	const timeout = draft.timeoutSeconds;
	const timeoutRight = timeout !== null && timeout > 0 && timeout <= 86_400;
	if (!timeoutRight)
		problems.push(
			problem('timeoutSeconds', 'Timeout must be more than 0 seconds and at most 86,400 (a day).'),
		);
	const { requestsPerMinute: rpm = null, tokensPerMinute: tpm = null } = draft;
	const { contextWindow = null } = draft;
	if (rpm !== null) whole('requestsPerMinute', 'Requests per minute', rpm, 1, 1_000_000_000);
	if (tpm !== null) whole('tokensPerMinute', 'Tokens per minute', tpm, 1, 1_000_000_000);
	if (contextWindow !== null)
		whole('contextWindow', 'Context window', contextWindow, 1, 100_000_000);
	if (draft.maxTokens !== null) whole('maxTokens', 'Max tokens', draft.maxTokens, 1, mostTokens);
	const temperature = draft.temperature;
	// Other servers take more than OpenAI's API does.
	const hottest = provider === 'compatible' ? Number.MAX_VALUE : 2;
	const range = provider === 'compatible' ? '0 or more' : 'a number from 0 to 2';
	if (temperature !== null && !(temperature >= 0 && temperature <= hottest))
		problems.push(problem('temperature', `Temperature must be ${range}, or empty.`));
	const filled = { temperature: temperature !== null, maxTokens: draft.maxTokens !== null };
	const other = parseOtherParameters(draft.otherParameters, filled, endpoint);
	if (!other.ok)
		for (const message of other.error) problems.push(problem('otherParameters', message));
	const complete = n !== null && concurrency !== null && retries !== null && timeoutRight;
	return {
		settings: complete
			? {
					completionsPerPrompt: n,
					maxConcurrency: concurrency,
					maxRetries: retries,
					timeoutSeconds: timeout,
				}
			: null,
		other: other.ok ? other.value : null,
	};
}

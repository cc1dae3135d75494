import { endpointNames } from './connection.ts';
import type { Draft } from './draft.ts';
import type { JsonObject } from './json.ts';
import { sharedPath, united, withNamed } from './named-parameters.ts';
import { knownParameter, parameterTable, wireName } from './parameter-table.ts';
import { readValue } from './parameter-value.ts';
import { problem, type Hint, type Problem } from './problem.ts';
import { repeatsOf } from './repeats.ts';
import { tokenLimitNames } from './token-limits.ts';

/** Answers of the flex tier may take so long. */
export const flexTimeoutSeconds = 900;

/** All parameters beside the fields: those chosen by name, and `typed` as JSON. Null while there are problems. */
export function checkParameters(
	draft: Draft,
	typed: JsonObject | null,
	problems: Problem[],
	hints: Hint[],
): JsonObject | null {
	const named = checkNamed(draft, problems);
	if (typed !== null && draft.endpoint === 'responses') hintAtNames(typed, hints);
	const shared = named === null || typed === null ? null : sharedPath(named, typed);
	if (shared !== null)
		problems.push(
			problem(
				'otherParameters',
				`“${shared}” stands in Other parameters and among the parameters above it. Keep one of the two.`,
			),
		);
	if (named === null || typed === null || shared !== null) return null;
	const other = united(named, typed);
	addHints(draft, other, hints);
	return other;
}

function checkNamed({ endpoint, settings }: Draft, problems: Problem[]): JsonObject | null {
	let args: JsonObject | null = {};
	const { parameters = [] } = settings;
	const refuse = (index: number, message: string): void => {
		problems.push(problem('parameter', message, index));
		args = null;
	};
	parameters.forEach(({ name, value }, index) => {
		const known = knownParameter(endpoint, name);
		if (parameters.findIndex((other) => other.name === name) < index)
			refuse(index, `${name} is listed twice. Remove one of the two.`);
		else if (known === null)
			refuse(index, `${endpointNames[endpoint]} has no parameter ${name}. Remove it.`);
		else {
			const read = readValue(known, value);
			if (!read.ok) refuse(index, `${wireName(endpoint, known)} ${read.error}`);
			else if (args !== null) args = withNamed(args, endpoint, known, read.value);
		}
	});
	return args;
}

function hintAtNames(typed: JsonObject, hints: Hint[]): void {
	const renamed = [
		...parameterTable.map(({ name, inResponses }) => [name, inResponses] as const),
		...tokenLimitNames.chatCompletions.map((name) => [name, tokenLimitNames.responses[0]] as const),
	];
	for (const [name, there] of renamed)
		if (there !== undefined && Object.hasOwn(typed, name))
			hints.push({
				field: 'otherParameters',
				index: 0,
				message: `Responses calls “${name}” ${there}.`,
			});
}

export const asksForFlex = (parameters: JsonObject): boolean =>
	parameters['service_tier'] === 'flex';

/** Once, whether all ask for the tier, or a model, or a row. */
export function hintAtFlex({ settings }: Draft, hints: Hint[]): void {
	if ((settings.timeoutSeconds ?? 0) >= flexTimeoutSeconds) return;
	const message = `Flex answers may take many minutes: ${String(flexTimeoutSeconds)} seconds are advised.`;
	if (hints.every((hint) => hint.message !== message))
		hints.push({ field: 'timeoutSeconds', index: 0, message });
}

function addHints(draft: Draft, other: JsonObject, hints: Hint[]): void {
	const { endpoint, provider, settings } = draft;
	const say = (field: Hint['field'], message: string): void => {
		hints.push({ field, index: 0, message });
	};
	const repeats = repeatsOf(draft);
	if (repeats > 1 && endpoint === 'responses')
		say(
			'completionsPerPrompt',
			`${endpointNames[endpoint]} answers once a request: ${String(repeats)} per prompt are ${String(repeats)} requests.`,
		);
	if (endpoint === 'responses' && provider === 'openai' && (settings.maxTokens ?? 16) < 16)
		say('maxTokens', 'Responses of OpenAI takes no fewer than 16.');
	if (asksForFlex(other)) hintAtFlex(draft, hints);
	const at = settings.parameters?.findIndex(({ name }) => name === 'top_logprobs') ?? -1;
	const sayOfAlternatives = (message: string): void => {
		hints.push({
			field: at === -1 ? 'otherParameters' : 'parameter',
			index: Math.max(0, at),
			message,
		});
	};
	const wantsAlternatives = typeof other['top_logprobs'] === 'number';
	const included = other['include'];
	if (endpoint === 'chatCompletions' && wantsAlternatives && other['logprobs'] !== true)
		sayOfAlternatives('top_logprobs needs logprobs to be true.');
	if (
		endpoint === 'responses' &&
		wantsAlternatives &&
		!(Array.isArray(included) && included.includes('message.output_text.logprobs'))
	)
		sayOfAlternatives('top_logprobs needs message.output_text.logprobs in include.');
}

import type { Endpoint } from '#domain/connection.ts';
import { flexTimeoutSeconds } from '#domain/check-parameters.ts';
import type { Draft } from '#domain/draft.ts';
import type { NamedParameter } from '#domain/named-parameters.ts';
import { knownParameter } from '#domain/parameter-table.ts';
import { withSettings } from './draft-edits.ts';

export const parametersOf = (draft: Draft): readonly NamedParameter[] =>
	draft.settings.parameters ?? [];

const withParameters = (draft: Draft, parameters: readonly NamedParameter[]): Draft =>
	withSettings(draft, { parameters });

const scoresInResponses = 'message.output_text.logprobs';

/** What most people choose it for; empty where that cannot be told. */
function firstValue(endpoint: Endpoint, name: string): string {
	const form = knownParameter(endpoint, name)?.form;
	if (form?.kind === 'boolean') return 'true';
	return name === 'include' ? scoresInResponses : '';
}

/** A parameter more at the end, with what it does nothing without. One that is there already stays as it is. */
export function withParameterAdded(draft: Draft, name: string): Draft {
	const { endpoint } = draft;
	const present = parametersOf(draft);
	const has = (other: string): boolean => present.some((one) => one.name === other);
	if (has(name)) return draft;
	const needed = { chatCompletions: 'logprobs', responses: 'include', completions: null }[endpoint];
	const companions =
		name === 'top_logprobs' && needed !== null && !has(needed)
			? [{ name: needed, value: firstValue(endpoint, needed) }]
			: [];
	return withParameters(draft, [
		...present,
		...companions,
		{ name, value: firstValue(endpoint, name) },
	]);
}

export const withParameter = (draft: Draft, at: number, value: string): Draft =>
	withParameters(
		draft,
		parametersOf(draft).map((one, i) => (i === at ? { ...one, value } : one)),
	);

export const withoutParameter = (draft: Draft, at: number): Draft =>
	withParameters(
		draft,
		parametersOf(draft).filter((_, i) => i !== at),
	);

const tier = 'service_tier';

export const asksForFlex = (draft: Draft): boolean =>
	parametersOf(draft).some(({ name, value }) => name === tier && value === 'flex');

/** The flex tier, with a timeout that its answers come in. */
export function withFlex(draft: Draft): Draft {
	const others = parametersOf(draft).filter(({ name }) => name !== tier);
	const { timeoutSeconds } = draft.settings;
	return withSettings(draft, {
		parameters: [...others, { name: tier, value: 'flex' }],
		timeoutSeconds:
			timeoutSeconds !== null && timeoutSeconds > flexTimeoutSeconds
				? timeoutSeconds
				: flexTimeoutSeconds,
	});
}

export const withoutFlex = (draft: Draft): Draft =>
	withParameters(
		draft,
		parametersOf(draft).filter(({ name }) => name !== tier),
	);

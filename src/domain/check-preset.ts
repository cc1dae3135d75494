import type { ConnectionFields } from './connection-fields.ts';
import { endpointNames } from './connection.ts';
import type { Draft } from './draft.ts';
import { presetOf, type Preset } from './presets.ts';
import type { Field, Hint } from './problem.ts';

/**
 * What the services of a draft are not known to do as it is set. Each is said once, at the setting, however many connections
 * lead to that service. Services change, so none of it stops a run.
 */
export function checkPreset(draft: Draft, hints: Hint[]): void {
	const { endpoint, settings, shares = [] } = draft;
	const own = presetOf(draft);
	const services = new Set([own, ...shares.map(presetOf)].filter((service) => service !== null));
	const say = (field: Field, message: string): void => {
		hints.push({ field, index: 0, message });
	};
	if (endpoint === 'completions' && [draft, ...shares].some(isOpenAi))
		say(
			'endpoint',
			'OpenAI has no model left that takes Completions; OpenAI-compatible servers do.',
		);
	for (const service of services) {
		const { name } = service;
		if (!hasEndpoint(service, draft))
			say(
				'endpoint',
				`${name} is not known to have ${endpointNames[endpoint]}. Choose ${endpointNames.chatCompletions}${service === own ? '' : ', or go without that connection'}.`,
			);
		if (
			endpoint === 'completions' &&
			service.completions === 'one' &&
			(settings.promptsPerRequest ?? 1) > 1
		)
			say(
				'promptsPerRequest',
				`${name} is known to take one prompt per request. Where it still does, the first calls are refused, and their prompts are sent again one by one.`,
			);
		const completions = settings.completionsPerPrompt ?? 1;
		// Responses gives one wherever it is asked.
		if (endpoint !== 'responses' && !service.takesN && completions > 1)
			say(
				'completionsPerPrompt',
				`${name} gives one completion for each request: ${String(completions)} per prompt are as many requests${shares.length === 0 ? '' : ', at every connection'}.`,
			);
	}
}

const isOpenAi = ({ provider }: ConnectionFields): boolean => provider === 'openai';

function hasEndpoint({ completions, responses }: Preset, { endpoint }: Draft): boolean {
	if (endpoint === 'chatCompletions') return true;
	return endpoint === 'responses' ? responses : completions !== 'none';
}

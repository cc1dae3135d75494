import type { Failure } from '#domain/failure.ts';
import { repairFor, type Repair } from '#domain/repair.ts';

/** A way to go on that takes one press. */
export interface RepairOffer {
	readonly label: string;
	/** What is different then: sentences. */
	readonly changes: string;
	readonly repair: Repair;
}

/** Null where nothing was refused that can be mended without changing what the run means. */
export function repairOffer(failure: Failure, inForce: readonly Repair[]): RepairOffer | null {
	const { parameter } = failure;
	const repair = parameter === undefined ? null : repairFor(parameter, inForce);
	if (repair === null) return null;
	const { model, name, replacement } = repair;
	const remembered = `Later runs with ${model} will do so from the start.`;
	return replacement === null
		? {
				label: `Leave ${name} out for ${model} and resume`,
				changes: `Without it ${withoutWords.get(name) ?? `${model} uses its own ${name}`}. ${remembered}`,
				repair,
			}
		: {
				label: `Send ${replacement} instead and resume`,
				changes: `${replacement} is the same${/^max_.*tokens$/.test(replacement) ? ' limit' : ''} under the name that it knows. ${remembered}`,
				repair,
			};
}

const unlimited = 'answers may be as long as the model allows, and cost more';
const withoutLogprobs = 'the results hold no probabilities of the words';

/** What becomes of a run whose requests go without this parameter: the rest of a sentence. */
const withoutWords: ReadonlyMap<string, string> = new Map([
	['temperature', 'the model uses its own temperature'],
	['max_tokens', unlimited],
	['max_completion_tokens', unlimited],
	['max_output_tokens', unlimited],
	['logprobs', withoutLogprobs],
	['top_logprobs', withoutLogprobs],
	['seed', 'answers may differ from one run to the next'],
	['reasoning.effort', 'the model decides itself how long it thinks, and what that costs'],
	['include', 'the results hold only what the endpoint gives unasked'],
	['reasoning_effort', 'the model decides itself how long it thinks, and what that costs'],
	['service_tier', 'the account’s usual service answers, at its usual price'],
]);

/** How a repaired parameter is sent: a part of a sentence. */
export const repairWords = ({ name, replacement }: Repair): string =>
	replacement === null ? `${name} is left out` : `${name} is sent as ${replacement}`;

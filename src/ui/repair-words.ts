import type { Failure } from '#domain/failure.ts';
import { repairFor, type Repair } from '#domain/repair.ts';

/** A way to go on that takes one press. */
export interface RepairOffer {
	readonly label: string;
	/** What is different then: a sentence. */
	readonly changes: string;
	readonly repair: Repair;
}

/** Null where nothing was refused that can be mended without changing what the run means. */
export function repairOffer(failure: Failure, inForce: readonly Repair[]): RepairOffer | null {
	const { parameter } = failure;
	const repair = parameter === undefined ? null : repairFor(parameter, inForce);
	if (repair === null) return null;
	const { model, name, replacement } = repair;
	return replacement === null
		? {
				label: `Leave ${name} out for ${model} and resume`,
				changes: withoutWords.get(name) ?? `${model} then uses its own ${name}.`,
				repair,
			}
		: {
				label: `Send ${replacement} instead and resume`,
				changes: 'It is the same limit under another name.',
				repair,
			};
}

const unlimited = 'Answers may then be as long as the model allows, and cost more.';
const withoutLogprobs = 'The results then hold no probabilities of the words.';

/** What becomes of a run whose requests go without this parameter. */
const withoutWords: ReadonlyMap<string, string> = new Map([
	['temperature', 'The model then uses its own temperature.'],
	['max_tokens', unlimited],
	['max_completion_tokens', unlimited],
	['logprobs', withoutLogprobs],
	['top_logprobs', withoutLogprobs],
	['seed', 'Answers may then differ from one run to the next.'],
	['reasoning_effort', 'The model then decides itself how long it thinks, and what that costs.'],
	['service_tier', 'The account’s usual service then answers, at its usual price.'],
]);

/** How a repaired parameter is sent: a part of a sentence. */
export const repairWords = ({ name, replacement }: Repair): string =>
	replacement === null ? `${name} is left out` : `${name} is sent as ${replacement}`;

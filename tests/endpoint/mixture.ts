import type { EndpointRequest } from './ledger.ts';
import type { Scenario, ScenarioChoice } from './scenario.ts';

/** Faults drawn at random, the same ones again for the same seed. */
export interface Mixture {
	readonly seed: number;
	/** The share of all attempts that meet a fault, 0 to 1. */
	readonly share: number;
	readonly kinds: readonly Scenario[];
	/** What the others get; left out: their plain reply. */
	readonly otherwise?: Scenario;
}

/** Every fault that passes when one simply asks again, whatever the endpoint says of itself. */
export const transientFaults: readonly Scenario[] = [
	'timeout408',
	'conflict409',
	'rateLimitedBriefly',
	'serverError500',
	'errorAsText',
	'badGatewayHtml',
	'overloaded503',
	'loadingModel503',
	'gatewayTimeout504',
	'unknownError520',
	'overloaded529',
	'errorInside200',
	'htmlPage',
	'captivePortal',
	'emptyBody',
	'truncatedJson',
	'invalidJson',
	'answeredTwice',
	'missingChoices',
	'noChoices',
	'withoutCors',
	'redirected',
	'resetBeforeHeaders',
	'resetMidBody',
	'resetAfterBody',
	'hangsForever',
	'stallsAfterHeaders',
	'stallsMidBody',
	'stallsAfterBody',
];

/** A number in [0, 1) that follows from the text alone: FNV-1a, then mixed, because texts that differ in their last sign only come close in it. */
export function chanceOf(text: string): number {
	let hash = 0x811c9dc5;
	for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}

/**
 * The fault of an attempt follows from the seed, its row and how often that row had come before, never from the order of
 * arrival: a run meets the same faults however its requests overtake each other.
 */
export function drawnFrom(mixture: Mixture): ScenarioChoice<Pick<EndpointRequest, 'row'>> {
	const { seed, share, kinds, otherwise = 'plainReply' } = mixture;
	return ({ row }, seenBefore) => {
		const place = `${String(seed)} ${row} ${String(seenBefore)}`;
		if (chanceOf(`fault ${place}`) >= share) return otherwise;
		return kinds[Math.floor(chanceOf(`kind ${place}`) * kinds.length)] ?? otherwise;
	};
}

import type { JsonObject } from '#domain/json.ts';
import { identifier } from './hash.ts';

/** What stands around the choices of a completion. */
interface Envelope {
	/** Tells this answer from every other: its identifier is made of it. */
	readonly seed: string;
	/** Epoch milliseconds. */
	readonly now: number;
	readonly model: string;
	readonly promptTokens: number;
	readonly completionTokens: number;
}

export const completionObject = (
	kind: { readonly object: string; readonly prefix: string },
	{ seed, now, model, promptTokens, completionTokens }: Envelope,
	choices: readonly JsonObject[],
): JsonObject => ({
	id: `${kind.prefix}-${identifier(seed, 29)}`,
	object: kind.object,
	created: Math.floor(now / 1000),
	model,
	choices,
	usage: {
		prompt_tokens: promptTokens,
		completion_tokens: completionTokens,
		total_tokens: promptTokens + completionTokens,
	},
	system_fingerprint: 'fp_simulated',
});

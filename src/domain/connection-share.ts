import type { Connection } from './connection.ts';

/** One of several connections that share the requests of a run. */
export interface ConnectionShare {
	/** As results and messages call it; no two of a run are alike. */
	readonly name: string;
	readonly connection: Connection;
	/** Its weight beside the others, and the limit of each of its models; null, of all alike: equal parts, and limits are learned. */
	readonly tokensPerMinute: number | null;
	/** What each of the run's models is called there, in the run's order; empty or left out: the same. */
	readonly models: readonly string[];
}

/** Each one's part of the requests, from 0 to 1, in their order. */
export function partsOf(shares: readonly Pick<ConnectionShare, 'tokensPerMinute'>[]): number[] {
	const weights = shares.map(({ tokensPerMinute }) => tokensPerMinute ?? 1);
	const all = weights.reduce((sum, weight) => sum + weight, 0);
	return weights.map((weight) => weight / all);
}

/** The golden ratio less one: of all numbers its multiples are spread most evenly over a turn. */
const golden = (Math.sqrt(5) - 1) / 2;

/**
 * Which connection each request goes to, by its number alone: nothing is stored, and a run that is resumed agrees with itself.
 * Every hundred requests in a row hold each one's part to within three. As no period fits that turn, no pattern in the rows,
 * templates or models falls together with the connections. What would go to one that is left out is dealt out among the
 * others in the same way, and nothing else changes its place.
 */
export function dealOut(
	parts: readonly number[],
	isLeftOut: (at: number) => boolean = () => false,
): (request: number) => number {
	if (parts.length < 2) return () => 0;
	const all = parts.map((part, at) => ({ at, part }));
	const kept = all.filter(({ at }) => !isLeftOut(at));
	return (request) => {
		const turned = (request + 1) * golden;
		const { at, within } = place(turned - Math.floor(turned), all);
		return isLeftOut(at) && kept.length > 0 ? place(within, kept).at : at;
	};
}

/** Which of the parts, laid end to end, a number from 0 to 1 falls into, and how far along that part it lies. */
function place(
	number: number,
	parts: readonly { readonly at: number; readonly part: number }[],
): { readonly at: number; readonly within: number } {
	const whole = parts.reduce((sum, { part }) => sum + part, 0);
	let left = number * whole;
	for (const { at, part } of parts) {
		if (left < part) return { at, within: left / part };
		left -= part;
	}
	// The parts may sum up to a hair less than the whole.
	return { at: parts.at(-1)?.at ?? 0, within: 0 };
}

/** What a connection is called where it has no name of its own. */
export function connectionName({ provider, baseUrl }: Connection): string {
	if (provider === 'demo') return 'Demo';
	return provider === 'openai' ? 'OpenAI' : new URL(baseUrl).host;
}

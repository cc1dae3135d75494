import { fraction } from './hash.ts';

/** How an attempt fares at the endpoint, whatever it asks. */
interface Weather {
	readonly kind: 'fair' | 'slow' | 'rateLimited' | 'serverError';
	readonly latencyMs: number;
}

type Kind = Weather['kind'];

const rateLimitedShare = 1 / 25;
const serverErrorShare = 1 / 40;
const slowShare = 1 / 60;

const spread = (from: number, to: number, at: number): number =>
	Math.round(from + (to - from) * at);

function roll(body: string, seen: number): Kind {
	const at = fraction(`weather ${String(seen)} ${body}`);
	if (at < rateLimitedShare) return 'rateLimited';
	if (at < rateLimitedShare + serverErrorShare) return 'serverError';
	return at < rateLimitedShare + serverErrorShare + slowShare ? 'slow' : 'fair';
}

const isFailure = (kind: Kind): boolean => kind === 'rateLimited' || kind === 'serverError';

/**
 * The weather of a body that was seen `seen` times before. After a roll that fails the next one is forced fair, so a
 * body never fails twice in a row: a retry succeeds.
 */
export function weatherFor(body: string, seen: number): Weather {
	const rolled = roll(body, seen);
	const spared = isFailure(rolled) && seen > 0 && isFailure(roll(body, seen - 1));
	const kind = spared ? 'fair' : rolled;
	const at = fraction(`latency ${String(seen)} ${body}`);
	// Squared, as latencies are: many near the lower end, a thin tail.
	if (kind === 'slow') return { kind, latencyMs: spread(4_000, 6_000, at) };
	if (kind === 'fair') return { kind, latencyMs: spread(150, 900, at * at) };
	return { kind, latencyMs: spread(150, 300, at) };
}

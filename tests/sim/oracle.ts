import type { Server } from './server.ts';
import type { Sight, Strategy } from './simulate.ts';

/** The ideal: it sees the endpoint's own buckets, sends whenever a request would be let in, and repeats a fault at once. */
export const oracle = (sight: Sight, server: Server): Strategy => seer(sight, server, sight.cap);

/** The ideal of one that is as careful at the start: one request alone, then 8, doubling with each round of successes. */
export const carefulOracle = (sight: Sight, server: Server): Strategy => seer(sight, server, 1);

function seer(sight: Sight, server: Server, start: number): Strategy {
	let allowed = start;
	let successes = 0;
	const back: number[] = [];
	let next = 0;
	let inFlight = 0;
	return {
		next: () => {
			const request = back[0] ?? next;
			if (inFlight >= allowed || request >= sight.requests) return { kind: 'wait', ms: null };
			const ms = server.waitMs(sight.realTokens(request), sight.now());
			if (ms > 0) return { kind: 'wait', ms };
			if (back.length > 0) back.shift();
			else next++;
			inFlight++;
			return { kind: 'send', request, token: null };
		},
		succeeded: () => {
			inFlight--;
			if (allowed < sight.cap && ++successes >= allowed) {
				allowed = Math.min(sight.cap, Math.max(8, 2 * allowed));
				successes = 0;
			}
		},
		failed: (request) => {
			inFlight--;
			back.push(request);
			return 'back';
		},
	};
}

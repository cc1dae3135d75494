import { Limiter } from '#engine/limiter.ts';
import { Release } from '#engine/release.ts';
import type { Flight } from '#engine/scope.ts';
import type { Sight, Strategy } from './simulate.ts';

/** What is known from the start, as a factor of the truth. */
export interface Knowledge {
	readonly typed?: number;
	readonly remembered?: number;
}

/** The rules that ship, driven in virtual time. */
export function volley(sight: Sight, { typed, remembered }: Knowledge = {}): Strategy {
	const { rpm, tpm } = sight.server;
	const limit = (perMinute: number, factor: number | undefined): number | null =>
		factor === undefined || perMinute === Infinity ? null : perMinute * factor;
	const ports = { clock: { now: sight.now }, random: sight.random };
	const limiter = new Limiter(ports, {
		learn: true,
		requestsPerMinute: limit(rpm, typed),
		tokensPerMinute: limit(tpm, typed),
		remembered:
			remembered === undefined
				? null
				: {
						requestsPerMinute: limit(rpm, remembered),
						tokensPerMinute: limit(tpm, remembered),
						calibration: 1,
					},
	});
	const release = new Release(ports, {
		concurrency: sight.cap,
		maxRetries: 8,
		limiters: [limiter],
	});
	let next = 0;
	return {
		next: () => {
			for (;;) {
				const move = release.next();
				if (move.kind === 'send')
					return { kind: 'send', request: move.flight.request, token: move.flight };
				if (move.kind === 'wait') return move;
				if (move.kind === 'finished') return { kind: 'wait', ms: null };
				if (next === sight.requests) release.scopes[0]?.dry();
				else release.scopes[0]?.offer(next, sight.estimate(next++));
			}
		},
		succeeded: (_, flight, usedTokens) => {
			// Only what `next` gave out comes back.
			release.succeeded(flight as Flight, usedTokens);
		},
		failed: (_, flight, failure) =>
			release.failed(flight as Flight, failure).kind === 'settled' ? 'failed' : 'back',
	};
}

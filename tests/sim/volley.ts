import { Release } from '#engine/release.ts';
import type { Flight } from '#engine/scope.ts';
import type { Sight, Strategy } from './simulate.ts';

/** The rules that ship, driven in virtual time. */
export function volley(sight: Sight, typed = 0): Strategy {
	const limit = (perMinute: number): number | null =>
		typed === 0 || perMinute === Infinity ? null : perMinute * typed;
	const release = new Release(
		{ clock: { now: sight.now }, random: sight.random },
		{
			concurrency: sight.cap,
			maxRetries: 8,
			scopes: 1,
			learn: true,
			requestsPerMinute: limit(sight.server.rpm),
			tokensPerMinute: limit(sight.server.tpm),
		},
	);
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

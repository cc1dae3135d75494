import type { Failure } from '#domain/failure.ts';
import type { Sight, Strategy } from './simulate.ts';

interface Waiting {
	readonly request: number;
	readonly failures: number;
	readonly readyAt: number;
}

interface RivalRules {
	/** Attempts after which a request has failed for good. */
	readonly attempts: number;
	readonly backoffMs: (failures: number, random: () => number, failure: Failure) => number;
	/** A request in backoff keeps its place among those in flight, as a worker that sleeps does. */
	readonly holdsPlace: boolean;
	/** How many may be in flight: the cap where left out. */
	readonly allowed?: () => number;
	readonly waitMs?: (request: number) => number;
	readonly onSent?: (request: number) => void;
	readonly onSucceeded?: () => void;
	readonly onFailed?: (failure: Failure) => void;
}

/** Any number of workers that take one request after the other and retry it each for themselves. */
function workers(sight: Sight, rules: RivalRules): Strategy {
	const back: Waiting[] = [];
	let next = 0;
	let inFlight = 0;
	return {
		next: () => {
			const now = sight.now();
			const busy = inFlight + (rules.holdsPlace ? back.length : 0);
			const at = back.findIndex(({ readyAt }) => readyAt <= now);
			const ready = back[at];
			const mayStart = busy < (rules.allowed?.() ?? sight.cap) && next < sight.requests;
			const mayRetry = rules.holdsPlace || inFlight < (rules.allowed?.() ?? sight.cap);
			if ((ready === undefined || !mayRetry) && !mayStart) {
				const soonest = Math.min(...back.map(({ readyAt }) => readyAt));
				return { kind: 'wait', ms: soonest <= now || soonest === Infinity ? null : soonest - now };
			}
			const chosen = ready !== undefined && mayRetry ? ready : { request: next, failures: 0 };
			const ms = rules.waitMs?.(chosen.request) ?? 0;
			if (ms > 0) return { kind: 'wait', ms };
			if (chosen === ready) back.splice(at, 1);
			else next++;
			inFlight++;
			rules.onSent?.(chosen.request);
			return { kind: 'send', request: chosen.request, token: chosen.failures };
		},
		succeeded: () => {
			inFlight--;
			rules.onSucceeded?.();
		},
		failed: (request, token, failure) => {
			inFlight--;
			rules.onFailed?.(failure);
			const failures = Number(token) + 1;
			if (failures >= rules.attempts) return 'failed';
			const readyAt = sight.now() + rules.backoffMs(failures, sight.random, failure);
			back.push({ request, failures, readyAt });
			return 'back';
		},
	};
}

const fullJitter =
	(baseMs: number, capMs: number) =>
	(failures: number, random: () => number): number =>
		random() * Math.min(capMs, baseMs * 2 ** failures);

/** Fixed concurrency, six attempts with full jitter. */
export const fixedJitter = (sight: Sight): Strategy =>
	workers(sight, { attempts: 6, holdsPlace: true, backoffMs: fullJitter(1_000, 60_000) });

/** batch-prompt: everything at once up to the cap, 200 attempts, full jitter up to 100 s. */
export const batchPrompt = (sight: Sight): Strategy =>
	workers(sight, { attempts: 200, holdsPlace: true, backoffMs: fullJitter(1_000, 100_000) });

/** allms: a semaphore, eight attempts, up to 10 s between. */
export const allms = (sight: Sight): Strategy =>
	workers(sight, { attempts: 8, holdsPlace: true, backoffMs: fullJitter(1_000, 10_000) });

/** The SDK as it comes: two retries, half a second doubling to 8 s, less a quarter by lot. */
export const sdkDefault = (sight: Sight): Strategy =>
	workers(sight, {
		attempts: 3,
		holdsPlace: true,
		backoffMs: (failures, random) =>
			Math.min(8_000, 500 * 2 ** (failures - 1)) * (1 - random() * 0.25),
	});

/** The cookbook's script with the true limits typed in, or a share of them: two full buckets, 15 s of rest after a 429. */
export const cookbook =
	(share: number) =>
	(sight: Sight): Strategy => {
		const { rpm, tpm } = sight.server;
		let requests = rpm * share;
		let tokens = tpm * share;
		let at = 0;
		let until = 0;
		const refill = (): void => {
			const dt = sight.now() - at;
			at = sight.now();
			requests = Math.min(rpm * share, requests + (dt * rpm * share) / 60_000);
			if (tpm < Infinity) tokens = Math.min(tpm * share, tokens + (dt * tpm * share) / 60_000);
		};
		return workers(sight, {
			attempts: 5,
			holdsPlace: false,
			backoffMs: () => 0,
			waitMs: (request) => {
				refill();
				const need = Math.min(sight.estimate(request), tpm * share);
				return Math.max(
					until - sight.now(),
					requests >= 1 - 1e-9 ? 0 : ((1 - requests) * 60_000) / (rpm * share),
					tokens >= need - 1e-6 ? 0 : ((need - tokens) * 60_000) / (tpm * share),
				);
			},
			onSent: (request) => {
				requests--;
				tokens -= sight.estimate(request);
			},
			onFailed: ({ kind }) => {
				if (kind === 'rateLimited') until = sight.now() + 15_000;
			},
		});
	};

/** Concurrency that grows by one in ten successes and halves on a 429, with the wait kept. */
export const aimd = (sight: Sight): Strategy => {
	let allowed = Math.min(8, sight.cap);
	let cutAt = -Infinity;
	return workers(sight, {
		attempts: 9,
		holdsPlace: false,
		allowed: () => Math.max(1, Math.floor(allowed)),
		backoffMs: (failures, random, failure) =>
			(failure.waitMs ?? 0) + random() * Math.min(60_000, 500 * 2 ** failures),
		onSucceeded: () => (allowed = Math.min(sight.cap, allowed + 0.1)),
		onFailed: ({ kind }) => {
			if (kind !== 'rateLimited' || sight.now() - cutAt < 1_000) return;
			allowed = Math.max(1, allowed / 2);
			cutAt = sight.now();
		},
	});
};

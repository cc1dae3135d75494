import type { Failure } from '#domain/failure.ts';
import { chance, normal } from './chance.ts';
import { EventQueue } from './event-queue.ts';
import { Server, type ServerModel } from './server.ts';

export interface Scenario {
	readonly server: ServerModel;
	readonly requests: number;
	readonly cap: number;
	readonly seed: number;
	/** Mean tokens of a request. */
	readonly tokens?: number;
}

/** What a strategy is told of the world. */
export interface Sight {
	readonly now: () => number;
	readonly random: () => number;
	readonly requests: number;
	readonly cap: number;
	readonly server: ServerModel;
	/** The client's estimate of a request's tokens: 8 % low, 12 % noise. */
	readonly estimate: (request: number) => number;
	/** What the server will count; for the oracle and for what types in the truth. */
	readonly realTokens: (request: number) => number;
}

export type StrategyMove =
	| { readonly kind: 'send'; readonly request: number; readonly token: unknown }
	/** Null: until an answer comes. */
	| { readonly kind: 'wait'; readonly ms: number | null };

export interface Strategy {
	next(): StrategyMove;
	/** True where the request is done for good, well or not. */
	succeeded(request: number, token: unknown, usedTokens: number): void;
	failed(request: number, token: unknown, failure: Failure): 'back' | 'failed';
}

export interface Outcome {
	/** Seconds from the start until the last request was done. */
	readonly seconds: number;
	readonly attempts: number;
	readonly rejected: number;
	/** Requests given up although the endpoint had not faulted on them nine times. */
	readonly failed: number;
	/** Requests that nothing more would have happened to. */
	readonly stuck: number;
}

const attemptsToGiveUp = 60;

/** Lets a strategy work through a scenario in virtual time. An oracle asks the server itself, and no way lies between them. */
export function simulate(
	scenario: Scenario,
	create: (sight: Sight, server: Server) => Strategy,
	oracle = false,
): Outcome {
	const { requests, cap, seed, server: model } = scenario;
	// Work and weather have their own chance, so that every strategy meets the same requests.
	const work = chance(seed * 7_919 + 1);
	const tokens = Float64Array.from({ length: requests }, () =>
		Math.min(8_000, (scenario.tokens ?? 1_000) * Math.exp(0.5 * normal(work) - 0.125)),
	);
	const estimates = tokens.map((real) => Math.max(1, real * 0.92 * (1 + 0.12 * normal(work))));
	const latencies = Float64Array.from({ length: requests }, () =>
		Math.min(30_000, Math.max(1_000, 4_000 * Math.exp(0.8 * normal(work)))),
	);
	const network = chance(seed * 104_729 + 2);
	const server = new Server(model, chance(seed * 1_299_709 + 3));
	const queue = new EventQueue();
	const strategy = create(
		{
			now: () => queue.now,
			random: chance(seed * 15_485_863 + 4),
			requests,
			cap,
			server: model,
			estimate: (request) => estimates[request] ?? 0,
			realTokens: (request) => tokens[request] ?? 0,
		},
		server,
	);
	let attempts = 0;
	let rejected = 0;
	let failed = 0;
	let done = 0;
	let endedAt = 0;
	let timerAt = Infinity;
	const faults = new Uint16Array(requests);

	const pump = (): void => {
		for (;;) {
			const move = strategy.next();
			if (move.kind === 'send') {
				send(move.request, move.token);
				continue;
			}
			if (move.ms === null) return;
			const at = queue.now + Math.max(0.01, move.ms);
			if (at >= timerAt) return;
			timerAt = at;
			queue.add(at, () => {
				if (timerAt === at) timerAt = Infinity;
				pump();
			});
			return;
		}
	};
	const wayMs = (): number => (oracle ? 0 : 50 + network() * 100);
	const send = (request: number, token: unknown): void => {
		attempts++;
		const arrive = (): void => {
			const real = tokens[request] ?? 0;
			const answer = server.answer(real, latencies[request] ?? 0, queue.now);
			if (answer.kind === 'failed' && answer.failure.kind === 'rateLimited') rejected++;
			else if (answer.kind === 'failed') faults[request] = (faults[request] ?? 0) + 1;
			queue.add(queue.now + answer.latencyMs + wayMs(), () => {
				if (answer.kind === 'ok') {
					server.finish(real, answer.usedTokens, queue.now);
					strategy.succeeded(request, token, answer.usedTokens);
					done++;
					endedAt = queue.now;
				} else if (strategy.failed(request, token, answer.failure) === 'failed') {
					// Nine faults on one request are bad luck and no fault of the strategy: Max retries is 8.
					if ((faults[request] ?? 0) < 9) failed++;
					done++;
					endedAt = queue.now;
				}
				pump();
			});
		};
		if (oracle) arrive();
		else queue.add(queue.now + wayMs(), arrive);
	};

	pump();
	while (done < requests && attempts < requests * attemptsToGiveUp && queue.step());
	return {
		seconds: (done < requests ? queue.now : endedAt) / 1_000,
		attempts,
		rejected,
		failed,
		stuck: requests - done,
	};
}

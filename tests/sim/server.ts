import type { Failure, LimitReading } from '#domain/failure.ts';

/** How an endpoint limits, and what goes wrong with it. Times in milliseconds. */
export interface ServerModel {
	readonly rpm: number;
	readonly tpm: number;
	/** What fits in at once; the whole limit where left out. */
	readonly burst?: number;
	readonly window?: 'bucket' | 'sliding';
	readonly countsRejected?: boolean;
	/** Tokens reserved for an answer and not used are given back when it is done. */
	readonly refunds?: boolean;
	/** The share of the tokens reserved that an answer uses. */
	readonly usedShare?: number;
	/** The share of the limit that others use all the time. */
	readonly others?: number;
	/** The limit changes by this factor at this time. */
	readonly change?: { readonly at: number; readonly factor: number };
	/** What a 429 says: all numbers; them with the wait in whole seconds; a wait alone, exact or in whole seconds; nothing. */
	readonly says?: 'numbers' | 'wholeSeconds' | 'waitOnly' | 'wholeSecondsOnly' | 'nothing';
	/** How far the waits are off that a 429 names: an endpoint's clock that is not ours. */
	readonly waitSkewMs?: number;
	readonly faults?: number;
	/** 429s that no pace avoids: this share of the requests, drawn by lot. */
	readonly lot?: number;
	readonly outage?: { readonly from: number; readonly to: number };
}

class ServerBucket {
	readonly #model: ServerModel;
	readonly #dimension: LimitReading['dimension'];
	readonly #perMinute: number;
	#used = 0;
	#at = 0;
	readonly #log: { readonly at: number; readonly amount: number }[] = [];
	#logged = 0;

	constructor(model: ServerModel, dimension: LimitReading['dimension'], perMinute: number) {
		this.#model = model;
		this.#dimension = dimension;
		this.#perMinute = perMinute;
	}

	limit(now: number): number {
		const { change } = this.#model;
		return change !== undefined && now >= change.at
			? Math.max(1, Math.round(this.#perMinute * change.factor))
			: this.#perMinute;
	}

	/** When this would fit, which an oracle knows; 0 where it does. */
	waitMs(amount: number, now: number): number {
		return this.#wait(amount, now, this.#drainOf(this.limit(now)));
	}

	/** The wait that a 429 names: it knows nothing of what others will send. */
	askedMs(amount: number, now: number): number {
		return this.#wait(amount, now, this.limit(now));
	}

	#wait(amount: number, now: number, perMinute: number): number {
		if (this.#perMinute === Infinity) return 0;
		const limit = this.limit(now);
		if (this.#model.window === 'sliding')
			return this.#slidingWait(amount, now, this.#drainOf(limit));
		this.#drain(now);
		const excess = this.#used + amount - this.#burst(limit);
		return excess <= 1e-9 * limit ? 0 : (excess * 60_000) / perMinute;
	}

	add(amount: number, now: number): void {
		if (this.#model.window === 'sliding') {
			this.#log.push({ at: now, amount });
			this.#logged += amount;
			return;
		}
		this.#drain(now);
		// Asking on and on does not sink it without end.
		const most = Math.max(this.#used, 1.2 * this.#burst(this.limit(now)) + 1);
		this.#used = Math.min(this.#used + amount, most);
	}

	giveBack(amount: number, now: number): void {
		this.#drain(now);
		this.#used = Math.max(0, this.#used - amount);
	}

	reading(requested: number, now: number): LimitReading {
		const limit = this.limit(now);
		const used =
			this.#model.window === 'sliding' ? this.#logged + limit - this.#drainOf(limit) : this.#used;
		return {
			dimension: this.#dimension,
			per: 'minute',
			limit: Math.round(limit),
			used: Math.min(Math.ceil(used), Math.round(limit)),
			requested: Math.ceil(requested),
		};
	}

	#burst(limit: number): number {
		return Math.min(this.#dimension === 'requests' ? (this.#model.burst ?? limit) : limit, limit);
	}

	#drainOf(limit: number): number {
		return limit * (1 - (this.#model.others ?? 0));
	}

	#drain(now: number): void {
		const dt = now - this.#at;
		this.#at = now;
		this.#used = Math.max(0, this.#used - (dt * this.#drainOf(this.limit(now))) / 60_000);
	}

	#slidingWait(amount: number, now: number, limit: number): number {
		let gone = 0;
		for (const { at, amount: sent } of this.#log) {
			if (at > now - 60_000) break;
			this.#logged -= sent;
			gone++;
		}
		this.#log.splice(0, gone);
		let over = this.#logged + amount - limit;
		if (over <= 0) return 0;
		for (const { at, amount: sent } of this.#log) {
			over -= sent;
			if (over <= 0) return Math.max(1, at + 60_000 - now);
		}
		return 60_000;
	}
}

export type Answer =
	| { readonly kind: 'ok'; readonly latencyMs: number; readonly usedTokens: number }
	| { readonly kind: 'failed'; readonly latencyMs: number; readonly failure: Failure };

/** One simulated endpoint. */
export class Server {
	readonly #model: ServerModel;
	readonly #random: () => number;
	readonly #requests: ServerBucket;
	readonly #tokens: ServerBucket;

	constructor(model: ServerModel, random: () => number) {
		this.#model = model;
		this.#random = random;
		this.#requests = new ServerBucket(model, 'requests', model.rpm);
		this.#tokens = new ServerBucket(model, 'tokens', model.tpm);
	}

	/** What an oracle knows: how long until this request would be let in. */
	waitMs(tokens: number, now: number): number {
		const { outage } = this.#model;
		const outageMs = outage !== undefined && now >= outage.from ? Math.max(0, outage.to - now) : 0;
		return Math.max(outageMs, this.#requests.waitMs(1, now), this.#tokens.waitMs(tokens, now));
	}

	answer(tokens: number, latencyMs: number, now: number): Answer {
		const { outage, faults = 0, usedShare = 1, lot = 0 } = this.#model;
		if (outage !== undefined && now >= outage.from && now < outage.to)
			return { kind: 'failed', latencyMs: 100, failure: failureOf('serverError') };
		if (lot > 0 && this.#random() < lot) return this.#refuse(this.#requests.reading(1, now), 1_000);
		const requestsMs = this.#requests.waitMs(1, now);
		const tokensMs = this.#tokens.waitMs(tokens, now);
		if (requestsMs > 0) {
			const askedMs = this.#requests.askedMs(1, now);
			const refusal = this.#refuse(this.#requests.reading(1, now), askedMs);
			if (this.#model.countsRejected === true) this.#requests.add(1, now);
			return refusal;
		}
		if (tokensMs > 0) {
			if (this.#model.countsRejected === true) this.#requests.add(1, now);
			return this.#refuse(this.#tokens.reading(tokens, now), this.#tokens.askedMs(tokens, now));
		}
		this.#requests.add(1, now);
		this.#tokens.add(tokens, now);
		if (this.#random() < faults)
			return { kind: 'failed', latencyMs: latencyMs / 2, failure: failureOf('serverError') };
		return { kind: 'ok', latencyMs, usedTokens: tokens * usedShare };
	}

	/** An answer is done. */
	finish(tokens: number, usedTokens: number, now: number): void {
		if (this.#model.refunds === true) this.#tokens.giveBack(tokens - usedTokens, now);
	}

	#refuse(reading: LimitReading, waitMs: number): Answer {
		const { says = 'numbers', waitSkewMs = 0 } = this.#model;
		const isWhole = says === 'wholeSeconds' || says === 'wholeSecondsOnly';
		const grainMs = isWhole ? 1_000 : 1;
		const shown = Math.max(0, Math.ceil((waitMs + waitSkewMs) / grainMs) * grainMs);
		return {
			kind: 'failed',
			latencyMs: 0,
			failure: {
				...failureOf('rateLimited'),
				waitMs: says === 'nothing' ? null : shown,
				limit: says === 'numbers' || says === 'wholeSeconds' ? reading : null,
			},
		};
	}
}

const failureOf = (kind: Failure['kind']): Failure => ({
	kind,
	message: '',
	status: null,
	code: null,
	requestId: null,
	waitMs: null,
});

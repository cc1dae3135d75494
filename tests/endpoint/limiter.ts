import type { JsonObject } from '#domain/json.ts';
import type { HeaderRecord } from './exchange.ts';
import type { Refusal } from './refusals.ts';

/** The limits that an endpoint holds and says nothing of until one is met. Plain data. */
export interface HiddenLimits {
	/** Requests and tokens a minute; left out: without limit. */
	readonly rpm?: number;
	readonly tpm?: number;
	/**
	 * `minute`: a bucket that refills all the time and holds one minute; `second`: one that holds a second's worth;
	 * `sliding`: what was let in during the last 60 seconds. Left out: `minute`.
	 */
	readonly window?: 'minute' | 'second' | 'sliding';
	/** The requests that fit in at once, where not as many as the window says. */
	readonly burst?: number;
	/** Whether a refused request counts as one that was let in. */
	readonly countsRejected?: boolean;
	/** Tokens set aside for an answer and not used are given back once it is done. */
	readonly refunds?: boolean;
	/** The share of the limit that others use all the time, 0 to 1. */
	readonly others?: number;
	/** What a 429 says: all numbers; them with the wait in whole seconds; the wait alone; nothing. Left out: `numbers`. */
	readonly says?: 'numbers' | 'wholeSeconds' | 'waitOnly' | 'nothing';
}

interface Dimension {
	readonly name: 'requests' | 'tokens';
	readonly words: string;
}

const requestsPerMinute: Dimension = { name: 'requests', words: 'requests per min (RPM)' };
const tokensPerMinute: Dimension = { name: 'tokens', words: 'tokens per min (TPM)' };

/** A duration as Go writes it, to the millisecond: `644ms`, `18.642s`, `6m0s`, `114h18m0s`. */
export function goDuration(ms: number): string {
	const whole = Math.ceil(ms);
	if (whole < 1_000) return `${String(whole)}ms`;
	const hours = Math.floor(whole / 3_600_000);
	const minutes = Math.floor((whole % 3_600_000) / 60_000);
	const seconds = `${String((whole % 60_000) / 1_000)}s`;
	if (hours > 0) return `${String(hours)}h${String(minutes)}m${seconds}`;
	return minutes > 0 ? `${String(minutes)}m${seconds}` : seconds;
}

/** What was let in, as one window sees it. */
interface Window {
	/** Milliseconds until `amount` fits in; 0 where it does. */
	waitMs(amount: number, now: number): number;
	add(amount: number, now: number): void;
	giveBack(amount: number, now: number): void;
	used(now: number): number;
	/** The most that can ever fit in at once. */
	readonly most: number;
}

class Bucket implements Window {
	readonly most: number;
	readonly #perMs: number;
	#used = 0;
	#at = 0;

	constructor(most: number, perMinute: number) {
		this.most = most;
		this.#perMs = perMinute / 60_000;
	}

	waitMs(amount: number, now: number): number {
		const excess = this.used(now) + amount - this.most;
		// A rounding of the clock is no excess.
		return excess <= 1e-6 * this.most ? 0 : excess / this.#perMs;
	}

	add(amount: number, now: number): void {
		// Asking on and on does not sink it without end.
		this.#used = Math.min(this.used(now) + amount, 1.2 * this.most + 1);
	}

	giveBack(amount: number, now: number): void {
		this.#used = Math.max(0, this.used(now) - amount);
	}

	used(now: number): number {
		this.#used = Math.max(0, this.#used - (now - this.#at) * this.#perMs);
		this.#at = now;
		return this.#used;
	}
}

class SlidingMinute implements Window {
	readonly most: number;
	readonly #log: { readonly at: number; amount: number }[] = [];
	#used = 0;

	constructor(most: number) {
		this.most = most;
	}

	waitMs(amount: number, now: number): number {
		let over = this.used(now) + amount - this.most;
		if (over <= 0) return 0;
		for (const { at, amount: sent } of this.#log) {
			over -= sent;
			if (over <= 0) return Math.max(1, at + 60_000 - now);
		}
		return 60_000;
	}

	add(amount: number, now: number): void {
		this.#log.push({ at: now, amount });
		this.#used += amount;
	}

	/** From the latest on, so that it is forgotten no sooner than what it is given back of. */
	giveBack(amount: number, now: number): void {
		let left = Math.min(amount, this.used(now));
		this.#used -= left;
		for (const entry of this.#log.toReversed()) {
			const back = Math.min(left, entry.amount);
			entry.amount -= back;
			left -= back;
			if (left === 0) return;
		}
	}

	used(now: number): number {
		const kept = this.#log.findIndex(({ at }) => at > now - 60_000);
		const gone = this.#log.splice(0, kept === -1 ? this.#log.length : kept);
		for (const { amount } of gone) this.#used -= amount;
		return this.#used;
	}
}

interface Held {
	readonly dimension: Dimension;
	readonly perMinute: number;
	readonly window: Window;
}

/** What a request may cost. */
export interface Cost {
	readonly model: string;
	/** Of the prompt, and as many as the answer may have. */
	readonly tokens: number;
}

/** Lets requests in or refuses them in OpenAI's words, one limiter for each model. Times in milliseconds. */
export class HiddenLimiter {
	readonly #limits: HiddenLimits;
	/** What is limited of each model: requests, tokens, both or nothing. */
	readonly #models = new Map<string, readonly Held[]>();

	constructor(limits: HiddenLimits) {
		this.#limits = limits;
	}

	/** Null where it is let in. */
	refuse({ model, tokens }: Cost, now: number): Refusal | null {
		const held = this.#of(model);
		const amountOf = ({ dimension }: Held): number => (dimension === tokensPerMinute ? tokens : 1);
		for (const one of held) {
			const waitMs = one.window.waitMs(amountOf(one), now);
			if (waitMs === 0) continue;
			const refusal = this.#refusal(one, amountOf(one), waitMs, model, now);
			if (this.#limits.countsRejected === true)
				for (const { dimension, window } of held)
					if (dimension === requestsPerMinute) window.add(1, now);
			return refusal;
		}
		for (const one of held) one.window.add(amountOf(one), now);
		return null;
	}

	/** An answer is done and has used so many tokens. */
	done({ model, tokens }: Cost, used: number, now: number): void {
		if (this.#limits.refunds !== true) return;
		for (const { dimension, window } of this.#of(model))
			if (dimension === tokensPerMinute) window.giveBack(tokens - used, now);
	}

	/** What every answer says of the limits, in headers that OpenAI does not let a page read. */
	headers(model: string, now: number): HeaderRecord {
		return Object.fromEntries(
			this.#of(model).flatMap(({ dimension: { name }, perMinute, window }) => {
				const used = window.used(now);
				return [
					[`x-ratelimit-limit-${name}`, String(perMinute)],
					[`x-ratelimit-remaining-${name}`, String(Math.max(0, Math.floor(window.most - used)))],
					[`x-ratelimit-reset-${name}`, goDuration((used * 60_000) / perMinute)],
				];
			}),
		);
	}

	#of(model: string): readonly Held[] {
		const known = this.#models.get(model);
		if (known !== undefined) return known;
		const { rpm, tpm, burst } = this.#limits;
		const made = [
			...(rpm === undefined ? [] : [this.#held(requestsPerMinute, rpm, burst)]),
			...(tpm === undefined ? [] : [this.#held(tokensPerMinute, tpm)]),
		];
		this.#models.set(model, made);
		return made;
	}

	#held(dimension: Dimension, perMinute: number, burst?: number): Held {
		const { window = 'minute', others = 0 } = this.#limits;
		const perWindow = window === 'second' ? Math.max(1, perMinute / 60) : perMinute;
		const most = Math.min(burst ?? perWindow, perMinute);
		return {
			dimension,
			perMinute,
			window:
				window === 'sliding' ? new SlidingMinute(most) : new Bucket(most, perMinute * (1 - others)),
		};
	}

	#refusal(
		{ dimension, perMinute, window }: Held,
		amount: number,
		waitMs: number,
		model: string,
		now: number,
	): Refusal {
		const { says = 'numbers' } = this.#limits;
		const [limit, requested] = [String(Math.round(perMinute)), String(Math.ceil(amount))];
		const where = `for ${model} in organization org-test on ${dimension.words}`;
		const learnMore = 'Visit https://platform.openai.com/account/rate-limits to learn more.';
		const said = (message: string, headers: HeaderRecord = {}): Refusal => ({
			status: 429,
			body: {
				error: { message, type: dimension.name, param: null, code: 'rate_limit_exceeded' },
			} satisfies JsonObject,
			headers,
		});
		if (amount > window.most)
			return said(
				`Request too large ${where}: Limit ${limit}, Requested ${requested}. The input or output tokens must be reduced in order to run successfully. ${learnMore}`,
			);
		if (says === 'nothing') return said('Too many requests');
		const shownMs = says === 'wholeSeconds' ? Math.ceil(waitMs / 1_000) * 1_000 : waitMs;
		const again = `Please try again in ${goDuration(shownMs)}.`;
		const hint = {
			'retry-after': String(Math.ceil(waitMs / 1_000)),
			'retry-after-ms': String(Math.ceil(waitMs)),
		};
		if (says === 'waitOnly') return said(`Rate limit reached for ${model}. ${again}`, hint);
		const used = String(Math.min(Math.ceil(window.used(now)), Math.round(perMinute)));
		return said(
			`Rate limit reached ${where}: Limit ${limit}, Used ${used}, Requested ${requested}. ${again} ${learnMore}`,
			hint,
		);
	}
}

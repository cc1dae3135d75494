import type { Failure, LimitReading } from '#domain/failure.ts';
import { cooldownMs } from './backoff.ts';
import { Bucket } from './bucket.ts';
import { MeasuredRate } from './measured-rate.ts';
import { SendMeter } from './send-meter.ts';

export interface LimiterPorts {
	readonly clock: { readonly now: () => number };
	readonly random: () => number;
}

export interface LimiterOptions {
	/** Typed by the person; null: learned. */
	readonly requestsPerMinute: number | null;
	readonly tokensPerMinute: number | null;
	/** False: 429s are waited out and nothing is concluded from them. */
	readonly learn: boolean;
}

export interface Hold {
	readonly ms: number;
	readonly by: 'requestsPerMinute' | 'tokensPerMinute' | 'cooldown' | null;
}

/** A request that left, as long as it is not known how it was taken. */
export interface Departure {
	readonly at: number;
	readonly estimate: number;
	/** What was reserved for it, the calibrated estimate. */
	readonly tokens: number;
	/** All that was ever sent and not refused, this request included. */
	requestMark: number;
	tokenMark: number;
}

type Source = 'endpoint' | 'typed' | 'measured' | null;

export interface LimiterSnapshot {
	readonly requestsPerMinute: number | null;
	readonly tokensPerMinute: number | null;
	readonly requestsShare: number | null;
	readonly tokensShare: number | null;
	readonly source: Source;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** A 429 comes at once: a request without an answer for so long was let in. */
const letInAfterMs = 2_000;

/**
 * Paces one model of one endpoint and key. Browsers cannot read rate-limit headers, but a 429's text states the whole
 * limiter: it is mirrored, and requests leave when they fit. Where no text helps, the rate is measured. Why each rule is
 * as it is: docs/decisions/0007; `npm run sim` shows what it comes to.
 */
export class Limiter {
	readonly #ports: LimiterPorts;
	readonly #options: LimiterOptions;
	readonly #requests: { readonly minute: Bucket; readonly day: Bucket };
	readonly #tokens: { readonly minute: Bucket; readonly day: Bucket };
	readonly #rate = new MeasuredRate();
	readonly #requestMeter = new SendMeter();
	readonly #tokenMeter = new SendMeter();
	readonly #open = new Set<Departure>();
	#requestTotal = 0;
	#tokenTotal = 0;
	/** Tokens that the endpoint counts for one of ours. */
	#calibration = 1;
	#until = 0;
	/** Episodes of refusals without one request let in between; an episode is all 429s to what left before its first. */
	#episodes = 0;
	#episodeAt = -Infinity;
	#totalAtEpisode = 0;
	#letInSince = true;
	#source: Source;

	constructor(ports: LimiterPorts, options: LimiterOptions) {
		this.#ports = ports;
		this.#options = options;
		const { requestsPerMinute, tokensPerMinute } = options;
		this.#requests = {
			minute: new Bucket(minuteMs, requestsPerMinute),
			day: new Bucket(dayMs, null),
		};
		this.#tokens = { minute: new Bucket(minuteMs, tokensPerMinute), day: new Bucket(dayMs, null) };
		this.#source = requestsPerMinute === null && tokensPerMinute === null ? null : 'typed';
	}

	/** The clock's time until which nothing leaves. */
	get until(): number {
		return this.#until;
	}

	/** How long a request of so many tokens has to wait, and for what. */
	hold(estimate: number): Hold {
		const now = this.#ports.clock.now();
		if (now < this.#until) return { ms: this.#until - now, by: 'cooldown' };
		const tokens = estimate * this.#calibration;
		const requestsMs = Math.max(
			this.#requests.minute.waitMs(1, now),
			this.#requests.day.waitMs(1, now),
			this.#rate.waitMs(now),
		);
		const tokensMs = Math.max(
			this.#tokens.minute.waitMs(tokens, now),
			this.#tokens.day.waitMs(tokens, now),
		);
		if (requestsMs <= 0 && tokensMs <= 0) return { ms: 0, by: null };
		return requestsMs >= tokensMs
			? { ms: requestsMs, by: 'requestsPerMinute' }
			: { ms: tokensMs, by: 'tokensPerMinute' };
	}

	leave(estimate: number): Departure {
		const now = this.#ports.clock.now();
		const tokens = estimate * this.#calibration;
		for (const bucket of Object.values(this.#requests)) bucket.take(1, now);
		for (const bucket of Object.values(this.#tokens)) bucket.take(tokens, now);
		this.#rate.take(now);
		this.#requestMeter.count(1, now);
		this.#tokenMeter.count(tokens, now);
		this.#requestTotal++;
		this.#tokenTotal += tokens;
		const departure = {
			at: now,
			estimate,
			tokens,
			requestMark: this.#requestTotal,
			tokenMark: this.#tokenTotal,
		};
		this.#open.add(departure);
		return departure;
	}

	/** It was let in; `usedTokens` where the answer says so. */
	accepted(departure: Departure, usedTokens: number | null): void {
		this.#open.delete(departure);
		if (departure.at >= this.#episodeAt) this.#letInSince = true;
		const spare = usedTokens === null ? 0 : departure.tokens - usedTokens;
		// Within the error of an estimate this is no refund.
		if (spare > 0.25 * departure.tokens) this.#tokens.minute.refund(spare, this.#ports.clock.now());
	}

	/** A fault or an abort: whether it was counted is not known, so it stays reserved. */
	lost(departure: Departure): void {
		this.#open.delete(departure);
	}

	/** A 429 that is worth another attempt. */
	refused(departure: Departure, failure: Failure): void {
		const { clock, random } = this.#ports;
		const now = clock.now();
		const isNewEpisode = this.#takeBack(departure, now);
		if (!this.#options.learn) {
			if (isNewEpisode) this.#hold(cooldownMs(this.#episodes, random, failure.waitMs), now);
			return;
		}
		const reading = failure.limit ?? null;
		if (reading !== null && this.#read(departure, reading, failure.waitMs, now)) {
			this.#source = 'endpoint';
			// Refused again though it should have fitted: something else is at work.
			if (isNewEpisode && this.#episodes >= 2)
				this.#hold(250 * 2 ** Math.min(5, this.#episodes) * (0.5 + random() / 2), now);
			return;
		}
		if (isNewEpisode && this.#source !== 'endpoint') this.#source = 'measured';
		if (isNewEpisode || failure.waitMs !== null)
			this.#hold(cooldownMs(Math.max(1, this.#episodes), random, failure.waitMs), now);
	}

	snapshot(): LimiterSnapshot {
		const now = this.#ports.clock.now();
		const rate = this.#rate.perMs(now);
		const measured = rate === Infinity || this.#source !== 'measured' ? null : rate * minuteMs;
		const requestsPerMinute = this.#requests.minute.limit ?? measured;
		const tokensPerMinute = this.#tokens.minute.limit;
		const share = (meter: SendMeter, limit: number | null): number | null =>
			limit === null ? null : Math.min(1, (meter.perMs(minuteMs, now) * minuteMs) / limit);
		return {
			requestsPerMinute,
			tokensPerMinute,
			requestsShare: share(this.#requestMeter, requestsPerMinute),
			tokensShare: share(this.#tokenMeter, tokensPerMinute),
			source: this.#source,
		};
	}

	#hold(ms: number, now: number): void {
		this.#until = Math.max(this.#until, now + ms);
	}

	/** Takes a refused request out of what was let in; true where its refusal begins an episode. */
	#takeBack(departure: Departure, now: number): boolean {
		this.#open.delete(departure);
		this.#requestMeter.takeBack(1, departure.at, now);
		this.#tokenMeter.takeBack(departure.tokens, departure.at, now);
		this.#requestTotal--;
		this.#tokenTotal -= departure.tokens;
		for (const other of this.#open)
			if (other.requestMark > departure.requestMark) {
				other.requestMark--;
				other.tokenMark -= departure.tokens;
			}
		if (departure.at < this.#episodeAt) {
			this.#totalAtEpisode--;
			return false;
		}
		const letIn =
			this.#letInSince ||
			[...this.#open].some(({ at }) => at >= this.#episodeAt && now - at > letInAfterMs);
		this.#episodes = letIn ? 1 : this.#episodes + 1;
		if (this.#options.learn && this.#source !== 'endpoint') this.#measure(now);
		this.#letInSince = false;
		this.#episodeAt = now;
		this.#totalAtEpisode = this.#requestTotal;
		return true;
	}

	#measure(now: number): void {
		this.#rate.cut(
			{
				lately: this.#requestMeter.perMs(10_000, now),
				minute: this.#requestMeter.perMs(minuteMs, now),
				accepted: this.#requestTotal - this.#totalAtEpisode,
				sinceMs: now - this.#episodeAt,
			},
			now,
		);
	}

	#read(departure: Departure, reading: LimitReading, waitMs: number | null, now: number): boolean {
		const { dimension, per, limit, used, requested } = reading;
		const isTokens = dimension === 'tokens';
		// A refused request counts against the limit of requests, and not against that of tokens.
		const later = isTokens
			? this.#tokenTotal - (departure.tokenMark - departure.tokens)
			: this.#requestTotal - (departure.requestMark - 1) + 1;
		// Never reserved twice: refused for one limit, it did not use the other.
		for (const bucket of Object.values(this.#tokens)) bucket.giveBack(departure.tokens, now);
		const bucket = (isTokens ? this.#tokens : this.#requests)[per];
		const level = { limit, used, requested, waitMs, later: Math.max(0, later) };
		if (!bucket.read(level, now)) return false;
		if (isTokens && departure.estimate > 0) {
			const seen = Math.min(20, Math.max(0.05, requested / departure.estimate));
			this.#calibration += 0.2 * (seen - this.#calibration);
		}
		return true;
	}
}

import type { Failure, LimitReading } from '#domain/failure.ts';
import type { RememberedLimits } from '#domain/model-note.ts';
import { cooldownMs } from './backoff.ts';
import { Blame } from './blame.ts';
import { FateLog } from './fates.ts';
import { LimitMirror } from './limit-mirror.ts';
import { MeasuredRate } from './measured-rate.ts';
import { Opening } from './opening.ts';
import { SendMeter } from './send-meter.ts';
import { Turns, type Hold } from './turns.ts';

export interface LimiterPorts {
	readonly clock: { readonly now: () => number };
	readonly random: () => number;
}

export interface LimiterOptions {
	/** Typed by the person, a start and an upper bound; null: learned. */
	readonly requestsPerMinute: number | null;
	readonly tokensPerMinute: number | null;
	/** Found by an earlier run: a start that readings raise or lower. */
	readonly remembered?: Omit<RememberedLimits, 'at'> | null;
	/** False: 429s are waited out and nothing is concluded from them. */
	readonly learn: boolean;
}

/** A request that left, as long as it is not known how it was taken. */
export interface Departure {
	readonly at: number;
	readonly estimate: number;
	/** Departures in their order. */
	readonly order: number;
	/** What was reserved for it, the calibrated estimate. */
	readonly tokens: number;
	/** All tokens ever sent and not refused, this request's included. */
	tokenMark: number;
}

type Source = 'endpoint' | 'typed' | 'measured' | null;

export interface LimiterSnapshot {
	readonly requestsPerMinute: number | null;
	readonly tokensPerMinute: number | null;
	readonly requestsShare: number | null;
	readonly tokensShare: number | null;
	readonly source: Source;
	/** What the endpoint counts for a token of the estimate; null where it was not compared. */
	readonly calibration: number | null;
}

/** Nothing is typed and nothing remembered. */
export const unknownLimits: LimiterOptions = {
	requestsPerMinute: null,
	tokensPerMinute: null,
	learn: true,
};

interface Mirrors {
	readonly minute: LimitMirror;
	readonly day: LimitMirror;
}

/** A wait longer than this is a person's decision, not the engine's. */
export const longestCooldownMs = 10 * 60_000;

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** A 429 comes at once: a request without an answer for so long was let in. */
const letInAfterMs = 2_000;
/** An endpoint that asks for more than this asks it of everybody. */
const shortWaitMs = 1_000;
/** What the calibration may be off by. */
const calibrationError = 0.1;
/** An estimate within this share of what was used was right: what is left over is no refund. */
const estimateError = 0.25;

/**
 * Paces one model of one endpoint and key. Browsers cannot read rate-limit headers, but a 429's text states the whole
 * limiter: it is mirrored, and requests leave when they fit. Where no text helps, the rate is measured. Why each rule is
 * as it is: docs/decisions/0007; `npm run sim` shows what it comes to.
 */
export class Limiter {
	readonly #ports: LimiterPorts;
	readonly #options: LimiterOptions;
	readonly #requests: Mirrors;
	readonly #tokens: Mirrors;
	readonly #opening = new Opening();
	readonly #turns = new Turns();
	readonly #rate = new MeasuredRate();
	readonly #blame = new Blame();
	readonly #fates = new FateLog();
	readonly #requestMeter = new SendMeter();
	readonly #tokenMeter = new SendMeter();
	readonly #open = new Set<Departure>();
	/** All that left, and what of it was not refused. */
	#departures = 0;
	#letIn = 0;
	#tokenTotal = 0;
	/** Tokens that the endpoint counts for one of our estimate, and how much is known of that. */
	#calibration: number;
	#calibrations = 0;
	#calibratedAt = 0;
	#tokenTotalAtReading = 0;
	/** A refusal's way there and back. */
	#roundTripMs = 300;
	/** When the last one left. */
	#leftAt = -Infinity;
	#until = 0;
	/** Episodes of refusals without one request let in between; an episode is all 429s to what left before its first. */
	#episodes = 0;
	#episodeAt = -Infinity;
	#totalAtEpisode = 0;
	#letInSince = true;
	/** Whether the endpoint has named its numbers in this run. */
	#isTold = false;
	#source: Source;

	constructor(ports: LimiterPorts, options: LimiterOptions) {
		this.#ports = ports;
		this.#options = options;
		const { requestsPerMinute, tokensPerMinute, remembered = null } = options;
		const now = ports.clock.now();
		const mirrors = (typed: number | null, known: number | null): Mirrors => ({
			minute: new LimitMirror(minuteMs, typed, known, now),
			day: new LimitMirror(dayMs, null, null, now),
		});
		this.#requests = mirrors(requestsPerMinute, remembered?.requestsPerMinute ?? null);
		this.#tokens = mirrors(tokensPerMinute, remembered?.tokensPerMinute ?? null);
		this.#calibration = bounded(remembered?.calibration ?? 1);
		const isTyped = requestsPerMinute !== null || tokensPerMinute !== null;
		this.#source = remembered !== null ? 'endpoint' : isTyped ? 'typed' : null;
	}

	/** The clock's time until which nothing leaves. */
	get until(): number {
		return this.#until;
	}

	/** How long a request of so many tokens has to wait, and for what. Runs that share the limiter take turns. */
	hold(estimate: number, run: object = this): Hold {
		const now = this.#ports.clock.now();
		const hold = this.#holdOf(estimate);
		if (hold.ms <= 0) return this.#turns.comesFirst(run, now) ?? hold;
		this.#turns.waits(run, hold, now);
		return hold;
	}

	#holdOf(estimate: number): Hold {
		const now = this.#ports.clock.now();
		if (now < this.#until) return { ms: this.#until - now, by: 'cooldown' };
		const tokens = estimate * this.#tokensPerEstimate(now);
		const requestsMs = Math.max(
			this.#requests.minute.waitMs(1, now),
			this.#requests.day.waitMs(1, now),
			this.#rate.waitMs(now),
		);
		const tokensMs = Math.max(
			this.#tokens.minute.waitMs(tokens, now),
			this.#tokens.day.waitMs(tokens, now),
		);
		const openingMs = this.#isOpening ? this.#opening.waitMs(now) : 0;
		const fullMs = Math.max(requestsMs, tokensMs, openingMs);
		const ms = Math.min(fullMs, this.#longestHoldMs(now));
		if (ms <= 0) return { ms: 0, by: null };
		if (fullMs === openingMs) return { ms, by: 'endpoint' };
		return { ms, by: fullMs === requestsMs ? 'requestsPerMinute' : 'tokensPerMinute' };
	}

	/** However full the copies of the limits are, after so long one is tried: they may be wrong. What was typed is obeyed. */
	#longestHoldMs(now: number): number {
		const { requestsPerMinute, tokensPerMinute } = this.#options;
		if (requestsPerMinute !== null || tokensPerMinute !== null) return Infinity;
		return Math.max(0, this.#leftAt + longestCooldownMs - now);
	}

	leave(estimate: number, run: object = this): Departure {
		const now = this.#ports.clock.now();
		this.#leftAt = now;
		this.#turns.left(run);
		const tokens = estimate * this.#tokensPerEstimate(now);
		for (const mirror of both(this.#requests)) mirror.take(1, now);
		for (const mirror of both(this.#tokens)) mirror.take(tokens, now);
		this.#rate.take(now);
		this.#fates.left(now);
		if (this.#isOpening) this.#opening.left(now);
		this.#requestMeter.count(1, now);
		this.#tokenMeter.count(tokens, now);
		this.#departures++;
		this.#letIn++;
		this.#tokenTotal += tokens;
		const departure = {
			at: now,
			estimate,
			tokens,
			order: this.#departures,
			tokenMark: this.#tokenTotal,
		};
		this.#open.add(departure);
		return departure;
	}

	/** It was let in; `usedTokens` where the answer says so, `readings` where its headers say how full the limits were then. */
	accepted(
		departure: Departure,
		usedTokens: number | null,
		readings: readonly LimitReading[] = [],
	): void {
		const now = this.#ports.clock.now();
		this.#open.delete(departure);
		this.#opening.answered(departure.at, now);
		if (departure.at >= this.#episodeAt) this.#letInSince = true;
		const spare = usedTokens === null ? 0 : departure.tokens - usedTokens;
		if (spare > estimateError * departure.tokens)
			this.#tokens.minute.refund(spare, departure.at, now);
		if (!this.#options.learn) return;
		for (const reading of readings) {
			const isTokens = reading.dimension === 'tokens';
			const later = isTokens
				? this.#tokenTotal - departure.tokenMark
				: this.#departures - departure.order;
			const level = {
				...reading,
				requested: 0,
				waitMs: null,
				later,
				noise: this.#noiseOf(reading, null),
			};
			const mirror = (isTokens ? this.#tokens : this.#requests)[reading.per];
			if (mirror.readEarlier(level, departure.at, now)) this.#told();
		}
	}

	/** A fault or an abort: whether it was counted is not known, so it stays reserved. */
	lost(departure: Departure): void {
		this.#open.delete(departure);
	}

	/** A 429 that is worth another attempt; how long this request waits, whatever the others do. */
	refused(departure: Departure, failure: Failure): number {
		const now = this.#ports.clock.now();
		const sinceMs = now - this.#episodeAt;
		const isNewEpisode = this.#takeBack(departure, now);
		const ownMs = this.#refusedIn(departure, failure, { sinceMs, isNewEpisode }, now);
		if (isNewEpisode) this.#totalAtEpisode = this.#letIn;
		return ownMs;
	}

	#refusedIn(
		departure: Departure,
		failure: Failure,
		{ sinceMs, isNewEpisode }: { readonly sinceMs: number; readonly isNewEpisode: boolean },
		now: number,
	): number {
		const { random } = this.#ports;
		if (!this.#options.learn) {
			if (isNewEpisode) this.#hold(cooldownMs(this.#episodes, random, failure.waitMs), now);
			return 0;
		}
		this.#timeWay(now - departure.at);
		const reading = failure.limit ?? null;
		if (reading !== null && this.#read(departure, reading, failure.waitMs, now)) {
			this.#told();
			// Refused again though it should have fitted: something else is at work.
			if (isNewEpisode && this.#episodes >= 2)
				this.#hold(
					Math.min(minuteMs, this.#holdOf(departure.estimate).ms) + this.#doubtMs(reading),
					now,
				);
			return 0;
		}
		const fates = this.#fates.last(1.5 * this.#roundTripMs, now);
		const verdict = this.#blame.judge(
			{
				fates,
				sentAt: departure.at,
				isAskedOfAll: (failure.waitMs ?? 0) > shortWaitMs,
				departures: this.#departures,
				letIn: this.#letIn,
				rate: this.#rate.perMs(now),
			},
			isNewEpisode,
			now,
		);
		// Where numbers are known, a refusal without them is waited out by all.
		if (!this.#isTold && (verdict === 'free' || verdict === 'alone')) {
			if (verdict === 'free') this.#forgetRate();
			this.#episodes = 0;
			return cooldownMs(Math.max(1, fates.inARow), random, failure.waitMs);
		}
		if (!this.#isTold && verdict === 'trial') this.#rate.set(this.#trialPerMs(now), now);
		if (!this.#isTold && verdict === 'pace' && isNewEpisode) this.#measure(sinceMs, now);
		// Asked for in vain, a wait was too short: where refused requests count, it grows with each.
		const askedMs = failure.waitMs === null ? null : failure.waitMs * this.#inVain;
		if (isNewEpisode || askedMs !== null)
			this.#hold(cooldownMs(Math.max(1, this.#episodes), random, askedMs), now);
		return 0;
	}

	/** A little less than is let in, over so long that it is a measure. */
	#trialPerMs(now: number): number {
		const lately = this.#requestMeter.perMs(10_000, now);
		const minute = this.#requestMeter.perMs(minuteMs, now);
		return 0.9 * (lately * 10_000 >= 12 ? lately : Math.min(lately, minute));
	}

	/** Refused whatever the pace. */
	#forgetRate(): void {
		this.#rate.forget();
		if (this.#source === 'measured') this.#source = null;
	}

	snapshot(): LimiterSnapshot {
		const now = this.#ports.clock.now();
		const measured = this.#rate.measuredPerMs;
		const requestsPerMinute =
			this.#requests.minute.limit ?? (measured === Infinity ? null : measured * minuteMs);
		const tokensPerMinute = this.#tokens.minute.limit;
		const share = (meter: SendMeter, limit: number | null): number | null =>
			limit === null ? null : Math.min(1, (meter.perMs(minuteMs, now) * minuteMs) / limit);
		return {
			requestsPerMinute,
			tokensPerMinute,
			requestsShare: share(this.#requestMeter, requestsPerMinute),
			tokensShare: share(this.#tokenMeter, tokensPerMinute),
			source: this.#source,
			calibration:
				this.#calibrations === 0
					? (this.#options.remembered?.calibration ?? null)
					: this.#calibration,
		};
	}

	get #inVain(): number {
		return Math.min(4, Math.max(1, this.#episodes));
	}

	get #isOpening(): boolean {
		return this.#options.learn && this.#source === null;
	}

	#hold(ms: number, now: number): void {
		this.#until = Math.max(this.#until, now + Math.min(ms, longestCooldownMs));
	}

	/** The endpoint named its numbers: what was measured is worth no more. */
	#told(): void {
		this.#isTold = true;
		this.#source = 'endpoint';
		this.#rate.forget();
	}

	/** Longer with every refusal in a row, in steps of what one more such request needs. */
	#doubtMs({ per, limit, requested }: LimitReading): number {
		const windowMs = per === 'day' ? dayMs : minuteMs;
		const stepMs = Math.max(250, (requested * windowMs) / limit / 8);
		return stepMs * 2 ** Math.min(5, this.#episodes) * (0.5 + this.#ports.random() / 2);
	}

	#timeWay(ms: number): void {
		this.#roundTripMs += 0.2 * (Math.min(ms, 1_000) - this.#roundTripMs);
		const slackMs = Math.max(25, this.#roundTripMs / 2);
		for (const mirror of [...both(this.#requests), ...both(this.#tokens)]) mirror.waits(slackMs);
	}

	/** Takes a refused request out of what was let in; true where its refusal begins an episode. */
	#takeBack(departure: Departure, now: number): boolean {
		this.#open.delete(departure);
		this.#requestMeter.takeBack(1, departure.at, now);
		this.#tokenMeter.takeBack(departure.tokens, departure.at, now);
		this.#letIn--;
		this.#fates.refused(departure.order);
		this.#tokenTotal -= departure.tokens;
		for (const other of this.#open)
			if (other.order > departure.order) other.tokenMark -= departure.tokens;
		if (departure.at < this.#episodeAt) {
			this.#totalAtEpisode--;
			return false;
		}
		const letIn =
			this.#letInSince ||
			[...this.#open].some(({ at }) => at >= this.#episodeAt && now - at > letInAfterMs);
		this.#episodes = letIn ? 1 : this.#episodes + 1;
		this.#letInSince = false;
		this.#episodeAt = now;
		return true;
	}

	#measure(sinceMs: number, now: number): void {
		this.#source = 'measured';
		this.#rate.cut(
			{
				lately: this.#requestMeter.perMs(10_000, now),
				minute: this.#requestMeter.perMs(minuteMs, now),
				accepted: this.#letIn - this.#totalAtEpisode,
				sinceMs,
			},
			now,
		);
	}

	#read(departure: Departure, reading: LimitReading, waitMs: number | null, now: number): boolean {
		const { dimension, per, limit, used, requested } = reading;
		const isTokens = dimension === 'tokens';
		// What left just before may arrive after: it counts as sent later.
		let later = 0;
		for (const { at, order, tokens } of this.#open)
			if (order < departure.order && departure.at - at < this.#roundTripMs / 2)
				later += isTokens ? tokens : 1;
		// A refused request counts against the limit of requests, and not against that of tokens.
		later += isTokens
			? this.#tokenTotal - (departure.tokenMark - departure.tokens)
			: this.#departures - departure.order + 1;
		// Never reserved twice: refused for one limit, it did not use the other.
		for (const mirror of both(this.#tokens)) mirror.giveBack(departure.tokens, departure.at, now);
		const mirror = (isTokens ? this.#tokens : this.#requests)[per];
		const level = { limit, used, requested, waitMs, later };
		if (!mirror.read({ ...level, noise: this.#noiseOf(reading, waitMs) }, departure.at, now))
			return false;
		if (isTokens && departure.estimate > 0) this.#calibrate(requested / departure.estimate, now);
		return true;
	}

	#noiseOf({ dimension, requested }: LimitReading, waitMs: number | null): number {
		if (dimension === 'requests') return waitMs === null ? 1 : 0.2;
		const sent = this.#tokenTotal - this.#tokenTotalAtReading;
		return 2 * calibrationError * requested + calibrationError * sent;
	}

	/** A request's `Requested` beside the estimate: one of them is off by the noise of an estimate, many together are not. */
	#calibrate(seen: number, now: number): void {
		this.#calibrations++;
		const gain = 1 / (0.25 + Math.min(20, this.#calibrations));
		this.#calibration += gain * (bounded(seen) - this.#calibration);
		this.#calibratedAt = now;
		this.#tokenTotalAtReading = this.#tokenTotal;
	}

	/**
	 * What is reserved for one token of an estimate: a little less than was seen, and ever less while nothing is heard, because
	 * too much would never be noticed.
	 */
	#tokensPerEstimate(now: number): number {
		if (this.#calibrations === 0) return this.#calibration;
		const minutes = (now - this.#calibratedAt) / minuteMs;
		const doubt = (0.02 + 0.03 * minutes) / Math.sqrt(this.#calibrations);
		return this.#calibration * (1 - Math.min(0.2, doubt));
	}
}

const both = ({ minute, day }: Mirrors): readonly LimitMirror[] => [minute, day];

const bounded = (calibration: number): number => Math.min(20, Math.max(0.05, calibration));
